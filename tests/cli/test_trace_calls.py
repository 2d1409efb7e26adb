"""Calls as trace files tell of them, in one entry or in several (X-14)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from trace_files import call, profile, write

from mpgraph.cli.exits import UsageError
from mpgraph.cli.trace_calls import calls, node_names, read_profile

WHOLE = [
    call(-1, 0, None, 10, makes=[(1, 0)]),
    call(0, 0, 20, 50, takes=[(1, 0)], makes=[(2, 0), (3, 0)]),
    call(1, 0, 60, 90, takes=[(2, 0), (3, 0)]),
]
INSTANT = [
    call(-1, 0, None, 10, makes=[(1, 0)]),
    call(0, 0, 20, None, takes=[(1, 0)]),
    call(0, 0, None, 50, makes=[(2, 0)]),
    call(0, 0, None, 50, makes=[(3, 0)]),
    call(1, 0, 60, None, takes=[(2, 0)]),
    call(1, 0, 60, None, takes=[(3, 0)]),
    call(1, 0, None, 90, makes=[]),
]


def told(*traces: list[str]) -> list[tuple[Any, ...]]:
    return [
        (found.node, found.timestamp, found.start, found.finish, found.inputs, found.outputs)
        for found in calls(profile(*traces))
    ]


def test_a_call_in_one_entry() -> None:
    """Times and timestamps are those of the clock and of the packets, not relative."""
    assert told(WHOLE) == [
        (-1, 100, None, 1_000_010, [], [("in", 100)]),
        (0, 100, 1_000_020, 1_000_050, [("in", 100)], [("mid", 100), ("out", 100)]),
        (1, 100, 1_000_060, 1_000_090, [("mid", 100), ("out", 100)], []),
    ]


@pytest.mark.parametrize("cut", range(len(INSTANT)))
def test_a_call_in_many_entries(cut: int) -> None:
    """Instant events, also over two intervals of a file."""
    assert told(INSTANT[:cut], INSTANT[cut:]) == told(WHOLE)


def test_calls_at_one_timestamp_stay_apart() -> None:
    """As those of a second run."""
    again = [call(0, 0, 500, 530, takes=[(1, 0)]), call(0, 0, 600), call(0, 0, None, 640)]
    found = [(node, start, finish) for node, _, start, finish, *_ in told(WHOLE, again)]
    assert found[3:] == [(0, 1_000_500, 1_000_530), (0, 1_000_600, 1_000_640)]


def test_ends_of_a_source_stay_apart() -> None:
    """Two runs of a graph put packets in at one timestamp; those of one call have one time."""
    ends = [call(-1, 0, None, time, makes=[(1, 0)]) for time in (10, 10, 70)]
    assert [(finish, len(made)) for *_, finish, _, made in told(ends)] == [(1_000_010, 2), (1_000_070, 1)]


def test_packets_come_from_the_call_that_made_them_last() -> None:
    found = calls(
        profile([*WHOLE, call(-1, 0, None, 200, makes=[(1, 0)]), call(0, 0, 300, 310, takes=[(1, 0)])])
    )
    assert [[found.index(source) for source in each.sources] for each in found] == [[], [0], [1, 1], [], [3]]


def test_other_events_are_no_calls() -> None:
    entries = [
        call(0, 0, 5, kind=kind) for kind in ("NOT_READY", "PACKET_QUEUED", "GPU_TASK", "OPEN", "CLOSE")
    ]
    assert [found.kind for found in calls(profile(entries))] == ["OPEN", "CLOSE"]


def test_a_stream_without_a_name() -> None:
    assert told([call(0, 0, 1, 2, takes=[(9, 3), (-1, 3)])])[0][4] == [("#9", 103), ("#-1", 103)]


def test_names_of_nodes() -> None:
    assert node_names(profile(WHOLE, WHOLE)) == {0: "first", 1: "second"}


@pytest.mark.parametrize("content", [b"", b"\xff\xff\xff", b"node {}"])
def test_files_that_are_no_traces(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bild.png"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"bild\.png: not a trace file"):
        read_profile(path)


def test_a_file(tmp_path: Path) -> None:
    made = profile(WHOLE)
    assert read_profile(write(tmp_path / "spur größe.binarypb", made)) == made
    with pytest.raises(FileNotFoundError):
        read_profile(tmp_path / "missing.binarypb")
