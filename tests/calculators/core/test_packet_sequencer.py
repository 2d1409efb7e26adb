"""PacketSequencerCalculator (spec SW-6, calculators.md 6)."""

from __future__ import annotations

import pytest
from graph_steps import Step, add, close, compare, node, play
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_client import needs_oracle

from mpgraph import Graph
from mpgraph.errors import ContractError
from mpgraph.timestamp import MIN

SEQUENCER = node("PacketSequencer", ["INPUT:i", "TICK:t"], ["OUTPUT:o"])


def test_packets_follow_the_ticks() -> None:
    steps = [add("t", 10), add("i", 5, "a"), add("t", 20), add("i", 6, "b"), add("i", 100, "c")]
    assert play(SEQUENCER, steps, ["o"])["o"] == [(10, None), (11, "a"), (20, None), (21, "b"), (22, "c")]


def test_without_ticks_packets_begin_with_time() -> None:
    assert play(SEQUENCER, [add("i", 50, "a"), add("i", 60, "b")], ["o"])["o"][:2] == [
        (MIN, "a"),
        (MIN + 1, "b"),
    ]


def test_bounds_are_no_ticks() -> None:
    assert play(SEQUENCER, [add("t", 10, None), add("i", 5, "a")], ["o"])["o"][0] == (MIN, "a")


def test_a_tick_in_the_past_changes_nothing() -> None:
    text = node("PacketSequencer", ["INPUT:i", "TICK:0:t", "TICK:1:u"], ["OUTPUT:o"])
    steps = [add("t", 10), add("u", 4), add("i", 5, "a")]
    assert play(text, steps, ["o"])["o"] == [(10, None), (11, "a")]


def test_each_input_needs_an_output() -> None:
    with pytest.raises(
        ContractError, match="2 INPUT input streams need as many OUTPUT output streams, got 1"
    ):
        Graph(node("PacketSequencer", ["INPUT:0:i", "INPUT:1:j"], ["OUTPUT:o"]))


@needs_oracle
@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("itu"), st.integers(1, 4), st.booleans()), max_size=12),
    st.permutations("itu"),
    st.sampled_from(["", 'input_stream_handler { input_stream_handler: "DefaultInputStreamHandler" }']),
)
def test_against_the_oracle(moves: list[tuple[str, int, bool]], closing: list[str], handler: str) -> None:
    text = node("PacketSequencer", ["INPUT:i", "TICK:0:t", "TICK:1:u"], ["OUTPUT:o"], more=handler)
    now = dict.fromkeys("itu", 0)
    steps: list[Step] = []
    for index, (stream, gap, full) in enumerate(moves):
        now[stream] += gap
        steps.append(add(stream, now[stream], index if full else None))
    compare(text, [*steps, *map(close, closing)], ["o"])
