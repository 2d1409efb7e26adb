"""PreviousLoopbackCalculator (spec calculators.md 6, framework.md Appendix B)."""

from __future__ import annotations

from graph_steps import Step, add, close, compare, node, play
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_client import needs_oracle

from mpgraph.timestamp import MAX, PRESTREAM

LOOP = """input_stream: "in"
  node { calculator: "PreviousLoopbackCalculator" input_stream: "MAIN:in" input_stream: "LOOP:out"
    input_stream_info { tag_index: "LOOP" back_edge: true } output_stream: "PREV_LOOP:prev" }
  node { calculator: "MergeCalculator" input_stream: "in" input_stream: "prev" output_stream: "out" }"""
PLAIN = node("PreviousLoopback", ["MAIN:m", "LOOP:l"], ["PREV_LOOP:prev"])


def test_each_frame_meets_what_came_of_the_one_before() -> None:
    steps = [add("in", 0, "a"), add("in", 10, "b"), add("in", 20, "c")]
    assert play(LOOP, steps, ["prev"])["prev"] == [(0, None), (10, "a"), (20, "b")]


def test_a_bound_of_main_is_a_bound() -> None:
    steps = [add("in", 0, "a"), add("in", 5, None), add("in", 10, "b")]
    assert play(LOOP, steps, ["prev"])["prev"] == [(0, None), (5, None), (10, "a")]


def test_a_bound_of_loop_is_a_bound() -> None:
    steps = [add("m", 0), add("l", 0, None), add("m", 7), add("l", 7, "x"), add("m", 9)]
    assert play(PLAIN, steps, ["prev"])["prev"] == [(0, None), (7, None), (9, "x")]


def test_loop_packets_at_other_timestamps_are_dropped() -> None:
    steps = [add("m", 0), add("m", 10), add("l", 3, "x"), add("m", 20), add("l", 10, "y")]
    assert play(PLAIN, steps, ["prev"])["prev"] == [(0, None), (10, None), (20, "y")]


def test_the_last_possible_frame_closes_the_output() -> None:
    steps = [add("m", 5), add("l", 5, "x"), add("m", MAX), add("l", 9, "y")]
    assert play(PLAIN, steps, ["prev"])["prev"] == [(5, None), (MAX, "x")]


def test_a_frame_before_the_stream_is_no_error() -> None:
    """Where upstream ends the process."""
    assert play(LOOP, [add("in", PRESTREAM, "a")], ["out"])["out"][0] == (PRESTREAM, "a")


@given(st.lists(st.integers(1, 5), max_size=8))
def test_every_frame_but_the_first_gets_the_one_before(gaps: list[int]) -> None:
    times = [sum(gaps[: index + 1]) for index in range(len(gaps))]
    found = play(LOOP, [add("in", t, t) for t in times], ["prev"])
    assert found["prev"] == [(time, before) for time, before in zip(times, [None, *times], strict=False)]


@needs_oracle
@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["m", "l"]), st.integers(1, 4), st.booleans()), max_size=14),
    st.sampled_from([["m", "l"], ["l", "m"]]),
)
def test_against_the_oracle(moves: list[tuple[str, int, bool]], closing: list[str]) -> None:
    now = {"m": 0, "l": 0}
    steps: list[Step] = []
    for index, (stream, gap, full) in enumerate(moves):
        now[stream] += gap
        steps.append(add(stream, now[stream], index if full else None))
    compare(PLAIN, [*steps, *map(close, closing)], ["prev"])
