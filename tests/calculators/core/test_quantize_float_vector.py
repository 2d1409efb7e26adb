"""QuantizeFloatVectorCalculator (spec calculators.md 6)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from graph_steps import add, node, play
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgraph import Graph
from mpgraph.errors import ContractError

FLOATS = st.lists(st.floats(-30, 30, width=32), max_size=20)


def quantized(floats: list[float], low: float, high: float) -> bytes:
    options = f"min_quantized_value: {low} max_quantized_value: {high}"
    text = node("QuantizeFloatVector", ["FLOAT_VECTOR:x"], ["ENCODED:o"], options)
    data: bytes = play(text, [add("x", 1, floats)], ["o"])["o"][0][1]
    return data


@given(FLOATS, st.integers(-20, 0), st.integers(1, 20))
@settings(max_examples=40, deadline=None)
def test_the_formula(floats: list[float], low: int, high: int) -> None:
    """byte = trunc((v - min) * (255.0 / range)), v clamped (spec)."""
    expected = []
    for value in floats:
        difference = np.float32(min(max(value, low), high)) - np.float32(low)
        expected.append(math.trunc(float(difference) * (255.0 / (high - low))))
    assert list(quantized(floats, low, high)) == expected


def test_special_floats() -> None:
    assert quantized([-math.inf, math.inf, math.nan, 0.0, -0.0], -1, 1) == bytes([0, 255, 0, 127, 127])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("", "min_quantized_value must be set"),
        ("min_quantized_value: 0", "max_quantized_value must be set"),
        ("min_quantized_value: 1 max_quantized_value: 1", "must be above"),
        ("min_quantized_value: 1 max_quantized_value: 0", "must be above"),
        ("min_quantized_value: 0 max_quantized_value: nan", "must be above"),
    ],
)
@pytest.mark.parametrize(
    ("name", "ports"),
    [
        ("QuantizeFloatVector", ("FLOAT_VECTOR:x", "ENCODED:o")),
        ("DequantizeByteArray", ("ENCODED:x", "FLOAT_VECTOR:o")),
    ],
)
def test_the_range_must_be_there(name: str, ports: tuple[str, str], options: str, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        Graph(node(name, [ports[0]], [ports[1]], options))
