"""`StreamData`: all that goes through one stream in a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from mpgraph.packet import Packet

__all__ = ["StreamData", "StreamItem", "collector", "to_packets"]

StreamItem: TypeAlias = Packet | tuple[int, Any]
"""A packet with a timestamp, or the timestamp and the value (or packet) that goes out at it."""


class StreamData(list[tuple[int, Any]]):
    """The packets of a stream as a list of (timestamp, value), and the stream's header.

    It is equal to a plain list of the same pairs. The value of an empty packet, which only tells how far
    the stream is settled, is `mpgraph.packet.NOTHING`.

    Args:
        items: Packets with timestamps, or pairs of timestamp and value.
        header: The header; empty if the stream has none.
    """

    def __init__(self, items: Iterable[StreamItem] = (), header: Packet | None = None) -> None:
        super().__init__((i.time, i) if isinstance(i, Packet) else i for i in items)
        self.header = Packet() if header is None else header


def to_packets(items: Iterable[StreamItem]) -> list[Packet]:
    """The packets that the items stand for; a packet in a pair keeps its declared type."""
    return [item if isinstance(item, Packet) else Packet(item[1]).at(item[0]) for item in items]


def collector(to: list[tuple[int, Any]]) -> Callable[[Packet], None]:
    """A callback that appends (timestamp, value) of each packet."""
    return lambda packet: to.append((packet.time, packet.value))
