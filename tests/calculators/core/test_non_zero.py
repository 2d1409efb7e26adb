"""NonZeroCalculator (spec calculators.md 6)."""

from __future__ import annotations

import pytest
from graph_steps import add, finish, node, play

from mpgraph import Graph
from mpgraph.errors import ContractError

PORTS = ["OUTPUT:o", "OUTPUT_BOOL:b"]


def test_zero_and_others() -> None:
    steps = [add("x", 1, 0), add("x", 2, 7), add("x", 3, -1), add("x", 4, None)]
    found = play(node("NonZero", ["INPUT:x"], PORTS), steps, ["o", "b"])
    assert found["o"] == [(1, 0), (2, 1), (3, 1), (4, None)]
    assert found["b"] == [(1, False), (2, True), (3, True), (4, None)]
    assert all(isinstance(value, bool) for _, value in found["b"][:-1])


def test_a_side_packet_gives_one_packet() -> None:
    text = 'input_side_packet: "s" ' + node("NonZero", [], PORTS, side_inputs=["INPUT:s"])
    assert finish(text, ["o", "b"], {"s": 3}) == {"o": [(0, 1)], "b": [(0, True)]}


@pytest.mark.parametrize(("inputs", "sides"), [([], []), (["INPUT:x"], ["INPUT:s"])])
def test_exactly_one_input(inputs: list[str], sides: list[str]) -> None:
    with pytest.raises(ContractError, match="INPUT must be connected either"):
        Graph('input_side_packet: "s" ' + node("NonZero", inputs, PORTS, side_inputs=sides))
