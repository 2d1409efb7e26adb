"""ImmediateInputStreamHandler: each input by itself, as soon as it has something."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mpgraph.packet import Packet
from mpgraph.runtime.readiness import CLOSE, NOT_READY, READY, Status, SyncSet
from mpgraph.runtime.stream import InputStream
from mpgraph.timestamp import DONE, MAX

from .base import InputPolicy

__all__ = ["ImmediatePolicy"]


class ImmediatePolicy(InputPolicy):
    """Runs the node for the lowest timestamp that any single input is ready at (I-22).

    The input timestamps of a node's calls need not increase. When an input ends, a node that processes
    bounds is called once more for it, at Max (I-24); another node gets one call without packets, so
    that its outputs' bounds can move (I-23).

    Upstream: ``ImmediateInputStreamHandler``.
    """

    def __init__(self, streams: Sequence[InputStream], **arguments: Any) -> None:
        super().__init__(streams, **arguments)
        self._sets = [SyncSet((stream,), process_bounds=self.process_bounds) for stream in streams]
        self._ready: list[int | None] = [None] * len(streams)
        self._done = [False] * len(streams)

    def readiness(self) -> tuple[Status, int]:
        """READY at the lowest timestamp of a ready stream; CLOSE when all streams are done."""
        newly_done = False
        lowest = DONE
        for slot, sync_set in enumerate(self._sets):
            if self._ready[slot] is None and not self._done[slot]:
                last = sync_set.last_processed
                status, timestamp = sync_set.readiness()
                if status is READY:
                    self._ready[slot] = timestamp
                elif status is CLOSE:
                    self._done[slot] = newly_done = True
                    if self.process_bounds and last < MAX:
                        self._ready[slot] = timestamp = MAX
            ready = self._ready[slot]
            lowest = min(lowest, self.streams[slot].head() if ready is None else ready)
        pending = [timestamp for timestamp in self._ready if timestamp is not None]
        if pending:
            return READY, min(pending)
        if all(self._done):
            return CLOSE, DONE
        if newly_done and not self.process_bounds:
            return READY, lowest
        return NOT_READY, lowest

    def fill(self, timestamp: int) -> Sequence[Packet]:
        """The packets of the streams ready at the timestamp; of the others how far they are settled."""
        packets = []
        for slot, stream in enumerate(self.streams):
            if self._ready[slot] == timestamp:
                self._ready[slot] = None
                packets.append(stream.pop_at(timestamp))
            else:
                packets.append(Packet.empty(stream.settled()))
        return packets
