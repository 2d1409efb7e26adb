"""When a set of packets is complete: streams that are aligned in time (spec 8.3)."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Final

from mpgraph.packet import Packet
from mpgraph.timestamp import (
    DONE,
    MAX,
    ONE_OVER_POSTSTREAM,
    POSTSTREAM,
    UNSTARTED,
    previous_allowed_in_stream,
)

from .stream import InputStream

__all__ = ["CLOSE", "NOT_READY", "READY", "Status", "SyncSet"]


class Status(IntEnum):
    """What an input policy says of a node."""

    NOT_READY = 0
    READY = 1
    CLOSE = 2


NOT_READY: Final = Status.NOT_READY
READY: Final = Status.READY
CLOSE: Final = Status.CLOSE


class SyncSet:
    """Streams that are aligned in time, and when a set of their packets is complete (I-11)."""

    def __init__(self, streams: Sequence[InputStream], *, process_bounds: bool) -> None:
        self.streams = streams
        self.process_bounds = process_bounds
        self.last_processed = UNSTARTED
        self._slowest: InputStream | None = None  # the empty stream with the lowest bound
        self._slowest_bound = DONE

    def waits(self, stream: InputStream, timestamp: int) -> bool:
        """Whether nothing changes by a packet at the timestamp in a stream that was empty.

        So it is as long as another empty stream has a bound that is no higher.
        """
        slowest = self._slowest
        return (
            slowest is not None
            and slowest is not stream
            and slowest.bound == self._slowest_bound <= timestamp
            and not slowest.queue
        )

    def readiness(self) -> tuple[Status, int]:
        """READY with the timestamp, NOT_READY with the set's bound, or CLOSE."""
        min_bound = min_packet = DONE
        slowest = None
        for stream in self.streams:
            if stream.queue:
                timestamp = stream.queue[0].time
                if timestamp < min_packet:
                    min_packet = timestamp
            elif stream.bound < min_bound:
                min_bound = stream.bound
                slowest = stream
        self._slowest = slowest if min_bound <= min_packet else None
        self._slowest_bound = min_bound
        lowest = min(min_bound, min_packet)
        if lowest >= ONE_OVER_POSTSTREAM:
            self.last_processed = MAX
            return CLOSE, DONE
        if not self.process_bounds:
            if min_bound > min_packet:
                self.last_processed = min_packet
                return READY, min_packet
            return NOT_READY, lowest
        if min_packet == POSTSTREAM and min_bound > min_packet:
            settled = POSTSTREAM
        else:
            settled = previous_allowed_in_stream(min_bound)
        candidate = min(min_packet, settled)
        if candidate > self.last_processed:
            self.last_processed = candidate
            return READY, candidate
        return NOT_READY, lowest

    def fill(self, timestamp: int) -> list[Packet]:
        """Takes each stream's packet at the timestamp (I-8)."""
        packets = []
        for stream in self.streams:
            queue = stream.queue
            if queue and queue[0].time == timestamp and not stream.full:
                packets.append(queue.popleft())
            else:
                packets.append(stream.pop_at(timestamp))
        return packets
