"""What is known of an options class: its message, its fields, and the decorator that makes it.

`mpgraph.options` is the public face; text is in `mpgraph.options.text`, wire in `mpgraph.options.wire`.
"""

from __future__ import annotations

import contextlib
import inspect
import operator
import sys
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, TypeVar, dataclass_transform

from mpgraph.errors import ConfigError, Location, OptionsError

from .fields import Declaration, OptionField, field_of, hint, is_options_class, same

__all__ = [
    "Meta",
    "Schema",
    "find_extension",
    "find_nested",
    "find_options",
    "make",
    "options",
    "present_fields",
    "schema_of",
]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Meta:
    """What an options object knows besides its values: which are set, and its place."""

    present: frozenset[str] = frozenset()
    location: Location | None = field(default=None, compare=False)


class Schema:
    """What is known of an options class.

    Attributes:
        cls: The class.
        message: The full name of its message.
        extension: The number of the extension that holds it, None if there is none.
        extends: The message that the extension extends.
        proto3: Whether scalars have no presence of their own and repeated numbers are packed.
        error: The class of errors about its fields.
        positioned: Whether strings read from text are `Positioned`.
    """

    def __init__(
        self,
        cls: type,
        declarations: Mapping[str, Declaration],
        message: str,
        extension: int | None,
        extends: str,
        *,
        proto3: bool,
        error: type[ConfigError],
        positioned: bool,
    ) -> None:
        self.cls = cls
        self.message = message
        self.extension = extension
        self.extends = extends
        self.proto3 = proto3
        self.error = error
        self.positioned = positioned
        self._declarations = declarations

    @cached_property
    def fields(self) -> tuple[OptionField, ...]:
        """The fields in order of their numbers."""
        return self.resolve({})

    def resolve(self, names: Mapping[str, Any]) -> tuple[OptionField, ...]:
        """The fields, with `names` to look annotations up in besides the module's."""
        hints = typing.get_type_hints(self.cls, localns={**names, self.cls.__name__: self.cls})
        fields = [
            field_of(f"{self.cls.__qualname__}.{name}", name, hints[name], given, proto3=self.proto3)
            for name, given in self._declarations.items()
        ]
        for key in (operator.attrgetter("number"), operator.attrgetter("name")):
            seen: set[object] = set()
            for item in fields:
                if key(item) in seen:
                    msg = f"{self.message}: {key(item)} is declared twice"
                    raise TypeError(msg)
                seen.add(key(item))
        return tuple(sorted(fields, key=lambda item: item.number))

    @cached_property
    def by_name(self) -> dict[str, OptionField]:
        """The fields by their names in text."""
        return {item.name: item for item in self.fields}

    @cached_property
    def by_attribute(self) -> dict[str, OptionField]:
        """The fields by their names in Python."""
        return {item.attribute: item for item in self.fields}


_by_message: Final[dict[str, type]] = {}
_by_extension: Final[dict[int, type]] = {}


@dataclass_transform(kw_only_default=True, frozen_default=True)
def options(
    message: str,
    *,
    extension: int | None = None,
    extends: str = "mediapipe.CalculatorOptions",
    proto3: bool = False,
    error: type[ConfigError] = OptionsError,
    positioned: bool = False,
) -> Callable[[type[T]], type[T]]:
    """Makes a class a protobuf message: a frozen, slotted dataclass that takes keywords only.

    It is entered into the registry under its message name and extension number. A ``__post_init__`` may
    check the values and raise ValueError; read from text, the error gets its place. A field of protobuf
    type float holds the nearest value of single precision.

    Args:
        message: Full name of the message, ``mediapipe.ImageToTensorCalculatorOptions``.
        extension: Number of the extension ``<message>.ext``; without it the options are only usable in
            ``node_options``.
        extends: The message that the extension extends.
        proto3: Whether the message has proto3's presence: a scalar at its default is not set.
        error: The class of errors about its fields.
        positioned: Whether strings read from text are `Positioned`.

    Raises:
        TypeError: A declaration that is no message, or a name or number that another class has.
    """

    def decorate(cls: type[T]) -> type[T]:
        made, schema = _make_class(cls, message, extension, extends, proto3, error, positioned)
        _register(_by_message, message, made)
        if extension is not None:
            _register(_by_extension, extension, made)
        with contextlib.suppress(NameError):  # a class declared further down: resolved when first used
            schema.fields = schema.resolve(sys._getframe(1).f_locals)
        return made

    return decorate


