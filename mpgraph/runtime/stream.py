"""Streams at run time: the queue and bound of each consumer, and the fan-out of each producer.

Plain state without locks or threads (spec 8.1): the scheduler calls it under the graph's lock.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from mpgraph.errors import PacketTypeError, RunError, TimestampError
from mpgraph.packet import Packet
from mpgraph.packet_type import ANY, PacketType
from mpgraph.timestamp import (
    DONE,
    MAX,
    MIN,
    ONE_OVER_POSTSTREAM,
    POSTSTREAM,
    PRESTREAM,
    UNSTARTED,
    add_offset,
    debug_string,
    next_allowed_in_stream,
    previous_allowed_in_stream,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .node import Node
    from .readiness import SyncSet
    from .wiring import GraphInput

__all__ = ["EMPTY", "Consumer", "InputStream", "OutputStream", "WatchedStream", "Watcher", "offset_bound"]

EMPTY: Final = Packet()


class Consumer(Protocol):
    """Who owns an input queue: a node, an observer or a poller."""

    def notify(self) -> None:
        """Called when the queue's head or bound changed."""


class InputStream:
    """What one consumer has of a stream: a queue of packets and the bound of the next (I-1).

    Attributes:
        name: The stream's name.
        owner: Who consumes it.
        queue: Packets that were not consumed yet, oldest first.
        bound: No packet below it will come; Done when closed.
        max_size: Length at which it counts as full; -1 for never.
        full: Whether it is full, as told to `on_full`.
        added: How many packets came in this run.
        arrived: Called after each packet that was queued, for policies that drop some.
        untimed: Whether the order of timestamps does not matter (I-9).
        direct: The node, if this is its only input and it can be called at once with what comes.
        sync_set: What else must be settled before the node can run, if it is one of several inputs.
        on_full: Called with the stream when it becomes full or stops being so.
        feeders: The sources and graph inputs that feed it, and that wait while it is full.
    """

    __slots__ = (
        "_check",
        "added",
        "arrived",
        "bound",
        "direct",
        "feeders",
        "full",
        "max_size",
        "name",
        "on_full",
        "owner",
        "queue",
        "sync_set",
        "type",
        "untimed",
    )

    def __init__(
        self,
        name: str,
        owner: Consumer,
        *,
        type: PacketType = ANY,
        max_size: int = -1,
        on_full: Callable[[InputStream], None] | None = None,
    ) -> None:
        self.name = name
        self.owner = owner
        self.type = type
        self.queue: deque[Packet] = deque()
        self.bound = PRESTREAM
        self.max_size = max_size
        self.full = False
        self.added = 0
        self.on_full = on_full
        self.feeders: Sequence[Node | GraphInput] = ()
        self.arrived: Callable[[], object] | None = None
        self.untimed = False
        self.direct: Node | None = None
        self.sync_set: SyncSet | None = None
        self._check = None if type is ANY else type.check

    def head(self) -> int:
        """The timestamp of the oldest packet, or the bound if there is none (I-2)."""
        return self.queue[0].time if self.queue else self.bound

    def settled(self) -> int:
        """Up to where everything is known that precedes the oldest packet or the bound."""
        return previous_allowed_in_stream(self.head())

    def add(self, packet: Packet) -> bool:
        """Appends a packet; tells whether `head` changed. A closed stream drops it (I-3, I-4).

        Raises:
            TimestampError: The timestamp is below the bound, or Post-Stream after other packets.
            PacketTypeError: The payload is not of the consumer's type.
        """
        timestamp = packet.time
        if timestamp < self.bound and not (self.untimed and self.bound != DONE):
            if self.bound == DONE:
                return False
            msg = (
                f'Packet timestamp mismatch on a calculator receiving from stream "{self.name}". '
                f"Current minimum expected timestamp is {debug_string(self.bound)} but received "
                f"{debug_string(timestamp)}. Timestamps of a stream must increase strictly; only some input "
                "policies, such as ImmediateInputStreamHandler, let the inputs of a node run apart."
            )
            raise TimestampError(msg)
        if timestamp == POSTSTREAM and self.added and not self.untimed:
            msg = (
                f'In stream "{self.name}", a packet at Timestamp::PostStream() must be the only Packet in '
                "an InputStream."
            )
            raise TimestampError(msg)
        if self._check is not None and not self.type.accepts(packet):
            msg = (
                f'Packet type mismatch on a calculator receiving from stream "{self.name}": '
                f"{self.type.mismatch(packet)}"
            )
            raise PacketTypeError(msg)
        self.added += 1
        bound = timestamp + 1 if MIN <= timestamp < MAX else next_allowed_in_stream(timestamp)
        self.bound = max(self.bound, bound) if self.untimed else bound
        self.queue.append(packet)
        return self.queued()

    def queued(self) -> bool:
        """What follows when a packet was appended; tells whether `head` changed."""
        if self.arrived is not None:
            self.arrived()
        size = len(self.queue)
        if size >= self.max_size >= 0 and not self.full and self.on_full is not None:
            self.full = True
            self.on_full(self)
        return size == 1 or self.arrived is not None

    def set_bound(self, bound: int) -> bool:
        """Raises the bound; tells whether `head` changed. Done closes the stream (I-5).

        Raises:
            TimestampError: The bound is lower than the present one.
        """
        if bound == self.bound or self.bound == DONE:
            return False
        if bound < self.bound:
            if self.untimed:
                return False
            msg = (
                "SetNextTimestampBound must be called with a timestamp greater than or equal to the current "
                f'bound. In stream "{self.name}". Current minimum expected timestamp is '
                f"{debug_string(self.bound)} but received {debug_string(bound)}"
            )
            raise TimestampError(msg)
        self.bound = bound
        return not self.queue

    def pop_at(self, timestamp: int) -> Packet:
        """Takes the packet at the timestamp, or an empty one stamped with how far the stream is settled.

        Older packets are dropped, and the bound rises past the timestamp (I-8).
        """
        queue = self.queue
        found = None
        while queue and queue[0].time <= timestamp:
            found = queue.popleft()
        if self.bound <= timestamp:
            self.bound = next_allowed_in_stream(timestamp)
        if self.full:
            self.resized()
        if found is not None and found.time == timestamp:
            return found
        return Packet.empty(self.settled())

    def pop(self) -> Packet:
        """Takes the oldest packet, whatever its timestamp (I-9)."""
        packet = self.queue.popleft()
        if self.full:
            self.resized()
        return packet

    def drop_before(self, timestamp: int) -> None:
        """Drops the packets that are older than the timestamp."""
        queue = self.queue
        while queue and queue[0].time < timestamp:
            queue.popleft()
        if self.full:
            self.resized()

    def resized(self) -> None:
        """Tells `on_full` if the queue, or its limit, has changed so that it is not full any more."""
        if self.full and not len(self.queue) >= self.max_size >= 0 and self.on_full is not None:
            self.full = False
            self.on_full(self)

    def close(self) -> None:
        """Drops what is queued and takes no more."""
        self.queue.clear()
        self.bound = DONE
        self.resized()

    def is_done(self) -> bool:
        """Whether nothing is queued and nothing can come."""
        return self.bound == DONE and not self.queue


