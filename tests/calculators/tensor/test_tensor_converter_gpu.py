"""TensorConverterCalculator of images on the GPU (spec calculators.md 4)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from gpu_device import the_device
from graph_runs import run_graph

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


def test_what_an_image_has_not_is_0() -> None:
    found = tensor(noise(3, 3), "zero_center: false")
    assert found.shape == (1, 3, 3, 3)
    assert (found[..., 1:] == 0).all()


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
