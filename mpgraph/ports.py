"""Ports as calculators declare them: class attributes that are also the keys of a call's context.

::

    class Blur(Calculator, name="BlurCalculator"):
        image = Input[ImageFrame]("IMAGE")
        blurred = Output[ImageFrame]("IMAGE")

        def process(self, cc):
            cc.send(self.blurred, blur(cc[self.image]))

The type in brackets is the packet type (`mpgraph.packet_type`); an untagged port has no tag argument.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar, Generic, Literal, Self, TypeVar

from .packet_type import ANY, PacketType, packet_type

__all__ = [
    "Input",
    "Inputs",
    "Output",
    "Outputs",
    "Port",
    "Ports",
    "SideInput",
    "SideInputs",
    "SideOutput",
    "SideOutputs",
]

T = TypeVar("T")
Kind = Literal["input", "output", "side_input", "side_output"]

_TAG = re.compile(r"([A-Z_][A-Z0-9_]*)?")


def _checked(tag: str) -> str:
    """The tag, if a graph can write it (N-1)."""
    if _TAG.fullmatch(tag) is None:
        msg = f'"{tag}" is no tag: expected upper-case letters, digits and "_", as in "IMAGE"'
        raise ValueError(msg)
    return tag


class Port(Generic[T]):
    """One port: a tag, an index, a packet type.

    Args:
        tag: The tag; "" for an untagged port.
        index: The index below the tag.
        optional: Whether a node may leave it unconnected.
        same_as: Another port whose type this one has.
        type: The packet type, where a Python type does not say it exactly (``int64_t``).

    Raises:
        ValueError: The tag is not of the form that graphs allow.
    """

    __slots__ = ("__orig_class__", "_type", "attribute", "index", "optional", "same_as", "tag")

    kind: ClassVar[Kind]

    def __init__(
        self,
        tag: str = "",
        index: int = 0,
        *,
        optional: bool = False,
        same_as: Port[Any] | None = None,
        type: PacketType | None = None,
    ) -> None:
        self.tag = _checked(tag)
        self.index = index
        self.optional = optional
        self.same_as = same_as
        self.attribute = ""
        self._type = type

    def __set_name__(self, owner: object, name: str) -> None:
        self.attribute = name

    @property
    def type(self) -> PacketType:
        """The packet type: as given, else that of the type in brackets, else any."""
        if self._type is None:
            alias = getattr(self, "__orig_class__", None)
            self._type = packet_type(alias.__args__[0]) if alias is not None else ANY
        return self._type

    def of(self, type: PacketType) -> Self:
        """The same port with another packet type, for a subclass."""
        port = self.__class__(self.tag, self.index, optional=self.optional, same_as=self.same_as, type=type)
        port.attribute = self.attribute
        return port

    def __repr__(self) -> str:
        return f"{type(self).__name__}[{self.type}]({self.tag!r}, {self.index})"


class Input(Port[T]):
    """An input stream."""

    __slots__ = ()
    kind = "input"


class Output(Port[T]):
    """An output stream."""

    __slots__ = ()
    kind = "output"


class SideInput(Port[T]):
    """An input side packet."""

    __slots__ = ()
    kind = "side_input"


class SideOutput(Port[T]):
    """An output side packet."""

    __slots__ = ()
    kind = "side_output"


P = TypeVar("P", bound=Port[Any])


class Ports(Generic[T]):
    """All ports of one tag; ``ports[i]`` is the key of index i.

    Args:
        tag: The tag; "" for untagged ports.
        at_least: How many a node must connect.
        same_as: Other repeated ports; index i has the type of their index i.
        type: The packet type, where a Python type does not say it exactly.

    Raises:
        ValueError: The tag is not of the form that graphs allow.
    """

    __slots__ = ("__orig_class__", "_items", "_type", "at_least", "attribute", "same_as", "tag")

    kind: ClassVar[Kind]
    item: ClassVar[type[Port[Any]]]
    __iter__: ClassVar[None] = None  # there is a key for every index, without end

    def __init__(
        self,
        tag: str = "",
        *,
        at_least: int = 0,
        same_as: Ports[Any] | None = None,
        type: PacketType | None = None,
    ) -> None:
        self.tag = _checked(tag)
        self.at_least = at_least
        self.same_as = same_as
        self.attribute = ""
        self._type = type
        self._items: list[Port[Any]] = []

    def __set_name__(self, owner: object, name: str) -> None:
        self.attribute = name

    @property
    def type(self) -> PacketType:
        """The packet type of each."""
        if self._type is None:
            alias = getattr(self, "__orig_class__", None)
            self._type = packet_type(alias.__args__[0]) if alias is not None else ANY
        return self._type

    def of(self, type: PacketType) -> Self:
        """The same ports with another packet type, for a subclass."""
        ports = self.__class__(self.tag, at_least=self.at_least, same_as=self.same_as, type=type)
        ports.attribute = self.attribute
        return ports

    def _key(self, index: int) -> Any:
        if index < 0:
            msg = f"{self!r} has no index {index}"
            raise IndexError(msg)
        items = self._items
        while len(items) <= index:
            items.append(
                self.item(
                    self.tag,
                    len(items),
                    optional=len(items) >= self.at_least,
                    same_as=None if self.same_as is None else self.same_as._key(len(items)),
                    type=self.type,
                )
            )
        return items[index]

    def __repr__(self) -> str:
        return f"{type(self).__name__}[{self.type}]({self.tag!r})"


class Inputs(Ports[T]):
    """All input streams of a tag."""

    __slots__ = ()
    kind = "input"
    item = Input

    def __getitem__(self, index: int) -> Input[T]:
        key: Input[T] = self._key(index)
        return key


class Outputs(Ports[T]):
    """All output streams of a tag."""

    __slots__ = ()
    kind = "output"
    item = Output

    def __getitem__(self, index: int) -> Output[T]:
        key: Output[T] = self._key(index)
        return key


class SideInputs(Ports[T]):
    """All input side packets of a tag."""

    __slots__ = ()
    kind = "side_input"
    item = SideInput

    def __getitem__(self, index: int) -> SideInput[T]:
        key: SideInput[T] = self._key(index)
        return key


class SideOutputs(Ports[T]):
    """All output side packets of a tag."""

    __slots__ = ()
    kind = "side_output"
    item = SideOutput

    def __getitem__(self, index: int) -> SideOutput[T]:
        key: SideOutput[T] = self._key(index)
        return key
