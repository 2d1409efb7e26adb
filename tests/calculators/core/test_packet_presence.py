"""PacketPresenceCalculator (spec calculators.md 6)."""

from __future__ import annotations

from graph_steps import add, close, compare, node, play
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_client import needs_oracle

from mpgraph.timestamp import POSTSTREAM, PRESTREAM

TEXT = node("PacketPresence", ["PACKET:x"], ["PRESENCE:o"])


def test_packets_and_bounds_are_told() -> None:
    found = play(TEXT, [add("x", 1, "a"), add("x", 5, None), add("x", 6, "b")], ["o"])
    assert found["o"] == [(1, True), (5, False), (6, True)]


def test_special_timestamps() -> None:
    assert play(TEXT, [add("x", PRESTREAM, 1)], ["o"])["o"][0] == (PRESTREAM, True)
    assert play(TEXT, [add("x", POSTSTREAM, 1)], ["o"])["o"][-1] == (POSTSTREAM, True)


@needs_oracle
@given(st.lists(st.tuples(st.integers(1, 9), st.booleans()), max_size=6), st.booleans())
@settings(max_examples=15, deadline=None)
def test_against_the_oracle(gaps: list[tuple[int, bool]], closes: bool) -> None:
    steps, time = [], 0
    for gap, has_packet in gaps:
        time += gap
        steps.append(add("x", time, time if has_packet else None))
    compare(TEXT, [*steps, close("x")] if closes else steps, ["o"])
