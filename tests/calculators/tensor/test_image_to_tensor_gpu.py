"""ImageToTensorCalculator on the GPU: sampled at pixel centres through MATRIX (spec calculators.md 3)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from gpu_device import the_device
from graph_runs import run_graph
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgraph.errors import RunError
from mpgraph.formats.image import Image
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.rect import NormalizedRect

pytestmark = pytest.mark.gpu

TEXT = """input_stream: "image" input_stream: "rect"
node {{ calculator: "ImageToTensorCalculator" input_stream: "{}:image" input_stream: "NORM_RECT:rect"
  output_stream: "TENSOR:tensor" output_stream: "MATRIX:matrix"
  options {{ [mediapipe.ImageToTensorCalculatorOptions.ext] {{
    output_tensor_width: {} output_tensor_height: {} {} }} }} }}"""
FLOATS = "output_tensor_float_range { min: -1 max: 1 }"


def reference(
    pixels: npt.NDArray[Any], matrix: list[float], size: tuple[int, int], zero: bool, bottom: bool
) -> npt.NDArray[Any]:
    """The spec's formula in double precision; values 0 to 1."""
    height, width = pixels.shape[:2]
    m = np.array(matrix).reshape(4, 4)
    found = np.empty((size[1], size[0], 3))
    for row in range(size[1]):
        for column in range(size[0]):
            u, v = (m @ [(column + 0.5) / size[0], (row + 0.5) / size[1], 0, 1])[:2]
            v = 1 - v if bottom else v
            x, y = u * width - 0.5, v * height - 0.5
            total = np.zeros(3)
            for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1)):
                at = math.floor(x) + dx, math.floor(y) + dy
                weight = (1 - abs(x - at[0])) * (1 - abs(y - at[1]))
                inside = 0 <= at[0] < width and 0 <= at[1] < height
                if inside or not zero:
                    total += (
                        weight * pixels[min(max(at[1], 0), height - 1), min(max(at[0], 0), width - 1), :3]
                    )
            found[row, column] = total / 255
    return found


@given(
    size=st.tuples(st.integers(1, 12), st.integers(1, 12)),
    target=st.tuples(st.integers(1, 10), st.integers(1, 10)),
    center=st.tuples(st.floats(0, 1, width=32), st.floats(0, 1, width=32)),
    part=st.tuples(st.floats(0.25, 2, width=32), st.floats(0.25, 2, width=32)),
    rotation=st.floats(-4, 4, width=32),
    zero=st.booleans(),
    bottom=st.booleans(),
    keep=st.booleans(),
)
@settings(max_examples=25, deadline=None)
def test_the_formula(
    size: tuple[int, int],
    target: tuple[int, int],
    center: tuple[float, float],
    part: tuple[float, float],
    rotation: float,
    zero: bool,
    bottom: bool,
    keep: bool,
) -> None:
    pixels = np.random.default_rng(sum(size)).integers(0, 256, (*size, 3), np.uint8)
    options = f"{FLOATS} border_mode: {'BORDER_ZERO' if zero else 'BORDER_REPLICATE'}"
    options += f" keep_aspect_ratio: {str(keep).lower()} {'' if bottom else 'gpu_origin: TOP_LEFT'}"
    rect = NormalizedRect(
        x_center=center[0], y_center=center[1], width=part[0], height=part[1], rotation=rotation
    )
    texture = the_device().gpu.upload(ImageFrame.adopt(pixels.copy()))
    found = run_graph(
        TEXT.format("IMAGE_GPU", *target, options),
        {"image": [(0, texture)], "rect": [(0, rect)]},
        ["tensor", "matrix"],
    )
    tensor, matrix = found["tensor"][0][1], found["matrix"][0][1]
    assert tensor.shape == (1, target[1], target[0], 3)
    expected = reference(pixels, matrix, target, zero, bottom) * 2 - 1
    # A texture coordinate in float32 is good to some 1e-6 of the image, here to 1e-4 of a pixel.
    assert np.abs(tensor.data[0] - expected).max() <= 5e-4


def test_like_the_cpu_where_pixels_meet() -> None:
    """A region of whole pixels at its own size: the CPU reads at the corner, the GPU at the centre."""
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    rect = NormalizedRect(x_center=0.5, y_center=0.5, width=0.5, height=0.5)
    options = f"{FLOATS} gpu_origin: TOP_LEFT"
    given_: dict[str, list[tuple[int, Any]]] = {
        "image": [(0, the_device().gpu.upload(ImageFrame.adopt(pixels.copy())))],
        "rect": [(0, rect)],
    }
    tensor = run_graph(TEXT.format("IMAGE_GPU", 16, 16, options), given_, ["tensor"])["tensor"][0][1]
    given_["image"] = [(0, ImageFrame.adopt(pixels.copy()))]
    expected = run_graph(TEXT.format("IMAGE", 16, 16, options), given_, ["tensor"])["tensor"][0][1]
    np.testing.assert_allclose(tensor.data, expected.data, atol=1e-6)


def test_an_image_that_is_on_the_gpu_is_read_there() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
    gpu = the_device().gpu
    image = Image.from_texture(gpu.upload(ImageFrame.adopt(pixels)))
    rect = NormalizedRect(x_center=0.5, y_center=0.5, width=1, height=1)
    text = TEXT.format("IMAGE", 8, 8, "output_tensor_float_range { max: 255 } gpu_origin: TOP_LEFT")
    tensor = run_graph(text, {"image": [(0, image)], "rect": [(0, rect)]}, ["tensor"])["tensor"][0][1]
    np.testing.assert_allclose(tensor.data[0], pixels, atol=1e-3)


@pytest.mark.parametrize(
    ("options", "pixels", "message"),
    [
        (
            "output_tensor_uint_range { max: 255 }",
            np.zeros((2, 2, 3), np.uint8),
            "becomes a tensor of floats",
        ),
        (FLOATS, np.zeros((2, 2), np.uint8), "expected RGBA8 or RGBA32F"),
    ],
)
def test_what_cannot_be(options: str, pixels: npt.NDArray[np.uint8], message: str) -> None:
    texture = the_device().gpu.upload(ImageFrame.adopt(pixels))
    rect = NormalizedRect(x_center=0.5, y_center=0.5, width=1, height=1)
    with pytest.raises(RunError, match=message):
        run_graph(
            TEXT.format("IMAGE_GPU", 2, 2, options),
            {"image": [(0, texture)], "rect": [(0, rect)]},
            ["tensor"],
        )
