"""ImageToTensorCalculator: spec calculators.md 2.1 to 2.8 and section 3."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from graph_runs import run_graph
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_client import SHARED, needs_oracle, needs_shared, oracle

from mpgraph import Graph
from mpgraph.errors import ConfigError, RunError
from mpgraph.formats.image import Image
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.rect import NormalizedRect
from mpgraph.formats.tensor import Tensor

Array = npt.NDArray[Any]
FLOATS = "output_tensor_float_range { min: 0 max: 1 }"
SELFIE = f"{FLOATS} border_mode: BORDER_ZERO output_tensor_width: 256 output_tensor_height: "


def graph(options: str, *, rect: bool = False, image: str = "IMAGE") -> str:
    return f"""
        input_stream: "image" {'input_stream: "rect"' if rect else ""}
        output_stream: "tensors" output_stream: "padding" output_stream: "matrix"
        node {{
          calculator: "ImageToTensorCalculator"
          input_stream: "{image}:image" {'input_stream: "NORM_RECT:rect"' if rect else ""}
          output_stream: "TENSORS:tensors"
          output_stream: "LETTERBOX_PADDING:padding"
          output_stream: "MATRIX:matrix"
          options {{ [mediapipe.ImageToTensorCalculatorOptions.ext] {{ {options} }} }}
        }}"""


def convert(options: str, image: Array, rect: NormalizedRect | None = None) -> tuple[Tensor, Any, Any]:
    """Tensor, padding and matrix of one image."""
    inputs: dict[str, list[tuple[int, Any]]] = {"image": [(0, ImageFrame.adopt(image.copy()))]}
    if rect is not None:
        inputs["rect"] = [(0, rect)]
    out = run_graph(graph(options, rect=rect is not None), inputs, ["tensors", "padding", "matrix"])
    ((_, (tensor,)),) = out["tensors"]
    return tensor, out["padding"][0][1], out["matrix"][0][1]


def noise(*shape: int) -> Array:
    return np.random.default_rng(sum(shape)).integers(0, 256, shape, np.uint8)


# What upstream computes, written out plainly.


def reference_warp(image: Array, width: int, height: int) -> Array:
    """2.4 for the whole image: fixed point, border 0, one pixel after the other."""
    in_height, in_width = image.shape[:2]
    corners = np.array(((0, in_height), (0, 0), (in_width, 0), (in_width, in_height)), np.float32)
    target = np.array(((0, height), (0, 0), (width, 0), (width, height)), np.float32)
    inverse = cv2.invert(cv2.getPerspectiveTransform(corners, target))[1].tolist()
    tile = min(1024 // min(16, height), width)
    out = np.zeros((height, width, *image.shape[2:]), np.uint8)

    def tap(y: int, x: int) -> Any:
        inside = 0 <= y < in_height and 0 <= x < in_width
        return image[y, x].astype(np.int64) if inside else 0

    for y in range(height):
        for x in range(width):
            left = x // tile * tile
            p = [row[0] * left + row[1] * y + row[2] + row[0] * (x - left) for row in inverse]
            scale = 32 / p[2] if p[2] else 0
            at_x, at_y = round(p[0] * scale), round(p[1] * scale)
            sx, sy, ax, ay = at_x >> 5, at_y >> 5, at_x & 31, at_y & 31
            total = (
                (32 - ax) * (32 - ay) * tap(sy, sx)
                + ax * (32 - ay) * tap(sy, sx + 1)
                + (32 - ax) * ay * tap(sy + 1, sx)
                + ax * ay * tap(sy + 1, sx + 1)
            )
            out[y, x] = (32 * total + 16384) >> 15
    return out


@settings(max_examples=30, deadline=None)
@given(
    size=st.tuples(st.integers(1, 70), st.integers(1, 70)),
    tensor=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    channels=st.sampled_from([1, 3, 4]),
)
def test_warp_is_opencv_4s(size: tuple[int, int], tensor: tuple[int, int], channels: int) -> None:
    """2.4: every value of the whole image's tensor, for any sizes; 2.1 with scale 1 is the identity."""
    image = noise(*size, channels)
    options = (
        f"output_tensor_float_range {{ min: 0 max: 255 }} border_mode: BORDER_ZERO "
        f"output_tensor_width: {tensor[1]} output_tensor_height: {tensor[0]}"
    )
    found, padding, _ = convert(options, image)
    expected = reference_warp(image, tensor[1], tensor[0])[..., : min(channels, 3)]
    np.testing.assert_array_equal(found.data, expected[None])
    assert padding == (0.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("options", "dtype", "expected"),
    [
        ("output_tensor_float_range { min: 0 max: 1 }", np.float32, [0.0, 128 / 255, 1.0]),
        ("output_tensor_float_range { min: -1 max: 1 }", np.float32, [-1.0, 1 / 255, 1.0]),
        ("output_tensor_int_range { min: -128 max: 127 }", np.int8, [-128, 0, 127]),
        ("output_tensor_int_range { min: 0 max: 127 }", np.uint8, [0, 64, 127]),
        ("output_tensor_uint_range { min: 0 max: 255 }", np.uint8, [0, 128, 255]),
        ("output_tensor_uint_range { min: 100 max: 101 }", np.uint8, [100, 101, 101]),
    ],
)
def test_ranges(options: str, dtype: type, expected: list[float]) -> None:
    """2.1: what 0, 128 and 255 become, and the element type of each range."""
    tensor, _, _ = convert(options, np.array([[0, 128, 255]], np.uint8))
    assert tensor.dtype == dtype
    assert tensor.shape == (1, 1, 3, 1)
    np.testing.assert_allclose(tensor.data.ravel(), expected, atol=1e-6)


