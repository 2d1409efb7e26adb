"""The test source: a drawn person moves in a drawn room, and exactly which pixels are the person is known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from math import sin
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from mpgraph.errors import MediaError
from mpgraph.media.drawing import Canvas, draw_body, draw_head, draw_room
from mpgraph.media.source import SECOND, Frame, Image, Source, Span

__all__ = ["TestSource"]

LARGEST_UNIT = 400.0  # pixels; a larger person is enlarged from a drawing of this size

_SPEC = re.compile(
    r"testsrc(?::(?P<width>\d{1,6})x(?P<height>\d{1,6})"
    r"(?:@(?P<rate>\d{1,6}(?:\.\d{1,6})?)(?:x(?P<seconds>\d{1,6}(?:\.\d{1,6})?))?)?)?"
)


class TestSource(Source):
    """Frames of a person who sways, tilts the head and blinks.

    A frame depends on its time and the size alone.

    Args:
        width: 16 to 7680 pixels.
        height: 16 to 4320 pixels.
        frame_rate: 0.001 to 1000 frames per second.
        seconds: 0.001 to 86400.
        span: The part to give.

    Raises:
        MediaError: A parameter is out of its range.
    """

    frame_rate: Fraction

    def __init__(
        self,
        width: int = 1280,
        height: int = 720,
        frame_rate: Fraction | int = 30,
        seconds: Fraction | int = 5,
        span: Span | None = None,
    ) -> None:
        super().__init__("testsrc", span or Span())
        for name, value, low, high in (
            ("width", width, 16, 7680),
            ("height", height, 16, 4320),
            ("frames per second", frame_rate, Fraction(1, 1000), 1000),
            ("seconds", seconds, Fraction(1, 1000), 86400),
        ):
            if not low <= value <= high:
                msg = f"testsrc: {name} must be {float(low):g} to {float(high):g}; got {float(value):g}"
                raise MediaError(msg)
        self.width, self.height = width, height
        self.frame_rate = Fraction(frame_rate)
        self._total = max(1, round(self.frame_rate * seconds))
        self.frame_count = self.span.count(self._total, self.frame_rate)
        self._stage = _Stage(width, height)

    @classmethod
    def parse(cls, spec: str, span: Span | None = None) -> TestSource:
        """The source that ``testsrc[:WxH[@FPS[xSECONDS]]]`` stands for."""
        match = _SPEC.fullmatch(spec)
        if match is None:
            msg = f"{spec}: expected testsrc[:WxH[@FPS[xSECONDS]]], such as testsrc:1280x720@30x5"
            raise MediaError(msg)
        return cls(
            int(match["width"] or 1280),
            int(match["height"] or 720),
            Fraction(match["rate"] or 30),
            Fraction(match["seconds"] or 5),
            span,
        )

    def frame(self, index: int) -> Image:
        """The picture of frame `index`: ``(h, w, 3)`` uint8 RGB."""
        return self._stage.frame(float(index / self.frame_rate))

    def alpha(self, index: int) -> NDArray[np.float32]:
        """How much of each pixel of frame `index` is the person: ``(h, w)`` float32 in [0, 1]."""
        return self._stage.alpha(float(index / self.frame_rate))

    def _frames(self) -> Iterator[Frame]:
        interval = SECOND / self.frame_rate
        for index in range(int(self.span.start / interval), self._total):
            yield Frame(self.frame(index), round(index * interval), round(interval))

    def close(self) -> None:
        """Does nothing: a drawing holds no file open."""


class _Stage:
    """The drawn parts, and how to put them together at a time in seconds."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.unit = min(0.17 * height, 0.2 * width)  # pixels; the drawings' unit, half a head
        self.x = width / 2
        self.y = max(0.40 * height, height - 4.6 * self.unit)
        scale = min(self.unit, LARGEST_UNIT)
        self.room = draw_room(width, height)
        self.body = _Sprite(draw_body(scale, bottom=(height - self.y) / self.unit + 0.3))
        self.heads = tuple(_Sprite(draw_head(scale, eyes_open=is_open)) for is_open in (False, True))

    def frame(self, t: float) -> Image:
        """The room with the person in it, RGB."""
        area, person = self._person(t)
        picture = self.room.copy()
        _over(picture[area.slices], person)
        return picture

    def alpha(self, t: float) -> NDArray[np.float32]:
        """The person's alpha."""
        area, person = self._person(t)
        alpha = np.zeros((self.height, self.width), np.float32)
        alpha[area.slices] = person[..., 3] / np.float32(255)
        return alpha

    def _person(self, t: float) -> tuple[_Area, Image]:
        """The part of the picture that the person may touch, and the person there."""
        sway = 0.9 * sin(0.9 * t) + 0.35 * sin(2.3 * t + 1)
        x = self.x + 0.5 * self.unit * sway
        y = self.y + 0.05 * self.unit * sin(1.9 * t)
        tilt = 5 * sin(1.3 * t + 0.5) + 2 * sin(3.1 * t)
        nod = 0.04 * self.unit * sin(2.7 * t)
        blinks = (t + 0.4 * sin(t) + 1) % 2.6 < 0.13

        body = self.body.matrix(self.unit, 0.25 * tilt, pivot=(0, 4), at=(x, y))
        head = self.heads[not blinks].matrix(
            self.unit, tilt, pivot=(0, 1), at=(x + 0.012 * tilt * self.unit, y + nod)
        )
        screen = _Area(0, 0, self.width, self.height)
        area = self.body.area(body).joined(self.heads[0].area(head)).clipped(screen)
        person = self.body.drawn(body, area)
        head_area = self.heads[0].area(head).clipped(area)
        _over(person[head_area.within(area).slices], self.heads[not blinks].drawn(head, head_area))
        return area, person