def offset_bound(timestamp: int, offset: int) -> int:
    """The bound of an output with an offset when the node's inputs are processed at a timestamp (C-37)."""
    if MIN <= timestamp < MAX:
        return timestamp + 1 if not offset else next_allowed_in_stream(add_offset(timestamp, offset))
    if timestamp == PRESTREAM:
        return MIN
    if timestamp == MAX:
        return POSTSTREAM if offset >= 0 else next_allowed_in_stream(add_offset(MAX, offset))
    if timestamp == POSTSTREAM:
        return ONE_OVER_POSTSTREAM
    return UNSTARTED


class OutputStream:
    """The producing end of a stream: its bound, and the queues of all who consume it.

    Attributes:
        name: The stream's name.
        type: The packet type that its producer promises.
        bound: No packet below it will be sent.
        consumers: The queues that every packet goes to, in order.
        header: The stream header; empty if there is none.
    """

    __slots__ = ("bound", "consumers", "header", "name", "type")

    def __init__(self, name: str, type: PacketType) -> None:
        self.name = name
        self.type = type
        self.bound = PRESTREAM
        self.consumers: list[InputStream] = []
        self.header = EMPTY

    def send(self, packets: Sequence[Packet], bound: int, failed: Callable[[RunError], None]) -> None:
        """Delivers packets, then the bound, to every consumer (I-40).

        What a consumer refuses is handed to `failed`, once per consumer.
        """
        if packets:
            last = packets[-1].time
            passed = last + 1 if MIN <= last < MAX else next_allowed_in_stream(last)
            if passed > bound:
                bound = passed
        if bound <= self.bound and not packets:
            return
        if bound > self.bound:
            self.bound = bound
        for consumer in self.consumers:
            try:
                changed = False
                for packet in packets:
                    if consumer.add(packet):
                        changed = True
                if bound > consumer.bound and consumer.set_bound(bound):
                    changed = True
            except RunError as error:
                failed(error)
            else:
                if changed and (
                    packets or consumer.sync_set is None or not consumer.sync_set.waits(consumer, bound)
                ):
                    consumer.owner.notify()

    def send_one(self, packet: Packet, bound: int) -> None:
        """Delivers a packet and a bound past it that are known to be in order: `send`, but quick."""
        self.bound = bound
        for consumer in self.consumers:
            if consumer.bound == DONE:
                continue
            consumer.added += 1
            consumer.bound = bound
            node = consumer.direct
            if node is not None and node.free:
                node.call(packet)
                continue
            queue = consumer.queue
            queue.append(packet)
            size = len(queue)
            if consumer.arrived is not None or size >= consumer.max_size >= 0:
                changed = consumer.queued()
            else:
                changed = size == 1
            if changed:
                sync_set = consumer.sync_set
                if sync_set is None or not sync_set.waits(consumer, packet.time):
                    consumer.owner.notify()

    def close(self) -> None:
        """Tells every consumer that nothing more will come."""
        self.bound = DONE
        for consumer in self.consumers:
            if consumer.set_bound(DONE):
                consumer.owner.notify()

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self.bound == DONE


class WatchedStream(OutputStream):
    """A stream that tells of packets before it delivers them."""

    __slots__ = ("_watchers",)

    def __init__(self, name: str, type: PacketType, watchers: Sequence[Watcher]) -> None:
        super().__init__(name, type)
        self._watchers = watchers

    def send(self, packets: Sequence[Packet], bound: int, failed: Callable[[RunError], None]) -> None:
        """As `OutputStream.send`."""
        if packets:
            self._tell(packets)
        super().send(packets, bound, failed)

    def send_one(self, packet: Packet, bound: int) -> None:
        """As `OutputStream.send_one`."""
        self._tell((packet,))
        super().send_one(packet, bound)

    def _tell(self, packets: Sequence[Packet]) -> None:
        for watcher in self._watchers:
            watcher(self, packets)


Watcher: TypeAlias = "Callable[[OutputStream, Sequence[Packet]], object]"
"""Called with a stream and the packets that it is about to deliver."""
