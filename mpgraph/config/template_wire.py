"""Graph templates as bytes: ``mediapipe.CalculatorGraphTemplate`` and its messages (spec G-10, TP-7).

The config of a template stays bytes in which rules replace values, field by field number; so the options
in it need not be known.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mpgraph.errors import ConfigError, LimitError, OptionsError
from mpgraph.options import from_tree, has, option, options, to_wire, which_oneof
from mpgraph.options.fields import INTEGER_RANGES
from mpgraph.tree import Tree

from .binary import varint
from .template_expression import Environment, Expression, Value, as_bool, as_field_text
from .template_text import Budget, value_tree

__all__ = [
    "CalculatorGraphTemplate",
    "TemplateArgument",
    "TemplateDict",
    "TemplateSubgraphOptions",
    "expand_wire",
]

MAX_RULES: Final = 100_000
MAX_NESTING: Final = 100
MAX_SIZE: Final = 64 << 20

_STEP: Final = re.compile(r"/?([0-9]{1,9})\[(?:([0-9]{1,9})|@([0-9]{1,9})=([^]]*))\]")
_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5
_STRING, _MESSAGE, _BYTES = 9, 11, 12
_DOUBLE, _FLOAT, _BOOL = 1, 2, 8
_FIXED: Final = {_DOUBLE: "<d", _FLOAT: "<f", 6: "<Q", 7: "<I", 15: "<i", 16: "<q"}
_VARINTS: Final = {3: "int64", 4: "uint64", 5: "int32", 13: "uint32", 14: "int32", 17: "sint32", 18: "sint64"}


class _RawConfig:
    """The graph config in a template: its bytes as they are."""

    def __init__(self, data: bytes = b"") -> None:
        self.data = data

    @classmethod
    def from_wire(cls, data: bytes) -> _RawConfig:
        """The bytes."""
        return cls(data)

    def to_wire(self) -> bytes:
        """The bytes."""
        return self.data

    @classmethod
    def from_tree(cls, tree: Tree) -> _RawConfig:
        """Is not used: a template in text is of another form."""
        raise NotImplementedError

    def to_tree(self) -> Tree:
        """Is not used."""
        raise NotImplementedError


@options(message="mediapipe.TemplateArgument")
class TemplateArgument:
    """A value that a template is given: a string, a number, a dict, or else a list."""

    str: str = option(1, oneof="param_value")
    num: float = option(2, oneof="param_value", wire="double")
    dict: TemplateDict | None = option(3, oneof="param_value")
    element: tuple[TemplateArgument, ...] = option(4)


@options(message="mediapipe.TemplateDict.Parameter")
class TemplateParameter:
    """An argument and its name."""

    key: str = option(1)
    value: TemplateArgument | None = option(2)


@options(message="mediapipe.TemplateDict")
class TemplateDict:
    """The arguments of a template."""

    arg: tuple[TemplateParameter, ...] = option(1)

    def environment(self) -> Environment:
        """The arguments by name; of two of one name the first."""
        found: Environment = {}
        for arg in self.arg:
            found.setdefault(arg.key, _value(arg.value))
        return found


def _value(argument: TemplateArgument | None) -> Value:
    if argument is None:
        return ()
    if (member := which_oneof(argument, "param_value")) is None:
        return tuple(_value(item) for item in argument.element)
    value = getattr(argument, member)
    return value.environment() if member == "dict" else value  # type: ignore[no-any-return]


@options(message="mediapipe.TemplateSubgraphOptions", extension=172998261)
class TemplateSubgraphOptions:
    """Options of a node that stands for a template (TP-8)."""

    dict: TemplateDict = option(1)


@options(message="mpgraph.TemplateExpression")
class TemplateExpression:
    """A rule of a template, or an expression in one: ``mediapipe.TemplateExpression``.

    Upstream's `field_value` is a string that holds any bytes.
    """

    param: str = option(1)
    op: str = option(2)
    arg: tuple[TemplateExpression, ...] = option(3)
    path: str = option(4)
    field_type: int = option(5)
    key_type: tuple[int, ...] = option(6)
    field_value: bytes = option(7)

    def expression(self) -> Expression:
        """What it computes."""
        return Expression(self.op, self.param, tuple(arg.expression() for arg in self.arg))


@options(message="mpgraph.CalculatorGraphTemplate")
class CalculatorGraphTemplate:
    """A config with placeholders, and the rules that replace them, in order of the document.

    It is ``mediapipe.CalculatorGraphTemplate``, whose config stays serialised.
    """

    config: _RawConfig = option(1)
    rule: tuple[TemplateExpression, ...] = option(2)


@dataclass(frozen=True, slots=True)
class _Step:
    """A part of a path: a field, and the index of its value, or for a map the entry of this key."""

    field: int
    index: int
    key_field: int = 0
    key: bytes = b""


@dataclass(frozen=True, slots=True)
class _Rule:
    given: TemplateExpression
    path: tuple[_Step, ...]
    expression: Expression


def expand_wire(template: CalculatorGraphTemplate, environment: Environment) -> bytes:
    """The serialised config that a template comes to; `environment`, its arguments, takes up its defaults.

    Raises:
        OptionsError: A parameter is missing, a value does not fit, or a rule is malformed.
        LimitError: It grows beyond bounds.
    """
    if len(template.rule) > MAX_RULES:
        msg = f"the template has more than {MAX_RULES} rules"
        raise LimitError(msg)
    rules = [_Rule(rule, _parse_path(rule), rule.expression()) for rule in template.rule]
    results = _Expander(rules, environment).nested(0, (), template.config.data, 0)
    if len(results) > MAX_SIZE:
        msg = f"the template comes to more than {MAX_SIZE >> 20} MiB"
        raise LimitError(msg)
    return results


def _parse_path(rule: TemplateExpression) -> tuple[_Step, ...]:
    steps, done, types = [], 0, list(rule.key_type)
    while done < len(rule.path):
        match = _STEP.match(rule.path, done)
        if match is None:
            msg = f'"{rule.path[:80]}" is no path of the form /1[0]/3[2]'
            raise OptionsError(msg)
        done = match.end()
        if match[2] is not None:
            steps.append(_Step(int(match[1]), int(match[2])))
        else:
            kind = types.pop(0) if types else _STRING
            steps.append(_Step(int(match[1]), 0, int(match[3]), _encoded(match[4], kind)))
    return tuple(steps)


class _Expander:
    def __init__(self, rules: Sequence[_Rule], environment: Environment) -> None:
        self._rules = rules
        self._environment = environment
        self._budget = Budget()

    def nested(self, first: int, base: tuple[_Step, ...], data: bytes, depth: int) -> bytes:
        """The message at the path `base` with the rules from `first` on that are inside of it applied."""
        if depth > MAX_NESTING:
            msg = f"rules are nested more than {MAX_NESTING} deep"
            raise LimitError(msg)
        rules = self._directly_inside(first, base)
        edits = []
        for index in rules:
            rule = self._rules[index]
            value = rule.given.field_value
            if not has(rule.given, "field_value"):
                value = (
                    self._value(data, rule.path[len(base) :], rule.given.field_type) if rule.path else data
                )
            edits.append(self._apply(index, value, depth + 1))
        for index, values in reversed(list(zip(rules, edits, strict=True))):  # later places move
            data = self._replaced(self._rules[index], base, data, values)
        return data

    def _directly_inside(self, first: int, base: tuple[_Step, ...]) -> list[int]:
        found: list[int] = []
        last: tuple[_Step, ...] | None = None
        for index in range(first, len(self._rules)):
            path = self._rules[index].path
            if path[: len(base)] != base:
                break
            if last is None or path[: len(last)] != last:
                found.append(index)
                last = path
        self._budget.spend(len(found))
        return found

    def _replaced(self, rule: _Rule, base: tuple[_Step, ...], data: bytes, values: list[bytes]) -> bytes:
        if not rule.path:
            return values[0] if values else data
        steps, count = rule.path[len(base) :], 1
        if has(rule.given, "field_value"):  # of a field that does not repeat, whose value is in the rule
            last = _Step(steps[-1].field, 0)
            steps, count = (*steps[:-1], last), 0
            if len(values) > 1 or (values and self._values(data, steps, rule.given.field_type)):
                msg = f"Multiple values specified for non-repeated field: {rule.given.path}"
                raise OptionsError(msg)
        return self._set(data, steps, rule.given.field_type, count, values)

    def _apply(self, index: int, value: bytes, depth: int) -> list[bytes]:
        """What a rule makes of a value: none, one or several."""
        rule, environment = self._rules[index], self._environment
        op, args = rule.expression.op, rule.expression.args
        self._budget.spend(1 + len(value) // 64)
        try:
            if op == "for":
                return self._loop(index, value, depth)
            if op == "if":
                if len(args) != 1:
                    msg = f"if takes one condition, got {len(args)}"
                    raise OptionsError(msg)
                return self._peers(index, value, depth) if as_bool(args[0].evaluate(environment)) else []
            if op == "param":
                if not 1 <= len(args) <= 2:
                    msg = (
                        "Param declaration must specify a parameter name and may specify a single default "
                        f"value, got {len(args)} arguments"
                    )
                    raise OptionsError(msg)
                if len(args) == 2 and args[0].param not in environment:
                    environment[args[0].param] = args[1].evaluate(environment)
                return self._peers(index, value, depth)
            return [_field_value(rule.expression.evaluate(environment), rule.given.field_type, self._budget)]
        except ConfigError:
            raise
        except ValueError as error:
            raise OptionsError(str(error)) from None

    def _loop(self, index: int, value: bytes, depth: int) -> list[bytes]:
        args, environment = self._rules[index].expression.args, self._environment
        items = args[1].evaluate(environment) if len(args) == 2 else None
        if not isinstance(items, tuple):
            msg = "for takes a name and a list"
            raise OptionsError(msg)
        name = args[0].param
        shadowed = environment.get(name)
        found: list[bytes] = []
        for item in items:
            environment[name] = item
            found += self._peers(index, value, depth)
        environment.pop(name, None)
        if shadowed is not None:
            environment[name] = shadowed
        return found

    def _peers(self, index: int, value: bytes, depth: int) -> list[bytes]:
        """The value with the next rule for the same path applied, or else with those inside of it."""
        if depth > MAX_NESTING:
            msg = f"rules are nested more than {MAX_NESTING} deep"
            raise LimitError(msg)
        self._budget.spend(1 + len(value) // 64)
        path, following = self._rules[index].path, index + 1
        if path and following < len(self._rules) and self._rules[following].path == path:
            return self._apply(following, value, depth + 1)
        return [self.nested(following, path, value, depth + 1)]

    # Values in a serialised message.

    def _values(self, data: bytes, steps: Sequence[_Step], kind: int) -> list[bytes]:
        """The values of the field at a path."""
        for step in steps[:-1]:
            data = self._at(step, self._split(data, step.field, _MESSAGE))
        return self._split(data, steps[-1].field, kind)

    def _value(self, data: bytes, steps: Sequence[_Step], kind: int) -> bytes:
        """The value at a path, of which the last step says which."""
        return self._at(steps[-1], self._values(data, steps, kind))

    def _at(self, step: _Step, values: list[bytes]) -> bytes:
        return values[self._index(step, values)]

    def _index(self, step: _Step, values: list[bytes]) -> int:
        index = step.index
        if step.key_field:
            keys = [self._split(value, step.key_field, _MESSAGE)[-1:] for value in values]
            index = keys.index([step.key]) if [step.key] in keys else len(values)
        if index >= len(values):
            what = f"entry {step.key!r}" if step.key_field else f"index {index}"
            msg = f"a rule is for {what} of field {step.field}, of which the config has {len(values)}"
            raise OptionsError(msg)
        return index

    def _set(self, data: bytes, steps: Sequence[_Step], kind: int, count: int, values: list[bytes]) -> bytes:
        """The message with `count` values, from the index at the path on, replaced."""
        step, inner = steps[0], len(steps) > 1
        records = self._records(data, step.field, _MESSAGE if inner else kind)
        old = [raw for number, _, raw in records if number == step.field]
        if inner:
            index = self._index(step, old)
            old[index] = self._set(old[index], steps[1:], kind, count, values)
            wire = _LENGTH
        else:
            index = self._index(step, old) if count else step.index
            old[index : index + count] = values
            wire = _wire_of(kind)
        place = next((at for at, record in enumerate(records) if record[0] == step.field), len(records))
        others = [record for record in records if record[0] != step.field]
        made = [(step.field, wire, raw) for raw in old]
        return b"".join(_record(*record) for record in (*others[:place], *made, *others[place:]))

    def _split(self, data: bytes, field: int, kind: int) -> list[bytes]:
        return [raw for number, _, raw in self._records(data, field, kind) if number == field]

    def _records(self, data: bytes, field: int, kind: int) -> list[tuple[int, int, bytes]]:
        """Number, wire type and value of each field; a packed list of `field` as its single values."""
        found = []
        wanted, at = _wire_of(kind), 0
        while at < len(data):
            key, at = _read_varint(data, at)
            number, wire = key >> 3, key & 7
            begin, at = _skip(data, at, wire)
            if at > len(data) or not number:
                msg = "the config of the template is no serialised message"
                raise OptionsError(msg)
            if number == field and wire == _LENGTH != wanted:
                while begin < at:
                    start, begin = _skip(data, begin, wanted)
                    found.append((number, wanted, data[start:begin]))
            else:
                found.append((number, wire, data[begin:at]))
        self._budget.spend(len(found))
        return found


def _field_value(value: Value, kind: int, budget: Budget) -> bytes:
    """A computed value as the field stores it (TP-4)."""
    if isinstance(value, tuple):
        msg = "a list is no value of a field; write a for rule"
        raise OptionsError(msg)
    if isinstance(value, dict):
        return to_wire(from_tree(TemplateDict, value_tree(value, budget)))
    if kind == _MESSAGE:
        msg = f'expected a dict for a message, got "{as_field_text(value)}"'
        raise OptionsError(msg)
    return _encoded(as_field_text(value), kind)


def _encoded(text: str, kind: int) -> bytes:
    """The text as a value of a type of protobuf (FieldDescriptorProto.Type)."""
    if kind in (_STRING, _BYTES):
        return text.encode(errors="replace")
    try:
        if kind == _BOOL:
            return varint(int(as_bool(text)))
        if kind in (_DOUBLE, _FLOAT):
            return struct.pack(_FIXED[kind], float(text))
        number = int(text)
        if kind in _FIXED:
            return struct.pack(_FIXED[kind], number)
    except (ValueError, struct.error, OverflowError):
        msg = f'"{text[:60]}" is no value of the field, which is of type {kind}'
        raise OptionsError(msg) from None
    name = _VARINTS.get(kind)
    if name is None:
        msg = f"a rule is for a field of type {kind}, which templates cannot compute"
        raise OptionsError(msg)
    low, high = INTEGER_RANGES[name]
    if not low <= number <= high:
        msg = f'"{text[:60]}" is no {name}'
        raise OptionsError(msg)
    return varint(number << 1 ^ number >> 63 if name[0] == "s" else number & (1 << 64) - 1)


def _wire_of(kind: int) -> int:
    if kind in (_STRING, _MESSAGE, _BYTES):
        return _LENGTH
    if kind in _FIXED:
        return _FIXED64 if _FIXED[kind][1] in "dQq" else _FIXED32
    return _VARINT


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data) and shift < 70:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    msg = "the config of the template is no serialised message"
    raise OptionsError(msg)


def _skip(data: bytes, at: int, wire: int) -> tuple[int, int]:
    """Where the value that begins here has its content, and where it ends."""
    if wire == _VARINT:
        return at, _read_varint(data, at)[1]
    if wire == _LENGTH:
        size, at = _read_varint(data, at)
        return at, at + size
    if wire in (_FIXED64, _FIXED32):
        return at, at + (8 if wire == _FIXED64 else 4)
    msg = "the config of the template has groups, which no graph has"
    raise OptionsError(msg)


def _record(number: int, wire: int, raw: bytes) -> bytes:
    return varint(number << 3 | wire) + (varint(len(raw)) if wire == _LENGTH else b"") + raw
