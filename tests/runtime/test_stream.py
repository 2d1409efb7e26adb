"""Queues and bounds of single streams: spec 8.1 and C-37."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpgraph.errors import PacketTypeError, RunError, TimestampError
from mpgraph.packet import Packet
from mpgraph.packet_type import ANY, INT
from mpgraph.runtime.stream import InputStream, OutputStream, offset_bound
from mpgraph.timestamp import (
    DONE,
    MAX,
    MIN,
    ONE_OVER_POSTSTREAM,
    POSTSTREAM,
    PRESTREAM,
    UNSTARTED,
)


class Owner:
    def __init__(self) -> None:
        self.notified = 0

    def notify(self) -> None:
        self.notified += 1


def stream(**arguments: object) -> InputStream:
    return InputStream("s", Owner(), **arguments)  # type: ignore[arg-type]


def test_a_new_stream_is_at_prestream() -> None:
    """I-1."""
    assert stream().head() == PRESTREAM
    assert stream().settled() == UNSTARTED


def test_adding_tells_whether_the_head_changed() -> None:
    """I-2."""
    s = stream()
    assert s.add(Packet("a", 1))
    assert not s.add(Packet("b", 2))
    assert (s.head(), s.bound) == (1, 3)
    assert not s.set_bound(5)
    s.pop_at(2)
    assert s.head() == 5
    assert s.set_bound(6)


@pytest.mark.parametrize("timestamp", [3, 2, PRESTREAM])
def test_timestamps_below_the_bound_are_refused(timestamp: int) -> None:
    """I-6."""
    s = stream()
    s.add(Packet("a", 3))
    with pytest.raises(TimestampError, match="minimum expected timestamp is 4 but received"):
        s.add(Packet("b", timestamp))


def test_a_poststream_packet_must_be_alone() -> None:
    """I-7."""
    s = stream()
    s.add(Packet("a", 0))
    with pytest.raises(TimestampError, match="must be the only Packet"):
        s.add(Packet("b", POSTSTREAM))
    alone = stream()
    alone.set_bound(10)  # a bound is not a packet
    assert alone.add(Packet("b", POSTSTREAM))


@pytest.mark.parametrize("timestamp", [PRESTREAM, MAX, POSTSTREAM])
def test_after_these_a_stream_is_exhausted(timestamp: int) -> None:
    """I-7, T-3."""
    s = stream()
    s.add(Packet("a", timestamp))
    assert s.bound == ONE_OVER_POSTSTREAM
    with pytest.raises(TimestampError):
        s.add(Packet("b", 1))


def test_a_closed_stream_drops_what_comes() -> None:
    """I-4."""
    s = stream()
    s.set_bound(DONE)
    assert not s.add(Packet("a", 1))
    assert not s.set_bound(5)
    assert s.is_done()


def test_bounds_rise_only() -> None:
    """I-5."""
    s = stream()
    assert s.set_bound(5)
    assert not s.set_bound(5)
    with pytest.raises(TimestampError, match="is 5 but received 4"):
        s.set_bound(4)


def test_popping_takes_the_packet_or_tells_how_far_the_stream_is_settled() -> None:
    """I-8."""
    s = stream()
    s.add(Packet("a", 1))
    s.add(Packet("b", 5))
    assert s.pop_at(1).value == "a"
    empty = s.pop_at(3)
    assert empty.is_empty()
    assert empty.timestamp == 4
    assert s.pop_at(5).value == "b"
    after = s.pop_at(9)
    assert (after.is_empty(), after.timestamp, s.bound) == (True, 9, 10)


def test_types_are_checked() -> None:
    """I-3."""
    s = stream(type=INT)
    with pytest.raises(PacketTypeError, match='"string", but "int"'):
        s.add(Packet("text", 1))


def test_full_queues_are_told_of_once_each_way() -> None:
    """I-10."""
    calls: list[bool] = []
    s = stream(max_size=2, on_full=lambda s: calls.append(s.full))
    for t in range(4):
        s.add(Packet(t, t))
    assert calls == [True]
    s.pop_at(1)
    assert calls == [True]
    s.pop_at(2)
    assert calls == [True, False]


@given(st.lists(st.integers(-100, 100), max_size=30), st.lists(st.integers(-110, 110), max_size=30))
def test_whatever_is_popped_comes_in_order_and_once(added: list[int], popped: list[int]) -> None:
    s = stream()
    for t in sorted(set(added)):
        s.add(Packet(t, t))
    got = [packet.value for t in sorted(popped) if not (packet := s.pop_at(t)).is_empty()]
    assert got == sorted(set(added) & set(popped))


@pytest.mark.parametrize(
    ("timestamp", "offset", "bound"),
    [
        (PRESTREAM, 0, MIN),
        (MIN, 0, MIN + 1),
        (100, 0, 101),
        (MAX, 0, POSTSTREAM),
        (POSTSTREAM, 0, ONE_OVER_POSTSTREAM),
        (100, -1, 100),
        (MAX, -1, MAX),
        (100, 5, 106),
    ],
)
def test_bounds_by_offset(timestamp: int, offset: int, bound: int) -> None:
    """C-37 and vector A-13."""
    assert offset_bound(timestamp, offset) == bound


def test_an_output_feeds_every_consumer_and_reports_what_each_refuses() -> None:
    """I-40, C-32: with two consumers an error counts twice."""
    out = OutputStream("s", ANY)
    owners = [Owner(), Owner()]
    out.consumers = [InputStream("s", owner) for owner in owners]
    errors: list[RunError] = []
    out.send([Packet("a", 1), Packet("b", 2)], out.bound, errors.append)
    assert [list(c.queue) for c in out.consumers] == [list(out.consumers[0].queue)] * 2
    assert [owner.notified for owner in owners] == [1, 1]
    assert out.bound == 3
    out.send([Packet("c", 1)], out.bound, errors.append)
    assert len(errors) == 2
    out.send((), 10, errors.append)
    assert [c.bound for c in out.consumers] == [10, 10]
    out.close()
    assert out.closed
    assert [c.bound for c in out.consumers] == [DONE, DONE]


def test_an_unconsumed_output_never_complains() -> None:
    """C-32."""
    out = OutputStream("s", ANY)
    errors: list[RunError] = []
    out.send([Packet("a", 5)], out.bound, errors.append)
    out.send([Packet("b", 1)], out.bound, errors.append)
    assert not errors
