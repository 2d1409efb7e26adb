"""TfLiteConverterCalculator: upstream's calculators/tflite/tflite_converter_calculator.cc."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from graph_runs import run_graph
from graph_steps import add, node, play

from mpgraph import Graph
from mpgraph.errors import ConfigError, ContractError, RunError
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.matrix import Matrix
from mpgraph.formats.tensor import Quantization, TfLiteTensor

Array = npt.NDArray[Any]
F = np.float32


def graph(options: str = "", source: str = "IMAGE") -> str:
    return node("TfLiteConverter", [f"{source}:in"], ["TENSORS:out"], options)


def convert(value: Array | Matrix, options: str = "") -> TfLiteTensor:
    source = "MATRIX" if isinstance(value, Matrix) else "IMAGE"
    payload = value if isinstance(value, Matrix) else ImageFrame.adopt(value.copy())
    ((at, (tensor,)),) = play(graph(options, source), [add("in", 3, payload)], ["out"])["out"]
    assert at == 3
    assert isinstance(tensor, TfLiteTensor)
    return tensor


def noise(*shape: int) -> Array:
    return np.random.default_rng(sum(shape)).integers(0, 256, shape, np.uint8)


@pytest.mark.parametrize(
    ("options", "low", "high"),
    [
        ("", F(-1), F(1)),
        ("zero_center: false", F(0), F(1)),
        ("output_tensor_float_range { min: -0.3 max: 7 }", F(-0.3), F(7)),
        ("use_custom_normalization: true custom_div: 127.5 custom_sub: 1", F(-1), F(1)),
    ],
)
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("most", [1, 3, 4])
def test_images(options: str, low: np.float32, high: np.float32, channels: int, most: int) -> None:
    """Each step in single precision: a multiplication and an addition."""
    image = noise(4, 5, channels)
    frame = image[..., 0].copy() if channels == 1 else image
    found = convert(frame, f"{options} max_num_channels: {most} flip_vertically: true")
    kept = image[::-1, :, :most]
    expected = [F(value) * ((high - low) / F(255)) + low for value in kept.ravel().tolist()]
    np.testing.assert_array_equal(found.data, np.array(expected, np.float32).reshape(kept.shape))


def test_quantized_tensors_hold_the_bytes() -> None:
    """And are not flipped, as upstream's are not."""
    image = noise(4, 5, 4)
    tensor = convert(image, "use_quantized_tensors: true flip_vertically: true")
    assert tensor.quantization == Quantization(1.0, 0)
    np.testing.assert_array_equal(tensor.data, image[..., :3])
    with pytest.raises(RunError, match="only images of 8 bits can be quantized, got VEC32F1"):
        convert(np.zeros((2, 2), np.float32), "use_quantized_tensors: true")


@pytest.mark.parametrize("row_major", [False, True])
def test_matrices(row_major: bool) -> None:
    tensor = convert(Matrix(np.arange(6).reshape(2, 3)), f"row_major_matrix: {str(row_major).lower()}")
    assert tensor.shape == (2, 3, 1)
    assert tensor.data.ravel().tolist() == ([0, 1, 2, 3, 4, 5] if row_major else [0, 3, 1, 4, 2, 5])


def test_other_formats() -> None:
    with pytest.raises(RunError, match="SRGB, SRGBA, GRAY8, VEC32F1, got GRAY16"):
        convert(np.zeros((2, 2), np.uint16))


def test_the_type_is_not_that_of_newer_calculators() -> None:
    """As upstream: a TfLiteTensor is no Tensor."""
    text = graph() + (
        'node { calculator: "TensorsToSegmentationCalculator" input_stream: "TENSORS:out" output_stream: "MASK:m" }'
    )
    with pytest.raises(ConfigError, match="TfLiteTensor"):
        Graph(text)


def test_contract() -> None:
    with pytest.raises(ContractError, match="min < max"):
        Graph(graph("output_tensor_float_range { min: 1 max: 1 }"))
    with pytest.raises(ContractError, match="must be 1, 3 or 4, got 2"):
        Graph(graph("max_num_channels: 2"))
    with pytest.raises(ContractError, match="exactly one input of IMAGE, MATRIX"):
        Graph(node("TfLiteConverter", ["IMAGE:in", "MATRIX:m"], ["TENSORS:out"]))
    with pytest.raises(ContractError, match=r"GPU streams \(TENSORS_GPU\)"):
        Graph(node("TfLiteConverter", ["IMAGE:in"], ["TENSORS_GPU:out"]))


def test_without_packets_nothing_is_sent() -> None:
    assert run_graph(graph(), {"in": []}, ["out"])["out"] == []
