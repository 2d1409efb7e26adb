"""Trace files for viewers (X-40)."""

from __future__ import annotations

from typing import Any

import pytest
from trace_files import call, profile

from mpgraph.cli.chrome_trace import chrome_trace

ENTRIES = [
    call(-1, 0, None, 10, makes=[(1, 0)], thread=3),
    call(0, 0, 20, 50, takes=[(1, 0)], makes=[(2, 0)], thread=1),
    call(1, 0, 15, takes=[(2, 0)], thread=1),
]
QUEUED = """calculator_trace { node_id: 1 input_timestamp: 0 event_type: PACKET_QUEUED start_time: 12
    input_trace { stream_id: 2 packet_timestamp: 0 event_data: 4 }
    input_trace { stream_id: 2 packet_timestamp: -3 event_data: 4 } }"""


def events(kind: str, made: dict[str, Any]) -> list[dict[str, Any]]:
    return [event for event in made["traceEvents"] if event["ph"] == kind]


def test_calls_are_bars() -> None:
    (bar,) = events("X", chrome_trace(profile(ENTRIES)))
    assert bar == {
        "ph": "X",
        "name": "first",
        "cat": "PROCESS",
        "ts": 1_000_020,
        "dur": 30,
        "pid": 1,
        "tid": 1,
        "args": {"timestamp": 100, "inputs": ["in @ 100"], "outputs": ["mid @ 100"]},
    }


def test_what_has_no_length_is_a_mark() -> None:
    marks = events("i", chrome_trace(profile(ENTRIES)))
    assert [(mark["name"], mark["ts"], mark["s"]) for mark in marks] == [
        ("graph input", 1_000_010, "t"),
        ("second", 1_000_015, "t"),
    ]


@pytest.mark.parametrize(
    ("by_calculator", "rows"),
    [
        (False, {1: "thread 1", 3: "thread 3"}),
        (True, {0: "graph input", 1: "first", 2: "second"}),
    ],
)
def test_rows(by_calculator: bool, rows: dict[int, str]) -> None:
    made = chrome_trace(profile(ENTRIES), by_calculator=by_calculator)
    assert {title["tid"]: title["args"]["name"] for title in events("M", made)} == rows
    assert {event["tid"] for kind in "Xi" for event in events(kind, made)} == set(rows)


def test_queues_are_curves() -> None:
    (point,) = events("C", chrome_trace(profile([*ENTRIES, QUEUED])))
    assert (point["name"], point["ts"], point["args"]) == ("queue of second", 1_000_012, {"mid": 4})


def test_events_are_in_the_order_of_time() -> None:
    times = [
        event["ts"] for event in chrome_trace(profile([*ENTRIES, QUEUED]))["traceEvents"] if "ts" in event
    ]
    assert times == sorted(times)
    assert chrome_trace(profile([])) == {"traceEvents": [], "displayTimeUnit": "ms"}
