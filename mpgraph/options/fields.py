"""Fields of an options class: what `option` declares, and how a value is made to fit.

`mpgraph.options` is the public face.
"""

from __future__ import annotations

import difflib
import math
import operator
import struct
import types
import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any, Final, Protocol, Self, TypeVar, overload

from mpgraph.errors import Location
from mpgraph.tree import Tree

__all__ = [
    "INTEGER_RANGES",
    "Declaration",
    "Message",
    "OptionField",
    "Positioned",
    "field_of",
    "hint",
    "is_options_class",
    "option",
    "same",
    "single",
]

T = TypeVar("T")

INTEGER_RANGES: Final[dict[str, tuple[int, int]]] = {
    f"{prefix}{bits}": (-(1 << bits - 1), (1 << bits - 1) - 1) if prefix in _SIGNED else (0, (1 << bits) - 1)
    for _SIGNED in [("int", "sint", "sfixed")]
    for prefix in (*_SIGNED, "uint", "fixed")
    for bits in (32, 64)
}
_WIRES: Final[dict[type, tuple[str, ...]]] = {
    bool: ("bool",),
    int: ("int32", *(name for name in INTEGER_RANGES if name != "int32")),
    float: ("float", "double"),
    str: ("string",),
    bytes: ("bytes",),
}


class Message(Protocol):
    """What a class that is no options class offers to be the type of a field of wire type ``message``.

    A class attribute ``MESSAGE`` may give its message's full name, for the descriptor.
    """

    @classmethod
    def from_tree(cls, tree: Tree) -> Self:
        """From text; raises ConfigError."""

    @classmethod
    def from_wire(cls, data: bytes) -> Self:
        """From the serialised message; raises ConfigError."""

    def to_tree(self) -> Tree:
        """The inverse of `from_tree`."""

    def to_wire(self) -> bytes:
        """The inverse of `from_wire`."""


class Positioned(str):
    """A string of a graph's text that knows its place."""

    __slots__ = ("location",)
    location: Location | None

    def __new__(cls, value: str, location: Location | None = None) -> Self:
        """The string `value`, found at `location`."""
        self = super().__new__(cls, value)
        self.location = location
        return self

    def __reduce__(self) -> tuple[type[Self], tuple[str, Location | None]]:
        return type(self), (str(self), self.location)


@dataclass(frozen=True, slots=True)
class Declaration:
    """What `option` was given."""

    number: int
    default: Any
    name: str | None
    oneof: str | None
    wire: str | None


_UNSET: Final = object()


@overload
def option(
    number: int, *, name: str | None = None, oneof: str | None = None, wire: str | None = None
) -> Any: ...
@overload
def option(
    number: int, *, default: T, name: str | None = None, oneof: str | None = None, wire: str | None = None
) -> T: ...
def option(
    number: int,
    *,
    default: Any = _UNSET,
    name: str | None = None,
    oneof: str | None = None,
    wire: str | None = None,
) -> Any:
    """Declares a field of an options class.

    Args:
        number: The field number.
        default: What an unset field reads as. Without it: ``()`` for a tuple, None for ``T | None``,
            the first member of an enum, an empty message, and zero or empty for the rest.
        name: The field's name in text, where it is not the attribute's.
        oneof: The oneof that the field belongs to; at most one field of a oneof is set.
        wire: The protobuf type, where it is not the Python type's: int is int32, float is float, str is
            string, an IntEnum is enum, an options class is message.
    """
    if number < 1 or number >= 1 << 29 or 19000 <= number < 20000:
        msg = f"{number} is no field number"
        raise TypeError(msg)
    return Declaration(number, default, name, oneof, wire)


