"""BarrierInputStreamHandler: one packet of each input, whatever their timestamps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mpgraph.packet import Packet
from mpgraph.runtime.readiness import CLOSE, NOT_READY, READY, Status
from mpgraph.runtime.stream import InputStream
from mpgraph.timestamp import DONE

from .base import InputPolicy

__all__ = ["BarrierPolicy"]


class BarrierPolicy(InputPolicy):
    """Runs the node whenever each input has a packet, and takes one of each.

    The input timestamp is the lowest of theirs. The order of timestamps in the streams does not matter
    (I-9). The node closes when an input has ended and has no packet left.

    Upstream: ``BarrierInputStreamHandler``; spec rule I-29.
    """

    def __init__(self, streams: Sequence[InputStream], **arguments: Any) -> None:
        super().__init__(streams, **arguments)
        for stream in streams:
            stream.untimed = True

    def readiness(self) -> tuple[Status, int]:
        """READY when every stream has a packet; CLOSE when one of them can have none any more."""
        if any(stream.is_done() for stream in self.streams):
            return CLOSE, DONE
        lowest = min(stream.head() for stream in self.streams)
        return (READY if all(stream.queue for stream in self.streams) else NOT_READY), lowest

    def fill(self, timestamp: int) -> Sequence[Packet]:
        """Each stream's oldest packet."""
        return [stream.pop() for stream in self.streams]
