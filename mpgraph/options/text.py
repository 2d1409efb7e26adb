"""Options from a tree of text and back (spec rules G-1, G-11)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any, TypeVar

from mpgraph.errors import ConfigError, raise_all
from mpgraph.tree import Field, Scalar, Tree

from .fields import INTEGER_RANGES, OptionField, Positioned, hint, is_options_class, single
from .schema import Schema, make, present_fields, schema_of

__all__ = ["from_tree", "to_tree"]

T = TypeVar("T")

_TRUE = frozenset({"true", "True", "t"})
_FALSE = frozenset({"false", "False", "f"})
_TRUE_WORDS = frozenset({"true", "t", "yes", "y", "1"})
_FALSE_WORDS = frozenset({"false", "f", "no", "n", "0"})
_INTEGER = re.compile(r"[+-]?[0-9]{1,30}")
_REAL = re.compile(
    r"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|inf(?:inity)?|nan)", re.IGNORECASE
)
_SPECIAL_FLOATS = {"inf": math.inf, "infinity": math.inf, "nan": math.nan}


def from_tree(cls: type[T], tree: Tree) -> T:
    """The options that a tree says.

    Raises:
        ConfigError: Unknown fields, values that do not fit, a field given twice, or what the class's own
            check refuses; all of them at once, each with its place. OptionsError, unless the class
            declares another.
    """
    errors: list[ConfigError] = []
    made = _read(cls, tree, errors)
    raise_all(errors)
    assert made is not None
    return made


def _read(cls: type[T], tree: Tree, errors: list[ConfigError]) -> T | None:
    """The message, or None with at least one error more."""
    schema = schema_of(cls)
    before = len(errors)
    values: dict[str, Any] = {}
    oneofs: dict[str, str] = {}
    for entry in tree.fields:
        try:
            field = _find(schema, entry)
            _check_single(schema, field, entry, values, oneofs)
            value = _read_value(schema, field, entry, errors)
        except ConfigError as error:
            errors.extend(error.errors)
            continue
        if field.repeated:
            values.setdefault(field.attribute, []).append(value)
        else:
            values[field.attribute] = value
    if len(errors) > before:
        return None
    try:
        return make(cls, values, tree.location)
    except ConfigError as error:
        errors.extend(error.errors)
        return None


def _find(schema: Schema, entry: Field) -> OptionField:
    field = schema.by_name.get(entry.name)
    if field is None:
        msg = f'{schema.message} has no field "{entry.name}"{hint(entry.name, schema.by_name)}'
        raise schema.error(
            msg,
            location=entry.location,
        )
    return field


def _check_single(
    schema: Schema, field: OptionField, entry: Field, values: dict[str, Any], oneofs: dict[str, str]
) -> None:
    """Raises if a field that is not repeated, or its oneof, is given a second time."""
    if field.repeated:
        return
    problem = ""
    if field.attribute in values:
        problem = f'field "{field.name}" is given twice, but is not repeated'
    elif entry.listed:
        problem = f'field "{field.name}" is not repeated and takes no list'
    elif field.oneof and oneofs.setdefault(field.oneof, field.name) != field.name:
        problem = f'"{oneofs[field.oneof]}" is given already; only one of the oneof "{field.oneof}" can be'
    if problem:
        msg = f"{schema.message}: {problem}"
        raise schema.error(msg, location=entry.location)


def _read_value(schema: Schema, field: OptionField, entry: Field, errors: list[ConfigError]) -> Any:
    value = entry.value
    if isinstance(value, Tree) and field.wire == "message":
        return (
            _read(field.type, value, errors) if is_options_class(field.type) else field.type.from_tree(value)
        )
    try:
        if isinstance(value, Tree):
            msg = f"expected {_expected(field)}, got a message"
            raise ValueError(msg)
        read = _read_scalar(field, value)
    except ValueError as error:
        msg = f'field "{field.name}" of {schema.message}: {error}'
        raise schema.error(msg, location=value.location) from None
    return Positioned(read, value.location) if schema.positioned and field.wire == "string" else read


def _read_scalar(field: OptionField, scalar: Scalar) -> Any:
    """One value of a field. Raises ValueError."""
    value: Any = None
    if scalar.kind == "loose":
        value = _loose(field, str(scalar.value))
    elif field.wire in INTEGER_RANGES:
        value = scalar.value if scalar.kind == "int" else None
    elif field.wire in ("float", "double"):
        value = _float_of(scalar)
    elif field.wire == "bool":
        value = _bool_of(scalar)
    elif field.wire == "enum":
        value = _enum_of(field, scalar)
    elif field.wire == "bytes":
        value = scalar.value if scalar.kind == "string" else None
    elif field.wire == "string" and isinstance(scalar.value, bytes):
        try:
            value = scalar.value.decode()
        except UnicodeDecodeError:
            msg = f"expected a string in UTF-8, got {scalar.value!r}"
            raise ValueError(msg) from None
    if value is None:
        msg = f"expected {_expected(field)}, got {_shown(scalar)}"
        raise ValueError(msg)
    return field.convert_one(value)


def _loose(field: OptionField, text: str) -> Any:
    """What the text of a template says to the field (TP-4); None if it says nothing to it."""
    if field.wire in ("string", "bytes"):
        return text if field.wire == "string" else text.encode()
    text = text.strip()
    if field.wire in INTEGER_RANGES or (field.wire == "enum" and _INTEGER.fullmatch(text)):
        return int(text) if _INTEGER.fullmatch(text) else None
    if field.wire in ("float", "double"):
        return float(text) if _REAL.fullmatch(text) else None
    if field.wire == "bool":
        return True if text.lower() in _TRUE_WORDS else False if text.lower() in _FALSE_WORDS else None
    return _enum_of(field, Scalar("name", text, text=text)) if field.wire == "enum" else None


def _float_of(scalar: Scalar) -> float | None:
    if isinstance(scalar.value, float):
        return scalar.value
    if isinstance(scalar.value, int):
        digits = scalar.text.lstrip("-")
        if digits.startswith("0") and len(digits) > 1:
            return None  # octal and hexadecimal are for integers alone
        try:
            return math.copysign(scalar.value, -1.0 if scalar.text.startswith("-") else 1.0)
        except OverflowError:
            return math.inf if scalar.value > 0 else -math.inf
    if isinstance(scalar.value, str):
        special = _SPECIAL_FLOATS.get(scalar.value.lower().removeprefix("-"))
        return -special if special is not None and scalar.value.startswith("-") else special
    return None


def _bool_of(scalar: Scalar) -> bool | None:
    if scalar.kind == "name" and scalar.value in _TRUE | _FALSE:
        return scalar.value in _TRUE
    if scalar.kind == "int" and scalar.value in (0, 1) and not scalar.text.startswith("-"):
        return bool(scalar.value)
    return None


def _enum_of(field: OptionField, scalar: Scalar) -> Any:
    if scalar.kind == "int":
        return scalar.value
    if scalar.kind != "name":
        return None
    members = field.type.__members__
    if scalar.value not in members:
        near = hint(str(scalar.value), members)
        msg = f"expected {_expected(field)}, got {scalar.value!s}{near}"
        raise ValueError(msg)
    return members[scalar.value]


def _expected(field: OptionField) -> str:
    if field.wire == "message":
        return f"a message: {field.name} {{ … }}"
    if field.wire == "enum":
        return "one of " + ", ".join(field.type.__members__)
    if field.wire in INTEGER_RANGES:
        return "an integer"
    return {"float": "a number", "double": "a number", "bool": "true or false"}.get(
        field.wire, "a quoted string"
    )


def _shown(scalar: Scalar) -> str:
    if isinstance(scalar.value, bytes):
        text = scalar.value.decode(errors="backslashreplace")
        return f'the string "{text[:60]}{"…" if len(text) > 60 else ""}"'
    return scalar.text or str(scalar.value)


def to_tree(opts: object) -> Tree:
    """The tree that says the options: what is set, in order of field numbers."""
    fields = []
    for field in present_fields(opts):
        value = getattr(opts, field.attribute)
        fields += [Field(field.name, part) for part in _shown_values(field, value)]
    return Tree(tuple(fields))


def _shown_values(field: OptionField, value: Any) -> Iterator[Scalar | Tree]:
    for part in value if field.repeated else (value,):
        yield _shown_value(field, part)


def _shown_value(field: OptionField, value: Any) -> Scalar | Tree:
    if field.wire == "message":
        tree: Tree = to_tree(value) if is_options_class(field.type) else value.to_tree()
        return tree
    if field.wire == "bool":
        return _name("true" if value else "false")
    if field.wire == "enum":
        return _name(value.name)
    if field.wire in INTEGER_RANGES:
        return Scalar("int", value, text=str(value))
    if field.wire in ("float", "double"):
        return _shown_float(value, field.wire)
    return Scalar("string", value.encode() if isinstance(value, str) else value)


def _name(text: str) -> Scalar:
    return Scalar("name", text, text=text)


def _shown_float(value: float, wire: str) -> Scalar:
    """The shortest decimal that reads back as the same value of its precision."""
    if not math.isfinite(value):
        return _name(str(value))
    if wire == "float":
        texts = (f"{value:.{digits}g}" for digits in range(6, 10))
        text = next(text for text in texts if single(float(text)) == value)
    else:
        text = repr(value).removesuffix(".0")
    return Scalar("float", value, text=text)
