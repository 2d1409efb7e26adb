"""ImmediateMuxCalculator (spec calculators.md 6)."""

from __future__ import annotations

import pytest
from graph_steps import Step, add, close, node, play
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgraph import Graph
from mpgraph.errors import ContractError
from mpgraph.timestamp import MAX

IMMEDIATE = 'input_stream_handler { input_stream_handler: "ImmediateInputStreamHandler" } '
BOUNDS = """node_options { [type.googleapis.com/mediapipe.ImmediateMuxCalculatorOptions] {
  process_timestamp_bounds: true } }"""


def mux(more: str = "") -> str:
    return node("ImmediateMux", ["a", "b"], ["o", "n"], more=IMMEDIATE + more)


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 4)), max_size=10))
@settings(max_examples=40, deadline=None)
def test_late_packets_are_dropped_and_all_are_noted(arrivals: list[tuple[str, int]]) -> None:
    times, bound, note = {"a": 0, "b": 0}, 0, 0
    steps: list[Step] = []
    passed, noted = [], []
    for stream, gap in arrivals:
        time = times[stream] = times[stream] + gap
        steps.append(add(stream, time, f"{stream}{time}"))
        if time >= bound:
            passed.append((time, f"{stream}{time}"))
            bound = time + 1
        note = max(time, note + 1)
        noted.append((note, True))
    found = play(mux(), steps, ["o", "n"])
    assert [packet for packet in found["o"] if packet[1] is not None] == passed
    assert [packet for packet in found["n"] if packet[1] is not None] == noted


def test_with_the_default_policy_the_first_input_wins() -> None:
    steps = [add("a", 1, "a"), add("b", 1, "b"), add("a", 2, None), add("b", 2, "c")]
    found = play(node("ImmediateMux", ["a", "b"], ["o"]), steps, ["o"])
    assert found["o"] == [(1, "a"), (2, "c")]


def test_bounds_settle_the_outputs_if_asked_for() -> None:
    steps = [add("a", 5, None), add("b", 3, "late"), add("b", 7, "b"), close("a")]
    found = play(mux(BOUNDS), steps, ["o", "n"])
    assert found["o"][0] == (5, None)
    assert [packet for packet in found["o"] if packet[1] is not None] == [(7, "b")]


def test_what_comes_after_the_end_of_time_is_late() -> None:
    steps = [add("a", 3, "a"), add("b", MAX, None), close("b"), add("a", 9, "late")]
    found = play(mux(BOUNDS), steps, ["o"])["o"]
    assert [packet for packet in found if packet[1] is not None] == [(3, "a")]


@pytest.mark.parametrize("outputs", [[], ["o", "n", "x"]])
def test_one_or_two_outputs(outputs: list[str]) -> None:
    with pytest.raises(ContractError, match="output stream"):
        Graph(node("ImmediateMux", ["a"], outputs))
