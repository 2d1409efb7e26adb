"""MergeCalculator (spec calculators.md 6)."""

from __future__ import annotations

import pytest
from graph_steps import add, close, compare, node, play
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_client import needs_oracle

from mpgraph import Graph
from mpgraph.errors import ContractError


def test_the_first_input_with_a_packet_goes_out() -> None:
    steps = [add("a", 1, "a1"), add("c", 1, "c1"), add("c", 2, "c2"), add("a", 3, "a3"), close("c")]
    found = play(node("Merge", ["a", "c"], ["o"]), steps, ["o"])
    assert found["o"] == [(1, "a1"), (2, "c2"), (3, "a3")]


def test_inputs_may_be_of_several_types() -> None:
    steps = [add("a", 1, 5), add("c", 2, "text"), close("a")]
    assert play(node("Merge", ["a", "c"], ["o"]), steps, ["o"])["o"] == [(1, 5), (2, "text")]


def test_one_input_is_enough() -> None:
    assert play(node("Merge", ["a"], ["o"]), [add("a", 1, 5)], ["o"])["o"] == [(1, 5)]


def test_an_input_is_needed() -> None:
    with pytest.raises(ContractError, match="is required but not connected"):
        Graph(node("Merge", [], ["o"]))


@given(st.lists(st.lists(st.booleans(), min_size=3, max_size=3), max_size=8))
def test_no_timestamp_is_lost(rows: list[list[bool]]) -> None:
    steps = [
        add(name, timestamp, name if there else None)
        for timestamp, row in enumerate(rows)
        for name, there in zip("abc", row, strict=True)
    ]
    found = play(node("Merge", ["a", "b", "c"], ["o"]), steps, ["o"])
    merged = [(t, value) for t, value in found["o"] if value is not None]
    assert merged == [(t, "abc"[row.index(True)]) for t, row in enumerate(rows) if any(row)]


@needs_oracle
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 3), st.booleans()), max_size=10),
    st.permutations(["a", "b", "c"]),
)
@settings(max_examples=20, deadline=None)
def test_against_the_oracle(moves: list[tuple[str, int, bool]], closing: list[str]) -> None:
    times = dict.fromkeys("abc", 0)
    steps = []
    for stream, gap, has_packet in moves:
        times[stream] += gap
        steps.append(add(stream, times[stream], f"{stream}{times[stream]}" if has_packet else None))
    compare(node("Merge", ["a", "b", "c"], ["o"]), [*steps, *map(close, closing)], ["o"])
