"""The protobuf messages that options classes stand for.

`message_class` and `descriptor` give those in the one pool of mpgraph's messages (`mpgraph.formats.protos`),
for use with other messages: ``node.options.Extensions[message_class(ThinnerOptions).ext]``. The codec of
`mpgraph.options.wire` uses pools of its own, each of one class and what it reaches, so that what it reads
does not depend on which classes are loaded. protobuf is only imported when one of the functions is called.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from .fields import OptionField, is_options_class, same
from .schema import Schema, find_nested, schema_of

if TYPE_CHECKING:
    from google.protobuf.descriptor import Descriptor
    from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto
    from google.protobuf.descriptor_pool import DescriptorPool

__all__ = ["codec_class", "descriptor", "is_opaque", "message_class"]

_ANY = "google.protobuf.Any"
_ANY_FILE = "google/protobuf/any.proto"
_MIN_EXTENSION = 20000
_MAX_EXTENSION = 1 << 29


def message_class(cls: type) -> type[Any]:
    """The protobuf message class of an options class, in mpgraph's pool; ``ext`` is its extension."""
    from google.protobuf.message_factory import GetMessageClass

    made: type[Any] = GetMessageClass(descriptor(cls))
    return made


def descriptor(cls: type) -> Descriptor:
    """The protobuf descriptor of an options class, in mpgraph's pool.

    A pool forgets nothing: the message of a class that is declared anew with other fields has a pool of its
    own, where its extension is of no use for messages of mpgraph's pool.
    """
    return _descriptor(schema_of(cls))


@functools.cache
def _descriptor(schema: Schema) -> Descriptor:
    from mpgraph.formats.protos import pool

    pool.load_all()
    builder = _Builder(whole=True)
    builder.add(schema.cls)
    own = _pool_of(builder.files())
    where = pool.POOL if _share(schema.message, builder, own, pool.POOL) else own
    return where.FindMessageTypeByName(schema.message)


@functools.cache
def codec_class(schema: Schema) -> type[Any]:
    """The message class of an options class, in a pool that holds just what it reaches.

    Its file has the syntax proto2, also for a class of proto3, whose presence the class itself sees to.
    """
    from google.protobuf.message_factory import GetMessageClass

    builder = _Builder(whole=False)
    builder.add(schema.cls)
    made: type[Any] = GetMessageClass(_pool_of(builder.files()).FindMessageTypeByName(schema.message))
    return made


def _pool_of(files: Iterable[FileDescriptorProto]) -> DescriptorPool:
    from google.protobuf import any_pb2, descriptor_pool

    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(any_pb2.DESCRIPTOR.serialized_pb)
    for file in files:
        pool.AddSerializedFile(file.SerializeToString())
    return pool


def _share(name: str, builder: _Builder, own: DescriptorPool, pool: DescriptorPool) -> bool:
    """Adds to the pool what it lacks of the builder's messages; False if it has one of them otherwise."""
    missing: list[FileDescriptorProto] = []
    for file in builder.files():
        lacking = []
        for message in file.message_type:
            known = _find(pool, _full(file, message))
            if known is None:
                lacking.append(message)
            elif not _fits(_proto(own.FindMessageTypeByName(_full(file, message))), _proto(known)):
                return False
        if lacking:
            part = type(file)(name=f"mpgraph/{name}/{file.name}", package=file.package, syntax="proto2")
            part.message_type.extend(lacking)
            missing.append(part)
    places = {_full(part, message): part.name for part in missing for message in part.message_type}
    for part in missing:
        needed = {places.get(top) or pool.FindMessageTypeByName(top).file.name for top in _tops(part)}
        part.dependency.extend(sorted(needed - {part.name}))
    try:
        for part in missing:
            pool.AddSerializedFile(part.SerializeToString())
    except TypeError:  # the number of an extension that another class had
        return False
    return True


def _find(pool: DescriptorPool, full_name: str) -> Descriptor | None:
    try:
        return pool.FindMessageTypeByName(full_name)
    except KeyError:
        return None


def _proto(descriptor: Descriptor) -> DescriptorProto:
    from google.protobuf.descriptor_pb2 import DescriptorProto

    proto = DescriptorProto()
    descriptor.CopyToProto(proto)
    return proto