def test_size_is_the_images_unless_set() -> None:
    tensor, _, matrix = convert(FLOATS, noise(5, 7, 3))
    assert tensor.shape == (1, 5, 7, 3)
    assert matrix[0] == pytest.approx(1)


def test_letterbox_padding_and_matrix() -> None:
    """2.7: a square image in a tensor twice as wide as high gets a quarter on the left and right."""
    options = f"{FLOATS} keep_aspect_ratio: true output_tensor_width: 100 output_tensor_height: 50"
    tensor, padding, matrix = convert(options + " border_mode: BORDER_ZERO", np.full((70, 70), 255, np.uint8))
    assert padding == (0.25, 0.0, 0.25, 0.0)
    assert matrix == (2, 0, 0, -0.5, 0, 1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1)
    columns = tensor.data[0, 25, :, 0]
    assert columns[:24].max() == 0
    assert columns[26:74].min() == 1
    assert columns[76:].max() == 0


@given(
    width=st.integers(1, 64),
    height=st.integers(1, 64),
    ratio=st.tuples(st.integers(1, 64), st.integers(1, 64)),
)
@settings(max_examples=40, deadline=None)
def test_padding_is_on_one_axis_and_symmetric(width: int, height: int, ratio: tuple[int, int]) -> None:
    """2.7: left = right, top = bottom, one of both 0, and what remains has the image's aspect ratio."""
    options = (
        f"{FLOATS} keep_aspect_ratio: true output_tensor_width: {ratio[0]} output_tensor_height: {ratio[1]}"
    )
    _, (left, top, right, bottom), _ = convert(options, noise(height, width))
    assert (left, top) == (right, bottom)
    assert min(left, top) == 0
    assert ratio[1] * (1 - 2 * top) / (ratio[0] * (1 - 2 * left)) == pytest.approx(height / width, rel=1e-4)


