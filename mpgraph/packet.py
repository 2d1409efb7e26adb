"""Packets: what travels on streams."""

from __future__ import annotations

from operator import index
from typing import Any, Final

from .errors import EmptyPacketError, PacketTypeError
from .packet_type import PacketType, packet_type, register_packet_type, type_of
from .timestamp import UNSET, Timestamp

__all__ = ["NOTHING", "Packet"]


class _Nothing:
    __slots__ = ()

    def __repr__(self) -> str:
        return "<nothing>"


NOTHING: Final = _Nothing()
"""The payload of an empty packet."""


class Packet:
    """A payload that nobody may change, with a timestamp; a packet without payload is *empty*.

    Copies made by `at` share the payload (P-1, P-2). A packet may declare its type (an `int` that is an
    ``int64_t``, say); otherwise the payload's class tells it (P-12).

    Args:
        value: The payload, of any Python type (also None); of another packet, its payload, type and
            timestamp are taken.
        time: See below.
        declared: See below.

    Attributes:
        value: The payload.
        time: The timestamp as a plain integer: microseconds, or a special value of `mpgraph.timestamp`;
            UNSET in a new packet.
        declared: The `PacketType` that the packet was declared with, or None.
    """

    __slots__ = ("declared", "time", "value")

    def __init__(self, value: Any = NOTHING, time: int = UNSET, declared: PacketType | None = None) -> None:
        if value.__class__ is Packet:
            other: Packet = value
            value, time, declared = (
                other.value,
                other.time if time == UNSET else time,
                declared or other.declared,
            )
        self.value: Any = value
        self.time: int = time
        self.declared: PacketType | None = declared

    @classmethod
    def empty(cls, time: int = UNSET) -> Packet:
        """A packet without payload; its timestamp tells how far its stream is settled."""
        return cls(NOTHING, time)

    def is_empty(self) -> bool:
        """Whether there is no payload, whatever the timestamp (P-3)."""
        return self.value is NOTHING

    def at(self, time: int, /) -> Packet:
        """The same payload at another timestamp, an integer or `Timestamp` (P-2)."""
        return Packet(self.value, index(time), self.declared)

    @property
    def timestamp(self) -> Timestamp:
        """The timestamp with upstream's interface (spec 12.2); `time` is the same as a plain integer.

        Setting it, to an integer, changes this packet only.
        """
        return Timestamp.of(self.time)

    @timestamp.setter
    def timestamp(self, time: object) -> None:
        if isinstance(time, Timestamp) or not hasattr(time, "__index__"):
            msg = f"incompatible function arguments: a packet's timestamp is set to an int, got {time!r}"
            raise TypeError(msg)
        self.time = Timestamp(index(time)).value

    @property
    def type(self) -> PacketType | None:
        """The declared type, else that of the payload; None when empty."""
        if self.value is NOTHING:
            return None
        return self.declared or type_of(self.value)

    def get(self, expected: Any = None) -> Any:
        """The payload, checked to be of the `expected` type if one is given (P-5).

        Raises:
            EmptyPacketError: The packet is empty.
            PacketTypeError: The payload is of another type.
        """
        if self.value is NOTHING:
            wanted = f"of type: {packet_type(expected).name}" if expected is not None else "with data"
            msg = f"Expected a Packet {wanted}, but received an empty Packet."
            raise EmptyPacketError(msg)
        if expected is not None:
            wanted_type = packet_type(expected)
            if not wanted_type.accepts(self):
                raise PacketTypeError(wanted_type.mismatch(self))
        return self.value

    def __repr__(self) -> str:
        what = "and no data" if self.value is NOTHING else f"and C++ type: {self.type}"
        return f"<mediapipe.Packet with timestamp: {self.timestamp.name} {what}>"


register_packet_type(Packet, "::mediapipe::Packet")
