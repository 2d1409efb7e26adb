"""Options inside a graph config: whatever their class, and whether or not it is loaded (G-1, G-5, G-8).

A config keeps options as it found them, as text, as bytes or as an object, and turns them into an options
class only when that is asked for. So options of calculators that are not there survive reading and
writing, in the form in which they came.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, NoReturn, Self, TypeVar, overload

from mpgraph import registry
from mpgraph.errors import ConfigError, Location, OptionsError, PbtxtSyntaxError, raise_all
from mpgraph.options import (
    extension_number,
    find_extension,
    find_options,
    from_tree,
    from_wire,
    is_options_class,
    message_name,
    to_tree,
    to_wire,
)
from mpgraph.tree import Field, Scalar, Tree

from .binary import read_any, read_extensions, write_any, write_extensions

if TYPE_CHECKING:
    from google.protobuf.descriptor_pb2 import DescriptorProto

__all__ = [
    "TYPE_URL",
    "CalculatorOptions",
    "ExtensionSet",
    "MediaPipeOptions",
    "OptionsEntry",
    "PacketFactoryOptions",
    "PacketGeneratorOptions",
    "find_entry",
    "find_message",
]

T = TypeVar("T")

_MIN_EXTENSION: Final = 20000
TYPE_URL: Final = "type.googleapis.com/"


def find_message(name: str) -> type[Any] | None:
    """The options class of a message's full name, imported if a package offers it; None if there is none."""
    if (known := find_options(name)) is None:
        registry.load_options(name)
        known = find_options(name)
    return known


def _find_number(number: int) -> type[Any] | None:
    if (known := find_extension(number)) is None:
        registry.load_options()
        known = find_extension(number)
    return known


@dataclass(frozen=True, slots=True)
class OptionsEntry:
    """One options message in a config. As a field's type it is a ``google.protobuf.Any``.

    Attributes:
        name: The extension, ``mediapipe.X.ext``, or its number in decimal where its name is not known; for
            an Any its type URL, ``type.googleapis.com/mediapipe.X``.
        payload: A tree, the bytes of a serialised message, or an options object.
        spelling: ``extension`` inside ``options``, ``any`` inside ``node_options`` or ``graph_options``.
        location: Where it stands in the graph's text.
    """

    MESSAGE: ClassVar[str] = "google.protobuf.Any"

    name: str
    payload: Any = b""
    spelling: Literal["extension", "any"] = "any"
    location: Location | None = field(default=None, compare=False)

    @classmethod
    def of(cls, opts: object, spelling: Literal["extension", "any"] = "any") -> Self:
        """The entry that holds an options object."""
        message = message_name(type(opts))
        return cls(f"{message}.ext" if spelling == "extension" else TYPE_URL + message, opts, spelling)

    @property
    def message(self) -> str | None:
        """The full name of the options message; None for an extension of which only the number is known."""
        if self.spelling == "any":
            return self.name.rpartition("/")[2]
        if self.name.isdecimal():
            known = _find_number(int(self.name))
            return None if known is None else message_name(known)
        return self.name.removesuffix(".ext")

    @property
    def options_class(self) -> type[Any] | None:
        """The options class, None if it is not loaded."""
        if is_options_class(type(self.payload)):
            return type(self.payload)
        return None if self.message is None else find_message(self.message)

    def holds(self, cls: type) -> bool:
        """Whether it holds options of this class."""
        return self.message == message_name(cls)

    def get(self, cls: type[T]) -> T:
        """The options as an object of the class, which must be the one that it holds.

        Raises:
            ConfigError: They do not fit the class.
        """
        if isinstance(self.payload, Tree):
            return from_tree(cls, self.payload)
        if isinstance(self.payload, bytes):
            return from_wire(cls, self.payload)
        if isinstance(self.payload, cls):
            return self.payload
        return from_wire(cls, to_wire(self.payload))

    def body(self) -> Tree | None:
        """The options as a tree, None for bytes whose class is not loaded."""
        if isinstance(self.payload, Tree):
            return self.payload
        cls = self.options_class
        return None if cls is None else to_tree(self.get(cls))

    def canonical(self) -> Tree | None:
        """As `body`, in order of the field numbers, where the class is loaded and the options fit it."""
        cls = self.options_class
        if cls is not None:
            with suppress(ConfigError):
                return to_tree(self.get(cls))
        return self.payload if isinstance(self.payload, Tree) else None

    def data(self) -> bytes:
        """The options as a serialised message.

        Raises:
            OptionsError: They came as text, and their class, which knows the field numbers, is not loaded.
        """
        if isinstance(self.payload, bytes):
            return self.payload
        cls = self.options_class
        if cls is None:
            msg = (
                f"the options {self.message} cannot be serialised, since no loaded class declares them: "
                "load the calculator that they belong to"
            )
            raise OptionsError(msg, location=self.location)
        return to_wire(self.get(cls))

    @classmethod
    def from_tree(cls, tree: Tree) -> Self:
        """An Any: ``[type.googleapis.com/mediapipe.X] { … }``, or its fields type_url and value."""
        if len(tree.fields) == 1 and tree.fields[0].name.startswith("["):
            entry = tree.fields[0]
            name = entry.name.strip("[]")
            if "/" not in name:
                msg = f"expected a type, as in [{TYPE_URL}{name.removesuffix('.ext')}], got an extension"
                raise PbtxtSyntaxError(msg, location=entry.location)
            if isinstance(entry.value, Scalar):
                msg = f"expected a message after {entry.name}"
                raise PbtxtSyntaxError(msg, location=entry.value.location)
            return cls(name, entry.value, "any", entry.location)
        values = {"type_url": b"", "value": b""}
        for entry in tree.fields:
            value = entry.value.value if isinstance(entry.value, Scalar) else None
            if entry.name not in values or not isinstance(value, bytes):
                msg = f'expected [{TYPE_URL}…] {{ … }}, or the strings type_url and value, got "{entry.name}"'
                raise PbtxtSyntaxError(msg, location=entry.location)
            values[entry.name] = value
        return cls(values["type_url"].decode(errors="replace"), values["value"], "any", tree.location)

    def to_tree(self) -> Tree:
        """The Any's tree: expanded, if its class is loaded or it came as text."""
        body = self.canonical()
        if body is not None:
            return Tree((Field(f"[{self.name}]", body),))
        url = Field("type_url", Scalar("string", self.name.encode()))
        return Tree((url, Field("value", Scalar("string", self.data()))))

    @classmethod
    def from_wire(cls, data: bytes) -> Self:
        """A serialised Any."""
        return cls(*read_any(data))

    def to_wire(self) -> bytes:
        """The serialised Any."""
        return write_any(self.name, self.data())


