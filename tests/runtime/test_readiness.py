"""When a set of aligned streams is complete: rule I-11."""

from __future__ import annotations

import pytest

from mpgraph.packet import Packet
from mpgraph.runtime.readiness import CLOSE, NOT_READY, READY, Status, SyncSet
from mpgraph.runtime.stream import InputStream
from mpgraph.timestamp import DONE, ONE_OVER_POSTSTREAM, POSTSTREAM, PRESTREAM


class Owner:
    def notify(self) -> None:
        pass


def sync_set(count: int, *, process_bounds: bool = False) -> tuple[list[InputStream], SyncSet]:
    streams = [InputStream(f"s{i}", Owner()) for i in range(count)]
    return streams, SyncSet(streams, process_bounds=process_bounds)


def test_it_waits_for_every_stream() -> None:
    (a, b), group = sync_set(2)
    assert group.readiness() == (NOT_READY, PRESTREAM)
    a.add(Packet("x", 5))
    b.set_bound(5)
    assert group.readiness() == (NOT_READY, 5)
    b.set_bound(6)
    assert group.readiness() == (READY, 5)


@pytest.mark.parametrize("bound", [ONE_OVER_POSTSTREAM, DONE])
def test_it_closes_when_nothing_can_come(bound: int) -> None:
    (a, b), group = sync_set(2)
    a.set_bound(bound)
    b.set_bound(DONE)
    assert group.readiness() == (CLOSE, DONE)


def test_it_closes_only_after_the_last_packet() -> None:
    (a,), group = sync_set(1)
    a.add(Packet("x", POSTSTREAM))
    a.set_bound(DONE)
    assert group.readiness() == (READY, POSTSTREAM)
    a.pop_at(POSTSTREAM)
    assert group.readiness() == (CLOSE, DONE)


@pytest.mark.parametrize(
    ("bound", "expected"),
    [(PRESTREAM, (NOT_READY, PRESTREAM)), (10, (READY, 9)), (POSTSTREAM, (NOT_READY, POSTSTREAM))],
)
def test_with_bounds_it_is_ready_wherever_it_is_settled(bound: int, expected: tuple[Status, int]) -> None:
    """C-39."""
    (a,), group = sync_set(1, process_bounds=True)
    a.set_bound(bound)
    assert group.readiness() == expected
    if expected[0] is READY:
        assert group.readiness() == (NOT_READY, bound)  # once


def test_with_bounds_packets_come_before_the_bound() -> None:
    (a, b), group = sync_set(2, process_bounds=True)
    a.add(Packet("x", 3))
    b.set_bound(10)
    a.set_bound(20)
    assert group.readiness() == (READY, 3)
    a.pop_at(3)
    b.pop_at(3)
    assert group.readiness() == (READY, 9)
