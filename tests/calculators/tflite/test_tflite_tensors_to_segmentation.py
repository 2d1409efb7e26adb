"""TfLiteTensorsToSegmentationCalculator: upstream's tflite_tensors_to_segmentation_calculator.cc."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from graph_runs import run_graph
from graph_steps import node

from mpgraph import Graph
from mpgraph.errors import ContractError, RunError
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.tensor import TfLiteTensor

Array = npt.NDArray[Any]
PORTS = {"in": "TENSORS", "before": "PREV_MASK", "like": "REFERENCE_IMAGE"}


def segment(tensor: Array, options: str = "", **images: Array) -> Array:
    height, width = tensor.shape[-3:-1]
    size = f"tensor_width: {width} tensor_height: {height} tensor_channels: 2 "
    inputs: dict[str, list[tuple[int, Any]]] = {"in": [(5, [TfLiteTensor(tensor.copy())])]}
    inputs |= {name: [(5, ImageFrame.adopt(image.copy()))] for name, image in images.items()}
    text = node(
        "TfLiteTensorsToSegmentation",
        [f"{PORTS[name]}:{name}" for name in inputs],
        ["MASK:out"],
        size + options,
    )
    ((at, out),) = run_graph(text, inputs, ["out"])["out"]
    assert at == 5
    assert out.image_format is ImageFormat.SRGBA
    pixels: Array = out.numpy_view()
    assert not pixels[..., 1:3].any()
    np.testing.assert_array_equal(pixels[..., 0], pixels[..., 3])
    return pixels[..., 0]


def reference(tensor: Array, wanted: int, before: Array | None, ratio: float) -> Array:
    """The mask times 255, not cut off, in double precision."""
    powers = np.exp(tensor.astype(np.float64) - tensor.max(-1, keepdims=True))
    mask: Array = powers[..., wanted] / powers.sum(-1)
    if before is not None:
        h = 1 + (mask * np.log(mask + 0.001) + (1 - mask) * np.log(1 - mask + 0.001)) / math.log(2)
        part = np.clip(h, 0, 1) * (2 - np.clip(h, 0, 1))
        mask = ratio * (mask * part + before / 255 * (1 - part)) + (1 - ratio) * mask
    return mask * 255


def check(found: Array, expected: Array) -> None:
    """Equal, but where the value is a whole number but for the last bits."""
    unsure = np.abs(expected - np.rint(expected)) < 1e-3
    np.testing.assert_array_equal(found[~unsure], np.floor(expected[~unsure]))
    assert np.abs(found[unsure] - expected[unsure]).max(initial=0) <= 1.001


@pytest.mark.parametrize("wanted", [0, 1])
@pytest.mark.parametrize("shape", [(9, 13, 2), (1, 9, 13, 2)])
def test_softmax(wanted: int, shape: tuple[int, ...]) -> None:
    tensor = np.random.default_rng(wanted).normal(0, 3, shape).astype(np.float32)
    found = segment(tensor, f"output_layer_index: {wanted}")
    check(found, reference(tensor.reshape(9, 13, 2), wanted, None, 1))
    flipped = segment(tensor, f"output_layer_index: {wanted} flip_vertically: true")
    np.testing.assert_array_equal(flipped, found[::-1])


@pytest.mark.parametrize("ratio", [0.0, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_the_mask_before(ratio: float, channels: int) -> None:
    random = np.random.default_rng(channels)
    tensor = random.normal(0, 2, (9, 13, 2)).astype(np.float32)
    before = random.integers(0, 256, (9, 13, channels), np.uint8)
    image = before[..., 0].copy() if channels == 1 else before
    found = segment(tensor, f"combine_with_previous_ratio: {ratio!r}", before=image)
    check(found, reference(tensor, 1, before[..., 0], ratio))


def test_sizes() -> None:
    """The mask before is brought to the tensor's size, the mask to that of the reference image."""
    tensor = np.zeros((4, 6, 2), np.float32)
    tensor[..., 1] = 50
    assert (segment(tensor, like=np.zeros((20, 33, 3), np.uint8)) == 255).all()
    assert segment(tensor, like=np.zeros((20, 33, 3), np.uint8)).shape == (20, 33)
    unsure = segment(np.zeros((4, 6, 2), np.float32), before=np.full((8, 12), 200, np.uint8))
    assert unsure.shape == (4, 6)
    assert np.abs(unsure.astype(int) - 200).max() <= 1


def test_extreme_numbers() -> None:
    tensor = np.array([[[1e30, -1e30], [-1e30, 1e30], [0, 88], [3e38, 3e38]]], np.float32)
    assert segment(tensor).tolist() == [[0, 255, 255, 127]]


def test_what_does_not_fit() -> None:
    text = node(
        "TfLiteTensorsToSegmentation",
        ["TENSORS:in"],
        ["MASK:out"],
        "tensor_width: 3 tensor_height: 2 tensor_channels: 2",
    )
    for tensors in (
        [],
        [TfLiteTensor(np.zeros((2, 2, 2), np.float32))],
        [TfLiteTensor(np.zeros((2, 3, 2), np.uint8))],
    ):
        with pytest.raises(RunError, match="expected one tensor of 2x3x2 numbers of float32"):
            run_graph(text, {"in": [(0, tensors)]}, ["out"])
    with pytest.raises(RunError, match="the mask before must have pixels of 8 bits"):
        segment(np.zeros((2, 2, 2), np.float32), before=np.zeros((2, 2), np.float32))
    with pytest.raises(RunError, match="the reference image has no pixels"):
        segment(np.zeros((2, 2, 2), np.float32), like=np.zeros((0, 2), np.uint8))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("tensor_width: 3 tensor_channels: 2", "tensor_height must be set"),
        ("tensor_width: 0 tensor_height: 2 tensor_channels: 2", "tensor_width must be set, and positive"),
        (
            "tensor_width: 3 tensor_height: 2 tensor_channels: 1",
            "must be 2 and output_layer_index 0 or 1; got 1",
        ),
        ("tensor_width: 3 tensor_height: 2 tensor_channels: 2 output_layer_index: 2", "got 2 and 2"),
    ],
)
def test_contract(options: str, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        Graph(node("TfLiteTensorsToSegmentation", ["TENSORS:in"], ["MASK:out"], options))
