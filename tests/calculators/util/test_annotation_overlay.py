"""AnnotationOverlayCalculator: upstream's calculators/util/annotation_overlay_calculator.cc."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from graph_runs import run_graph
from graph_steps import node
from oracle_client import needs_oracle, oracle

from mpgraph import Graph, Packet
from mpgraph.errors import ContractError, RunError
from mpgraph.formats.image import Image
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.render_data import RenderAnnotation, RenderData

Array = npt.NDArray[Any]

IMAGE = node("AnnotationOverlay", ["IMAGE:image", "data"], ["IMAGE:out"])
CANVAS = "canvas_width_px: 30 canvas_height_px: 20"


def canvas(options: str = CANVAS) -> str:
    return node("AnnotationOverlay", ["data"], ["IMAGE:out"], options)


def noise(*shape: int) -> Array:
    return np.random.default_rng(sum(shape)).integers(0, 256, shape, np.uint8)


def one(**shape: Any) -> RenderData:
    return RenderData(render_annotations=[RenderAnnotation(**shape)])


def drawn(data: RenderData, options: str = CANVAS) -> Array:
    ((at, out),) = run_graph(canvas(options), {"data": [(3, data)]}, ["out"])["out"]
    assert at == 3
    pixels: Array = out.numpy_view()
    return pixels


RED = {"r": 255}


def test_a_canvas_of_one_colour() -> None:
    out = drawn(RenderData(), CANVAS + " canvas_color { r: 1 g: 2 b: 300 }")
    assert out.shape == (20, 30, 3)
    assert (out == (1, 2, 255)).all()


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("tag", ["IMAGE", "UIMAGE"])
def test_images(channels: int, tag: str) -> None:
    """The image that came in stays as it is; gray becomes colour; alpha is 0 where something is drawn."""
    pixels = noise(12, 15, channels)
    frame = ImageFrame.adopt(pixels[..., 0].copy() if channels == 1 else pixels.copy())
    before = frame.numpy_view().copy()
    image = frame if tag == "IMAGE" else Image.from_frame(frame)
    text = node("AnnotationOverlay", [f"{tag}:image", "data"], [f"{tag}:out"])
    data = one(filled_rectangle={"rectangle": {"left": 2, "top": 3, "right": 5, "bottom": 7}}, color=RED)
    ((_, out),) = run_graph(text, {"image": [(0, image)], "data": [(0, data)]}, ["out"])["out"]
    assert isinstance(out, type(image))
    assert out.image_format is (ImageFormat.SRGBA if channels == 4 else ImageFormat.SRGB)
    expected = np.repeat(pixels, 3, 2) if channels == 1 else pixels.copy()
    expected[3:7, 2:5] = (255, 0, 0, 0)[: expected.shape[2]]
    np.testing.assert_array_equal(out.numpy_view(), expected)
    np.testing.assert_array_equal(frame.numpy_view(), before)


def test_the_order_of_streams() -> None:
    """Untagged ones first, then vectors; what comes later covers what came before."""
    text = node("AnnotationOverlay", ["VECTOR:0:v", "VECTOR:1:w", "a", "b"], ["IMAGE:out"], CANVAS)
    data = [
        one(filled_rectangle={"rectangle": {"right": 20 - 4 * k, "bottom": 20}}, color={"r": k + 1})
        for k in range(5)
    ]
    inputs: dict[str, list[tuple[int, Any]]] = {
        "v": [(0, [data[2], data[3]])],
        "w": [(0, [data[4]])],
        "a": [(0, data[0])],
        "b": [(0, data[1])],
    }
    row = run_graph(text, inputs, ["out"])["out"][0][1].numpy_view()[0, :, 0]
    assert row.tolist() == [5] * 4 + [4] * 4 + [3] * 4 + [2] * 4 + [1] * 4 + [0] * 10


def test_without_an_image_packet_nothing_is_sent_and_without_data_the_image() -> None:
    frame = ImageFrame.adopt(noise(5, 6, 3))
    inputs: dict[str, list[tuple[int, Any]]] = {
        "image": [(1, frame)],
        "data": [(0, RenderData()), (1, Packet.empty())],
    }
    ((at, out),) = run_graph(IMAGE, inputs, ["out"])["out"]
    assert at == 1
    np.testing.assert_array_equal(out.numpy_view(), frame.numpy_view())


def test_text() -> None:
    """On its base line, centred, with an outline, or on its head."""
    size = "canvas_width_px: 300 canvas_height_px: 100"
    text = {"display_text": "HHH", "left": 20, "baseline": 70, "font_height": 40}
    ink = drawn(one(text=text, color=RED), size)[..., 0] > 127
    rows, columns = np.nonzero(ink)
    assert 18 <= columns.min() <= 30
    assert 68 <= rows.max() <= 73
    assert 15 <= rows.max() - rows.min() <= 42
    middle = {**text, "left": 150, "baseline": 50, "center_horizontally": True, "center_vertically": True}
    rows, columns = np.nonzero(drawn(one(text=middle, color=RED), size)[..., 0] > 127)
    assert abs((columns.min() + columns.max()) / 2 - 150) < 8
    assert abs((rows.min() + rows.max()) / 2 - 50) < 8
    fraction = {**text, "left": 20 / 300, "baseline": 0.7, "font_height": 0.4, "normalized": True}
    np.testing.assert_array_equal(drawn(one(text=fraction, color=RED), size)[..., 0] > 127, ink)
    outlined = {**text, "outline_thickness": 3, "outline_color": {"g": 255}}
    found = drawn(one(text=outlined, color=RED), size)
    assert (found[..., 1] > 127).any()
    flipped = drawn(one(text=text, color=RED), size + " flip_text_vertically: true")
    assert (flipped != drawn(one(text=text, color=RED), size)).any()


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ({"color": RED}, "one of rectangle, .*; got none"),
        ({"filled_rounded_rectangle": {}}, "got filled_rounded_rectangle"),
        (
            {"oval": {"rectangle": {"left": 9, "right": 1, "bottom": 5}}},
            "an oval must have a width and height",
        ),
        ({"text": {"display_text": "x", "font_face": 9}}, "no font face 9"),
    ],
)
def test_what_cannot_be_drawn(shape: dict[str, Any], message: str) -> None:
    with pytest.raises(RunError, match=message):
        drawn(one(**shape))


@pytest.mark.parametrize("image", [np.zeros((5, 5), np.uint16), np.zeros((0, 5), np.uint8)])
def test_images_that_do_not_fit(image: Array) -> None:
    with pytest.raises(RunError, match="must have pixels of format SRGB, SRGBA, GRAY8; got"):
        run_graph(IMAGE, {"image": [(0, ImageFrame.adopt(image))]}, ["out"])


def test_contract() -> None:
    with pytest.raises(ContractError, match="canvas_width_px and canvas_height_px must be set"):
        Graph(canvas("canvas_width_px: 9"))
    with pytest.raises(ContractError, match="got IMAGE in, UIMAGE out"):
        Graph(node("AnnotationOverlay", ["IMAGE:image"], ["UIMAGE:out"]))
    with pytest.raises(ContractError, match="got IMAGE, UIMAGE in"):
        Graph(node("AnnotationOverlay", ["IMAGE:image", "UIMAGE:other"], ["UIMAGE:out"]))
    with pytest.raises(ContractError, match="got IMAGE_GPU in, IMAGE out"):
        Graph(node("AnnotationOverlay", ["IMAGE_GPU:image"], ["IMAGE:out"]))
    with pytest.raises(ContractError, match="IMAGE_GPU goes out only where it comes in"):
        Graph(node("AnnotationOverlay", ["data"], ["IMAGE_GPU:out"], CANVAS))
    with pytest.raises(ContractError, match="gpu_scale_factor must be positive, got 0"):
        Graph(node("AnnotationOverlay", ["IMAGE_GPU:image"], ["IMAGE_GPU:out"], "gpu_scale_factor: 0"))


class Random:
    """Random annotations without text."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)

    def number(self, low: float, high: float) -> float:
        return float(self.random.uniform(low, high))

    def color(self) -> dict[str, int]:
        return {name: int(self.random.integers(0, 256)) for name in "rgb"}

    def box(self) -> dict[str, Any]:
        normalized = bool(self.random.integers(2))
        width, height = (1, 1) if normalized else (60, 40)
        left, top = self.number(-0.2, 0.9) * width, self.number(-0.2, 0.9) * height
        box = {
            "left": left,
            "top": top,
            "right": left + self.number(0, 0.8) * width,
            "bottom": top + self.number(0, 0.8) * height,
            "normalized": normalized,
        }
        if self.random.integers(2):
            box["rotation"] = self.number(-math.pi, math.pi)
        return box

    def ends(self) -> dict[str, Any]:
        normalized = bool(self.random.integers(2))
        width, height = (1, 1) if normalized else (60, 40)
        ends = {
            name: self.number(-0.3, 1.3) * side
            for name, side in (("x_start", width), ("y_start", height), ("x_end", width), ("y_end", height))
        }
        return {**ends, "normalized": normalized}

    def point(self) -> dict[str, Any]:
        return {"x": self.number(-0.1, 1.1), "y": self.number(-0.1, 1.1), "normalized": True}

    def annotation(self, kind: str) -> RenderAnnotation:
        box = self.box()
        if kind == "rectangle" and self.random.integers(2):
            box["top_left_thickness"] = self.number(0, 9)
        shapes: dict[str, Any] = {
            "rectangle": box,
            "filled_rectangle": {"rectangle": box},
            "oval": {"rectangle": box},
            "filled_oval": {"oval": {"rectangle": box}},
            "point": self.point(),
            "line": self.ends(),
            "arrow": self.ends(),
            "gradient_line": {**self.ends(), "color1": self.color(), "color2": self.color()},
            "scribble": {"point": [self.point() for _ in range(3)]},
            "rounded_rectangle": {
                "rectangle": {**self.box(), "rotation": 0},
                "corner_radius": int(self.random.integers(0, 12)),
                "line_type": int(self.random.choice([4, 8])),
            },
        }
        thickness = self.number(0, 2 if self.random.integers(3) == 0 else 7)
        return RenderAnnotation(**{kind: shapes[kind]}, color=self.color(), thickness=thickness)


