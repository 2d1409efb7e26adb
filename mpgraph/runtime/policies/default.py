"""DefaultInputStreamHandler: all inputs aligned on their timestamps."""

from __future__ import annotations

from collections.abc import Sequence

from mpgraph.packet import Packet
from mpgraph.runtime.stream import InputStream
from mpgraph.timestamp import DONE, ONE_OVER_POSTSTREAM

from .base import CLOSE, NOT_READY, READY, InputPolicy, Status, SyncSet

__all__ = ["DefaultPolicy", "SingleStreamPolicy"]


class DefaultPolicy(SyncSet, InputPolicy):
    """Runs the node at each timestamp at which an input has a packet, once all inputs are settled there.

    Upstream: ``DefaultInputStreamHandler``; spec rules I-11 and I-20.
    """

    def fill(self, timestamp: int) -> Sequence[Packet]:
        """Each stream's packet at the timestamp."""
        return [stream.pop_at(timestamp) for stream in self.streams]


class SingleStreamPolicy(InputPolicy):
    """What DefaultInputStreamHandler comes to for a node with one input that wants packets only."""

    def __init__(self, streams: Sequence[InputStream], *, process_bounds: bool = False) -> None:
        super().__init__(streams, process_bounds=process_bounds)
        (self._stream,) = streams

    def readiness(self) -> tuple[Status, int]:
        """READY at the first packet; CLOSE when none can come."""
        stream = self._stream
        if stream.queue:
            return READY, stream.queue[0].time
        if stream.bound >= ONE_OVER_POSTSTREAM:
            return CLOSE, DONE
        return NOT_READY, stream.bound

    def fill(self, timestamp: int) -> Sequence[Packet]:
        """The first packet."""
        stream = self._stream
        packet = stream.queue.popleft()
        if stream.full:
            stream.resized()
        return (packet,)
