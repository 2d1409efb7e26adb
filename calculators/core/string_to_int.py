"""StringToIntCalculator and its kin: a side packet of text as a number."""

from __future__ import annotations

import re
from typing import Any, Final

from mpgraph.context import Context
from mpgraph.packet import Packet
from mpgraph.packet_type import INT, INT64, UINT32, UINT64
from mpgraph.ports import SideInput, SideOutput

from ..vector_family import ITEM, Vector, VectorCalculator

__all__ = ["NUMBERS", "StringToNumber"]

NUMBERS: Final = {
    "StringToIntCalculator": Vector(INT),
    "StringToInt32Calculator": Vector(INT),
    "StringToInt64Calculator": Vector(INT64),
    "StringToUintCalculator": Vector(UINT32),
    "StringToUint32Calculator": Vector(UINT32),
    "StringToUint64Calculator": Vector(UINT64),
}
"""What number each registered name makes."""

_RANGES: Final = {
    INT: (-(2**31), 2**31 - 1),
    INT64: (-(2**63), 2**63 - 1),
    UINT32: (0, 2**32 - 1),
    UINT64: (0, 2**64 - 1),
}
_NUMBER: Final = re.compile(r"\s*[+-]?[0-9]+\s*", re.ASCII)


class StringToNumber(VectorCalculator):
    """Reads a decimal number from a string.

    Input side packet: untagged (string), with an optional sign and white space around. Output side packet:
    untagged ($item).

    Raises:
        ValueError: It is no such number, or out of the type's range.

    Upstream: calculators/core/string_to_int_calculator.cc; spec calculators.md 6.

    Example::

        node {
          calculator: "$name"
          input_side_packet: "text"
          output_side_packet: "number"
        }
    """

    text = SideInput[str]()
    number = SideOutput[Any](type=ITEM)

    def open(self, cc: Context) -> None:
        """Reads the number."""
        text: str | bytes = cc[self.text]
        written = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        lowest, highest = _RANGES[self.holds.item]
        signed_zero = lowest == 0 and "-" in written  # no unsigned number, not even -0
        if not _NUMBER.fullmatch(written) or signed_zero or not lowest <= int(written) <= highest:
            what = f"expected {lowest} to {highest}, got {written!r}"
            msg = f"The string could not be parsed as an integer: {what}"
            raise ValueError(msg)
        cc.send_packet(self.number, Packet(int(written), declared=self.holds.item))


globals().update(StringToNumber.members(NUMBERS))
