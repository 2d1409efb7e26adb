"""TensorConverterCalculator of images on the GPU (spec calculators.md 4)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from gpu_device import the_device
from graph_runs import run_graph
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgraph.errors import RunError
from mpgraph.formats.image_frame import ImageFrame

pytestmark = pytest.mark.gpu

TEXT = """input_stream: "image"
node {{ calculator: "TensorConverterCalculator" input_stream: "IMAGE_GPU:image" output_stream: "TENSOR:out"
  options {{ [mediapipe.TensorConverterCalculatorOptions.ext] {{ {} }} }} }}"""


def tensor(pixels: npt.NDArray[Any], options: str) -> npt.NDArray[Any]:
    texture = the_device().gpu.upload(ImageFrame.adopt(pixels.copy()))
    ((_, found),) = run_graph(TEXT.format(options), {"image": [(0, texture)]}, ["out"])["out"]
    assert found.dtype == np.float32
    return np.asarray(found.data)


def noise(*shape: int) -> npt.NDArray[np.uint8]:
    return np.random.default_rng(sum(shape)).integers(0, 256, shape, np.uint8)


@pytest.mark.parametrize(
    ("options", "low", "high"),
    [
        ("", -1, 1),
        ("zero_center: false", 0, 1),
        ("output_tensor_float_range { min: -3 max: 5 }", -3, 5),
        ("use_custom_normalization: true custom_div: 51 custom_sub: 2", -2, 3),
    ],
)
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_ranges_and_channels(options: str, low: float, high: float, channels: int) -> None:
    pixels = noise(5, 7, 4)
    found = tensor(pixels, f"{options} max_num_channels: {channels}")
    assert found.shape == (1, 5, 7, channels)
    np.testing.assert_allclose(found[0], pixels[:, :, :channels] / 255 * (high - low) + low, atol=1e-5)


@given(
    size=st.tuples(st.integers(1, 20), st.integers(1, 20)),
    stored=st.sampled_from([3, 4]),
    dtype=st.sampled_from([np.uint8, np.float32]),
    channels=st.sampled_from([1, 3, 4]),
    low=st.floats(-8, 8, width=32),
    span=st.floats(0.125, 16, width=32),
    flipped=st.booleans(),
)
@settings(max_examples=20, deadline=None)
def test_the_formula(
    size: tuple[int, int],
    stored: int,
    dtype: Any,
    channels: int,
    low: float,
    span: float,
    flipped: bool,
) -> None:
    """``value * (high - low) + low`` of what the texture holds; floats are not divided by 255."""
    rng = np.random.default_rng(sum(size))
    pixels: npt.NDArray[Any] = rng.integers(0, 256, (*size, stored), np.uint8)
    if dtype is np.float32:
        stored = 4
        pixels = rng.normal(size=(*size, 4)).astype(np.float32)
    options = f"output_tensor_float_range {{ min: {low} max: {low + span} }} max_num_channels: {channels}"
    found = tensor(pixels, f"{options} flip_vertically: {str(flipped).lower()}")
    values = pixels / np.float64(255 if pixels.dtype == np.uint8 else 1)
    four = np.ones((*size, 4))
    four[:, :, :stored] = values
    rows = four[::-1] if flipped else four
    assert found.shape == (1, *size, channels)
    np.testing.assert_allclose(found[0], rows[:, :, :channels] * span + low, atol=1e-4, rtol=1e-6)


@given(
    size=st.tuples(st.integers(1, 20), st.integers(1, 20)),
    channels=st.sampled_from([1, 3, 4]),
    options=st.sampled_from(["", "zero_center: false", "flip_vertically: true"]),
)
@settings(max_examples=10, deadline=None)
def test_as_in_memory(size: tuple[int, int], channels: int, options: str) -> None:
    """Of images of 8 bits, far within a level."""
    pixels = noise(*size, 4)
    options += f" max_num_channels: {channels}"
    text = TEXT.replace("IMAGE_GPU", "IMAGE").format(options)
    ((_, expected),) = run_graph(text, {"image": [(0, ImageFrame.adopt(pixels))]}, ["out"])["out"]
    np.testing.assert_allclose(tensor(pixels, options), expected.data, atol=1e-5)


def test_gray_is_three_equal_channels() -> None:
    pixels = noise(3, 5)
    found = tensor(pixels, "zero_center: false")
    np.testing.assert_allclose(found[0], np.stack([pixels] * 3, -1) / 255, atol=1e-6)


def test_what_floats_have_not_is_0() -> None:
    pixels = np.random.default_rng(0).random((3, 3), np.float32)
    found = tensor(pixels, "zero_center: false")
    np.testing.assert_array_equal(found[0, :, :, 0], pixels)
    assert (found[0, :, :, 1:] == 0).all()


def test_two_channels_are_refused() -> None:
    with pytest.raises(RunError, match="unsupported image <GpuBuffer RG32F 2x2>"):
        tensor(np.zeros((2, 2, 2), np.float32), "")


def test_without_images_there_are_no_tensors() -> None:
    assert run_graph(TEXT.format(""), {"image": []}, ["out"])["out"] == []


def test_images_of_several_sizes() -> None:
    texture = the_device().gpu.upload
    images = [(at, texture(ImageFrame.adopt(noise(at + 1, 4, 3)))) for at in range(3)]
    found = run_graph(TEXT.format(""), {"image": images}, ["out"])["out"]
    assert [each.shape for _, each in found] == [(1, 1, 4, 3), (1, 2, 4, 3), (1, 3, 4, 3)]


def test_a_frame_in_memory_is_refused() -> None:
    with pytest.raises(RunError, match="GpuBuffer"):
        run_graph(TEXT.format(""), {"image": [(0, ImageFrame.adopt(noise(2, 2, 3)))]}, ["out"])


@pytest.mark.parametrize(
    ("options", "flipped"),
    [
        ("", False),
        ("flip_vertically: true", True),
        ("gpu_origin: TOP_LEFT", False),
        ("gpu_origin: CONVENTIONAL", True),
        ("gpu_origin: DEFAULT", True),
    ],
)
def test_rows(options: str, flipped: bool) -> None:
    pixels = noise(4, 3, 3)
    expected = pixels[::-1] if flipped else pixels
    np.testing.assert_allclose(tensor(pixels, f"zero_center: false {options}")[0], expected / 255, atol=1e-6)


def test_four_channels_of_a_gray_image_are_refused() -> None:
    with pytest.raises(RunError, match="unsupported image <GpuBuffer R8 2x2> for 4 channels"):
        tensor(noise(2, 2), "max_num_channels: 4")
