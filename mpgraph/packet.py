"""Packets: what travels on streams."""

from __future__ import annotations

from typing import Any, Final

from .errors import EmptyPacketError, PacketTypeError
from .packet_type import PacketType, packet_type, type_of
from .timestamp import UNSET, debug_string

__all__ = ["Packet"]


class _Nothing:
    __slots__ = ()

    def __repr__(self) -> str:
        return "<nothing>"


_NOTHING: Final = _Nothing()


class Packet:
    """An immutable payload with a timestamp; a packet without payload is *empty*.

    Copies made by `at` share the payload, which nobody may change (P-1, P-2). A packet may declare
    its type (an `int` that is an ``int64_t``, say); otherwise the payload's class tells it (P-12).

    Attributes:
        value: The payload, of any Python type (also None).
        timestamp: Microseconds, or a special value of `mpgraph.timestamp`; UNSET in a new packet.
        declared: The `PacketType` that the packet was declared with, or None.
    """

    __slots__ = ("declared", "timestamp", "value")

    def __init__(
        self, value: Any = _NOTHING, timestamp: int = UNSET, declared: PacketType | None = None
    ) -> None:
        self.value = value
        self.timestamp = timestamp
        self.declared = declared

    @classmethod
    def empty(cls, timestamp: int = UNSET) -> Packet:
        """A packet without payload; its timestamp tells how far its stream is settled."""
        return cls(_NOTHING, timestamp)

    def is_empty(self) -> bool:
        """Whether there is no payload, whatever the timestamp (P-3)."""
        return self.value is _NOTHING

    def at(self, timestamp: int) -> Packet:
        """The same payload at another timestamp (P-2)."""
        return Packet(self.value, timestamp, self.declared)

    @property
    def type(self) -> PacketType | None:
        """The declared type, else that of the payload; None when empty."""
        if self.value is _NOTHING:
            return None
        return self.declared or type_of(self.value)

    def get(self, expected: Any = None) -> Any:
        """The payload, checked to be of the `expected` type if one is given (P-5).

        Raises:
            EmptyPacketError: The packet is empty.
            PacketTypeError: The payload is of another type.
        """
        if self.value is _NOTHING:
            wanted = f"of type: {packet_type(expected).name}" if expected is not None else "with data"
            msg = f"Expected a Packet {wanted}, but received an empty Packet."
            raise EmptyPacketError(msg)
        if expected is not None:
            wanted_type = packet_type(expected)
            if not wanted_type.accepts(self):
                msg = f'The Packet stores "{self.type}", but "{wanted_type}" was requested.'
                raise PacketTypeError(msg)
        return self.value

    def __repr__(self) -> str:
        what = "and no data" if self.value is _NOTHING else f"and type: {self.type}"
        return f"<mpgraph.Packet with timestamp: {debug_string(self.timestamp)} {what}>"
