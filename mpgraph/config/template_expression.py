"""Expressions of graph templates: what they are, and what they come to (spec TP-2 to TP-5).

A value is a number, a string, a dict or a list. Literals are strings as they are written; a string that
reads as a number counts as one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from mpgraph.errors import LimitError, Location, OptionsError

__all__ = ["FUNCTIONS", "PRECEDENCE", "Environment", "Expression", "Value", "as_bool", "as_field_text"]

Value: TypeAlias = "float | str | dict[str, Value] | tuple[Value, ...]"
Environment: TypeAlias = dict[str, Value]

MAX_STRING: Final = 1 << 20
MAX_DEPTH: Final = 100

PRECEDENCE: Final[Mapping[str, int]] = {
    ".": 1, "*": 3, "/": 3, "+": 4, "-": 4, ">": 6, "<": 6, ">=": 6, "<=": 6, "==": 7, "!=": 7,
    "&&": 11, "||": 12,
}  # fmt: skip
"""The infix operators; the lower, the tighter."""

_NUMBER: Final = re.compile(
    r"\s*[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?|inf(?:inity)?|nan)\s*", re.IGNORECASE
)
_BOOLS: Final = {
    **dict.fromkeys(("true", "t", "yes", "y", "1"), True),
    **dict.fromkeys(("false", "f", "no", "n", "0"), False),
}


@dataclass(frozen=True, slots=True)
class Expression:
    """A node of an expression, as ``mpgraph.TemplateExpression`` has it.

    Attributes:
        op: An operator, the name of a function, ``literal``, ``paren``, or "" for a parameter.
        param: The parameter's name, or the literal.
        args: The operands.
        location: Where it stands.
    """

    op: str = ""
    param: str = ""
    args: tuple[Expression, ...] = ()
    location: Location | None = field(default=None, compare=False)

    def evaluate(self, environment: Mapping[str, Value]) -> Value:
        """What it comes to.

        Raises:
            OptionsError: A parameter is missing, or an operand does not fit.
            LimitError: A string grows beyond 1 MiB, or the expression is nested more than 100 deep.
        """
        return self._evaluate(environment, 0)

    def _evaluate(self, environment: Mapping[str, Value], depth: int) -> Value:
        if depth > MAX_DEPTH:
            msg = f"an expression is nested more than {MAX_DEPTH} deep"
            raise LimitError(msg, location=self.location)
        if self.op == "literal":
            return self.param
        if not self.op:
            if self.param not in environment:
                msg = f"param: {self.param} is not given"
                raise OptionsError(msg, location=self.location)
            return environment[self.param]
        if self.op == ".":
            return self._member(environment, depth)
        known = _OPERATIONS.get(self.op)
        if known is None:
            msg = f'"{self.op}" cannot be used in an expression'
            raise OptionsError(msg, location=self.location)
        count, function = known
        if count is not None and len(self.args) != count:
            msg = f"{self.op} takes {count} argument{'s' * (count != 1)}, got {len(self.args)}"
            raise OptionsError(msg, location=self.location)
        try:
            result = function(*[arg._evaluate(environment, depth + 1) for arg in self.args])
        except ValueError as error:
            if isinstance(error, OptionsError | LimitError):
                raise
            raise OptionsError(str(error), location=self.location) from None
        if isinstance(result, str) and len(result) > MAX_STRING:
            msg = f"a string grows longer than {MAX_STRING >> 20} MiB"
            raise LimitError(msg, location=self.location)
        return result

    def _member(self, environment: Mapping[str, Value], depth: int) -> Value:
        if len(self.args) != 2:
            msg = f". takes 2 arguments, got {len(self.args)}"
            raise OptionsError(msg, location=self.location)
        holder = self.args[0]._evaluate(environment, depth + 1)
        name = self.args[1].param
        if not isinstance(holder, dict) or name not in holder:
            what = (
                f"there is {', '.join(holder) or 'nothing'}" if isinstance(holder, dict) else "it is no dict"
            )
            msg = f"param field: {name} is not there ({what})"
            raise OptionsError(msg, location=self.location)
        return holder[name]


def _is_number(value: Value) -> bool:
    return isinstance(value, float) or (isinstance(value, str) and _NUMBER.fullmatch(value) is not None)


def _as_number(value: Value) -> float:
    if isinstance(value, float):
        return value
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return float(value)
    msg = (
        f'expected a number, got "{value}"'
        if isinstance(value, str)
        else "expected a number, got a dict or list"
    )
    raise ValueError(msg)


def _as_text(value: Value) -> str:
    """As operators on strings see it: numbers with six digits, as upstream prints them there."""
    if isinstance(value, float):
        return f"{value:g}"
    return value if isinstance(value, str) else ""


def as_bool(value: Value) -> bool:
    """Truth: of a number, whether it is not 0; of a string, what its word says; a dict or list is false.

    Raises:
        ValueError: The string is none of true, t, yes, y, 1, false, f, no, n and 0.
    """
    if isinstance(value, float):
        return value != 0
    if not isinstance(value, str):
        return False
    if value.lower() not in _BOOLS:
        msg = f'expected true or false, got "{value}"'
        raise ValueError(msg)
    return _BOOLS[value.lower()]


def as_field_text(value: float | str) -> str:
    """A number or string as a field takes it: the shortest text that reads back as the number (TP-4)."""
    if isinstance(value, str):
        return value
    short = f"{value:.15g}"
    return short if float(short) == value or math.isnan(value) else f"{value:.17g}"


def _add(left: Value, right: Value) -> Value:
    if _is_number(left) and _is_number(right):
        return _as_number(left) + _as_number(right)
    return _as_text(left) + _as_text(right)


def _divide(left: Value, right: Value) -> float:
    over, under = _as_number(left), _as_number(right)
    if under == 0:
        sign = math.copysign(1.0, over) * math.copysign(1.0, under)
        return math.nan if over == 0 or math.isnan(over) else sign * math.inf
    return over / under


def _compared(test: Callable[[int], bool]) -> Callable[[Value, Value], float]:
    def compare(left: Value, right: Value) -> float:
        a: float | bytes
        b: float | bytes
        if _is_number(left) and _is_number(right):
            a, b = _as_number(left), _as_number(right)
            return float(test((a > b) - (a < b)))
        a, b = _as_text(left).encode(), _as_text(right).encode()
        return float(test((a > b) - (a < b)))

    return compare


def _dict(*args: Value) -> dict[str, Value]:
    if len(args) % 2:
        msg = f"Dict requires an even number of arguments, got: {len(args)}"
        raise ValueError(msg)
    found: dict[str, Value] = {}
    for key, value in zip(args[::2], args[1::2], strict=True):
        found.setdefault(_as_text(key), value)
    return found


def _size(value: Value) -> float:
    if isinstance(value, dict | tuple):
        return float(len(value))
    msg = "size takes a dict or a list"
    raise ValueError(msg)


def _list(*args: Value) -> tuple[Value, ...]:
    return args


_OPERATIONS: Final[Mapping[str, tuple[int | None, Callable[..., Value]]]] = {
    "paren": (1, lambda a: a),
    "+": (2, _add),
    "-": (2, lambda a, b: _as_number(a) - _as_number(b)),
    "*": (2, lambda a, b: _as_number(a) * _as_number(b)),
    "/": (2, _divide),
    ">": (2, _compared(lambda sign: sign > 0)),
    "<": (2, _compared(lambda sign: sign < 0)),
    ">=": (2, _compared(lambda sign: sign >= 0)),
    "<=": (2, _compared(lambda sign: sign <= 0)),
    "==": (2, _compared(lambda sign: sign == 0)),
    "!=": (2, _compared(lambda sign: sign != 0)),
    "&&": (2, lambda a, b: float(as_bool(a) and as_bool(b))),
    "||": (2, lambda a, b: float(as_bool(a) or as_bool(b))),
    "!": (1, lambda a: float(not as_bool(a))),
    "min": (2, lambda a, b: min(_as_number(a), _as_number(b))),
    "max": (2, lambda a, b: max(_as_number(a), _as_number(b))),
    "concat": (2, lambda a, b: _as_text(a) + _as_text(b)),
    "lowercase": (1, lambda a: _ascii(_as_text(a), str.lower)),
    "uppercase": (1, lambda a: _ascii(_as_text(a), str.upper)),
    "dict": (None, _dict),
    "list": (None, _list),
    "size": (1, _size),
}

FUNCTIONS: Final = frozenset(name for name in _OPERATIONS if name.isalpha() and name != "paren") | {
    "!",
    "for",
    "if",
}
"""What is called as ``f(a, b)``."""


def _ascii(text: str, change: Callable[[str], str]) -> str:
    return "".join(change(char) if char.isascii() else char for char in text)