@dataclass(frozen=True, slots=True)
class ExtensionSet(Sequence[OptionsEntry]):
    """A message that holds nothing but extensions, as the field ``options`` of a node does.

    Attributes:
        entries: The extensions, in their order.
        merge_fields: A deprecated field that some of these messages have; None if it is not set.
    """

    MESSAGE: ClassVar[str]
    HAS_MERGE_FIELDS: ClassVar[bool] = False

    entries: tuple[OptionsEntry, ...] = ()
    merge_fields: bool | None = None

    @overload
    def __getitem__(self, index: int) -> OptionsEntry: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[OptionsEntry, ...]: ...
    def __getitem__(self, index: int | slice) -> OptionsEntry | tuple[OptionsEntry, ...]:
        return self.entries[index]

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[OptionsEntry]:
        return iter(self.entries)

    @classmethod
    def from_tree(cls, tree: Tree) -> Self:
        """From ``{ [mediapipe.X.ext] { … } }``; an extension may also be ``<number>: "<bytes>"``."""
        entries: dict[str, OptionsEntry] = {}
        merge_fields = None
        errors: list[ConfigError] = []
        for entry in tree.fields:
            try:
                if entry.name == "merge_fields" and cls.HAS_MERGE_FIELDS:
                    merge_fields = _bool(entry)
                elif entry.name in entries:
                    _fail(f"{entry.name} is given twice", entry)
                else:
                    entries[entry.name] = cls._entry(entry)
            except PbtxtSyntaxError as error:
                errors.append(error)
        raise_all(errors)
        return cls(tuple(entries.values()), merge_fields)

    @classmethod
    def _entry(cls, entry: Field) -> OptionsEntry:
        name, value = entry.name.strip("[]"), entry.value
        if "/" in name:
            _fail(f"{entry.name} is a type, which belongs into node_options; options take [….ext]", entry)
        if entry.name.startswith("[") and isinstance(value, Tree):
            return OptionsEntry(name, value, "extension", entry.location)
        if name.isdecimal() and int(name) >= _MIN_EXTENSION and isinstance(value, Scalar):
            if not isinstance(value.value, bytes):
                _fail(f"expected extension {name} as a quoted string of its bytes", entry)
            return OptionsEntry(name, value.value, "extension", entry.location)
        if entry.name.startswith("["):
            _fail(f"expected a message: {entry.name} {{ … }}", entry)
        _fail(f"expected an extension: [package.Message.ext] {{ … }}, got {entry.name}", entry)

    def to_tree(self) -> Tree:
        """The inverse of `from_tree`; bytes stay bytes where their class is not loaded."""
        fields = []
        if self.merge_fields is not None:
            text = "true" if self.merge_fields else "false"
            fields.append(Field("merge_fields", Scalar("name", text, text=text)))
        for entry in self.entries:
            body = entry.canonical()
            if body is None:
                fields.append(Field(entry.name, Scalar("string", entry.data())))
            else:
                name = f"{entry.message}.ext" if entry.name.isdecimal() else entry.name
                fields.append(Field(f"[{name}]", body))
        return Tree(tuple(fields))

    @classmethod
    def from_wire(cls, data: bytes) -> Self:
        """From the serialised message."""
        merge_fields, extensions = read_extensions(cls.MESSAGE, data)
        entries = []
        for number, payload in extensions:
            known = _find_number(number)
            name = str(number) if known is None else f"{message_name(known)}.ext"
            entries.append(OptionsEntry(name, payload, "extension"))
        return cls(tuple(entries), merge_fields)

    def to_wire(self) -> bytes:
        """The inverse of `from_wire`, in order of the extensions' numbers."""
        return write_extensions(self.merge_fields, [(_number(entry), entry.data()) for entry in self.entries])

    @classmethod
    def describe(cls, proto: DescriptorProto) -> None:
        """Fills in the message's descriptor."""
        proto.extension_range.add(start=_MIN_EXTENSION, end=1 << 29)
        if cls.HAS_MERGE_FIELDS:
            proto.field.add(name="merge_fields", number=1, type="TYPE_BOOL", label="LABEL_OPTIONAL")


