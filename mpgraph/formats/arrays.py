"""Packet types of small fixed arrays; the payload is a tuple of floats."""

from __future__ import annotations

from typing import Final

from mpgraph.packet_type import PacketType

__all__ = ["LETTERBOX_PADDING", "MATRIX"]


def _floats(count: int) -> PacketType:
    return PacketType(
        f"std::array<float, {count}ul>",
        lambda value: (
            isinstance(value, tuple)
            and len(value) == count
            and all(isinstance(item, float | int) for item in value)
        ),
    )


LETTERBOX_PADDING: Final = _floats(4)
"""Left, top, right and bottom padding, as fractions of the padded image's size."""
MATRIX: Final = _floats(16)
"""A 4x4 matrix, row by row."""
