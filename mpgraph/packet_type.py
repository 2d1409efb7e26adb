"""Types of packets, as ports declare them and as messages print them (spec section 2.2).

An author writes Python types (`int`, `ImageFrame`, `list[Tensor]`, `tuple[int, int]`, `dict[str, Packet]`,
`A | B`, `object`); `packet_type` turns them into a `PacketType`, which has upstream's name and tells whether
a packet fits. Where upstream tells apart what Python does not (``int`` and ``int64_t``, ``float`` and
``double``, a vector and an array), the constants of this module name the exact type, also in ``list[INT64]``;
a packet that declares no type fits each of them.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from .timestamp import Timestamp

if TYPE_CHECKING:
    from .packet import Packet

__all__ = [
    "ANY",
    "BOOL",
    "DOUBLE",
    "FLOAT",
    "FLOAT_ARRAY",
    "INT",
    "INT8",
    "INT16",
    "INT64",
    "INT_ARRAY",
    "NONE",
    "STRING",
    "UINT8",
    "UINT16",
    "UINT32",
    "UINT64",
    "PacketType",
    "is_registered",
    "one_of",
    "packet_type",
    "register_packet_type",
    "type_of",
    "vector_of",
]


def _everything(value: object) -> bool:
    return True


def _nothing(value: object) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class PacketType:
    """What the packets of a port may hold.

    Attributes:
        name: The name in messages, upstream's where it has one: ``int``, ``::mediapipe::ImageFrame``.
        check: Whether a payload that declares no type of its own fits.
        members: The alternatives, for a type that is one of several.
    """

    name: str
    check: Callable[[Any], bool] = field(compare=False, repr=False)
    members: tuple[PacketType, ...] = ()

    def accepts(self, packet: Packet) -> bool:
        """Whether the packet fits: never an empty one; a declared type must be the very type (P-12)."""
        if packet.is_empty():
            return False
        if self is ANY:
            return True
        if packet.declared is not None:
            return packet.declared in (self.members or (self,))
        return self.check(packet.value)

    def mismatch(self, packet: Packet) -> str:
        """What to say of a packet that does not fit (P-5, PT-3)."""
        if packet.is_empty():
            return f"Empty packets are not allowed for type: {self}"
        if len(self.members) > 1:
            wanted = "one of " + ", ".join(f'"{member}"' for member in self.members)
        else:
            wanted = f'"{self}"'
        return f'The Packet stores "{packet.type}", but {wanted} was requested.'

    def matches(self, other: PacketType) -> bool:
        """Whether a stream of one type may feed a port of the other (PT-4)."""
        if self is ANY or other is ANY:
            return True
        if self is NONE or other is NONE:
            return self is other
        return not set(self.members or (self,)).isdisjoint(other.members or (other,))

    def __str__(self) -> str:
        return self.name


_NO_NUMBERS: Final = (bool, Timestamp)


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, _NO_NUMBERS)


def _is_float(value: object) -> bool:
    return isinstance(value, float) or _is_int(value)


def _integer(name: str, bits: int, *, signed: bool) -> PacketType:
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    return PacketType(name, lambda value: _is_int(value) and low <= value <= high)


def _array(name: str, fits: Callable[[Any], bool]) -> PacketType:
    return PacketType(name, lambda value: isinstance(value, tuple) and all(map(fits, value)))


ANY: Final = PacketType("[Any Type]", _everything)
"""Any packet that is not empty."""
NONE: Final = PacketType("[No Type]", _nothing)
"""No packet at all."""
INT: Final = PacketType("int", _is_int)
"""Upstream's int32, too."""
INT8: Final = _integer("signed char", 8, signed=True)
INT16: Final = _integer("short", 16, signed=True)
INT64: Final = PacketType("int64_t", _is_int)
UINT8: Final = _integer("unsigned char", 8, signed=False)
UINT16: Final = _integer("unsigned short", 16, signed=False)
UINT32: Final = _integer("unsigned int", 32, signed=False)
UINT64: Final = _integer("uint64_t", 64, signed=False)
FLOAT: Final = PacketType("float", _is_float)
DOUBLE: Final = PacketType("double", _is_float)
BOOL: Final = PacketType("bool", lambda value: isinstance(value, bool))
STRING: Final = PacketType("string", lambda value: isinstance(value, str | bytes))
INT_ARRAY: Final = _array("int []", _is_int)
"""A C array; the payload is a tuple. A vector is ``list[int]``."""
FLOAT_ARRAY: Final = _array("float []", _is_float)
"""A C array; the payload is a tuple. A vector is ``list[float]``."""

