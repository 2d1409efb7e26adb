"""MatrixSubtractCalculator (spec calculators.md 6)."""

from __future__ import annotations

import numpy as np
import pytest
from graph_steps import add, node, play

from mpgraph import Graph
from mpgraph.errors import ContractError, RunError
from mpgraph.formats.matrix import Matrix

ONE, OTHER = np.array([[1.0, 2.5, 3.0]]), np.array([[0.5, 4.0, -3.0]])


def text(stream: str, side: str) -> str:
    return 'input_side_packet: "s" ' + node(
        "MatrixSubtract", [f"{stream}:x"], ["o"], side_inputs=[f"{side}:s"]
    )


@pytest.mark.parametrize(
    ("stream", "side", "sign"), [("MINUEND", "SUBTRAHEND", 1), ("SUBTRAHEND", "MINUEND", -1)]
)
def test_the_difference(stream: str, side: str, sign: int) -> None:
    ((time, found),) = play(text(stream, side), [add("x", 2, Matrix(ONE))], ["o"], {"s": Matrix(OTHER)})["o"]
    assert time == 2
    assert np.array_equal(found.data, sign * (ONE - OTHER))


def test_other_sizes() -> None:
    with pytest.raises(RunError, match="must be of one size"):
        play(text("MINUEND", "SUBTRAHEND"), [add("x", 1, Matrix(ONE))], ["o"], {"s": Matrix(OTHER.T)})


@pytest.mark.parametrize("tag", ["MINUEND", "SUBTRAHEND"])
def test_one_stream_and_the_other_side_packet(tag: str) -> None:
    with pytest.raises(ContractError, match="one of MINUEND and SUBTRAHEND"):
        Graph(text(tag, tag))