class _Area(NamedTuple):
    """A rectangle of pixels; right and bottom are not part of it."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def slices(self) -> tuple[slice, slice]:
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def joined(self, other: _Area) -> _Area:
        return _Area(*map(min, self[:2], other[:2]), *map(max, self[2:], other[2:]))

    def clipped(self, other: _Area) -> _Area:
        return _Area(*map(max, self[:2], other[:2]), *map(min, self[2:], other[2:]))

    def within(self, outer: _Area) -> _Area:
        left, top = outer.left, outer.top
        return _Area(self.left - left, self.top - top, self.right - left, self.bottom - top)


class _Sprite:
    """A drawn part: premultiplied RGBA, to be turned, scaled and moved."""

    def __init__(self, canvas: Canvas) -> None:
        self.image = canvas.image()
        self.scale = canvas.scale
        self.origin = np.array(canvas.origin)

    def matrix(
        self, unit: float, degrees: float, pivot: tuple[float, float], at: tuple[float, float]
    ) -> NDArray[np.float64]:
        """2x3: from the sprite's pixels to the picture's, turned about `pivot`, the origin at `at`."""
        cos, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        turn = np.array([[cos, -sine], [sine, cos]]) * unit
        first = self.origin + 0.5 / self.scale - pivot  # the centre of pixel 0, 0
        offset = turn @ first + np.multiply(pivot, unit) + at - 0.5
        return np.column_stack([turn / self.scale, offset])

    def area(self, matrix: NDArray[np.float64]) -> _Area:
        """What the sprite may touch."""
        height, width = self.image.shape[:2]
        corners = matrix @ np.array([[-1, width, -1, width], [-1, -1, height, height], [1, 1, 1, 1]])
        low, high = np.floor(corners.min(axis=1)), np.ceil(corners.max(axis=1))
        return _Area(int(low[0]), int(low[1]), int(high[0]) + 1, int(high[1]) + 1)

    def drawn(self, matrix: NDArray[np.float64], area: _Area) -> Image:
        """The sprite as it lies in `area`."""
        moved = matrix - np.array([[0, 0, area.left], [0, 0, area.top]])
        size = (area.right - area.left, area.bottom - area.top)
        return np.asarray(cv2.warpAffine(self.image, moved, size, flags=cv2.INTER_LINEAR), np.uint8)


def _over(picture: Image, top: Image) -> None:
    """Puts premultiplied RGBA over RGB or premultiplied RGBA, in place, rounding each value once."""
    rest = cv2.bitwise_not(cv2.extractChannel(top, 3))
    channels = picture.shape[2]
    picture[:] = cv2.multiply(picture, cv2.merge([rest] * channels), scale=1 / 255)
    picture += top if channels == 4 else cv2.cvtColor(top, cv2.COLOR_RGBA2RGB).astype(np.uint8, copy=False)
