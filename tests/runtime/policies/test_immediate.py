"""ImmediateInputStreamHandler: rules I-22 to I-24, vector A-8b."""

from __future__ import annotations

from mpgraph.packet import Packet
from mpgraph.runtime.policies.immediate import ImmediatePolicy
from mpgraph.runtime.readiness import CLOSE, NOT_READY, READY
from mpgraph.runtime.stream import InputStream
from mpgraph.timestamp import DONE, MAX, PRESTREAM, UNSTARTED


class Owner:
    def notify(self) -> None:
        pass


def policy(*, process_bounds: bool) -> tuple[InputStream, InputStream, InputStream, ImmediatePolicy]:
    a, b, c = (InputStream(name, Owner()) for name in "abc")
    return a, b, c, ImmediatePolicy([a, b, c], process_bounds=process_bounds)


def stamps(packets: object) -> list[tuple[object, int]]:
    return [(None if p.is_empty() else p.value, p.timestamp) for p in packets]  # type: ignore[attr-defined]


def test_with_bounds_each_stream_ends_with_one_call_at_max() -> None:
    """A-8b, first half."""
    a, b, c, p = policy(process_bounds=True)
    assert p.readiness() == (NOT_READY, PRESTREAM)
    b.add(Packet("p", 1))
    b.set_bound(DONE)
    assert p.readiness() == (READY, 1)
    assert stamps(p.fill(1)) == [(None, UNSTARTED), ("p", 1), (None, UNSTARTED)]
    assert p.readiness() == (READY, MAX)
    assert stamps(p.fill(MAX)) == [(None, UNSTARTED), (None, MAX), (None, UNSTARTED)]
    assert p.readiness()[0] is NOT_READY
    a.set_bound(DONE)
    c.set_bound(DONE)
    assert p.readiness() == (READY, MAX)
    assert stamps(p.fill(MAX)) == [(None, MAX)] * 3
    assert p.readiness() == (CLOSE, DONE)


def test_without_bounds_the_end_of_a_stream_makes_one_empty_call() -> None:
    """A-8b, second half; I-23."""
    a, b, c, p = policy(process_bounds=False)
    assert p.readiness()[0] is NOT_READY
    a.add(Packet("a", 10))
    assert p.readiness() == (READY, 10)
    p.fill(10)
    b.set_bound(DONE)
    status, t = p.readiness()
    assert status is READY
    assert all(packet.is_empty() for packet in p.fill(t))
    assert p.readiness()[0] is NOT_READY
    a.set_bound(200)
    assert p.readiness()[0] is NOT_READY
    a.set_bound(DONE)
    status, t = p.readiness()
    assert status is READY
    p.fill(t)
    c.set_bound(DONE)
    assert p.readiness() == (CLOSE, DONE)


def test_all_ending_at_once_closes_directly() -> None:
    a, b, c, p = policy(process_bounds=False)
    for stream in (a, b, c):
        stream.set_bound(DONE)
    assert p.readiness() == (CLOSE, DONE)


def test_the_lowest_ready_timestamp_goes_first_and_equal_ones_together() -> None:
    """I-22."""
    a, b, c, p = policy(process_bounds=False)
    a.add(Packet("a5", 5))
    b.add(Packet("b3", 3))
    c.add(Packet("c5", 5))
    assert p.readiness() == (READY, 3)
    assert stamps(p.fill(3)) == [(None, 4), ("b3", 3), (None, 4)]
    assert p.readiness() == (READY, 5)
    assert stamps(p.fill(5)) == [("a5", 5), (None, 3), ("c5", 5)]
    b.add(Packet("b4", 4))  # later, and lower than what was processed
    assert p.readiness() == (READY, 4)
