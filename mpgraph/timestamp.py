"""Timestamps: plain integers of microseconds, the special values, and the arithmetic of bounds.

Streams, packets and calculators use `int` throughout; this module names the special values and holds
the rules for them (spec section 1). A *bound* ``b`` of a stream promises that no packet with a
timestamp below ``b`` will ever be added. `Timestamp` is the same integer with upstream's methods.
"""

from __future__ import annotations

from typing import ClassVar, Final, NoReturn, SupportsIndex

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
    "USUAL_MAX",
    "USUAL_MIN",
    "Timestamp",
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

USUAL_MIN: Final = -(2**61)
USUAL_MAX: Final = 2**61
"""Between these two is the time of nearly every packet, and compiled code compares it as a machine integer;
whoever asks this first still has to do right by what is not between them."""

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
    return _NAMES.get(timestamp) or str(int(timestamp))


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


class Timestamp(int):
    """A timestamp with the interface of upstream's Python class (spec 12.1); as an integer, microseconds.

    Unlike upstream's it can be hashed, and arithmetic with it gives plain integers.

    Args:
        value: Microseconds, or another `Timestamp`.

    Raises:
        TypeError: The value is no integer.
        ValueError: It is a special value, which is only had by name: ``Timestamp.DONE`` (T-2).
    """

    __slots__ = ()

    UNSET: ClassVar[Timestamp]
    UNSTARTED: ClassVar[Timestamp]
    PRESTREAM: ClassVar[Timestamp]
    MIN: ClassVar[Timestamp]
    MAX: ClassVar[Timestamp]
    POSTSTREAM: ClassVar[Timestamp]
    DONE: ClassVar[Timestamp]

    def __new__(cls, value: SupportsIndex, /) -> Timestamp:  # noqa: D102 the class's docstring says it
        if isinstance(value, Timestamp):
            return value
        if not hasattr(value, "__index__"):
            msg = (
                "__init__(): incompatible constructor arguments. The following argument types are supported: "
                f"Timestamp(int), Timestamp(Timestamp); got {type(value).__name__}"
            )
            raise TypeError(msg)
        number = value.__index__()
        if not _INT64_MIN <= number <= _INT64_MAX:
            msg = f"{number} is out of the bounds of a timestamp"
            raise TimestampError(msg)
        if is_special(number):
            msg = f"Cannot directly create a Timestamp with a special value: {debug_string(number)}"
            raise TimestampError(msg)
        return int.__new__(cls, number)

    @classmethod
    def of(cls, value: int) -> Timestamp:
        """The timestamp of an integer that may be a special value."""
        return int.__new__(cls, value)

    @staticmethod
    def from_seconds(seconds: float) -> Timestamp:
        """Seconds as a timestamp, halves of microseconds rounded away from zero (T-10).

        Raises:
            TimestampError: NaN, beyond 64 bits, or a special value.
        """
        return Timestamp(from_seconds(seconds))

    @property
    def value(self) -> int:
        """Microseconds."""
        return int(self)

    @property
    def name(self) -> str:
        """The number, or the bare name of a special value: ``DONE``."""
        return debug_string(self).removeprefix("Timestamp::").removesuffix("()").upper()

    def microseconds(self) -> int:
        """Microseconds."""
        return int(self)

    def seconds(self) -> float:
        """Seconds, also of a special value (T-9)."""
        return int(self) / 1e6

    def is_special_value(self) -> bool:
        """Whether it is one of the named values, Min and Max included."""
        return is_special(self)

    def is_range_value(self) -> bool:
        """Whether it lies between Min and Max, both included."""
        return is_range_value(self)

    def is_allowed_in_stream(self) -> bool:
        """Whether a packet of a stream may have it."""
        return is_allowed_in_stream(self)

    def _refuse(self, other: object) -> NoReturn:
        msg = (
            "incompatible function arguments: a Timestamp compares with a Timestamp or an int, "
            f"got {type(other).__name__}"
        )
        raise TypeError(msg)

    def __eq__(self, other: object) -> bool:
        return int.__eq__(self, other) if isinstance(other, int) else self._refuse(other)

    def __ne__(self, other: object) -> bool:
        return int.__ne__(self, other) if isinstance(other, int) else self._refuse(other)

    def __lt__(self, other: object) -> bool:
        return int.__lt__(self, other) if isinstance(other, int) else self._refuse(other)

    def __le__(self, other: object) -> bool:
        return int.__le__(self, other) if isinstance(other, int) else self._refuse(other)

    def __gt__(self, other: object) -> bool:
        return int.__gt__(self, other) if isinstance(other, int) else self._refuse(other)

    def __ge__(self, other: object) -> bool:
        return int.__ge__(self, other) if isinstance(other, int) else self._refuse(other)

    __hash__ = int.__hash__

    def __repr__(self) -> str:
        return f"<mediapipe.Timestamp with value: {self.name}>"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        """As a number, unlike `str`."""
        return int(self).__format__(spec)


Timestamp.UNSET = Timestamp.of(UNSET)
Timestamp.UNSTARTED = Timestamp.of(UNSTARTED)
Timestamp.PRESTREAM = Timestamp.of(PRESTREAM)
Timestamp.MIN = Timestamp.of(MIN)
Timestamp.MAX = Timestamp.of(MAX)
Timestamp.POSTSTREAM = Timestamp.of(POSTSTREAM)
Timestamp.DONE = Timestamp.of(DONE)
