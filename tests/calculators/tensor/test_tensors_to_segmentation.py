"""TensorsToSegmentationCalculator: spec calculators.md 2.5 and 3."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from graph_runs import run_graph
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgraph.errors import ConfigError, RunError
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.tensor import Tensor

Array = npt.NDArray[Any]


def graph(options: str = "", *, tag: str = "TENSORS", size: bool = True) -> str:
    return f"""
        input_stream: "in" {'input_stream: "size"' if size else ""} output_stream: "mask"
        node {{
          calculator: "TensorsToSegmentationCalculator"
          input_stream: "{tag}:in" {'input_stream: "OUTPUT_SIZE:size"' if size else ""}
          output_stream: "MASK:mask"
          options {{ [mediapipe.TensorsToSegmentationCalculatorOptions.ext] {{ {options} }} }}
        }}"""


def segment(data: Array, options: str = "", size: tuple[int, int] | None = None) -> Array:
    inputs: dict[str, list[tuple[int, Any]]] = {"in": [(0, [Tensor(data.copy())])]}
    if size is not None:
        inputs["size"] = [(0, size)]
    ((_, image),) = run_graph(graph(options, size=size is not None), inputs, ["mask"])["mask"]
    assert image.image_format is ImageFormat.VEC32F1
    pixels: Array = image.numpy_view()
    return pixels


def reference_resize(source: Array, width: int, height: int) -> Array:
    """2.5, one float32 operation after the other."""
    in_height, in_width = source.shape

    def axis(out: int, inside: int) -> tuple[Array, Array]:
        scale = 1 / (float(out) / inside)
        at = ((np.arange(out) + 0.5) * scale - 0.5).astype(np.float32)
        low = np.floor(at).astype(int)
        return low, at - low.astype(np.float32)

    x, fx = axis(width, in_width)
    fx[(x < 0) | (x >= in_width - 1)] = 0
    x = x.clip(0, in_width - 1)
    row = source[:, x] * (np.float32(1) - fx) + source[:, (x + 1).clip(max=in_width - 1)] * fx
    y, fy = axis(height, in_height)
    fy = fy[:, None]
    top, bottom = row[y.clip(0, in_height - 1)], row[(y + 1).clip(0, in_height - 1)]
    out: Array = top * (np.float32(1) - fy) + bottom * fy
    return out


@settings(max_examples=60, deadline=None)
@given(
    tensor=st.tuples(st.integers(1, 50), st.integers(1, 50)),
    size=st.tuples(st.integers(1, 200), st.integers(1, 200)),
    four=st.booleans(),
)
def test_resizes_to_the_bit(tensor: tuple[int, int], size: tuple[int, int], four: bool) -> None:
    """2.5: every value, for any sizes; HWC and 1HWC are alike."""
    data = np.random.default_rng(sum(tensor)).random(tensor, np.float32)
    found = segment(data[None, ..., None] if four else data[..., None], size=size)
    expected = data if tensor == size[::-1] else reference_resize(data, *size)
    np.testing.assert_array_equal(found, expected)


def test_size_is_the_tensors_without_output_size() -> None:
    """And values are not clamped."""
    data = np.array([[[-1.5], [0.25]], [[2.5], [1]]], np.float32)
    np.testing.assert_array_equal(segment(data), data[..., 0])


def test_sigmoid() -> None:
    data = np.linspace(-100, 100, 201, dtype=np.float32).reshape(1, 201, 1)
    expected = 1 / (1 + np.exp(-data[..., 0].astype(np.float64)))
    np.testing.assert_allclose(segment(data, "activation: SIGMOID"), expected, rtol=3e-7, atol=1e-38)


@pytest.mark.parametrize("index", [0, 1])
def test_softmax(index: int) -> None:
    data = np.random.default_rng(0).normal(0, 10, (9, 9, 2)).astype(np.float32)
    exponentials = np.exp(data.astype(np.float64) - data.max())
    expected = exponentials[..., index] / exponentials.sum(-1)
    found = segment(data, f"activation: SOFTMAX output_layer_index: {index}")
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_softmax_takes_channel_1_unless_told() -> None:
    assert segment(np.array([[[0, 50]]], np.float32), "activation: SOFTMAX")[0, 0] == pytest.approx(1)


def test_streams() -> None:
    """TENSOR; no tensor, no mask; a tensor without its size is an error."""
    tensor = Tensor(np.zeros((2, 2, 1), np.float32))
    out = run_graph(graph(tag="TENSOR"), {"in": [(1, tensor)], "size": [(0, (4, 3)), (1, (4, 3))]}, ["mask"])
    assert [(at, mask.width, mask.height) for at, mask in out["mask"]] == [(1, 4, 3)]
    with pytest.raises(RunError, match="OUTPUT_SIZE is connected but has no packet"):
        run_graph(graph(tag="TENSOR"), {"in": [(0, tensor)], "size": []}, [])
    with pytest.raises(RunError, match="the vector of tensors is empty"):
        run_graph(graph(size=False), {"in": [(0, [])]}, [])


@pytest.mark.parametrize(
    ("data", "options"),
    [
        (np.zeros((2, 2, 1), np.uint8), ""),
        (np.zeros((2, 2, 2), np.float32), ""),
        (np.zeros((2, 2, 1), np.float32), "activation: SOFTMAX"),
        (np.zeros((2, 2, 2, 1), np.float32), ""),
        (np.zeros((2, 2), np.float32), ""),
        (np.zeros((0, 2, 1), np.float32), ""),
    ],
)
def test_tensors_that_are_no_mask(data: Array, options: str) -> None:
    with pytest.raises(RunError, match="the tensor must be float32 of shape"):
        segment(data, options)


@pytest.mark.parametrize("size", [(0, 4), (4, -1)])
def test_size_must_be_positive(size: tuple[int, int]) -> None:
    with pytest.raises(RunError, match="the size of the mask must be positive"):
        segment(np.zeros((2, 2, 1), np.float32), size=size)


def test_contract() -> None:
    with pytest.raises(ConfigError, match="exactly one input of TENSORS, TENSOR"):
        run_graph(graph(tag="NOTHING", size=False), {}, [])
    with pytest.raises(ConfigError, match="output_layer_index must be 0 or 1, got 2"):
        run_graph(graph("activation: SOFTMAX output_layer_index: 2"), {}, [])
