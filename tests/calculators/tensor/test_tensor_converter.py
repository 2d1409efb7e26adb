"""TensorConverterCalculator: spec calculators.md 4."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from graph_runs import run_graph
from graph_steps import node
from oracle_client import needs_oracle, oracle

from mpgraph import Graph, Packet
from mpgraph.errors import ContractError, RunError
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.matrix import Matrix
from mpgraph.formats.tensor import Tensor

Array = npt.NDArray[Any]


def graph(options: str = "", source: str = "IMAGE", target: str = "TENSORS") -> str:
    return node("TensorConverter", [f"{source}:in"], [f"{target}:out"], options)


def convert(value: Array | Matrix, options: str = "") -> Array:
    source = "MATRIX" if isinstance(value, Matrix) else "IMAGE"
    payload = value if isinstance(value, Matrix) else ImageFrame.adopt(value.copy())
    ((at, out),) = run_graph(graph(options, source), {"in": [(3, payload)]}, ["out"])["out"]
    assert at == 3
    (tensor,) = out
    assert isinstance(tensor, Tensor)
    assert tensor.dtype == np.float32
    return tensor.data


def noise(*shape: int) -> Array:
    return np.random.default_rng(sum(shape)).integers(0, 256, shape, np.uint8)


F = np.float32


@pytest.mark.parametrize(
    ("options", "low", "high"),
    [
        ("", F(-1), F(1)),
        ("zero_center: false", F(0), F(1)),
        ("output_tensor_float_range { min: -0.3 max: 7 }", F(-0.3), F(7)),
        ("zero_center: false output_tensor_float_range { min: 0 max: 255 }", F(0), F(255)),
        ("use_custom_normalization: true custom_div: 127.5 custom_sub: 1", F(-1), F(1)),
        (
            "use_custom_normalization: true custom_div: 58.4 custom_sub: 2.1 output_tensor_float_range { max: 1 }",
            F(-2.1),
            F(-float(F(2.1)) + 255 / float(F(58.4))),
        ),
        ("use_custom_normalization: true", F(1), F(-254)),
    ],
)
@pytest.mark.parametrize("shape", [(4, 5), (4, 5, 3), (4, 5, 4)])
def test_the_range(options: str, low: np.float32, high: np.float32, shape: tuple[int, ...]) -> None:
    """Each step in single precision: a multiplication and an addition."""
    image = noise(*shape)
    image[0, :3] = [[[0], [128], [255]]][0] if image.ndim == 3 else [0, 128, 255]
    found = convert(image, options)
    kept = image[..., :3] if image.ndim == 3 else image[..., None]
    factor = (high - low) / F(255)
    expected = np.array([F(value) * factor + low for value in kept.ravel().tolist()], np.float32)
    np.testing.assert_array_equal(found, expected.reshape(1, *kept.shape))


@pytest.mark.parametrize("most", [1, 3, 4])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_channels(most: int, channels: int) -> None:
    image = noise(4, 5, channels)
    frame = image[..., 0].copy() if channels == 1 else image
    options = f"max_num_channels: {most} output_tensor_float_range {{ min: 0 max: 255 }}"
    np.testing.assert_array_equal(convert(frame, options)[0], image[..., :most])


def test_flip() -> None:
    image = noise(4, 5, 3)
    options = "output_tensor_float_range { min: 0 max: 255 }"
    np.testing.assert_array_equal(convert(image, f"{options} flip_vertically: true")[0], image[::-1])
    np.testing.assert_array_equal(convert(image, f"{options} gpu_origin: CONVENTIONAL")[0], image)


def test_floats_are_divided_by_255_too() -> None:
    image = np.random.default_rng(0).normal(0, 300, (4, 5)).astype(np.float32)
    expected = image * (F(2) / F(255)) + F(-1)
    np.testing.assert_array_equal(convert(image)[0, ..., 0], expected)
    flipped = convert(image, "flip_vertically: true")[0, ..., 0]
    np.testing.assert_array_equal(flipped, expected[::-1])


@pytest.mark.parametrize("row_major", [False, True])
def test_matrices(row_major: bool) -> None:
    """The shape is that of the matrix, its numbers are stored column by column."""
    data = np.arange(6, dtype=np.float32).reshape(2, 3)
    found = convert(Matrix(data), f"row_major_matrix: {str(row_major).lower()}")
    assert found.shape == (1, 2, 3, 1)
    assert found.ravel().tolist() == ([0, 1, 2, 3, 4, 5] if row_major else [0, 3, 1, 4, 2, 5])


def test_one_tensor() -> None:
    frame = ImageFrame.adopt(noise(2, 2))
    out = run_graph(graph(target="TENSOR"), {"in": [(0, frame)]}, ["out"])["out"][0][1]
    assert isinstance(out, Tensor)
    assert out.shape == (1, 2, 2, 1)


def test_without_a_packet_nothing_is_sent() -> None:
    frame = ImageFrame.adopt(noise(2, 2))
    out = run_graph(graph(), {"in": [(0, Packet.empty()), (1, frame)]}, ["out"])["out"]
    assert [at for at, _ in out] == [1]


def test_an_image_without_pixels() -> None:
    assert convert(np.zeros((0, 5, 4), np.uint8)).shape == (1, 0, 5, 3)


@pytest.mark.parametrize("image", [np.zeros((2, 2), np.uint16), np.zeros((2, 2, 2), np.float32)])
def test_other_formats(image: Array) -> None:
    with pytest.raises(RunError, match="SRGB, SRGBA, GRAY8, VEC32F1, got"):
        convert(image)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("output_tensor_float_range { min: 1 max: 1 }", "min < max, got 1.0 to 1.0"),
        ("output_tensor_float_range { min: 2 max: 1 }", "min < max"),
        ("output_tensor_float_range { min: nan max: 1 }", "min < max"),
        ("use_custom_normalization: true custom_div: inf", "is empty"),
        ("max_num_channels: 2", "must be 1, 3 or 4, got 2"),
        ("max_num_channels: 5", "got 5"),
        ("flip_vertically: false gpu_origin: TOP_LEFT", "cannot both be set"),
    ],
)
def test_options_that_do_not_fit(options: str, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        Graph(graph(options))


def test_contract() -> None:
    with pytest.raises(ContractError, match="exactly one input of IMAGE, IMAGE_GPU, MATRIX"):
        Graph(node("TensorConverter", ["IMAGE:in", "MATRIX:m"], ["TENSORS:out"]))
    with pytest.raises(ContractError, match="exactly one output of TENSORS, TENSOR"):
        Graph(node("TensorConverter", ["IMAGE:in"], ["TENSORS:out", "TENSOR:one"]))
    with pytest.raises(ContractError, match="exactly one input of IMAGE, IMAGE_GPU, MATRIX"):
        Graph(node("TensorConverter", ["IMAGE:in", "IMAGE_GPU:in"], ["TENSORS:out"]))


@needs_oracle
@pytest.mark.parametrize("seed", range(30))
def test_equals_upstream(seed: int) -> None:
    """Random ranges, channels, flips, images and matrices: every value identical."""
    random = np.random.default_rng(seed)
    low = float(F(random.normal(0, 2)))
    parts = [
        f"zero_center: {'true' if random.integers(2) else 'false'}",
        f"flip_vertically: {'true' if random.integers(2) else 'false'}",
        f"max_num_channels: {random.choice([1, 3, 4])}",
        f"row_major_matrix: {'true' if random.integers(2) else 'false'}",
    ]
    if random.integers(2):
        parts.append(
            f"output_tensor_float_range {{ min: {low!r} max: {low + float(random.random()) * 4!r} }}"
        )
    if random.integers(3) == 0:
        parts.append(
            f"use_custom_normalization: true custom_div: {random.random() * 99!r} custom_sub: {low!r}"
        )
    options = " ".join(parts)
    height, width = (int(side) for side in random.integers(1, 40, 2))
    source, kind = ("MATRIX", "matrix") if seed % 5 == 0 else ("IMAGE", "image_frame")
    value: Array | Matrix
    if source == "MATRIX":
        data = random.normal(0, 9, (height, width)).astype(np.float32)
        value, theirs = Matrix(data), oracle.Value(kind, data)
    elif seed % 5 == 1:
        value = random.normal(0, 300, (height, width)).astype(np.float32)
        theirs = oracle.Value(kind, value, "VEC32F1")
    else:
        channels = int(random.choice([1, 3, 4]))
        image = random.integers(0, 256, (height, width, channels), np.uint8)
        value = image[..., 0].copy() if channels == 1 else image
        theirs = oracle.Value(kind, value, {1: "GRAY8", 3: "SRGB", 4: "SRGBA"}[channels])
    text = graph(options, source) + (
        'node { calculator: "TensorsToFloatsCalculator" input_stream: "TENSORS:out" output_stream: "FLOATS:floats" }'
    )
    expected = oracle.run_graph(text, {"in": [(0, theirs)]}, ["floats"]).plain()["floats"][0][1]
    np.testing.assert_array_equal(convert(value, options).ravel(), np.array(expected, np.float32))
