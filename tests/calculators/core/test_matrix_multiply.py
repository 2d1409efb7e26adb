"""MatrixMultiplyCalculator (spec calculators.md 6)."""

from __future__ import annotations

import numpy as np
import pytest
from graph_steps import add, node, play
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgraph.errors import RunError
from mpgraph.formats.matrix import Matrix

TEXT = 'input_side_packet: "f" ' + node("MatrixMultiply", ["x"], ["o"], side_inputs=["f"])


@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 4), st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_the_side_packet_stands_on_the_left(k: int, n: int, m: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    left, right = random.integers(-9, 9, (k, n)), random.integers(-9, 9, (n, m))
    ((time, product),) = play(TEXT, [add("x", 3, Matrix(right))], ["o"], {"f": Matrix(left)})["o"]
    assert time == 3
    assert np.array_equal(product.data, left @ right)  # whole numbers, thus exact
    assert product.data.shape == (k, m)


def test_sizes_that_do_not_fit() -> None:
    with pytest.raises(RunError, match="needs 2 columns"):
        play(TEXT, [add("x", 1, Matrix(np.ones((2, 3))))], ["o"], {"f": Matrix(np.ones((2, 3)))})
