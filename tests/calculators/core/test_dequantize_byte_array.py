"""DequantizeByteArrayCalculator (spec calculators.md 6)."""

from __future__ import annotations

from typing import Any

import numpy as np
from graph_steps import add, node, play
from hypothesis import given, settings
from hypothesis import strategies as st


def dequantized(data: Any, low: float, high: float) -> Any:
    options = f"min_quantized_value: {low} max_quantized_value: {high}"
    text = node("DequantizeByteArray", ["ENCODED:x"], ["FLOAT_VECTOR:o"], options)
    return play(text, [add("x", 1, data)], ["o"])["o"][0][1]


@given(st.binary(max_size=20), st.integers(-20, 0), st.integers(1, 20))
@settings(max_examples=40, deadline=None)
def test_the_formula(data: bytes, low: int, high: int) -> None:
    """byte * (range / 255) + (range / 512 + min) in float32 (spec)."""
    scale, bias = np.float32((high - low) / 255.0), np.float32((high - low) / 512.0 + low)
    assert dequantized(data, low, high) == [float(np.float32(byte) * scale + bias) for byte in data]


def test_a_string_and_nothing() -> None:
    assert dequantized("A", 0, 255) == [65 + np.float32(255 / 512)]
    assert dequantized(b"", 0, 1) == []
