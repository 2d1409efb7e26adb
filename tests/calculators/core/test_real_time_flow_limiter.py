"""RealTimeFlowLimiterCalculator (spec calculators.md 3)."""

from __future__ import annotations

from typing import Any

import pytest
from graph_steps import Step, add, close, node, packets, play
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgraph import Graph
from mpgraph.errors import ContractError, RunError


def limited(steps: list[Step], most: int | None = None) -> dict[str, list[tuple[int, Any]]]:
    sides = [] if most is None else ["MAX_IN_FLIGHT:n"]
    text = 'input_side_packet: "n" ' if sides else ""
    text += node("RealTimeFlowLimiter", ["a", "b", "FINISHED:f"], ["oa", "ob", "ALLOW:w"], side_inputs=sides)
    return packets(play(text, steps, ["oa", "ob", "w"], {"n": most} if sides else {}))


@given(st.lists(st.booleans(), max_size=12), st.integers(1, 3))
@settings(max_examples=40, deadline=None)
def test_frames_are_dropped_while_too_many_are_under_way(events: list[bool], most: int) -> None:
    """True is a frame, False the end of one, if one is under way."""
    steps: list[Step] = []
    passed: list[tuple[int, int]] = []
    changes: list[tuple[int, bool]] = []
    flying = 0
    for time, is_frame in enumerate(events):
        before = flying < most
        if is_frame:
            steps.append(add("a", time, time))
            if before:
                passed.append((time, time))
                flying += 1
        elif flying:
            steps.append(add("f", time))
            flying -= 1
        if (flying < most) != before:
            changes.append((len(changes) + 1, flying < most))
    found = limited(steps, most)
    assert found["oa"] == passed
    assert found["w"] == changes


def test_packets_of_one_timestamp_go_together() -> None:
    steps = [add("a", 1, "a"), add("b", 1, "b"), add("a", 2, "dropped"), add("f", 1), add("b", 2, "dropped")]
    found = limited([*steps, add("a", 3, "c")])
    assert found["oa"] == [(1, "a"), (3, "c")]
    assert found["ob"] == [(1, "b")]


def test_dropped_frames_settle_the_output_and_the_end_closes_it() -> None:
    text = node("RealTimeFlowLimiter", ["a", "FINISHED:f"], ["o"])
    found = play(text, [add("a", 1, 1), add("a", 5, 2), close("a")], ["o"])["o"]
    assert found[:2] == [(1, 1), (5, None)]


@pytest.mark.parametrize(
    ("steps", "most", "message"), [([add("f", 1)], 1, "no frame is under way"), ([], 0, "at least 1")]
)
def test_what_cannot_be(steps: list[Step], most: int, message: str) -> None:
    with pytest.raises(RunError, match=message):
        limited(steps, most)


def test_each_input_needs_an_output() -> None:
    with pytest.raises(ContractError, match="2 untagged input streams need as many"):
        Graph(node("RealTimeFlowLimiter", ["a", "b", "FINISHED:f"], ["o"]))
