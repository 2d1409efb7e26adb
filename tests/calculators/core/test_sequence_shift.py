"""SequenceShiftCalculator (spec calculators.md 6)."""

from __future__ import annotations

import pytest
from graph_steps import add, node, packets, play
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgraph.errors import RunError


@given(st.integers(-3, 3), st.lists(st.integers(0, 99), unique=True, max_size=8).map(sorted))
@settings(max_examples=40, deadline=None)
def test_the_timestamp_of_i_has_the_packet_of_i_minus_n(shift: int, times: list[int]) -> None:
    text = node("SequenceShift", ["x"], ["o"], f"packet_offset: {shift}")
    found = packets(play(text, [add("x", t, t) for t in times], ["o"]))["o"]
    count = len(times)
    assert found == [(times[i], times[i - shift]) for i in range(count) if 0 <= i - shift < count]


def test_by_default_the_next_packet_comes() -> None:
    found = packets(play(node("SequenceShift", ["x"], ["o"]), [add("x", 1, "a"), add("x", 4, "b")], ["o"]))
    assert found["o"] == [(1, "b")]


def test_only_a_shift_of_zero_settles() -> None:
    steps = [add("x", 1, "a"), add("x", 5, None)]
    for shift, expected in ((0, [(1, "a"), (5, None)]), (1, [])):
        text = node("SequenceShift", ["x"], ["o"], f"packet_offset: {shift}")
        assert play(text, steps, ["o"])["o"] == expected


def test_the_side_packet_goes_before_the_option() -> None:
    text = node("SequenceShift", ["x"], ["o"], "packet_offset: 5", side_inputs=["PACKET_OFFSET:n"])
    steps = [add("x", 1, "a"), add("x", 4, "b")]
    found = play('input_side_packet: "n" ' + text, steps, ["o"], {"n": 1})
    assert packets(found)["o"] == [(4, "a")]


def test_empty_packets_before_the_first_are_not_supported() -> None:
    text = node(
        "SequenceShift", ["x"], ["o"], "packet_offset: 1 emit_empty_packets_before_first_packet: true"
    )
    with pytest.raises(RunError, match="not supported"):
        play(text, [add("x", 1)], ["o"])
