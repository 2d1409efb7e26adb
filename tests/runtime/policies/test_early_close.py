"""EarlyCloseInputStreamHandler: spec section 8.3."""

from __future__ import annotations

from mpgraph.packet import Packet
from mpgraph.runtime.policies.early_close import EarlyClosePolicy
from mpgraph.runtime.readiness import CLOSE, NOT_READY, READY
from mpgraph.runtime.stream import InputStream
from mpgraph.timestamp import DONE


class Owner:
    def notify(self) -> None:
        pass


def test_the_first_stream_that_ends_ends_the_node() -> None:
    a, b = InputStream("a", Owner()), InputStream("b", Owner())
    policy = EarlyClosePolicy([a, b])
    a.add(Packet("a1", 1))
    assert policy.readiness()[0] is NOT_READY
    b.add(Packet("b2", 2))
    assert policy.readiness() == (READY, 1)
    policy.fill(1)
    a.set_bound(DONE)
    assert policy.readiness() == (CLOSE, DONE)  # although b has a packet


def test_an_ended_stream_gives_what_it_has() -> None:
    a, b = InputStream("a", Owner()), InputStream("b", Owner())
    policy = EarlyClosePolicy([a, b])
    a.add(Packet("a1", 1))
    a.set_bound(DONE)
    assert policy.readiness()[0] is NOT_READY
    b.set_bound(5)
    assert policy.readiness() == (READY, 1)
    policy.fill(1)
    assert policy.readiness() == (CLOSE, DONE)