_REGISTERED: dict[type, PacketType] = {
    int: INT,
    float: FLOAT,
    bool: BOOL,
    str: STRING,
    bytes: STRING,
    Timestamp: PacketType("::mediapipe::Timestamp", lambda value: isinstance(value, Timestamp)),
}
_BUILT: dict[Any, PacketType] = {object: ANY, Any: ANY}


def register_packet_type(python: type, name: str) -> None:
    """Gives the class its name in messages; upstream's, such as ``::mediapipe::ImageFrame``."""
    _REGISTERED[python] = PacketType(name, lambda value: isinstance(value, python))
    _BUILT.clear()
    _BUILT.update({object: ANY, Any: ANY})


def is_registered(python: type) -> bool:
    """Whether the class has a name of its own in messages."""
    return python in _REGISTERED


def packet_type(annotation: Any) -> PacketType:
    """The packet type of a Python type, or the given `PacketType` itself.

    `object` and `Any` mean any type; ``list[T]`` is upstream's vector and ``dict[K, V]`` its map (of both,
    the first item is checked); ``A | B`` is one of both.

    Raises:
        TypeError: It is neither a type nor a `PacketType`.
    """
    if isinstance(annotation, PacketType):
        return annotation
    known = _BUILT.get(annotation)
    if known is None:
        known = _BUILT[annotation] = _build(annotation)
    return known


def _build(annotation: Any) -> PacketType:
    origin = typing.get_origin(annotation)
    arguments = typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        return one_of(*arguments)
    if origin is list:
        item = packet_type(arguments[0])
        check = item.check
        return PacketType(
            f"::std::vector<{_inner(item)}>",
            lambda value: isinstance(value, list) and (not value or check(value[0])),
        )
    if origin is dict:
        key, held = map(packet_type, arguments)
        return PacketType(
            f"::std::map<{_inner(key)},{_inner(held)}>",
            lambda value: (
                isinstance(value, dict)
                and all(key.check(name) and held.check(part) for name, part in islice(value.items(), 1))
            ),
        )
    if origin is tuple:
        if Ellipsis in arguments:
            msg = f"{annotation} is not a packet type: say how many items, or take a list"
            raise TypeError(msg)
        items = [packet_type(argument) for argument in arguments]
        names = ", ".join(item.name for item in items)
        return PacketType(
            f"::std::{'pair' if len(items) == 2 else 'tuple'}<{names}>",
            lambda value: (
                isinstance(value, tuple)
                and len(value) == len(items)
                and all(item.check(part) for item, part in zip(items, value, strict=True))
            ),
        )
    python = origin or annotation
    if not isinstance(python, type):
        msg = f"{annotation!r} is not a packet type: expected a type, a list, tuple or union of types"
        raise TypeError(msg)
    return _REGISTERED.get(python) or PacketType(_name(python), lambda value: isinstance(value, python))


def _inner(item: PacketType) -> str:
    """The name inside that of a container, as upstream spells it (P-8)."""
    return "std::string" if item is STRING else item.name


def vector_of(item: Any) -> PacketType:
    """The type of a list of items, which are of a Python type or a `PacketType`: ``list[item]``."""
    return packet_type(types.GenericAlias(list, (item,)))


def one_of(*alternatives: Any) -> PacketType:
    """The type of packets that are of any of these types, Python types or `PacketType`: ``A | B``."""
    flat: dict[PacketType, None] = {}
    for member in map(packet_type, alternatives):
        if member is ANY:
            return ANY
        flat.update(dict.fromkeys(member.members or (member,)))
    parts = tuple(flat)
    if len(parts) == 1:
        return parts[0]
    return PacketType(
        f"OneOf<{', '.join(part.name for part in parts)}>",
        lambda value: any(part.check(value) for part in parts),
        parts,
    )


def _name(python: type) -> str:
    message = getattr(python, "DESCRIPTOR", None)
    if message is not None:  # a protobuf message, as C++ names its class
        package = message.file.package
        inner = message.full_name[len(package) + 1 if package else 0 :]
        return "::".join((*package.split("."), inner.replace(".", "_"))).lstrip(":")
    return (
        python.__qualname__
        if python.__module__ == "builtins"
        else f"{python.__module__}.{python.__qualname__}"
    )


def type_of(value: object) -> PacketType:
    """The packet type of a payload that declares none."""
    if isinstance(value, list):
        return packet_type(list[type(value[0])]) if value else packet_type(list[Any])  # type: ignore[misc]
    if isinstance(value, dict) and value:
        return packet_type(types.GenericAlias(dict, tuple(map(type, next(iter(value.items()))))))
    for python in type(value).__mro__:
        known = _REGISTERED.get(python)
        if known is not None:
            return known
    return packet_type(type(value))
