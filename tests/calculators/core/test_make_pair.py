"""MakePairCalculator (spec calculators.md 6)."""

from __future__ import annotations

import pytest
from graph_steps import add, node, play

from mpgraph import Graph
from mpgraph.errors import ContractError


def test_a_pair_for_every_timestamp_with_a_packet() -> None:
    steps = [add("a", 1, "a1"), add("b", 1, "b1"), add("a", 2, "a2"), add("b", 2, None)]
    steps += [add("a", 3, None), add("b", 3, None)]
    found = play(node("MakePair", ["a", "b"], ["o"]), steps, ["o"])["o"]
    (first, both), (second, half), *rest = found
    assert (first, [packet.value for packet in both]) == (1, ["a1", "b1"])
    assert (second, half[0].value, half[1].is_empty()) == (2, "a2", True)
    assert rest == [(3, None)]


@pytest.mark.parametrize("inputs", [["a"], ["a", "b", "c"]])
def test_exactly_two_inputs(inputs: list[str]) -> None:
    with pytest.raises(ContractError, match="untagged input stream"):
        Graph(node("MakePair", inputs, ["o"]))
