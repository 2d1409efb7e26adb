"""PacketInnerJoinCalculator (spec calculators.md 6)."""

from __future__ import annotations

import pytest
from graph_steps import add, node, play
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgraph import Graph
from mpgraph.errors import ContractError


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=8))
@settings(max_examples=30, deadline=None)
def test_only_timestamps_with_all_packets_pass(rows: list[tuple[bool, bool]]) -> None:
    steps = []
    for t, (a, b) in enumerate(rows):
        steps += [add("a", t, f"a{t}" if a else None), add("b", t, f"b{t}" if b else None)]
    found = play(node("PacketInnerJoin", ["a", "b"], ["p", "q"]), steps, ["p", "q"])
    both = [t for t, (a, b) in enumerate(rows) if a and b]
    for name, source in (("p", "a"), ("q", "b")):
        assert [packet for packet in found[name] if packet[1] is not None] == [
            (t, f"{source}{t}") for t in both
        ]


def test_what_does_not_pass_is_settled() -> None:
    steps = [add("a", 3, 1), add("b", 4, 1)]
    assert play(node("PacketInnerJoin", ["a", "b"], ["p", "q"]), steps, ["p"])["p"][0] == (3, None)


def test_each_input_needs_an_output() -> None:
    with pytest.raises(ContractError, match="2 untagged input streams need as many"):
        Graph(node("PacketInnerJoin", ["a", "b"], ["p"]))
