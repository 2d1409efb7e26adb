"""ImageTransformationCalculator on the GPU: pixel centres, exact turns, no averaging (spec calculators.md 3)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from gpu_device import the_device
from graph_runs import run_graph
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame

pytestmark = pytest.mark.gpu

TEXT = """input_stream: "image"
node {{ calculator: "ImageTransformationCalculator" input_stream: "IMAGE_GPU:image" output_stream: "IMAGE_GPU:out"
  output_stream: "LETTERBOX_PADDING:padding"
  options {{ [mediapipe.ImageTransformationCalculatorOptions.ext] {{ {} }} }} }}"""


def noise(height: int, width: int, channels: int = 3) -> npt.NDArray[np.uint8]:
    return np.random.default_rng(height * 100 + width).integers(0, 256, (height, width, channels), np.uint8)


def transform(options: str, pixels: npt.NDArray[Any]) -> npt.NDArray[Any]:
    texture = the_device().gpu.upload(ImageFrame.adopt(pixels.copy()))
    ((_, found),) = run_graph(TEXT.format(options), {"image": [(0, texture)]}, ["out"])["out"]
    assert found.image_format is texture.image_format
    return np.asarray(found.download().numpy_view())


def on_cpu(options: str, pixels: npt.NDArray[Any]) -> npt.NDArray[Any]:
    text = TEXT.format(options).replace("_GPU", "")
    frame = ImageFrame.adopt(pixels.copy())
    ((_, found),) = run_graph(text, {"image": [(0, frame)]}, ["out"])["out"]
    return np.asarray(found.numpy_view())


@given(
    st.integers(1, 30),
    st.integers(1, 30),
    st.sampled_from([0, 90, 180, 270]),
    st.booleans(),
    st.booleans(),
)
@settings(max_examples=25, deadline=None)
def test_turns_and_flips_are_exact(
    height: int, width: int, degrees: int, horizontally: bool, vertically: bool
) -> None:
    """Counter-clockwise, then mirrored."""
    pixels = noise(height, width)
    options = f"rotation_mode: ROTATION_{degrees} flip_horizontally: {str(horizontally).lower()}"
    options += f" flip_vertically: {str(vertically).lower()}"
    expected = np.rot90(pixels, degrees // 90)
    expected = expected[:, ::-1] if horizontally else expected
    expected = expected[::-1] if vertically else expected
    np.testing.assert_array_equal(transform(options, pixels), expected)


@pytest.mark.parametrize("mode", ["STRETCH", "FILL_AND_CROP"])
@pytest.mark.parametrize("size", [(40, 30), (64, 33), (20, 77)])
def test_growing_is_like_the_cpu_within_one_level(mode: str, size: tuple[int, int]) -> None:
    pixels = noise(15, 20)
    options = f"output_width: {size[0]} output_height: {size[1]} scale_mode: {mode}"
    found, expected = transform(options, pixels), on_cpu(options, pixels)
    assert found.shape == expected.shape
    assert np.abs(found.astype(int) - expected).max() <= 1


def test_shrinking_takes_four_pixels_and_averages_no_more() -> None:
    pixels = noise(64, 64)
    found = transform("output_width: 16 output_height: 16", pixels)
    expected = pixels.reshape(16, 4, 16, 4, 3)[:, 1:3, :, 1:3].mean((1, 3))
    assert np.abs(found - expected).max() <= 0.51


def test_fitting_pads_with_the_color() -> None:
    pixels = noise(10, 20)
    found = transform(
        "output_width: 20 output_height: 20 scale_mode: FIT padding_color { red: 9 blue: 3 }", pixels
    )
    np.testing.assert_array_equal(found[5:15], pixels)
    assert (found[:5] == (9, 0, 3)).all()
    assert (found[15:] == (9, 0, 3)).all()


def test_nearest_takes_pixels_as_they_are() -> None:
    pixels = noise(5, 5)
    found = transform("output_width: 15 output_height: 15 interpolation_mode: NEAREST", pixels)
    np.testing.assert_array_equal(found, pixels.repeat(3, 0).repeat(3, 1))


def test_nothing_to_do_sends_the_very_texture() -> None:
    texture = the_device().gpu.upload(ImageFrame.adopt(noise(3, 4)))
    found = run_graph(TEXT.format(""), {"image": [(0, texture)]}, ["out", "padding"])
    assert found["out"][0][1] is texture
    assert found["padding"][0][1] == (0, 0, 0, 0)


def test_floats_are_not_rounded_to_bytes() -> None:
    pixels = np.random.default_rng(0).random((4, 6), np.float32)
    texture = the_device().gpu.upload(ImageFrame.adopt(pixels.copy(), ImageFormat.VEC32F1))
    ((_, found),) = run_graph(TEXT.format("flip_vertically: true"), {"image": [(0, texture)]}, ["out"])["out"]
    np.testing.assert_allclose(found.download().numpy_view(), pixels[::-1], atol=1e-6)