def _fits(own: DescriptorProto, known: DescriptorProto) -> bool:
    """Whether both are the same message, as far as its class tells: of one that is extended, nothing else."""
    if own.extension_range:
        return bool(known.extension_range)
    only_around = own.nested_type and not own.field  # another message that stands in it
    zeros = {"0", "false", *(enum.value[0].name for enum in known.enum_type)}
    if not only_around and _fields(own.field, zeros) != _fields(known.field, zeros):
        return False
    if not _fields(own.extension, zeros) <= _fields(known.extension, zeros):
        return False
    enums = {enum.name: {(value.name, value.number) for value in enum.value} for enum in known.enum_type}
    nested = {message.name: message for message in known.nested_type}
    return all(
        enums.get(enum.name) == {(value.name, value.number) for value in enum.value} for enum in own.enum_type
    ) and all(message.name in nested and _fits(message, nested[message.name]) for message in own.nested_type)


def _fields(fields: Iterable[FieldDescriptorProto], zeros: set[str]) -> set[tuple[Any, ...]]:
    """What tells fields apart; a class cannot say that one is required or its default one of `zeros`."""
    return {
        (
            field.name,
            field.number,
            field.label == field.LABEL_REPEATED,
            field.type,
            field.type_name,
            "" if field.default_value in zeros else field.default_value,
        )
        for field in fields
    }


def _full(file: FileDescriptorProto, message: DescriptorProto) -> str:
    return f"{file.package}.{message.name}" if file.package else message.name


def _tops(file: FileDescriptorProto) -> Iterator[str]:
    """The outermost messages that the file refers to."""
    waiting = list(file.message_type)
    while waiting:
        message = waiting.pop()
        waiting += message.nested_type
        for field in (*message.field, *message.extension):
            for name in filter(None, (field.type_name, field.extendee)):
                yield _top(name[1:])


class _Builder:
    """Collects messages into one file per package.

    Args:
        whole: Whether messages come with their extensions and with all that stands in them, as a pool that
            others share needs them.
    """

    def __init__(self, *, whole: bool) -> None:
        from google.protobuf import descriptor_pb2

        self._whole = whole
        self._pb = descriptor_pb2
        self._files: dict[str, FileDescriptorProto] = {}
        self._messages: dict[str, DescriptorProto] = {}
        self._done: set[str] = set()

    def add(self, cls: type) -> None:
        """The message of an options class, and those that it reaches."""
        schema = schema_of(cls)
        if schema.message in self._done:
            return
        self._done.add(schema.message)
        proto = self._message(schema.message)
        for field in schema.fields:
            self._add_field(proto, schema, field)
        if self._whole:
            if schema.extension is not None:
                self._extend(schema)
            for sibling in find_nested(_top(schema.message)):
                self.add(sibling)

    def _extend(self, schema: Schema) -> None:
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
            type=self._type("TYPE_" + ("BYTES" if is_opaque(field.type) else field.wire.upper())),
        )
        if field.oneof:
            names = [oneof.name for oneof in message.oneof_decl]
            if field.oneof not in names:
                message.oneof_decl.add(name=field.oneof)
                names.append(field.oneof)
            proto.oneof_index = names.index(field.oneof)
        if field.wire == "enum":
            proto.type_name = f".{schema.message}.{self._add_enum(message, field.type)}"
        elif field.wire == "message" and not is_opaque(field.type):
            proto.type_name = self._reference(schema.message, self._add_reached(field.type))
        elif field.repeated:
            proto.options.packed = schema.proto3 and field.wire not in ("string", "bytes", "message")
        if not (field.wire == "message" or field.repeated or field.default is None or _is_zero(field)):
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
        """The enum's name in the message; one whose values would clash stands in a message of its own."""
        name: str = enum.__name__
        if any(known.name == name for known in message.enum_type):
            return name
        for scope in message.nested_type:
            if scope.name == name and scope.enum_type:
                return f"{name}.{name}"
        taken = {value.name for known in message.enum_type for value in known.value}
        clashes = not taken.isdisjoint(enum.__members__)
        proto = (message.nested_type.add(name=name) if clashes else message).enum_type.add(name=name)
        proto.options.allow_alias = len(set(enum)) < len(enum.__members__)
        for member, value in enum.__members__.items():
            proto.value.add(name=member, number=int(value))
        return f"{name}.{name}" if clashes else name

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


def is_opaque(cls: Any) -> bool:
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


def _top(full_name: str) -> str:
    """The outermost message around a message or enum."""
    package, names = _split(full_name)
    return f"{package}.{names[0]}" if package else names[0]


def _is_zero(field: OptionField) -> bool:
    """Whether the default is what protobuf takes without one."""
    return same(field.default, next(iter(field.type)) if field.wire == "enum" else field.type())


def _default(field: OptionField) -> str:
    """The default as a descriptor spells it."""
    if field.wire == "bool":
        return "true" if field.default else "false"
    if field.wire == "enum":
        return str(field.default.name)
    if field.wire == "bytes":
        return "".join(f"\\{byte:03o}" for byte in field.default)
    return str(field.default)