def _make_class(
    cls: type[T],
    message: str,
    extension: int | None,
    extends: str,
    proto3: bool,
    error: type[ConfigError],
    positioned: bool,
) -> tuple[type[T], Schema]:
    declarations = {name: value for name, value in vars(cls).items() if isinstance(value, Declaration)}
    annotations = inspect.get_annotations(cls)
    for name in annotations:
        if name not in declarations:
            msg = f"{cls.__qualname__}.{name}: expected option(number, …)"
            raise TypeError(msg)
    for name in declarations:
        if name not in annotations:
            msg = f"{cls.__qualname__}.{name}: expected an annotation"
            raise TypeError(msg)
        setattr(cls, name, field())
    cls.__annotations__["_meta"] = Meta
    cls.__init__ = _init  # type: ignore[method-assign, assignment]
    cls.__repr__ = _repr  # type: ignore[method-assign]
    made: type[T] = dataclass(frozen=True, slots=True, init=False, repr=False)(cls)
    schema = Schema(
        made, declarations, message, extension, extends, proto3=proto3, error=error, positioned=positioned
    )
    made.__schema__ = schema  # type: ignore[attr-defined]
    return made, schema


def _register(registry: dict[Any, type], key: object, cls: type) -> None:
    known = registry.get(key, cls)
    if _origin(known) != _origin(cls):
        msg = (
            f"{key} is declared by {known.__module__}.{known.__qualname__} "
            f"and by {cls.__module__}.{cls.__qualname__}"
        )
        raise TypeError(msg)
    registry[key] = cls


def _origin(cls: type) -> tuple[str, str]:
    """File and name: one class, however often and under whatever module name its file is run."""
    file = getattr(sys.modules.get(cls.__module__), "__file__", None)
    return file or cls.__module__, cls.__qualname__


def _init(self: Any, /, *, _meta: Meta | None = None, **values: Any) -> None:
    """Sets the fields given by keyword; `_meta` comes from `dataclasses.replace` and the readers."""
    schema = schema_of(type(self))
    present = set()
    for item in schema.fields:
        value = item.default
        if item.attribute in values:
            try:
                value = item.convert(values.pop(item.attribute))
            except ValueError as error:
                msg = f"{schema.message}: field {item.attribute}: {error}"
                raise schema.error(msg) from None
            known = _meta is None or item.attribute in _meta.present or not same(value, item.default)
            if known and item.is_set(value):
                present.add(item.attribute)
            elif value is None:
                value = item.default
        object.__setattr__(self, item.attribute, value)
    for name in values:
        msg = f"{type(self).__name__} has no field {name!r}{hint(name, schema.by_attribute)}"
        raise TypeError(msg)
    _check_oneofs(schema, present)
    object.__setattr__(self, "_meta", Meta(frozenset(present), _meta.location if _meta else None))
    if (check := getattr(self, "__post_init__", None)) is not None:
        check()


def _check_oneofs(schema: Schema, present: Iterable[str]) -> None:
    chosen: dict[str, str] = {}
    for attribute in sorted(present):
        oneof = schema.by_attribute[attribute].oneof
        if oneof is not None and chosen.setdefault(oneof, attribute) != attribute:
            msg = (
                f"{schema.message}: {chosen[oneof]} and {attribute} are both set, but only one of the "
                f"oneof {oneof} can be"
            )
            raise schema.error(msg)


def _repr(self: Any) -> str:
    values = (f"{item.attribute}={getattr(self, item.attribute)!r}" for item in present_fields(self))
    return f"{type(self).__name__}({', '.join(values)})"


def present_fields(opts: Any) -> list[OptionField]:
    """The fields that are set, in order of their numbers."""
    return [item for item in schema_of(type(opts)).fields if item.attribute in opts._meta.present]


def make(cls: type[T], values: Mapping[str, Any], location: Location | None) -> T:
    """An options object with just these fields set. Raises ConfigError with the location."""
    meta = Meta(frozenset(values), location)
    try:
        return cls(_meta=meta, **values)  # type: ignore[call-arg]
    except ConfigError as error:
        if error.location is not None or location is None:
            raise
        raise type(error)(error.message, location=location) from error
    except ValueError as error:
        schema = schema_of(cls)
        msg = f"{schema.message}: {error}"
        raise schema.error(msg, location=location) from error


def schema_of(cls: type) -> Schema:
    """What is known of an options class. Raises TypeError for another class."""
    if not is_options_class(cls):
        msg = f"{cls!r} is no options class"
        raise TypeError(msg)
    schema: Schema = vars(cls)["__schema__"]
    return schema


def find_options(message: str) -> type[Any] | None:
    """The options class of a message's full name, None if none is declared."""
    return _by_message.get(message)


def find_extension(number: int) -> type[Any] | None:
    """The options class of an extension number, None if none is declared."""
    return _by_extension.get(number)


def find_nested(message: str) -> list[type[Any]]:
    """The options classes of a message and of those in it, as far as they are declared."""
    return [cls for name, cls in _by_message.items() if name == message or name.startswith(f"{message}.")]
