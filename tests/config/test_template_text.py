"""Templates as text: directives, where they may stand, and what they make (spec TP-1, TP-5, TP-6)."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpgraph.config import pbtxt, template_text
from mpgraph.config.template_expression import Value
from mpgraph.config.template_text import expand_tree, is_template, parse_template
from mpgraph.errors import ConfigError, LimitError, OptionsError, PbtxtSyntaxError


def expanded(text: str, **environment: Value) -> str:
    return " ".join(pbtxt.print_tree(expand_tree(parse_template(text, "t"), environment)).split())


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("a: %x%", "a: 7"),
        ("a: %x + 0.5%, b: 2", "a: 7.5 b: 2"),
        ('a: % "INPUT:" + s %', 'a: "INPUT:word"'),
        ("a: [%x%, 2, %x%]", "a: 7 a: 2 a: 7"),
        ("a { b: %x% }", "a { b: 7 }"),
        ("a: %d%", 'a { arg { key: "k" value { num: 5 } } }'),
        ("a %d%", 'a { arg { key: "k" value { num: 5 } } }'),
        ("%if (x > 1)% a: 1 %end% b: 2", "a: 1 b: 2"),
        ("%if (x < 1)% a { b: 1 } %end% b: 2", "b: 2"),
        ("%for (i : l)% a: %i% %end%", "a: 1 a: 2"),
        ("%for(i, l)% a { b: %i * 10% } %end% c: 1", "a { b: 10 } a { b: 20 } c: 1"),
        ("%for (i : l)% %if (i > 1)% a: %i% %end% %end%", "a: 2"),
        ("%for (i : l)% %for (j : l)% a: %i + j% %end% %end%", "a: 2 a: 3 a: 3 a: 4"),
        ("%for (x : l)% a: %x% %end% b: %x%", "a: 1 a: 2 b: 7"),  # shadowed and restored
        ("%for (i : list())% a: 1 %end%", ""),
        ("%param x: 1% a: %x%", "a: 7"),
        ("%param y: x + 1% a: %y%", "a: 8"),
        ("%param z% a: 1", "a: 1"),
        ("%if (1)% a: [1, 2] %end% b: 3", "a: 1 a: 2 b: 3"),
        ("%if (1)% a: [{ c: 1 }, { c: 2 }] %end%", "a { c: 1 } a { c: 2 }"),
        ("a: '%' # 100 %\n b: %x%", 'a: "%" b: 7'),
        ("%for (i : dict('a': l).a)% [p.Q.ext] { r: %i% } %end%", "[p.Q.ext] { r: 1 } [p.Q.ext] { r: 2 }"),
    ],
)
def test_directives(text: str, result: str) -> None:
    """TP-1, TP-5, TP-6; order is kept, copies stand in place."""
    assert expanded(text, x=7.0, s="word", d={"k": 5.0}, l=(1.0, 2.0)) == result


def test_a_dict_goes_on_as_arguments() -> None:
    """TP-8: what it holds, of every kind."""
    made = expanded("%param d: dict('a': list(1, dict('b': 'c')), 'e': n + 0)% a: %d%", n=0.1)
    assert made == (
        'a { arg { key: "a" value { element { str: "1" } element { dict { arg { key: "b" value { str: "c" } } } } } } '
        'arg { key: "e" value { num: 0.1 } } }'
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: %x", "t:1:6: expected % at the end of the expression, but the text ends here"),
        ("a: %%", "t:1:5: expected an expression, got %"),
        ("a: %1 2%", "t:1:7: expected % at the end of the expression, got 2"),
        ("a: %-1%", "t:1:5: expected an expression, got -"),
        ("a: %f(1%", "t:1:6: expected % at the end of the expression, got ("),
        ("a: %min(1%", 't:1:10: expected "," or ")", got %'),
        ("a: %min 1%", 't:1:9: expected "(" after min, got 1'),
        ("a: %(1%", 't:1:7: expected ")", got %'),
        ("%x% a: 1", "t:1:2: expected if (…), for (… : …) or param …"),
        ("%if (1) > 2% a: 1 %end%", "t:1:2: expected if (…)"),
        ("%if (1, 2)% a: 1 %end%", "if takes one condition"),
        ("%for (i)% a: 1 %end%", "for takes a name and a list"),
        ("%for (1 : l)% a: 1 %end%", "for takes a name and a list"),
        (
            "%if (1)% a: 1",
            "t:1:14: expected one field and %end% for the %if% at t:1:1, but the text ends",
        ),
        (
            "%if (1)% a: 1 b: 2 %end%",
            "t:1:15: expected %end% after the one field of the %if% at t:1:1, got b",
        ),
        ("%if (1)% %end%", "t:1:11: expected a field before %end%, got end"),
        ("%if (1)% %param x% a: 1 %end%", "expected the field that the directive governs, got a param"),
        ("%end%", "t:1:2: expected %if%, %for% or %param%, got end"),
        ("a { %if (1)% }", "t:1:14: expected one field and %end% for the %if% at t:1:5, got }"),
        ("%param 1%", "t:1:8: expected the name of a parameter, got 1"),
        ("%if (1)%\n", "t:2:1: expected one field and %end% for the %if% at t:1:1, but the text ends here"),
        ("a: %1x%", "a number is followed directly by x"),
        ("a: %'x%", "t:1:5: the string that begins here has no closing ' on its line"),
    ],
)
def test_syntax_errors(text: str, message: str) -> None:
    with pytest.raises(PbtxtSyntaxError) as failure:
        parse_template(text, "t")
    assert message in str(failure.value)
    assert failure.value.location is not None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: %nope%", "t:2:5: param: nope is not given"),
        ("%if (s)% a: 1 %end%", 't:1:2: expected true or false, got "word"'),
        ("%for (i : s)% a: 1 %end%", "t:1:2: for takes a list"),
        ("a: %list(1)%", "t:1:4: a list is no value of a field"),
        ("%param x: nope% a: 1", "t:1:11: param: nope is not given"),
    ],
)
def test_errors_of_values(text: str, message: str) -> None:
    """TP-5."""
    with pytest.raises(OptionsError) as failure:
        expanded(text, s="word")
    assert str(failure.value).startswith(message)


@pytest.mark.parametrize(
    "text",
    [
        "%if (1)% " * 101 + "a: 1" + "%end%" * 101,
        "a { %if (1)% " * 60 + "b: 1" + "%end% }" * 60,
        "a: %" + "(" * 101 + "1" + ")" * 101 + "%",
        "a: %" + "min(" * 101 + "1" + ")" * 101 + "%",
    ],
)
def test_depth_is_limited(text: str) -> None:
    with pytest.raises(LimitError, match="nested more than 100 deep"):
        parse_template(text)


def test_a_long_chain_of_operators_is_limited() -> None:
    with pytest.raises(PbtxtSyntaxError, match="more than 100 operators in a row"):
        parse_template("a: %1" + "+1" * 200 + "%")
    assert expanded("a: %1" + "+1" * 99 + "%") == "a: 100"


def test_loops_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """No endless loop: what a template makes is counted, and so are turns that make nothing."""
    monkeypatch.setattr(template_text, "MAX_FIELDS", 10_000)
    loops = "%for (i : l)% " * 6
    for body in ("a: 1", "%if (0)% a: 1 %end%"):
        with pytest.raises(LimitError, match="makes more than"):
            expanded(loops + body + "%end%" * 6, l=(1.0,) * 10)
    many: Value = 1.0
    for _ in range(5):
        many = (many,) * 10
    with pytest.raises(LimitError, match="makes more than"):
        expanded("a: %d%", d={"x": many})
    nested: Value = 1.0
    for _ in range(40):
        nested = (nested,)
    with pytest.raises(LimitError, match="nested more than 25 deep"):
        expanded("a: %d%", d={"x": nested})


def test_which_texts_are_templates() -> None:
    assert is_template("a: %x%")
    assert not is_template("a: \"%x%\" # %if%\nb: '%'")
    assert is_template('a: "\\"" b: %x%')


def test_texts_without_directives_say_what_they_say() -> None:
    text = 'a: 1 b { c: "x%y" d: [1, 2] } [p.Q.ext] < e: -1.5 f: [{ g: NAME }] >'
    assert parse_template(text, "t") == pbtxt.parse(text, "t")


def test_a_text_too_long() -> None:
    with pytest.raises(LimitError, match="longer than 64 MiB"):
        parse_template("#" * (pbtxt.MAX_SIZE + 1))


PIECES = [
    "%",
    "if",
    "for",
    "param",
    "end",
    "(",
    ")",
    "{",
    "}",
    "a",
    ":",
    "x",
    "1",
    "'s'",
    "+",
    "==",
    ",",
    "\n",
    "[",
    "]",
]


@given(st.lists(st.sampled_from(PIECES), max_size=40).map(" ".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Only the project's own errors."""
    with suppress(ConfigError):
        expand_tree(parse_template(text), {"x": 2.0, "a": (1.0,)})
