"""TensorsToSegmentationCalculator of what a GPU computed (spec calculators.md 3)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from gpu_device import the_device
from graph_runs import run_graph

from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.tensor import Tensor

pytestmark = pytest.mark.gpu

TEXT = """input_stream: "tensor" input_stream: "size"
node {{ calculator: "TensorsToSegmentationCalculator" input_stream: "TENSOR:tensor"
  input_stream: "OUTPUT_SIZE:size" output_stream: "MASK:mask"
  options {{ [mediapipe.TensorsToSegmentationCalculatorOptions.ext] {{ {} }} }} }}"""
TOP = "gpu_origin: TOP_LEFT"


def mask(values: npt.NDArray[np.float32], size: tuple[int, int], options: str = TOP) -> npt.NDArray[np.uint8]:
    tensor = Tensor(values.copy(), from_gpu=True)
    ((_, image),) = run_graph(TEXT.format(options), {"tensor": [(0, tensor)], "size": [(0, size)]}, ["mask"])[
        "mask"
    ]
    assert image.uses_gpu()
    assert image.image_format is ImageFormat.SRGBA
    found = np.asarray(image.numpy_view())
    assert (found[:, :, 1:3] == 0).all()
    np.testing.assert_array_equal(found[:, :, 0], found[:, :, 3])
    return found[:, :, 0]


def test_the_same_size_is_only_rounded_and_clamped() -> None:
    values = np.random.default_rng(0).normal(0.5, 0.5, (7, 9, 1)).astype(np.float32)
    found = mask(values, (9, 7))
    assert np.abs(found - np.clip(values[:, :, 0], 0, 1) * 255).max() <= 0.51


def test_growing_blends_and_the_border_with_the_opposite_one() -> None:
    values = np.random.default_rng(1).random((6, 5, 1), np.float32)
    small = np.rint(values[:, :, 0] * 255)
    found = mask(values, (20, 12))
    for row in range(12):
        for column in range(20):
            x, y = (column + 0.5) / 4 - 0.5, (row + 0.5) / 2 - 0.5
            left, top = int(np.floor(x)), int(np.floor(y))
            a, b = small[top % 6, left % 5], small[top % 6, (left + 1) % 5]
            c, d = small[(top + 1) % 6, left % 5], small[(top + 1) % 6, (left + 1) % 5]
            above, below = a + (b - a) * (x - left), c + (d - c) * (x - left)
            assert abs(found[row, column] - (above + (below - above) * (y - top))) <= 0.52


def test_shrinking_takes_the_nearest() -> None:
    values = np.random.default_rng(2).random((8, 12, 1), np.float32)
    found = mask(values, (4, 8))
    np.testing.assert_array_equal(found, np.rint(values[:, 1::3, 0] * 255))


def test_without_top_left_rows_come_from_the_bottom() -> None:
    values = np.random.default_rng(3).random((4, 4, 1), np.float32)
    np.testing.assert_array_equal(mask(values, (4, 4), ""), mask(values, (4, 4))[::-1])


@pytest.mark.parametrize("activation", ["SIGMOID", "SOFTMAX"])
def test_activations_are_those_of_the_cpu(activation: str) -> None:
    channels = 2 if activation == "SOFTMAX" else 1
    values = np.random.default_rng(4).normal(0, 2, (5, 5, channels)).astype(np.float32)
    options = f"activation: {activation} {TOP}"
    given: dict[str, list[tuple[int, Any]]] = {"tensor": [(0, Tensor(values.copy()))], "size": [(0, (5, 5))]}
    ((_, expected),) = run_graph(TEXT.format(options), given, ["mask"])["mask"]
    assert np.abs(mask(values, (5, 5), options) / 255 - expected.numpy_view()).max() <= 0.51 / 255


def test_a_tensor_of_the_cpu_stays_there() -> None:
    given: dict[str, list[tuple[int, Any]]] = {
        "tensor": [(0, Tensor(np.zeros((2, 2, 1), np.float32)))],
        "size": [(0, (4, 4))],
    }
    ((_, image),) = run_graph(TEXT.format(TOP), given, ["mask"])["mask"]
    assert not image.uses_gpu()
    assert the_device().gpu.live == 0 or image.image_format is ImageFormat.VEC32F1
