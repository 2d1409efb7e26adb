"""SetAlphaCalculator on the GPU (spec calculators.md 4)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from gpu_device import the_device
from graph_runs import run_graph

from mpgraph.errors import RunError
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.gpu import GpuBuffer

pytestmark = pytest.mark.gpu

TEXT = """input_stream: "image" input_stream: "mask"
node {{ calculator: "SetAlphaCalculator" input_stream: "IMAGE_GPU:image" {} output_stream: "IMAGE_GPU:out"
  options {{ [mediapipe.SetAlphaCalculatorOptions.ext] {{ {} }} }} }}"""
MASK = 'input_stream: "ALPHA_GPU:mask"'


def texture(*shape: int, dtype: Any = np.uint8) -> GpuBuffer:
    rng = np.random.default_rng(sum(shape))
    pixels = rng.integers(0, 256, shape, np.uint8) if dtype is np.uint8 else rng.random(shape, np.float32)
    return the_device().gpu.upload(ImageFrame.adopt(pixels))


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("mask", [(7, 5, 4), (7, 5)])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_alpha_is_the_red_of_the_mask(channels: int, mask: tuple[int, ...], dtype: Any) -> None:
    image, alpha = texture(7, 5, channels), texture(*mask, dtype=dtype)
    given = {"image": [(0, image)], "mask": [(0, alpha)]}
    ((_, found),) = run_graph(TEXT.format(MASK, ""), given, ["out"])["out"]
    assert found.image_format is ImageFormat.SRGBA
    pixels = found.download().numpy_view()
    np.testing.assert_array_equal(pixels[:, :, :3], image.download().numpy_view()[:, :, :3])
    red = alpha.download().numpy_view().reshape(7, 5, -1)[:, :, 0] * (255 if dtype is np.float32 else 1)
    assert np.abs(pixels[:, :, 3] - red).max() <= 0.51


@pytest.mark.parametrize(("value", "alpha"), [(0, 0), (77, 77), (300, 255)])
def test_one_alpha_for_all(value: int, alpha: int) -> None:
    given = {"image": [(0, texture(1, 3, 3))], "mask": []}
    ((_, found),) = run_graph(TEXT.format("", f"alpha_value: {value}"), given, ["out"])["out"]
    assert (found.download().numpy_view()[:, :, 3] == alpha).all()


def test_without_a_mask_alpha_is_0() -> None:
    given = {"image": [(0, texture(2, 2, 3))], "mask": []}
    ((_, found),) = run_graph(TEXT.format(MASK, ""), given, ["out"])["out"]
    assert (found.download().numpy_view()[:, :, 3] == 0).all()


def test_gray_images_are_refused() -> None:
    with pytest.raises(RunError, match="the image must be RGBA8, got <GpuBuffer R8 2x2>"):
        run_graph(TEXT.format("", "alpha_value: 1"), {"image": [(0, texture(2, 2))], "mask": []}, ["out"])
