"""Events as messages (X-13, X-14); the events are those of upstream's own tests of its tracer."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf import text_format
from hypothesis import given
from hypothesis import strategies as st

from mpgraph.formats.protos.framework.calculator_profile_pb2 import GraphTrace
from mpgraph.runtime.trace_builder import TraceBuilder
from mpgraph.runtime.tracer import GRAPH, Event, EventType
from mpgraph.timestamp import DONE, MAX, MIN, POSTSTREAM, PRESTREAM, UNSTARTED

PROCESS = EventType.PROCESS
START = 1_608_911_100_000_000


def message(text: str) -> Any:
    return text_format.Parse(text, GraphTrace())


def packet(
    node: int,
    time: int,
    stream: str,
    stamp: int,
    data: int,
    *,
    call: int = START,
    finish: bool = False,
    kind: EventType = PROCESS,
) -> Event:
    return Event(kind, START + time, node, call, 0, finish, stream, stamp, data)


def test_every_kind_has_the_number_of_the_message() -> None:
    """X-11."""
    assert {kind.name: kind.value for kind in EventType} == dict(GraphTrace.EventType.items())


def test_nothing_happened() -> None:
    """As upstream's EmptyTrace."""
    assert TraceBuilder(10).build([]) == message('base_time: 0 base_timestamp: 0 stream_name: ""')


def test_a_call_is_one_entry() -> None:
    """X-14, as upstream's CalculatorTrace."""
    events = [
        packet(0, 0, "input_stream", START, 77),
        packet(0, 10_000, "output_stream", START, 78, finish=True),
    ]
    assert TraceBuilder(10).build(events) == message(
        """
        base_time: 1608911100000000 base_timestamp: 1608911100000000
        stream_name: "" stream_name: "input_stream" stream_name: "output_stream"
        calculator_trace {
          node_id: 0 input_timestamp: 0 event_type: PROCESS start_time: 0 finish_time: 10000 thread_id: 0
          input_trace { finish_time: 0 packet_timestamp: 0 stream_id: 1 event_data: 1 }
          output_trace { packet_timestamp: 0 stream_id: 2 event_data: 2 }
        }"""
    )


def test_a_packet_is_followed_from_where_it_was_made() -> None:
    """X-14, as upstream's GraphTrace: the input of a call begins when the call before made it."""
    events = [
        packet(0, 0, "in", START, 1),
        packet(0, 10_000, "up", START, 2, finish=True),
        packet(0, 10_000, "up", START + 5, 3, finish=True),
        packet(1, 16_000, "up", START, 2),
        packet(1, 36_000, "down", START, 4, finish=True),
        packet(1, 38_000, "up", START + 5, 3, call=START + 5),
        packet(1, 58_000, "down", START + 5, 5, call=START + 5, finish=True),
    ]
    assert TraceBuilder(10).build(events) == message(
        """
        base_time: 1608911100000000 base_timestamp: 1608911100000000
        stream_name: "" stream_name: "in" stream_name: "up" stream_name: "down"
        calculator_trace {
          node_id: 0 input_timestamp: 0 event_type: PROCESS start_time: 0 finish_time: 10000 thread_id: 0
          input_trace { finish_time: 0 packet_timestamp: 0 stream_id: 1 event_data: 1 }
          output_trace { packet_timestamp: 0 stream_id: 2 event_data: 2 }
          output_trace { packet_timestamp: 5 stream_id: 2 event_data: 3 }
        }
        calculator_trace {
          node_id: 1 input_timestamp: 0 event_type: PROCESS start_time: 16000 finish_time: 36000 thread_id: 0
          input_trace {
            start_time: 10000 finish_time: 16000 packet_timestamp: 0 stream_id: 2 event_data: 2
          }
          output_trace { packet_timestamp: 0 stream_id: 3 event_data: 4 }
        }
        calculator_trace {
          node_id: 1 input_timestamp: 5 event_type: PROCESS start_time: 38000 finish_time: 58000 thread_id: 0
          input_trace {
            start_time: 10000 finish_time: 38000 packet_timestamp: 5 stream_id: 2 event_data: 3
          }
          output_trace { packet_timestamp: 5 stream_id: 3 event_data: 5 }
        }"""
    )


GPU = [
    packet(333, 0, "one", 1_000, 0, call=1_000),
    packet(333, 100, "one", 1_000, 0, call=1_000, kind=EventType.GPU_TASK),
    packet(333, 2_100, "one", 1_000, 0, call=1_000, kind=EventType.GPU_TASK, finish=True),
    packet(333, 1_000, "two", 1_000, 0, call=1_000, finish=True),
]
"""As in upstream's GpuTaskTrace; of data 0 the number is 0."""


def test_work_within_a_call_has_no_packets() -> None:
    """X-14, as upstream's GpuTaskTrace."""
    assert TraceBuilder(10).build(GPU) == message(
        """
        base_time: 1608911100000000 base_timestamp: 1000
        stream_name: "" stream_name: "one" stream_name: "two"
        calculator_trace {
          node_id: 333 input_timestamp: 0 event_type: PROCESS start_time: 0 finish_time: 1000 thread_id: 0
          input_trace { finish_time: 0 packet_timestamp: 0 stream_id: 1 event_data: 0 }
          output_trace { packet_timestamp: 0 stream_id: 2 event_data: 0 }
        }
        calculator_trace {
          node_id: 333 input_timestamp: 0 event_type: GPU_TASK start_time: 100 finish_time: 2100 thread_id: 0
        }"""
    )