class CalculatorOptions(ExtensionSet):
    """``mediapipe.CalculatorOptions``: the field ``options`` of a node."""

    __slots__ = ()
    MESSAGE = "mediapipe.CalculatorOptions"
    HAS_MERGE_FIELDS = True


class MediaPipeOptions(ExtensionSet):
    """``mediapipe.MediaPipeOptions``: the field ``options`` of a graph, an executor or a stream handler."""

    __slots__ = ()
    MESSAGE = "mediapipe.MediaPipeOptions"


class PacketGeneratorOptions(ExtensionSet):
    """``mediapipe.PacketGeneratorOptions``."""

    __slots__ = ()
    MESSAGE = "mediapipe.PacketGeneratorOptions"
    HAS_MERGE_FIELDS = True


class PacketFactoryOptions(ExtensionSet):
    """``mediapipe.PacketFactoryOptions``."""

    __slots__ = ()
    MESSAGE = "mediapipe.PacketFactoryOptions"


def find_entry(cls: type, *sets: Sequence[OptionsEntry]) -> OptionsEntry | None:
    """The first entry that holds options of the class (G-8)."""
    return next((entry for entries in sets for entry in entries if entry.holds(cls)), None)


def _number(entry: OptionsEntry) -> int:
    if entry.name.isdecimal():
        return int(entry.name)
    cls = entry.options_class
    number = None if cls is None else extension_number(cls)
    if number is None:
        msg = f"the extension [{entry.name}] cannot be serialised, since no loaded class says its number"
        raise OptionsError(msg, location=entry.location)
    return number


def _bool(entry: Field) -> bool:
    if isinstance(entry.value, Scalar) and entry.value.value in ("true", "false", 0, 1):
        return entry.value.value in ("true", 1)
    _fail("expected true or false for merge_fields", entry)


def _fail(message: str, entry: Field) -> NoReturn:
    raise PbtxtSyntaxError(message, location=entry.location)
