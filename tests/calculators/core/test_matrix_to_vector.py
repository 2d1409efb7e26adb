"""MatrixToVectorCalculator (spec calculators.md 6)."""

from __future__ import annotations

import numpy as np
from graph_steps import add, node, play

from mpgraph.formats.matrix import Matrix


def test_the_numbers_come_column_by_column() -> None:
    steps = [
        add("x", 1, Matrix([[1, 2, 3], [4, 5, 6]])),
        add("x", 2, Matrix(np.zeros((0, 3)))),
        add("x", 3, None),
    ]
    found = play(node("MatrixToVector", ["x"], ["o"]), steps, ["o"])["o"]
    assert found == [(1, [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]), (2, []), (3, None)]
