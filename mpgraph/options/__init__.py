"""Options of calculators: typed classes that are protobuf messages (spec rules G-7, G-8).

::

    class Mode(IntEnum):
        UNKNOWN = 0
        FIT = 1

    @options(message="acme.ThinnerOptions", extension=123456789)
    class ThinnerOptions:
        period: int = option(1, default=33_000)
        mode: Mode = option(2)
        tags: tuple[str, ...] = option(3)

The class is a frozen dataclass that takes keywords only. It knows which fields were set (`has`,
`which_oneof`), is read from and printed as text (`from_tree`, `to_tree`) and wire format (`from_wire`,
`to_wire`), and has a protobuf message beside mpgraph's own ones (`descriptor`, `message_class`).
"""

from __future__ import annotations

from typing import TypeVar

from mpgraph.errors import Location

from .describe import descriptor, message_class
from .fields import Message, OptionField, Positioned, hint, is_options_class, option
from .schema import find_extension, find_options, make, options, present_fields, schema_of
from .text import from_tree, to_tree
from .wire import from_wire, to_wire

__all__ = [
    "Message",
    "Positioned",
    "descriptor",
    "extension_number",
    "find_extension",
    "find_options",
    "from_tree",
    "from_wire",
    "has",
    "is_options_class",
    "location",
    "merge",
    "message_class",
    "message_name",
    "option",
    "options",
    "to_tree",
    "to_wire",
    "which_oneof",
]

T = TypeVar("T")


def message_name(cls: type) -> str:
    """The full name of an options class's message."""
    return schema_of(cls).message


def extension_number(cls: type) -> int | None:
    """The number of the extension that holds an options class's message, None if there is none."""
    return schema_of(cls).extension


def has(opts: object, attribute: str) -> bool:
    """Whether the field was given a value (proto2 presence), be it its default.

    Raises:
        AttributeError: There is no such field.
    """
    _field(opts, attribute)
    return attribute in opts._meta.present  # type: ignore[attr-defined]


def which_oneof(opts: object, oneof: str) -> str | None:
    """The attribute of the oneof's field that is set, None if none is.

    Raises:
        AttributeError: There is no such oneof.
    """
    members = [item.attribute for item in schema_of(type(opts)).fields if item.oneof == oneof]
    if not members:
        msg = f"{type(opts).__name__} has no oneof {oneof!r}"
        raise AttributeError(msg)
    return next((name for name in members if has(opts, name)), None)


def location(opts: object) -> Location | None:
    """Where the options stand in the graph's text, None if they come from elsewhere."""
    where: Location | None = opts._meta.location  # type: ignore[attr-defined]
    return where


def merge(base: T, over: T) -> T:
    """`base` with what is set in `over`, as protobuf merges: scalars replace, messages merge, lists join.

    Raises:
        TypeError: The two are of different classes.
        ConfigError: The class's own check refuses the result.
    """
    if type(base) is not type(over):
        msg = f"cannot merge {type(over).__name__} into {type(base).__name__}"
        raise TypeError(msg)
    values = {item.attribute: getattr(base, item.attribute) for item in present_fields(base)}
    for item in present_fields(over):
        if item.oneof is not None:
            for other in schema_of(type(base)).fields:
                if other.oneof == item.oneof and other != item:
                    values.pop(other.attribute, None)
        value = getattr(over, item.attribute)
        if item.attribute in values and item.repeated:
            value = values[item.attribute] + value
        elif item.attribute in values and is_options_class(item.type):
            value = merge(values[item.attribute], value)
        values[item.attribute] = value
    return make(type(base), values, location(over) or location(base))


def _field(opts: object, attribute: str) -> OptionField:
    schema = schema_of(type(opts))
    found = schema.by_attribute.get(attribute)
    if found is None:
        msg = f"{type(opts).__name__} has no field {attribute!r}{hint(attribute, schema.by_attribute)}"
        raise AttributeError(msg)
    return found
