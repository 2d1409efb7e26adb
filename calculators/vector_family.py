"""Families: one behaviour for many types of items, each under a registered name of its own.

Upstream writes a template and registers it per type: ``BeginLoopFloatCalculator``,
``BeginLoopDetectionCalculator``. Here a family is a `VectorCalculator`, and a table says which names there
are and what each holds::

    class BeginLoop(VectorCalculator):
        iterable = Input[Any]("ITERABLE", type=VECTOR)
        item = Output[Any]("ITEM", type=ITEM)

    VECTORS = {"BeginLoopFloatCalculator": Vector(float), ...}
    globals().update(BeginLoop.members(VECTORS))

So a module has a class per name, ``BeginLoopFloat``, as if each had been written out. An author adds a type
of their own by writing just that::

    class BeginLoopShape(BeginLoop, name="BeginLoopShapeCalculator", holds=Vector(Shape)):
        '''Loops over shapes.'''
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from string import Template
from typing import Any, ClassVar, Final, Self

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.packet import Packet
from mpgraph.packet_type import PacketType, one_of, packet_type, vector_of
from mpgraph.ports import Output

__all__ = ["ITEM", "ITEM_OR_VECTOR", "VECTOR", "MessageList", "Vector", "VectorCalculator"]


def _of_no_member(value: object) -> bool:
    return False


ITEM: Final = PacketType("T", _of_no_member)
"""Stands for the item's type in a family's ports."""
VECTOR: Final = PacketType("vector<T>", _of_no_member)
"""Stands for the type of what holds the items."""
ITEM_OR_VECTOR: Final = PacketType("OneOf<T, vector<T>>", _of_no_member)
"""Stands for one of both."""


class Vector:
    """Items in a Python list, which is upstream's ``std::vector``.

    Args:
        item: The type of an item, a Python type or a `PacketType`.
        moves: Whether upstream gives items away instead of copying them.

    Attributes:
        item: The packet type of an item.
        type: The packet type of the list.
        moves: As above.
    """

    def __init__(self, item: Any, *, moves: bool = False) -> None:
        self.item = packet_type(item)
        self.type = vector_of(self.item)
        self.moves = moves

    def unpack(self, value: Any) -> Sequence[Any]:
        """The items in the list."""
        items: list[Any] = value
        return items

    def pack(self, items: Iterable[Any]) -> Any:
        """A list of the items."""
        return list(items)


class MessageList:
    """Items in a message that has but one field, as ``NormalizedLandmarkList`` has.

    Args:
        message: The message class.
        item: The class of an item.

    Raises:
        TypeError: The message has several fields.

    Attributes:
        item: The packet type of an item.
        type: The packet type of the message.
        moves: False; see `Vector`.
    """

    moves: Final = False

    def __init__(self, message: type[Any], item: type[Any]) -> None:
        self.item = packet_type(item)
        self.type = packet_type(message)
        self._message = message
        fields: list[str] = [field.name for field in message.DESCRIPTOR.fields]
        if len(fields) != 1:
            msg = f"{message.__name__} is no list: expected one repeated field, it has {', '.join(fields)}"
            raise TypeError(msg)
        (self._field,) = fields

    def unpack(self, value: Any) -> Sequence[Any]:
        """The items in the message; they are parts of it, no copies."""
        items: Sequence[Any] = getattr(value, self._field)
        return items

    def pack(self, items: Iterable[Any]) -> Any:
        """A message with copies of the items."""
        return self._message(**{self._field: items})


class VectorCalculator(Calculator):
    """Base of the families.

    Ports of the types `ITEM`, `VECTOR` and `ITEM_OR_VECTOR` get their real type in a subclass that says
    what it ``holds``.

    Class arguments, besides those of `Calculator`:
        holds: A `Vector` or `MessageList`.

    Attributes:
        holds: As above.
    """

    holds: ClassVar[Vector | MessageList]

    def __init_subclass__(
        cls, name: str | None = None, holds: Vector | MessageList | None = None, **arguments: Any
    ) -> None:
        super().__init_subclass__(**arguments)
        if holds is not None:
            cls.holds = holds
            real = {
                ITEM: holds.item,
                VECTOR: holds.type,
                ITEM_OR_VECTOR: one_of(holds.item, holds.type),
            }
            for port in cls.ports():
                if port.type in real:
                    setattr(cls, port.attribute, port.of(real[port.type]))
        super().__init_subclass__(name=name)

    @classmethod
    def members(cls, table: Mapping[str, Vector | MessageList]) -> dict[str, type[Self]]:
        """The classes of a family by name, which is the registered name without ``Calculator``.

        Args:
            table: What each registered name holds. In the docstrings, which are the family's, ``$name``
                becomes the registered name, ``$item`` and ``$vector`` the names of the types.
        """
        made: dict[str, type[Self]] = {}
        for registered, holds in table.items():
            name = registered.removesuffix("Calculator")
            doc = Template(cls.__doc__ or "").substitute(name=registered, item=holds.item, vector=holds.type)
            body = {"__module__": cls.__module__, "__doc__": doc}
            made[name] = type(name, (cls,), body, name=registered, holds=holds)
        return made

    def send_vector(
        self, cc: Context, port: Output[Any], items: Iterable[Any], timestamp: int | None = None
    ) -> None:
        """Sends the items in one packet; an empty one declares its type, which no item tells."""
        value = self.holds.pack(items)
        if isinstance(value, list) and not value:
            time = cc.timestamp if timestamp is None else timestamp
            cc.send_packet(port, Packet(value, time, self.holds.type))
        else:
            cc.send(port, value, timestamp)
