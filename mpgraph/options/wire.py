"""Options from and to the wire format; protobuf is only imported when one of the functions is called."""

from __future__ import annotations

from typing import Any, TypeVar

from .describe import codec_class, is_opaque
from .fields import OptionField, is_options_class
from .schema import make, present_fields, schema_of

__all__ = ["from_wire", "to_wire"]

T = TypeVar("T")


def from_wire(cls: type[T], data: bytes) -> T:
    """The options of a serialised message; fields that the class does not declare are dropped.

    Raises:
        ConfigError: Malformed data, or what the class's own check refuses; OptionsError, unless the class
            declares another.
    """
    from google.protobuf.message import DecodeError

    schema = schema_of(cls)
    try:
        message = codec_class(schema).FromString(data)
    except DecodeError as error:
        msg = f"{schema.message}: the data are no such message: {error}"
        raise schema.error(msg) from error
    return _read(cls, message)


def to_wire(opts: object) -> bytes:
    """The serialised message, its fields in order of their numbers."""
    message = codec_class(schema_of(type(opts)))()
    _fill(message, opts)
    return bytes(message.SerializeToString(deterministic=True))


def _read(cls: type[T], message: Any) -> T:
    schema = schema_of(cls)
    by_number = {field.number: field for field in schema.fields}
    values = {}
    for known, value in message.ListFields():
        if not known.is_extension:
            field = by_number[known.number]
            parts = [_read_value(field, part) for part in (value if field.repeated else (value,))]
            values[field.attribute] = parts if field.repeated else parts[0]
    return make(cls, values, None)


def _read_value(field: OptionField, value: Any) -> Any:
    if field.wire != "message":
        return value
    if is_options_class(field.type):
        return _read(field.type, value)
    return field.type.from_wire(value if isinstance(value, bytes) else value.SerializeToString())


def _fill(message: Any, opts: object) -> None:
    for field in present_fields(opts):
        value = getattr(opts, field.attribute)
        for part in value if field.repeated else (value,):
            _fill_value(message, field, part)


def _fill_value(message: Any, field: OptionField, value: Any) -> None:
    if field.wire != "message" or is_opaque(field.type):
        plain = value.to_wire() if field.wire == "message" else value
        if field.repeated:
            getattr(message, field.name).append(plain)
        else:
            setattr(message, field.name, plain)
        return
    slot = getattr(message, field.name)
    target = slot.add() if field.repeated else slot
    target.SetInParent()
    if is_options_class(field.type):
        _fill(target, value)
    else:
        target.MergeFromString(value.to_wire())
