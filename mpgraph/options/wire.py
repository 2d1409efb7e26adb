"""Options from and to the wire format, through protobuf messages made in pools of their own.

A pool holds what one options class reaches and nothing else, so that neither an installed mediapipe nor a
class declared anew can collide with it. protobuf is only imported when one of the functions is called.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from .fields import OptionField, is_options_class
from .schema import Schema, make, present_fields, schema_of

if TYPE_CHECKING:
    from google.protobuf.descriptor import Descriptor
    from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto
    from google.protobuf.descriptor_pool import DescriptorPool

__all__ = ["build_pool", "descriptor", "from_wire", "message_class", "to_wire"]

T = TypeVar("T")

_ANY = "google.protobuf.Any"
_ANY_FILE = "google/protobuf/any.proto"
_MIN_EXTENSION = 20000
_MAX_EXTENSION = 1 << 29


def from_wire(cls: type[T], data: bytes) -> T:
    """The options of a serialised message; fields that the class does not declare are dropped.

    Raises:
        ConfigError: Malformed data, or what the class's own check refuses; OptionsError, unless the class
            declares another.
    """
    from google.protobuf.message import DecodeError

    schema = schema_of(cls)
    try:
        message = message_class(cls).FromString(data)
    except DecodeError as error:
        msg = f"{schema.message}: the data are no such message: {error}"
        raise schema.error(msg) from error
    return _read(cls, message)


def to_wire(opts: object) -> bytes:
    """The serialised message, its fields in order of their numbers."""
    message = message_class(type(opts))()
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
    if field.wire != "message" or _is_opaque(field.type):
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


def message_class(cls: type) -> type[Any]:
    """The protobuf message class of an options class."""
    from google.protobuf.message_factory import GetMessageClass

    made: type[Any] = GetMessageClass(descriptor(cls))
    return made


def descriptor(cls: type) -> Descriptor:
    """The protobuf descriptor of an options class, in a pool that holds just what it reaches.

    Its file has the syntax proto2, also for a class of proto3, whose presence the class itself sees to.
    """
    return _descriptor(schema_of(cls))


@functools.cache
def _descriptor(schema: Schema) -> Descriptor:
    return build_pool(schema.cls).FindMessageTypeByName(schema.message)


def build_pool(*classes: type) -> DescriptorPool:
    """A pool with the messages of these options classes, of what they reach, and their extensions."""
    from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool

    builder = _PoolBuilder(descriptor_pb2)
    for cls in classes:
        builder.add(cls)
        schema = schema_of(cls)
        if schema.extension is not None:
            builder.extend(schema)
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(any_pb2.DESCRIPTOR.serialized_pb)
    for file in builder.files():
        pool.AddSerializedFile(file.SerializeToString())
    return pool


class _PoolBuilder:
    """Collects messages into one file per package."""

    def __init__(self, descriptor_pb2: Any) -> None:
        self._pb = descriptor_pb2
        self._files: dict[str, FileDescriptorProto] = {}
        self._messages: dict[str, DescriptorProto] = {}
        self._done: set[object] = set()

    def add(self, cls: type) -> None:
        """The message of an options class, and those that it reaches."""
        schema = schema_of(cls)
        if cls in self._done:
            return
        self._done.add(cls)
        proto = self._message(schema.message)
        for field in schema.fields:
            self._add_field(proto, schema, field)

    def extend(self, schema: Schema) -> None:
        """The extension that holds the message."""
        extendee = self._message(schema.extends)
        if not extendee.extension_range:
            extendee.extension_range.add(start=_MIN_EXTENSION, end=_MAX_EXTENSION)
        self._message(schema.message).extension.add(
            name="ext",
            number=schema.extension,
            extendee=self._reference(schema.message, schema.extends),
            label=self._label("LABEL_OPTIONAL"),
            type=self._type("TYPE_MESSAGE"),
            type_name=f".{schema.message}",
        )

    def files(self) -> Iterator[FileDescriptorProto]:
        """The files, each after those that it needs."""
        waiting = dict(self._files)
        while waiting:
            ready = [
                package
                for package, file in waiting.items()
                if not any(other.name in file.dependency for other in waiting.values())
            ]
            if not ready:
                msg = f"packages need each other: {', '.join(sorted(waiting))}"
                raise TypeError(msg)
            for package in ready:
                yield waiting.pop(package)

    def _add_field(self, message: DescriptorProto, schema: Schema, field: OptionField) -> None:
        proto = message.field.add(
            name=field.name,
            number=field.number,
            label=self._label("LABEL_REPEATED" if field.repeated else "LABEL_OPTIONAL"),
            type=self._type("TYPE_" + ("BYTES" if _is_opaque(field.type) else field.wire.upper())),
        )
        if field.oneof:
            names = [oneof.name for oneof in message.oneof_decl]
            if field.oneof not in names:
                message.oneof_decl.add(name=field.oneof)
                names.append(field.oneof)
            proto.oneof_index = names.index(field.oneof)
        if field.wire == "enum":
            proto.type_name = f".{schema.message}.{self._add_enum(message, field.type)}"
        elif field.wire == "message" and not _is_opaque(field.type):
            proto.type_name = self._reference(schema.message, self._add_reached(field.type))
        elif field.repeated:
            proto.options.packed = schema.proto3 and field.wire not in ("string", "bytes", "message")
        if field.wire != "message" and not field.repeated and field.default is not None:
            proto.default_value = _default(field)

    def _add_reached(self, cls: Any) -> str:
        if is_options_class(cls):
            self.add(cls)
            return schema_of(cls).message
        name: str = cls.MESSAGE
        if name != _ANY and name not in self._done:
            self._done.add(name)
            cls.describe(self._message(name))
        return name

    def _add_enum(self, message: DescriptorProto, enum: Any) -> str:
        name: str = enum.__name__
        if all(known.name != name for known in message.enum_type):
            proto = message.enum_type.add(name=name)
            proto.options.allow_alias = len(set(enum)) < len(enum.__members__)
            for member, value in enum.__members__.items():
                proto.value.add(name=member, number=int(value))
        return name

    def _message(self, full_name: str) -> DescriptorProto:
        """The descriptor of a message, made empty, with those around it, if there is none."""
        known = self._messages.get(full_name)
        if known is not None:
            return known
        package, names = _split(full_name)
        if len(names) > 1:
            around = self._message(full_name.rpartition(".")[0])
            made = around.nested_type.add(name=names[-1])
        else:
            made = self._file(package).message_type.add(name=names[0])
        self._messages[full_name] = made
        return made

    def _file(self, package: str) -> FileDescriptorProto:
        if package not in self._files:
            name = f"mpgraph/{package}.proto"
            self._files[package] = self._pb.FileDescriptorProto(name=name, package=package, syntax="proto2")
        return self._files[package]

    def _reference(self, source: str, target: str) -> str:
        """The name by which `source` refers to `target`, whose file it then depends on."""
        here, there = _split(source)[0], _split(target)[0]
        file = self._file(here)
        needed = _ANY_FILE if target == _ANY else f"mpgraph/{there}.proto"
        if (here != there) and needed not in file.dependency:
            file.dependency.append(needed)
        return f".{target}"

    def _label(self, name: str) -> FieldDescriptorProto.Label.ValueType:
        label: FieldDescriptorProto.Label.ValueType = self._pb.FieldDescriptorProto.Label.Value(name)
        return label

    def _type(self, name: str) -> FieldDescriptorProto.Type.ValueType:
        kind: FieldDescriptorProto.Type.ValueType = self._pb.FieldDescriptorProto.Type.Value(name)
        return kind


def _is_opaque(cls: Any) -> bool:
    """Whether a class is the type of a message field without a descriptor: the field is then one of bytes."""
    return (
        isinstance(cls, type)
        and hasattr(cls, "from_tree")
        and not hasattr(cls, "MESSAGE")
        and not is_options_class(cls)
    )


def _split(full_name: str) -> tuple[str, list[str]]:
    """Package and names of a message: the package ends before the first name in capitals."""
    names = full_name.split(".")
    first = next((index for index, name in enumerate(names) if name[:1].isupper()), len(names) - 1)
    return ".".join(names[:first]), names[first:]


def _default(field: OptionField) -> str:
    """The default as a descriptor spells it."""
    if field.wire == "bool":
        return "true" if field.default else "false"
    if field.wire == "enum":
        return str(field.default.name)
    if field.wire == "bytes":
        return "".join(f"\\{byte:03o}" for byte in field.default)
    return str(field.default)