def test_rect_shows_its_region() -> None:
    """2.7: the right half of an image."""
    image = np.zeros((8, 8), np.uint8)
    image[:, 4:] = np.arange(1, 33).reshape(8, 4)
    rect = NormalizedRect(x_center=0.75, y_center=0.5, width=0.5, height=1, rotation=0)
    options = "output_tensor_float_range { min: 0 max: 255 } output_tensor_width: 4 output_tensor_height: 8"
    tensor, _, _ = convert(options, image, rect)
    np.testing.assert_array_equal(tensor.data[0, :, :, 0], image[:, 4:])


def test_border_modes() -> None:
    """2.4: outside is 0 with BORDER_ZERO, the border's pixels otherwise."""
    rect = NormalizedRect(x_center=-3, y_center=0.5, width=1, height=1)
    image = np.full((4, 4), 200, np.uint8)
    values = {
        mode: convert(f"output_tensor_float_range {{ min: 0 max: 255 }} border_mode: {mode}", image, rect)[0]
        for mode in ("BORDER_ZERO", "BORDER_REPLICATE", "BORDER_UNSPECIFIED")
    }
    assert values["BORDER_ZERO"].data.max() == 0
    assert values["BORDER_REPLICATE"].data.min() == 200
    assert values["BORDER_UNSPECIFIED"].data.min() == 200


def test_the_region_may_change_from_frame_to_frame() -> None:
    """The kept map belongs to one region and one image size."""
    image = noise(20, 30, 3)
    rects = [NormalizedRect(x_center=x, y_center=0.5, width=0.5, height=0.5) for x in (0.25, 0.75, 0.25)]
    frames = [(t, ImageFrame.adopt(image)) for t in range(3)]
    sizes = "output_tensor_width: 9 output_tensor_height: 9"
    out = run_graph(
        graph(f"{FLOATS} {sizes}", rect=True),
        {"image": frames, "rect": list(enumerate(rects))},
        ["tensors"],
    )["tensors"]
    tensors = [value[0].data for _, value in out]
    np.testing.assert_array_equal(tensors[0], tensors[2])
    assert (tensors[0] != tensors[1]).any()
    for (_, frame), rect, tensor in zip(frames, rects, tensors, strict=True):
        alone = convert(f"{FLOATS} {sizes}", frame.numpy_view(), rect)[0]
        np.testing.assert_array_equal(tensor, alone.data)


def test_a_region_that_is_changed_and_sent_again_is_another_one() -> None:
    """Messages can be changed; the kept map must not follow."""
    image = ImageFrame.adopt(noise(20, 30, 3))
    rect = NormalizedRect(x_center=0.25, y_center=0.5, width=0.5, height=0.5)
    out: list[Any] = []
    options = f"{FLOATS} output_tensor_width: 9 output_tensor_height: 9"
    run = Graph(graph(options, rect=True))
    run.observe("tensors", lambda packet: out.append(packet.value[0].data))
    with run.start():
        for time, rect.x_center in enumerate((0.25, 0.75)):
            run.add_packet("image", image, time)
            run.add_packet("rect", rect, time)
            run.wait_until_idle()
    assert (out[0] != out[1]).any()
    np.testing.assert_array_equal(out[1], convert(options, image.numpy_view(), rect)[0].data)


def test_takes_an_image_like_a_frame_and_sends_one_tensor() -> None:
    text = graph(FLOATS).replace("TENSORS:", "TENSOR:")
    frame = ImageFrame.adopt(noise(3, 3, 3))
    out = run_graph(text, {"image": [(0, frame), (1, Image.from_frame(frame))]}, ["tensors"])["tensors"]
    assert [at for at, _ in out] == [0, 1]
    np.testing.assert_array_equal(out[0][1].data, out[1][1].data)


