"""DefaultInputStreamHandler: all inputs aligned on their timestamps."""

from __future__ import annotations

from collections.abc import Sequence

from mpgraph.packet import Packet
from mpgraph.runtime.stream import InputStream

from .base import InputPolicy, Status, SyncSet

__all__ = ["DefaultPolicy"]


class DefaultPolicy(InputPolicy):
    """Runs the node at each timestamp at which an input has a packet, once all inputs are settled there.

    Upstream: ``DefaultInputStreamHandler``; spec rules I-11 and I-20.
    """

    def __init__(self, streams: Sequence[InputStream], *, process_bounds: bool) -> None:
        super().__init__(streams, process_bounds=process_bounds)
        self._set = SyncSet(streams, process_bounds=process_bounds)

    def readiness(self) -> tuple[Status, int]:
        """That of the one set of all streams."""
        return self._set.readiness()

    def fill(self, timestamp: int) -> Sequence[Packet]:
        """Each stream's packet at the timestamp."""
        return [stream.pop_at(timestamp) for stream in self.streams]