@dataclass(frozen=True, slots=True)
class OptionField:
    """A field of an options class.

    Attributes:
        attribute: Its name in Python.
        name: Its name in text.
        number: The field number.
        wire: The protobuf type: ``int32``, ``string``, ``enum``, ``message``, …
        type: The Python type of one value.
        repeated: Whether it holds a tuple of values.
        default: What it reads as while unset.
        oneof: The oneof it belongs to.
        implicit: Whether a value equal to the default is the same as none (proto3).
    """

    attribute: str
    name: str
    number: int
    wire: str
    type: Any
    repeated: bool
    default: Any
    oneof: str | None
    implicit: bool

    def convert(self, value: Any) -> Any:
        """The value, for a repeated field the values, as the field holds it; None stays None.

        Raises:
            ValueError: It does not fit; the text says what was expected.
        """
        if self.repeated:
            if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
                msg = f"expected a sequence, got {value!r}"
                raise ValueError(msg)
            return tuple(self.convert_one(part) for part in value)
        return None if value is None else self.convert_one(value)

    def convert_one(self, value: Any) -> Any:
        """One value of the field; see `convert`."""
        if self.wire in INTEGER_RANGES:
            return self._integer(value)
        if self.wire == "enum":
            return self._enum(value)
        if self.wire in ("float", "double"):
            return self._real(value)
        if not isinstance(value, self.type):
            msg = f"expected {self.type.__name__}, got {value!r}"
            raise ValueError(msg)
        return value

    def is_set(self, value: Any) -> bool:
        """Whether a field that was given this value counts as set."""
        if value is None or (self.repeated and not value):
            return False
        return not self.implicit or not same(value, self.default)

    def _integer(self, value: Any) -> int:
        try:
            number = operator.index(value)
        except TypeError:
            msg = f"expected an integer, got {value!r}"
            raise ValueError(msg) from None
        low, high = INTEGER_RANGES[self.wire]
        if not low <= number <= high:
            msg = f"expected an integer from {low} to {high} ({self.wire}), got {number}"
            raise ValueError(msg)
        return number

    def _enum(self, value: Any) -> IntEnum:
        try:
            member: IntEnum = self.type(value)
        except ValueError:
            names = ", ".join(self.type.__members__)
            msg = f"expected one of {names}, got {value!r}"
            raise ValueError(msg) from None
        return member

    def _real(self, value: Any) -> float:
        try:
            number = float(value) if not isinstance(value, str | bytes) else None
        except (TypeError, ValueError, OverflowError):
            number = None
        if number is None:
            msg = f"expected a number, got {value!r}"
            raise ValueError(msg)
        return single(number) if self.wire == "float" else number


def single(number: float) -> float:
    """The nearest value of single precision, which is what a field of type float holds."""
    try:
        rounded: float = struct.unpack("<f", struct.pack("<f", number))[0]
    except OverflowError:
        return math.copysign(math.inf, number)
    return rounded


def same(left: Any, right: Any) -> bool:
    """Equality that tells 0.0 from -0.0, as presence does, and finds NaN equal to itself."""
    if isinstance(left, float) and isinstance(right, float):
        return struct.pack("<d", left) == struct.pack("<d", right)
    return bool(left == right)


def field_of(where: str, attribute: str, annotation: Any, given: Declaration, *, proto3: bool) -> OptionField:
    """The field that an annotation and its `option` declare. Raises TypeError, which names `where`."""
    optional = repeated = False
    if typing.get_origin(annotation) is tuple:
        arguments = typing.get_args(annotation)
        if len(arguments) != 2 or arguments[1] is not Ellipsis:
            msg = f"{where}: a repeated field is annotated tuple[T, ...]"
            raise TypeError(msg)
        annotation, repeated = arguments[0], True
    elif typing.get_origin(annotation) in (typing.Union, types.UnionType):
        members = [part for part in typing.get_args(annotation) if part is not types.NoneType]
        if len(members) != 1:
            msg = f"{where}: expected T, T | None or tuple[T, ...], got {annotation}"
            raise TypeError(msg)
        annotation, optional = members[0], True
    wire = _wire_of(annotation, given.wire, where)
    item = OptionField(
        attribute=attribute,
        name=given.name or attribute,
        number=given.number,
        wire=wire,
        type=annotation,
        repeated=repeated,
        default=None,
        oneof=given.oneof,
        implicit=proto3 and wire != "message" and not repeated and not optional and not given.oneof,
    )
    if given.default is not _UNSET:
        try:
            default = item.convert(given.default)
        except ValueError as error:
            msg = f"{where}: bad default: {error}"
            raise TypeError(msg) from None
    elif repeated:
        default = ()
    elif optional:
        default = None
    else:
        default = next(iter(annotation)) if wire == "enum" else annotation()
    return replace(item, default=default)


def _wire_of(annotation: Any, given: str | None, where: str) -> str:
    if not isinstance(annotation, type):
        msg = f"{where}: {annotation!r} is no type of a field"
        raise TypeError(msg)
    if issubclass(annotation, IntEnum):
        allowed: tuple[str, ...] = ("enum",)
    elif annotation in _WIRES:
        allowed = _WIRES[annotation]
    elif is_options_class(annotation) or hasattr(annotation, "from_tree"):
        allowed = ("message",)
    else:
        msg = f"{where}: {annotation.__name__} is no type of a field"
        raise TypeError(msg)
    if given is not None and given not in allowed:
        msg = f"{where}: wire must be one of {', '.join(allowed)}, got {given!r}"
        raise TypeError(msg)
    return given or allowed[0]


def is_options_class(cls: object) -> bool:
    """Whether the class was made by `options`."""
    return isinstance(cls, type) and "__schema__" in vars(cls)


def hint(name: str, known: Iterable[str]) -> str:
    """``; did you mean "…"?`` for the nearest known name, empty if none is near."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f'; did you mean "{near[0]}"?' if near else ""
