"""BilateralFilterCalculator on the GPU: the spec's formula (calculators.md 4)."""

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

from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.gpu import GpuBuffer

pytestmark = pytest.mark.gpu

TEXT = """input_stream: "image" input_stream: "guide"
node {{ calculator: "BilateralFilterCalculator" input_stream: "IMAGE_GPU:image" {} output_stream: "IMAGE_GPU:out"
  options {{ [mediapipe.BilateralFilterCalculatorOptions.ext] {{ sigma_color: {} sigma_space: {} }} }} }}"""
GUIDE = 'input_stream: "GUIDE_GPU:guide"'


def upload(pixels: npt.NDArray[Any]) -> GpuBuffer:
    return the_device().gpu.upload(ImageFrame.adopt(pixels.copy()))


def reference(
    image: npt.NDArray[Any], guide: npt.NDArray[Any], sigma_color: float, sigma_space: float
) -> npt.NDArray[Any]:
    height, width = guide.shape[:2]

    def sample(pixels: npt.NDArray[Any], x: float, y: float) -> npt.NDArray[Any]:
        """Linear, x and y in pixels from the first one's centre."""
        total = np.zeros(3)
        for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1)):
            column, row = math.floor(x) + dx, math.floor(y) + dy
            part = (1 - abs(x - column)) * (1 - abs(y - row))
            total += part * pixels[min(max(row, 0), height - 1), min(max(column, 0), width - 1), :3]
        return total / 255

    def weight(x: float, sigma: float) -> float:
        return math.exp(x * x * -0.5 / (4 * sigma * sigma + 1e-6))

    step = max(1.0, 0.66 * math.sqrt(sigma_space))
    first = -sigma_space + (step / 2 if step > 1 else 0)
    offsets = []
    while first <= sigma_space + 1e-9:
        offsets.append(first)
        first += step
    found = np.empty((height, width, 3))
    for row in range(height):
        for column in range(width):
            centre = sample(guide, column, row)
            total, weights = np.zeros(3), 0.0
            for down in offsets:
                for across in offsets:
                    near = weight(
                        math.hypot(across / width, down / height), max(1 / width, 1 / height) * sigma_space
                    )
                    there = sample(guide, column + across, row + down)
                    both = near * weight(float(np.linalg.norm(there - centre)), sigma_color)
                    total += both * sample(image, column + across, row + down)
                    weights += both
            found[row, column] = total / weights
    return found * 255


@given(
    size=st.tuples(st.integers(1, 6), st.integers(1, 6)),
    color=st.sampled_from([0.05, 0.3, 1.0]),
    space=st.sampled_from([0.0, 1.0, 2.0, 4.0]),
    guided=st.booleans(),
)
@settings(max_examples=15, deadline=None)
def test_the_formula(size: tuple[int, int], color: float, space: float, guided: bool) -> None:
    rng = np.random.default_rng(sum(size))
    image, guide = rng.integers(0, 256, (2, *size, 3), np.uint8)
    given_ = {"image": [(0, upload(image))], "guide": [(0, upload(guide))] if guided else []}
    ((_, found),) = run_graph(TEXT.format(GUIDE if guided else "", color, space), given_, ["out"])["out"]
    assert found.image_format is ImageFormat.SRGBA
    pixels = found.download().numpy_view()
    assert (pixels[:, :, 3] == 255).all()
    expected = reference(image, guide if guided else image, color, space)
    assert np.abs(pixels[:, :, :3] - expected).max() <= 0.6


def test_without_a_guide_s_packet_nothing_is_sent() -> None:
    image = upload(np.zeros((2, 2, 3), np.uint8))
    assert run_graph(TEXT.format(GUIDE, 0.1, 1), {"image": [(0, image)], "guide": []}, ["out"])["out"] == []
