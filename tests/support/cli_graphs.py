"""Small graphs and calculators for tests of the command line."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mpgraph import Calculator, Context, Image, ImageFrame, Input, Output, SideInput, StopGraph, calculator

PASS = """
input_stream: "input_video"
output_stream: "output_video"
node { calculator: "PassThroughCalculator" input_stream: "input_video" output_stream: "output_video" }
"""
TINY = "testsrc:64x48@10x1"  # ten frames


def one_node(calculator: str, more: str = "", *, tag: str = "") -> str:
    """A graph of one node between the usual streams; `tag` is that of its input."""
    return (
        'input_stream: "input_video" output_stream: "output_video"\n'
        f'node {{ calculator: "{calculator}" input_stream: "{tag}input_video" output_stream: "output_video" '
        f"{more} }}"
    )


def write(folder: Path, text: str, name: str = "graph.pbtxt") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


class EveryOther(Calculator, name="CliEveryOther", timestamp_offset=None):
    """Lets every other frame through."""

    frame = Input[ImageFrame]()
    kept = Output[ImageFrame]()

    def open(self, cc: Context) -> None:
        self._count = 0

    def process(self, cc: Context) -> None:
        self._count += 1
        if self._count % 2:
            cc.send(self.kept, cc[self.frame])


class Silent(Calculator, name="CliSilent", timestamp_offset=None):
    """Swallows every frame."""

    frame = Input[ImageFrame]()
    nothing = Output[ImageFrame]()

    def process(self, cc: Context) -> None:
        pass


class Fails(Calculator, name="CliFails"):
    """Fails at its third frame."""

    frame = Input[ImageFrame]()
    out = Output[ImageFrame]()

    def process(self, cc: Context) -> None:
        if cc.timestamp >= 200_000:
            msg = "the third frame is one too many"
            raise ValueError(msg)
        cc.send(self.out, cc[self.frame])


class Scaled(Calculator, name="CliScaled"):
    """Needs a side packet."""

    frame = Input[ImageFrame]()
    factor = SideInput[int]("FACTOR")
    out = Output[ImageFrame]()

    def process(self, cc: Context) -> None:
        pixels = cc[self.frame].numpy_view() // cc[self.factor]
        cc.send(self.out, ImageFrame.adopt(pixels))


@calculator("CliWidth", output="")
def width(frame: ImageFrame) -> int:
    """The width of each frame."""
    return frame.width


@calculator("CliImageOnly", output="")
def image_only(image: Image) -> Image:
    """Takes and gives an Image."""
    return image


class Painter(Calculator, name="CliPainter"):
    """A source of gray pictures, 20 a second, ever lighter: so many, or without an end."""

    many = SideInput[int]("MANY", optional=True)
    picture = Output[ImageFrame]()

    def open(self, cc: Context) -> None:
        self._count = 0

    def process(self, cc: Context) -> None:
        if self.many in cc and self._count == cc[self.many]:
            raise StopGraph
        pixels = np.full((16, 16, 3), self._count * 10 % 256, np.uint8)
        cc.send(self.picture, ImageFrame.adopt(pixels), self._count * 50_000)
        self._count += 1
