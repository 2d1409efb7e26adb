"""Timestamps: plain integers of microseconds, the special values, and the arithmetic of bounds.

Streams, packets and calculators use `int` throughout; this module names the special values and holds
the rules for them (spec section 1). A *bound* ``b`` of a stream promises that no packet with a
timestamp below ``b`` will ever be added.
"""

from __future__ import annotations

from typing import Final

from .errors import TimestampError

__all__ = [
    "DONE",
    "MAX",
    "MIN",
    "ONE_OVER_POSTSTREAM",
    "POSTSTREAM",
    "PRESTREAM",
    "UNSET",
    "UNSTARTED",
    "add_offset",
    "debug_string",
    "from_seconds",
    "is_allowed_in_stream",
    "is_range_value",
    "is_special",
    "next_allowed_in_stream",
    "previous_allowed_in_stream",
]

_INT64_MIN: Final = -(2**63)
_INT64_MAX: Final = 2**63 - 1

UNSET: Final = _INT64_MIN
"""No timestamp: that of a new packet and of side packets."""
UNSTARTED: Final = _INT64_MIN + 1
"""The input timestamp in Open."""
PRESTREAM: Final = _INT64_MIN + 2
"""Of a packet that comes before all others and must be the only one of its stream."""
MIN: Final = _INT64_MIN + 3
"""The smallest range value."""
MAX: Final = _INT64_MAX - 3
"""The largest range value."""
POSTSTREAM: Final = _INT64_MAX - 2
"""Of a packet that comes after the end and must be the only one of its stream."""
ONE_OVER_POSTSTREAM: Final = _INT64_MAX - 1
"""The bound of a stream that can take no more packets but is not closed yet."""
DONE: Final = _INT64_MAX
"""The bound of a closed stream, and the input timestamp in Close."""

_NAMES: Final = {
    UNSET: "Timestamp::Unset()",
    UNSTARTED: "Timestamp::Unstarted()",
    PRESTREAM: "Timestamp::PreStream()",
    MIN: "Timestamp::Min()",
    MAX: "Timestamp::Max()",
    POSTSTREAM: "Timestamp::PostStream()",
    ONE_OVER_POSTSTREAM: "Timestamp::OneOverPostStream()",
    DONE: "Timestamp::Done()",
}


def debug_string(timestamp: int) -> str:
    """The timestamp as it stands in messages: a special value's name, else the number (T-11)."""
    return _NAMES.get(timestamp) or str(timestamp)


def is_special(timestamp: int) -> bool:
    """Whether it is one of the named values, Min and Max included."""
    return timestamp <= MIN or timestamp >= MAX


def is_range_value(timestamp: int) -> bool:
    """Whether it lies between Min and Max, both included."""
    return MIN <= timestamp <= MAX


def is_allowed_in_stream(timestamp: int) -> bool:
    """Whether a packet of a stream may have it: a range value, PreStream or PostStream."""
    return PRESTREAM <= timestamp <= POSTSTREAM


def next_allowed_in_stream(timestamp: int) -> int:
    """The lowest timestamp that may follow in a stream, thus the bound after a packet (T-3)."""
    if MIN <= timestamp < MAX:
        return timestamp + 1
    if timestamp >= MAX or timestamp == PRESTREAM:
        return ONE_OVER_POSTSTREAM
    return MIN


def previous_allowed_in_stream(timestamp: int) -> int:
    """The highest timestamp below a bound, thus up to where a stream is settled (T-5)."""
    if timestamp <= MIN or timestamp == POSTSTREAM:
        return UNSTARTED
    if timestamp > MAX:
        return MAX
    return timestamp - 1


def add_offset(timestamp: int, offset: int) -> int:
    """``timestamp + offset``, kept within Min and Max (T-7).

    Raises:
        TimestampError: `timestamp` is not a range value.
    """
    if not MIN <= timestamp <= MAX:
        msg = f"cannot add to {debug_string(timestamp)}: it is not a range value"
        raise TimestampError(msg)
    return min(max(timestamp + offset, MIN), MAX)


def from_seconds(seconds: float) -> int:
    """Seconds as microseconds, halves rounded away from zero (T-10).

    Raises:
        TimestampError: NaN, or beyond 64 bits.
    """
    scaled = seconds * 1e6
    if not _INT64_MIN < scaled < _INT64_MAX:  # also false for NaN
        msg = f"{seconds!r} s is out of the bounds of a timestamp"
        raise TimestampError(msg)
    whole = int(scaled)
    if abs(scaled - whole) >= 0.5:
        whole += 1 if scaled > 0 else -1
    return whole