def test_nothing_is_sent_without_image_or_rect() -> None:
    """No image, no rect, and a rect of no size: no tensor, padding or matrix; the bound moves on."""
    frame = ImageFrame.adopt(noise(3, 3, 3))
    nothing = NormalizedRect(x_center=0.5, y_center=0.5, width=0, height=0)
    whole = NormalizedRect(x_center=0.5, y_center=0.5, width=1, height=1)
    out = run_graph(
        graph(FLOATS, rect=True),
        {
            "image": [(0, frame), (2, frame), (3, frame)],
            "rect": [(0, nothing), (1, whole), (3, whole)],
        },
        ["tensors", "padding", "matrix"],
    )
    assert [[at for at, _ in stream] for stream in out.values()] == [[3], [3], [3]]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("", "range of the tensor's values is not set"),
        ("output_tensor_float_range { min: 1 max: 1 }", "min < max"),
        ("output_tensor_int_range { min: -129 max: 5 }", r"-128 <= min < max <= 127, got -129 to 5"),
        ("output_tensor_uint_range { min: 5 max: 256 }", r"0 <= min < max <= 255, got 5 to 256"),
        (f"{FLOATS} output_tensor_width: 0", "output_tensor_width must be positive, got 0"),
        (f"{FLOATS} output_tensor_height: -1", "output_tensor_height must be positive, got -1"),
    ],
)
def test_options_are_checked_before_the_run(options: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        run_graph(graph(options), {}, [])


def test_ports_are_checked_before_the_run() -> None:
    with pytest.raises(ConfigError, match="exactly one input of IMAGE, IMAGE_GPU must be connected"):
        run_graph(graph(FLOATS, image="OTHER"), {}, [])
    with pytest.raises(ConfigError, match="exactly one output of TENSORS, TENSOR must be connected"):
        run_graph(graph(FLOATS).replace('output_stream: "TENSORS:tensors"', ""), {}, [])


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (np.zeros((4, 4), np.float32), "unsupported image format VEC32F1"),
        (np.zeros((4, 4, 3), np.uint16), "unsupported image format SRGB48"),
        (np.zeros((0, 4, 3), np.uint8), "the image has no pixels: its size is 4x0"),
        (np.zeros((1, 32767), np.uint8), "32767x1 pixels cannot be sampled"),
    ],
)
def test_images_that_cannot_be_converted(image: Array, message: str) -> None:
    with pytest.raises(RunError, match=message):
        convert(SELFIE + "256", image)


@pytest.mark.parametrize("width", [0.0, -1.0, float("nan"), float("inf"), 1e300])
def test_region_must_be_finite_and_positive(width: float) -> None:
    rect = NormalizedRect(x_center=0.5, y_center=0.5, width=width, height=1)
    with pytest.raises(RunError, match="region of interest must be finite and have a positive width"):
        convert(FLOATS, noise(4, 4), rect)


# Against the real MediaPipe.


def upstream(options: str, image: Array, rect: NormalizedRect | None = None) -> tuple[Array, Any, Any]:
    """The same from upstream, the tensor flat."""
    text = graph(options, rect=rect is not None).replace('"tensors"', '"floats"') + (
        ' node { calculator: "TensorsToFloatsCalculator" input_stream: "TENSORS:t" output_stream: "FLOATS:floats" }'
    )
    text = text.replace('"TENSORS:tensors"', '"TENSORS:t"')
    inputs: dict[str, list[tuple[int, Any]]] = {"image": [(0, image)]}
    if rect is not None:
        inputs["rect"] = [(0, rect)]
    out = oracle.run_graph(text, inputs, ["floats", "padding", "matrix"]).plain()
    return tuple(np.array(out[name][0][1], np.float32) for name in ("floats", "padding", "matrix"))  # type: ignore[return-value]


def assert_equals_upstream(options: str, image: Array, rect: NormalizedRect | None = None) -> None:
    tensor, padding, matrix = convert(options, image, rect)
    expected = upstream(options, image, rect)
    np.testing.assert_array_equal(tensor.data.ravel(), expected[0])
    np.testing.assert_array_equal(np.array(padding, np.float32), expected[1])
    np.testing.assert_allclose(np.array(matrix, np.float32), expected[2], rtol=2e-7, atol=1e-7)


