"""What expressions of templates come to (spec TP-2 to TP-5)."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpgraph.config.template_expression import Expression, Value, as_field_text
from mpgraph.config.template_text import Computed, parse_template
from mpgraph.errors import ConfigError, LimitError, OptionsError

ENVIRONMENT: dict[str, Value] = {
    "n": 3.0,
    "s": "word",
    "two": "2",
    "flag": "true",
    "d": {"k": 5.0, "inner": {"x": "deep"}},
    "l": (1.0, 2.0, 3.0),
    "nothing": (),
}


def expression(text: str) -> Expression:
    (field,) = parse_template(f"f: %{text}%", "t").fields
    assert isinstance(field.value, Computed)
    return field.value.expression


def value(text: str) -> Value:
    return expression(text).evaluate(ENVIRONMENT)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("1", "1"),
        ("1.50", "1.50"),
        ("'a b'", "a b"),
        ("\"x\" 'y'", "xy"),
        ("n", 3.0),
        ("(n)", 3.0),
        ("1 + 2", 3.0),
        ("two + 1", 3.0),
        ('"a" + 1', "a1"),
        ("n + s", "3word"),
        ("7 - 2 - 1", 4.0),
        ("2 + 3 * 4", 14.0),
        ("(2 + 3) * 4", 20.0),
        ("8 / 4 / 2", 1.0),
        ("1 / 0", math.inf),
        ("(0 - 1) / 0", -math.inf),
        ("1 < 2", 1.0),
        ("2 <= 1", 0.0),
        ("10 > 9", 1.0),
        ('"10" > "9"', 1.0),
        ('"b10" > "b9"', 0.0),
        ("n >= 3", 1.0),
        ("n == two + 1", 1.0),
        ("s != 'word'", 0.0),
        ("1 + 1 == 2 && 2 > 1", 1.0),
        ("0 || 0 && 1 || 1", 1.0),
        ("!(flag)", 0.0),
        ("!('no')", 1.0),
        ("d.k", 5.0),
        ("d.inner.x", "deep"),
        ("d.k * 2", 10.0),
        ("min(4, 2)", 2.0),
        ("max(4 : 2)", 4.0),
        ("concat(s, n)", "word3"),
        ("concat(1 / 3 + 0, '')", "0.333333"),
        ("lowercase('ÀB')", "Àb"),
        ("uppercase('àb')", "àB"),
        ("size(l)", 3.0),
        ("size(d)", 2.0),
        ("size(dict())", 0.0),
        ("list(1, n)", ("1", 3.0)),
        ("dict('a': 1, 'b': list())", {"a": "1", "b": ()}),
        ("dict('a': 1, 'a': 2).a", "1"),
        ("!(nothing)", 1.0),
    ],
)
def test_values(text: str, result: Value) -> None:
    """TP-2, TP-3; literals stay as they are written."""
    assert value(text) == result


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("missing", "t:1:5: param: missing is not given"),
        ("1 + missing", "t:1:9: param: missing is not given"),
        ("d.z", "t:1:6: param field: z is not there (there is k, inner)"),
        ("n.z", "t:1:6: param field: z is not there (it is no dict)"),
        ("s * 2", 't:1:7: expected a number, got "word"'),
        ("l - 2", "t:1:7: expected a number, got a dict or list"),
        ("!(s)", 't:1:5: expected true or false, got "word"'),
        ("s && 1", 't:1:7: expected true or false, got "word"'),
        ("dict(1)", "t:1:5: Dict requires an even number of arguments, got: 1"),
        ("size(s)", "t:1:5: size takes a dict or a list"),
        ("min(1)", "t:1:5: min takes 2 arguments, got 1"),
        ("for(n, l)", 't:1:5: "for" cannot be used in an expression'),
    ],
)
def test_errors(text: str, message: str) -> None:
    """TP-3, TP-5, with upstream's words and the place."""
    with pytest.raises(OptionsError) as failure:
        value(text)
    assert str(failure.value) == message


def test_what_a_binary_template_may_hold_too() -> None:
    with pytest.raises(OptionsError, match="takes 2 arguments, got 0"):
        Expression(".").evaluate({})
    with pytest.raises(OptionsError, match='"what" cannot be used'):
        Expression("what").evaluate({})
    deep = Expression("", "x")
    for _ in range(101):
        deep = Expression("paren", "", (deep,))
    with pytest.raises(LimitError, match="nested more than 100 deep"):
        deep.evaluate({"x": 1.0})


def test_strings_that_double_reach_a_limit() -> None:
    """No endless growth, however short the text."""
    environment: dict[str, Value] = {"x": "0123456789abcdef"}
    grow = expression("concat(x, x)")
    with pytest.raises(LimitError, match="longer than 1 MiB"):
        for _ in range(64):
            environment["x"] = grow.evaluate(environment)


@given(st.floats())
def test_numbers_read_back(number: float) -> None:
    """TP-4."""
    text = as_field_text(number)
    assert float(text) == number or math.isnan(number)
    if number.is_integer() and abs(number) < 1e15:
        assert text == str(int(number)) or (number == 0 and text == "-0")


OPERATORS = ["*", "/", "+", "-", "<", ">", "<=", ">=", "==", "!=", "&&", "||"]
LEVELS = [{"*", "/"}, {"+", "-"}, {"<", ">", "<=", ">="}, {"==", "!="}, {"&&"}, {"||"}]


def grouped(parts: list[str]) -> str:
    """The expression with all its parentheses, tightest operators first, each level from the left."""
    for level in LEVELS:
        done = parts[:1]
        for operator, operand in zip(parts[1::2], parts[2::2], strict=True):
            if operator in level:
                done[-1] = f"({done[-1]} {operator} {operand})"
            else:
                done += [operator, operand]
        parts = done
    return parts[0]


@given(st.lists(st.sampled_from(OPERATORS), max_size=6), st.lists(st.integers(0, 4), min_size=7, max_size=7))
def test_operators_group_by_precedence_and_from_the_left(operators: list[str], numbers: list[int]) -> None:
    """TP-2."""
    parts = [str(numbers[0])]
    for operator, number in zip(operators, numbers[1:], strict=False):
        parts += [operator, str(number)]
    flat, explicit = expression(" ".join(parts)), expression(grouped(parts))

    def outcome(tree: Expression) -> str:
        try:
            return repr(tree.evaluate({}))  # a literal is a string, and so prints with its quotes
        except ConfigError as error:
            return error.message

    assert outcome(flat) == outcome(explicit)
