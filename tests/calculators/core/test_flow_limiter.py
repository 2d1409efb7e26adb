"""FlowLimiterCalculator (spec calculators.md 3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from graph_steps import Found, Step, add, close, compare, node, play
from hypothesis import given, settings
from hypothesis import strategies as st
from mpgraph.calculators.core.flow_limiter import FlowLimiterOptions
from oracle_client import needs_oracle

from mpgraph import Graph
from mpgraph.errors import ContractError
from mpgraph.timestamp import MAX

LOOP = """input_stream: "in"
  node { calculator: "FlowLimiterCalculator" input_stream: "in" input_stream: "FINISHED:out"
    input_stream_info { tag_index: "FINISHED" back_edge: true }
    output_stream: "limited" output_stream: "ALLOW:allow" }
  node { calculator: "PassThroughCalculator" input_stream: "limited" output_stream: "out" }"""


def limited(
    steps: Sequence[Step],
    options: str = "",
    *,
    inputs: Sequence[str] = (),
    sides: Sequence[str] = (),
    side: dict[str, Any] | None = None,
) -> Found:
    """The packets of the outputs, without bounds."""
    text = "".join(f'input_side_packet: "{entry.rpartition(":")[2]}" ' for entry in sides)
    text += node(
        "FlowLimiter",
        ["in", "aux", "FINISHED:fin", *inputs],
        ["o", "ao", "ALLOW:allow"],
        options,
        side_inputs=sides,
    )
    found = play(text, steps, ["o", "ao", "allow"], side)
    return {name: [packet for packet in packets if packet[1] is not None] for name, packets in found.items()}


def frames(*times: int) -> list[Step]:
    return [add("in", time, time) for time in times]


def test_frames_are_dropped_while_one_is_under_way() -> None:
    found = limited([*frames(10, 20, 30), add("fin", 10), *frames(40)])
    assert found["o"] == [(10, 10), (40, 40)]
    assert found["allow"] == [(10, True), (20, False), (30, False), (40, True)]


def test_the_newest_frame_waits_in_the_queue() -> None:
    found = limited([*frames(10, 20, 30), add("fin", 10)], "max_in_queue: 1")
    assert found["o"] == [(10, 10), (30, 30)]
    assert found["allow"] == [(10, True), (20, False), (30, True)]


def test_several_frames_may_be_under_way() -> None:
    found = limited([*frames(10, 20, 30), add("fin", 10), *frames(40)], "max_in_flight: 2")
    assert [value for _, value in found["o"]] == [10, 20, 40]


def test_a_bound_finishes_frames_too() -> None:
    assert limited([*frames(10), add("fin", 10, None), *frames(20)])["o"] == [(10, 10), (20, 20)]


def test_finished_frames_are_those_up_to_the_timestamp() -> None:
    found = limited([*frames(10, 20), add("fin", 15, None), *frames(30)], "max_in_flight: 2")
    assert [value for _, value in found["o"]] == [10, 20, 30]


def test_a_waiting_frame_goes_out_when_finished_closes() -> None:
    found = limited([*frames(10, 20), close("in"), close("aux"), close("fin")], "max_in_queue: 1")
    assert found["o"] == [(10, 10), (20, 20)]


def test_a_frame_that_never_finishes_is_given_up() -> None:
    found = limited(frames(10, 20, 30, 40, 50), "in_flight_timeout: 15")
    assert [value for _, value in found["o"]] == [10, 30, 50]


def test_other_streams_go_with_the_frame_before() -> None:
    steps = [add("aux", 5, 5), *frames(10), add("aux", 12, 12), *frames(20), add("aux", 20, 20)]
    steps += [add("aux", 25, 25), add("fin", 10), *frames(30), add("aux", 31, 31), close("in")]
    assert [value for _, value in limited(steps)["ao"]] == [5, 12, 31]


def test_other_streams_wait_with_the_waiting_frame() -> None:
    steps = [*frames(10, 20), add("aux", 20, 20), *frames(30), add("aux", 30, 30), close("aux")]
    found = limited([*steps, close("in"), close("fin")], "max_in_queue: 1")
    assert found["o"] == [(10, 10), (30, 30)]
    assert found["ao"] == [(30, 30)]


def test_the_end_of_the_frames_gives_up_none() -> None:
    with Graph(
        node("FlowLimiter", ["in", "FINISHED:fin"], ["o"], "max_in_queue: 1 in_flight_timeout: 15")
    ) as graph:
        found: list[int] = []
        graph.observe("o", lambda packet: found.append(packet.value))
        graph.start()
        for time in (10, 20):
            graph.add_packet("in", time, time)
        graph.close_input("in")
        graph.wait_until_idle()
        assert found == [10]


def test_the_output_stays_open_for_the_last_possible_frame() -> None:
    steps = [*frames(MAX - 1), add("fin", MAX - 1), *frames(MAX)]
    assert [time for time, _ in limited(steps)["o"]] == [MAX - 1, MAX]


def test_the_output_is_settled_up_to_the_waiting_frame() -> None:
    text = node("FlowLimiter", ["in", "FINISHED:fin"], ["o"], "max_in_queue: 1")
    assert play(text, frames(10, 20), ["o"])["o"][:2] == [(10, 10), (19, None)]


def test_options_come_from_a_side_packet() -> None:
    side = {"s": FlowLimiterOptions(max_in_flight=2)}
    found = limited(frames(1, 2, 3, 4), "max_in_queue: 1", sides=["OPTIONS:s"], side=side)
    assert [value for _, value in found["o"]][:2] == [1, 2]
    assert dict(found["allow"]) == {
        1: True,
        2: True,
        3: False,
        4: True,
    }  # 4 waited, as the node's options say


def test_max_in_flight_overrides_the_other_side_packet() -> None:
    side = {"s": FlowLimiterOptions(max_in_flight=2), "m": 3}
    found = limited(frames(1, 2, 3, 4), sides=["OPTIONS:s", "MAX_IN_FLIGHT:m"], side=side)
    assert [value for _, value in found["allow"]] == [True, True, True, False]


def test_options_of_a_stream_hold_from_then_on() -> None:
    steps = [*frames(1, 2), add("opts", 3, FlowLimiterOptions(max_in_flight=2)), *frames(3, 4, 5)]
    found = limited(steps, inputs=["OPTIONS:opts"])
    assert [value for _, value in found["allow"]] == [True, False, True, False, False]


def test_a_loop_takes_every_frame_that_it_has_time_for() -> None:
    found = play(LOOP, frames(0, 10, 20), ["out", "allow"])
    assert [p for p in found["out"] if p[1] is not None] == [(0, 0), (10, 10), (20, 20)]
    assert [p for p in found["allow"] if p[1] is not None] == [(0, True), (10, True), (20, True)]


def test_each_input_needs_an_output() -> None:
    with pytest.raises(
        ContractError, match="2 untagged input streams need as many untagged output streams, got 1"
    ):
        Graph(node("FlowLimiter", ["a", "b", "FINISHED:f"], ["o"]))


@given(
    st.lists(st.tuples(st.sampled_from(["in", "aux", "fin"]), st.integers(1, 9)), max_size=20),
    st.integers(1, 3),
    st.integers(0, 2),
)
def test_laws(moves: list[tuple[str, int]], in_flight: int, in_queue: int) -> None:
    """Frames are decided once, in order, but for those that wait at the end; few are under way."""
    now = dict.fromkeys(["in", "aux", "fin"], 0)
    steps: list[Step] = []
    for stream, gap in moves:
        now[stream] += gap
        steps.append(add(stream, now[stream], now[stream]))
    found = limited(steps, f"max_in_flight: {in_flight} max_in_queue: {in_queue}")
    times = [step[2] for step in steps if step[1] == "in"]
    allow = dict(found["allow"])
    assert list(allow) == times[: len(allow)]
    assert len(times) - len(allow) <= in_queue
    assert found["o"] == [(time, time) for time in times if allow.get(time)]
    for index, (_, stream, time, _) in enumerate(steps):
        if stream == "in":
            so_far = steps[: index + 1]
            finished = max((step[2] for step in so_far if step[1] == "fin"), default=0)
            here = [step[2] for step in so_far if step[1] == "in" and finished < step[2] <= time]
            released = [other for other in here if allow.get(other)]
            assert len(released) <= in_flight + in_queue
    for time, value in found["ao"]:
        before = [other for other in times if other <= time]
        assert value == time
        assert not before or allow.get(before[-1])


@needs_oracle
@given(
    st.lists(st.tuples(st.sampled_from(["in", "aux", "fin"]), st.integers(1, 9), st.booleans()), max_size=10),
    st.integers(1, 2),
    st.integers(0, 2),
    st.sampled_from([0, 10]),
    st.permutations(["in", "aux", "fin"]),
)
@settings(max_examples=25, deadline=None)
def test_against_the_oracle(
    moves: list[tuple[str, int, bool]], flying: int, queued: int, timeout: int, closing: list[str]
) -> None:
    times = {"in": 0, "aux": 0, "fin": 0}
    steps: list[Step] = []
    for stream, gap, has_packet in moves:
        times[stream] += gap
        steps.append(add(stream, times[stream], times[stream] if has_packet else None))
    options = f"max_in_flight: {flying} max_in_queue: {queued} in_flight_timeout: {timeout}"
    text = node("FlowLimiter", ["in", "aux", "FINISHED:fin"], ["o", "ao", "ALLOW:allow"], options)
    compare(text, [*steps, *map(close, closing)], ["o", "ao", "allow"])