def photographs() -> list[Path]:
    return sorted((SHARED / "data" / "images").glob("*.*"))


@needs_oracle
@needs_shared
@pytest.mark.parametrize("height", [256, 144])
@pytest.mark.parametrize("path", photographs(), ids=lambda path: path.stem)
def test_equals_upstream_on_photographs(path: Path, height: int) -> None:
    """Every value of both selfie models' inputs."""
    image = Image.create_from_file(path).numpy_view()
    assert_equals_upstream(SELFIE + str(height), image)


@needs_oracle
@pytest.mark.parametrize(
    "shape",
    [(1499, 1271), (1, 1), (1, 2000, 3), (2000, 1, 3), (479, 641, 4), (64, 48), (1271, 1499, 3)],
    ids=lambda shape: "x".join(map(str, shape)),
)
def test_equals_upstream_on_odd_sizes_and_formats(shape: tuple[int, ...]) -> None:
    """Sizes at which the order of the arithmetic decides ties, and gray and RGBA images."""
    assert_equals_upstream(SELFIE + "144", noise(*shape))
    assert_equals_upstream(
        f"{FLOATS} border_mode: BORDER_ZERO output_tensor_width: 95 output_tensor_height: 128", noise(*shape)
    )


@needs_oracle
@pytest.mark.parametrize("seed", range(24))
def test_equals_upstream_on_rects(seed: int) -> None:
    """Turned regions, also beyond the image; letterbox; both borders; several ranges."""
    random = np.random.default_rng(seed)
    rect = NormalizedRect(
        x_center=float(random.uniform(-0.2, 1.2)),
        y_center=float(random.uniform(-0.2, 1.2)),
        width=float(random.uniform(0.05, 1.5)),
        height=float(random.uniform(0.05, 1.5)),
        rotation=float(random.choice([0, np.pi / 2, -np.pi, random.normal()])),
    )
    width, height = random.integers(1, 300, 2)
    options = (
        f"output_tensor_width: {width} output_tensor_height: {height} "
        f"keep_aspect_ratio: {random.choice(['true', 'false'])} "
        f"border_mode: {random.choice(['BORDER_ZERO', 'BORDER_REPLICATE', 'BORDER_UNSPECIFIED'])} "
        f"output_tensor_float_range {{ {random.choice(['min: 0 max: 1', 'min: -1 max: 1', 'min: 3 max: 7.7'])} }}"
    )
    assert_equals_upstream(options, noise(*random.integers(1, 900, 2), 3), rect)


@needs_oracle
@pytest.mark.parametrize(
    "options",
    [
        "output_tensor_int_range { min: -128 max: 127 }",
        "output_tensor_int_range { min: -10 max: 77 }",
        "output_tensor_int_range { min: 3 max: 120 }",
        "output_tensor_uint_range { min: 0 max: 255 }",
        "output_tensor_uint_range { min: 7 max: 250 }",
        "output_tensor_uint_range { min: 0 max: 51 }",
    ],
)
def test_equals_upstream_on_integer_ranges(options: str) -> None:
    """All of 0 to 255; upstream's integers are read through its dequantization, of scale 1."""
    image = np.arange(256, dtype=np.uint8).reshape(16, 16)
    text = graph(options).replace('"TENSORS:tensors"', '"TENSORS:t"').replace('"tensors"', '"floats"') + (
        'node { calculator: "TensorsDequantizationCalculator" input_stream: "TENSORS:t" output_stream: "TENSORS:u" }'
        'node { calculator: "TensorsToFloatsCalculator" input_stream: "TENSORS:u" output_stream: "FLOATS:floats" }'
    )
    expected = oracle.run_graph(text, {"image": [(0, image)]}, ["floats"]).plain()["floats"][0][1]
    np.testing.assert_array_equal(convert(options, image)[0].data.ravel(), expected)
    assert ImageFormat.of(image) is ImageFormat.GRAY8