def test_instant_events_have_an_entry_each() -> None:
    """X-14, as upstream's GpuTaskTrace: nothing is put together, and no packet is followed."""
    assert TraceBuilder(10).build(GPU, instant=True) == message(
        """
        base_time: 1608911100000000 base_timestamp: 1000
        stream_name: "" stream_name: "one" stream_name: "two"
        calculator_trace {
          node_id: 333 input_timestamp: 0 event_type: PROCESS start_time: 0 thread_id: 0
          input_trace { packet_timestamp: 0 stream_id: 1 event_data: 0 }
        }
        calculator_trace { node_id: 333 input_timestamp: 0 event_type: GPU_TASK start_time: 100 thread_id: 0 }
        calculator_trace {
          node_id: 333 input_timestamp: 0 event_type: GPU_TASK finish_time: 2100 thread_id: 0
        }
        calculator_trace {
          node_id: 333 input_timestamp: 0 event_type: PROCESS finish_time: 1000 thread_id: 0
          output_trace { packet_timestamp: 0 stream_id: 2 event_data: 0 }
        }"""
    )


@pytest.mark.parametrize("instant", [False, True])
def test_the_length_of_a_queue_is_told_as_it_is(instant: bool) -> None:
    """X-14; the tail and the head of a queue are put together by the tail's timestamp (X-13)."""
    kind = EventType.PACKET_QUEUED
    events = [packet(2, 3, "s", 9, 41, call=9, kind=kind), packet(2, 3, "s", 7, 41, call=9, kind=kind)]
    trace = TraceBuilder(10).build(events, instant=instant)
    found = [
        (entry.input_timestamp, [(p.packet_timestamp, p.event_data) for p in entry.input_trace])
        for entry in trace.calculator_trace
    ]
    assert found == ([(2, [(2, 41)]), (2, [(0, 41)])] if instant else [(2, [(2, 41), (0, 41)])])


@pytest.mark.parametrize("instant", [False, True])
def test_what_is_about_no_packet(instant: bool) -> None:
    """X-13: no timestamp and no stream, also where the event names one."""
    events = [
        Event(EventType.NOT_READY, 10, 3, thread=2),
        Event(EventType.THROTTLED, 12, GRAPH, stream="full"),
    ]
    trace = TraceBuilder(10).build(events, instant=instant)
    assert trace == message(
        """
        base_time: 10 base_timestamp: 0 stream_name: ""
        calculator_trace { node_id: 3 event_type: NOT_READY start_time: 0 thread_id: 2 }
        calculator_trace { node_id: -1 event_type: THROTTLED start_time: 2 thread_id: 0 }"""
    )


def test_the_base_is_that_of_the_first_message() -> None:
    """X-13: also of what is older; streams keep their numbers and are all listed again."""
    builder = TraceBuilder(10)
    assert builder.build([]).base_time == 0  # which sets none
    first = builder.build([packet(0, 100, "a", 50, 1, call=50)])
    second = builder.build([packet(0, 90, "b", 40, 2, call=40), packet(0, 200, "a", 60, 1, call=60)])
    assert (first.base_time, first.base_timestamp) == (START + 100, 50)
    assert (second.base_time, second.base_timestamp) == (START + 100, 50)
    assert list(second.stream_name) == ["", "a", "b"]
    found = [
        (entry.start_time, entry.input_timestamp, entry.input_trace[0].stream_id, p.event_data)
        for entry in second.calculator_trace
        for p in entry.input_trace
    ]
    assert found == [(-10, -10, 2, 2), (100, 10, 1, 1)]


def test_no_number_of_payloads_is_too_much() -> None:
    """The oldest is forgotten, and would be new; 0, which is no payload, never is."""
    builder = TraceBuilder(2)
    numbers = [
        entry.input_trace[0].event_data
        for data in (5, 5, 6, 7, 5, 0, 7)
        for entry in builder.build([packet(0, 0, "a", 0, data)], instant=True).calculator_trace
    ]
    assert numbers == [1, 1, 2, 3, 4, 0, 3]
    assert len(builder._payloads) <= 3


SPECIAL = [UNSTARTED, PRESTREAM, MIN, -5, 0, 7, MAX, POSTSTREAM, DONE]


@given(
    stamps=st.lists(st.tuples(st.sampled_from(SPECIAL), st.sampled_from(SPECIAL)), min_size=1, max_size=6),
    instant=st.booleans(),
)
def test_special_timestamps_fit(stamps: list[tuple[int, int]], instant: bool) -> None:
    """X-13: relative to the base, but never out of the 64 bits of the message."""
    events = [packet(0, 0, "s", stamp, 1, call=call) for call, stamp in stamps]
    trace = TraceBuilder(10).build(events, instant=instant)
    usual = [stamp for pair in stamps for stamp in pair if MIN <= stamp <= MAX]
    base = min(usual, default=0)
    assert trace.base_timestamp == base

    def relative(stamp: int) -> int:
        return max(-(2**63), min(stamp - base, 2**63 - 1))

    found = {
        (entry.input_timestamp, p.packet_timestamp)
        for entry in trace.calculator_trace
        for p in entry.input_trace
    }
    assert found == {(relative(call), relative(stamp)) for call, stamp in stamps}
    assert GraphTrace.FromString(trace.SerializeToString()) == trace