KINDS = [
    "rectangle",
    "filled_rectangle",
    "oval",
    "filled_oval",
    "point",
    "line",
    "arrow",
    "gradient_line",
    "scribble",
    "rounded_rectangle",
]


@needs_oracle
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(20))
def test_shapes_equal_upstreams(kind: str, seed: int) -> None:
    """Every pixel, for random places, rotations, colours and thicknesses."""
    random = Random(seed)
    data = RenderData(render_annotations=[random.annotation(kind) for _ in range(4)])
    options = "canvas_width_px: 60 canvas_height_px: 40 canvas_color { r: 9 g: 8 b: 7 }"
    theirs = oracle.Value("proto", data.SerializeToString(), "mediapipe.RenderData")
    expected = oracle.run_graph(canvas(options), {"data": [(3, theirs)]}, ["out"]).plain()["out"][0][1]
    np.testing.assert_array_equal(drawn(data, options), expected)


@needs_oracle
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_images_equal_upstreams(channels: int) -> None:
    random = Random(channels)
    image = noise(33, 45, channels)
    image = image[..., 0].copy() if channels == 1 else image
    data = RenderData(render_annotations=[random.annotation(kind) for kind in KINDS])
    theirs = {
        "image": [(0, image)],
        "data": [(0, oracle.Value("proto", data.SerializeToString(), "mediapipe.RenderData"))],
    }
    expected = oracle.run_graph(IMAGE, theirs, ["out"]).plain()["out"][0][1]
    found = run_graph(IMAGE, {"image": [(0, ImageFrame.adopt(image))], "data": [(0, data)]}, ["out"])["out"][
        0
    ][1]
    np.testing.assert_array_equal(found.numpy_view(), expected)
