"""InverseMatrixCalculator: the matrix that takes back what another does."""

from __future__ import annotations

import numpy as np
import pytest
from graph_steps import Step, add, close, node, play
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_client import needs_oracle, oracle

from mpgraph.errors import CalculatorError
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.rect import NormalizedRect

TEXT = node("InverseMatrix", ["MATRIX:a"], ["MATRIX:o"])


@given(st.lists(st.floats(-4, 4, width=16), min_size=16, max_size=16))
@settings(deadline=None)
def test_both_together_do_nothing(numbers: list[float]) -> None:
    matrix = np.array(numbers).reshape(4, 4) + 20 * np.eye(4)
    ((_, found),) = play(TEXT, [add("a", 1, tuple(matrix.ravel().tolist()))], ["o"])["o"]
    assert np.allclose(matrix @ np.array(found).reshape(4, 4), np.eye(4), atol=1e-4)


@pytest.mark.parametrize("matrix", [(0.0,) * 16, (1.0,) * 16])
def test_a_flat_matrix_has_none(matrix: tuple[float, ...]) -> None:
    with pytest.raises(CalculatorError, match="the matrix has no inverse"):
        play(TEXT, [add("a", 1, matrix)], ["o"])


@needs_oracle
@given(st.floats(0.25, 2, width=16), st.floats(0.25, 2, width=16), st.floats(-3, 3, width=32))
@settings(max_examples=20, deadline=None)
def test_against_the_oracle(width: float, height: float, rotation: float) -> None:
    """The matrix comes of an image and a region of it."""
    text = """input_stream: "i" input_stream: "r" node { calculator: "ImageToTensorCalculator"
        input_stream: "IMAGE:i" input_stream: "NORM_RECT:r" output_stream: "TENSORS:t" output_stream: "MATRIX:a"
        options { [mediapipe.ImageToTensorCalculatorOptions.ext] { output_tensor_width: 2
        output_tensor_height: 2 output_tensor_float_range { min: 0 max: 1 } } } }"""
    text += TEXT.replace('input_stream: "a"', "", 1)
    rect = NormalizedRect(x_center=0.5, y_center=0.25, width=width, height=height, rotation=rotation)
    image = np.zeros((7, 13, 3), np.uint8)
    steps: list[Step] = [
        add("i", 1, ImageFrame(ImageFormat.SRGB, image)),
        add("r", 1, rect),
        close("i"),
        close("r"),
    ]
    ((_, ours),) = play(text, steps, ["o"])["o"]
    ((_, theirs),) = oracle.run_graph(text, {"i": [(1, image)], "r": [(1, rect)]}, ["o"])["o"]
    assert list(ours) == theirs.data
