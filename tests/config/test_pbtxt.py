"""The text format's parser and printer (G-1), checked against protobuf's own."""

from __future__ import annotations

import re
from enum import IntEnum

import pytest
from google.protobuf import text_format
from hypothesis import given
from hypothesis import strategies as st

from mpgraph.config import pbtxt
from mpgraph.errors import ConfigError, LimitError, Location, PbtxtSyntaxError
from mpgraph.options import from_tree, message_class, option, options, to_wire
from mpgraph.tree import Field, Scalar, Tree


class Colour(IntEnum):
    """An enum."""

    RED = 0
    GREEN = 1


@options(message="pbtxttest.Sub")
class Sub:
    """A message field."""

    a: int = option(1)


@options(message="pbtxttest.Every")
class Every:
    """A field of every kind, with short names."""

    i: int = option(1)
    u: int = option(2, wire="uint64")
    f: float = option(3)
    d: float = option(4, wire="double")
    b: bool = option(5)
    s: str = option(6)
    y: bytes = option(7)
    e: Colour = option(8)
    m: Sub | None = option(9)
    ri: tuple[int, ...] = option(10)
    rm: tuple[Sub, ...] = option(11)
    rs: tuple[str, ...] = option(12)
    o1: int = option(13, oneof="o")
    o2: int = option(14, oneof="o")


# Each is accepted by both parsers, with the same meaning, or by neither.
TEXTS = [
    *("i: 5", "i:5", "i : 5", "i 5", "i: -5", "i: 0x1F", "i: 0X1f", "i: -0x1F", "i: 017", "i: 08", "i: 1.0", "i: 1e3"),
    *("i: 2147483647", "i: 2147483648", "i: -2147483648", "i: -2147483649", 'i: "5"', "i: five", "i: 5a"),
    *("i: 5;", "i: 5,", "i: 5,,", "i: 5;;", "i: 5,;", ",", ";", "i: [5]", "i: 1 i: 2", "i: 5 a: 3"),
    *("u: 18446744073709551615", "u: 18446744073709551616", "u: -1", "u: 0"),
    *("f: 1", "f: 1.5", "f: 1.5f", "f: 1f", "f: .5", "f: 5.", "f: 1e10", "f: 1E-3f", "f: -.5", "f: 1e400"),
    *("f: inf", "f: -inf", "f: Infinity", "f: -INF", "f: 0x10", 'f: "1"', "f: true", "f: 1.2.3", "f: 1e"),
    *("f: infinite", "f: -0", "f: 0", "d: 0.1", "d: 1e308", "d: 99999999999999999999999999"),
    *("b: true", "b: false", "b: t", "b: f", "b: True", "b: False", "b: 1", "b: 0", "b: 2", "b: TRUE", "b: yes"),
    *('b: "true"', "b: -1"),
    *('s: "a"', "s: 'a'", 's: "a" "b"', "s: \"a\" 'b'", 's: "a"\n"b"', 's: "a" # c\n "b"', 's: "a', "s: 'a\"", "s: a"),
    *("s: 5", 's: ""', r's: "\n\t\\\"\'\a\b\f\r\v"', r's: "\x41\101\u00e9\U0001F600\7"', r's: "\x"', r's: "\u12"'),
    *(r's: "\377"', 's: "é"', "s: \"a' b\"", 's: "a\nb"', r's: "\U00110000"'),
    *(r'y: "\377\000\xff\xFfa"', "y: 'a'", 'y: "é"'),
    *("e: RED", "e: GREEN", "e: 1", "e: 2", "e: BLUE", 'e: "RED"', "e: red", "e: -1"),
    *("m {}", "m: {}", "m <>", "m: <>", "m { a: 1 }", "m < a: 1 >", "m { a: 1 >", "m { a: 1", "m { a: 1 }}", "m: 5"),
    *("m", "m {} m {}", "m { x: 1 }", "m { a: 1, }", "m {;}", "m: [{}]", "m {} ;", "m {},", "m {", "m }"),
    *("ri: 1 ri: 2", "ri: [1, 2]", "ri: [1 2]", "ri: [1,]", "ri: []", "ri [1]", "ri: [[1]]", "ri: [1", "ri: [1;2]"),
    *("ri: [1] ri: 2", "ri: {}", 'ri: ["a"]', "ri: [1];ri: [2],"),
    *("rm {} rm { a: 2 }", "rm: [{}, {a: 1}]", "rm [{a: 1}, <a: 2>]", "rm []", "rm: [1]", "rm: [{a:1} {a:2}]"),
    *('rs: ["a", "b" "c"]', "rs: \"a\" rs: 'b'", "rs: [a]"),
    *("o1: 1 o2: 2", "o1: 1 o1: 1", "o2: 2"),
    *("", " ", "# comment\ni: 1", "i: # c\n 1", "i: 1 # end", "#", "//c", "i: 1 // c", "/* */ i: 1", "\ti:\r\n1"),
    *("unknown: 1", "1: 5", "[t.ext]: 5", "[t.ext] {}", "i:: 5", ": 5", "i: :5", "{", "}", "i", "i:", "I: 5"),
    *('"i": 5', "i: 5}", "i: 1 \x00", "i; 5", "[", "[]", "i: -", "i: - x", "i: [", "rm: [{"),
]  # fmt: skip


def ours(text: str) -> bytes | None:
    try:
        return to_wire(from_tree(Every, pbtxt.parse(text)))
    except ConfigError:
        return None


def theirs(text: str) -> bytes | None:
    try:
        message = text_format.Parse(text, message_class(Every)())
    except text_format.ParseError:
        return None
    return bytes(message.SerializeToString(deterministic=True))


@pytest.mark.parametrize("text", TEXTS)
def test_it_accepts_what_protobuf_accepts(text: str) -> None:
    assert ours(text) == theirs(text)


def test_the_texts_above_are_of_both_kinds() -> None:
    accepted = [text for text in TEXTS if theirs(text) is not None]
    assert len(accepted) > 70
    assert len(TEXTS) - len(accepted) > 70


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("i: +5", False),  # protobuf's C++ parser, which reads upstream's graphs, knows no plus
        (r's: "\q"', False),
        ("i: - 5", True),
        ("b: 01", True),
        ("f: 1.5F", True),
        ("f: 017", False),
        ("f: 00.5", False),
        (r's: "\?"', True),
        (r's: "\ud83d\ude00"', True),
        (r's: "\ud83d"', False),
        (r'y: "\400"', False),
        ('s: "a\0b"', False),
        ("f: 1a", False),
        ("\ufeffi: 1", True),
        ('s: "\ud800"', False),
        ("i: 0x", False),
    ],
)
def test_where_protobufs_python_parser_is_not_the_measure(text: str, accepted: bool) -> None:
    assert (ours(text) is not None) is accepted


@given(st.text(alphabet=list("irmabs0159.-+xefRED:;,[]{}<>\"'\\# \n"), max_size=30))
def test_it_survives_any_text(text: str) -> None:
    tree = parsed_or_located_errors(text)
    assert tree is None or pbtxt.parse(pbtxt.print_tree(tree)) == tree


def parsed_or_located_errors(text: str) -> Tree | None:
    try:
        return pbtxt.parse(text)
    except PbtxtSyntaxError as error:
        if not all(part.location for part in error.errors):
            raise
        return None


def test_the_tree_knows_kinds_and_places() -> None:
    tree = pbtxt.parse('a: 1.5\n b {\n  c: "é" "\\001"\n}\nd: [-0x1F, true]', "g.pbtxt")
    inner = Tree((Field("c", Scalar("string", "é\x01".encode())),))
    assert tree == Tree(
        (
            Field("a", Scalar("float", 1.5)),
            Field("b", inner),
            Field("d", Scalar("int", -31)),
            Field("d", Scalar("name", "true")),
        )
    )
    b, d = tree.fields[1], tree.fields[2]
    assert isinstance(b.value, Tree)
    assert (str(b.location), str(b.value.location)) == ("g.pbtxt:2:2", "g.pbtxt:2:4")
    assert str(b.value.fields[0].value.location) == "g.pbtxt:3:6"
    assert (d.listed, d.value.location, d.value.text) == (True, Location("g.pbtxt", 5, 5), "-0x1F")  # type: ignore[union-attr]


def test_extensions_types_and_numbers_are_names() -> None:
    text = "[mediapipe . X.ext] { } [type.googleapis.com/mediapipe.X] { [a.b]: 1 } 33: 'x'"
    assert [field.name for field in pbtxt.parse(text).fields] == [
        "[mediapipe.X.ext]",
        "[type.googleapis.com/mediapipe.X]",
        "33",
    ]
    for bad in (
        "[a..b] {}",
        "[.a] {}",
        "[a/b/c] {}",
        "[a/] {}",
        "[1a] {}",
        "[a {}",
        "033: 1",
        "0: 1",
        "3a: 1",
    ):
        with pytest.raises(PbtxtSyntaxError):
            pbtxt.parse(bad)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a", 'f:1:2: expected ":" or "{" after field a, but the text ends here'),
        ('a "b"', 'f:1:3: expected ":" or "{" after field a, got "b"'),
        ("a: }", "f:1:4: expected a value for field a, got }"),
        ("a {\n  b {\n", "f:3:1: expected } to close the message opened at f:2:5, but the text ends here"),
        ("a: 1\n}", "f:2:1: } closes nothing"),
        ("a {\n>", "f:2:1: expected } to close the message opened at f:1:3, got >"),
        ('a: "b\nc: 1', 'f:1:4: the string that begins here has no closing " on its line'),
        ("a: 09", "f:1:4: 09 begins with 0, which makes it octal"),
        ("a: 1x", "f:1:5: a number is followed directly by x"),
        ("a: 1\x00", "f:1:5: expected a field name, got '\\x00'"),
        ('ab: "cd\\q"', "f:1:8: unknown escape '\\\\q' in a string"),
        ("a: [1 2]", 'f:1:7: expected "," or "]" in a list, got 2'),
        ("a [1]", 'f:1:4: expected ":" or a list of messages after field a, got 1'),
        ("a: $", "f:1:4: expected a value for field a, got $"),
        ("a: " + "9" * 5000, "f:1:4: an integer of more than 400 digits"),
    ],
)
def test_errors_say_where_and_what(text: str, message: str) -> None:
    with pytest.raises(PbtxtSyntaxError, match=re.escape(message)):
        pbtxt.parse(text, "f")


def test_several_errors_come_at_once() -> None:
    text = 'node {\n name "x"\n b: 5a\n ok: 1\n c {{ d: 1 }}\n e: \n}\n"x"'
    with pytest.raises(PbtxtSyntaxError) as caught:
        pbtxt.parse(text, "f")
    assert [str(error.location) for error in caught.value.errors] == [
        "f:2:7",
        "f:3:6",
        "f:5:5",
        "f:7:1",
        "f:8:1",
    ]


def test_the_number_of_errors_is_limited() -> None:
    with pytest.raises(PbtxtSyntaxError) as caught:
        pbtxt.parse('a "x"\n' * 1000)
    assert len(caught.value.errors) == 20


@pytest.mark.parametrize("text", ["a{" * 100_000, "{" * 100_000, "a: [{" * 100_000, "a<" * 101])
def test_nesting_is_limited(text: str) -> None:
    with pytest.raises(LimitError, match="nested more than 100 deep"):
        pbtxt.parse(text)


def test_nesting_up_to_the_limit_works() -> None:
    text = "a {" * 100 + "}" * 100
    assert pbtxt.parse(pbtxt.print_tree(pbtxt.parse(text))) == pbtxt.parse(text)


def test_printing_limits_nesting() -> None:
    tree = Tree()
    for _ in range(200):
        tree = Tree((Field("a", tree),))
    with pytest.raises(LimitError):
        pbtxt.print_tree(tree)


def test_a_giant_text_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pbtxt, "MAX_SIZE", 1 << 20)
    with pytest.raises(LimitError, match="longer than 1 MiB"):
        pbtxt.parse(" " * ((1 << 20) + 1))


def test_long_runs_of_anything_are_fast() -> None:
    """No token makes the tokenizer look back: these take well under a second or for ever."""
    for text in (
        "#" * 300_000,
        " \n" * 300_000,
        "a" * 300_000 + ": 1",
        'a: "' + "\\\\" * 300_000 + '"',
        "1" * 300_000,
    ):
        tree = parsed_or_located_errors(text)
        assert tree is None or len(tree.fields) <= 1


@given(st.binary(max_size=20) | st.text(st.characters(exclude_categories=["Cs"])).map(str.encode))
def test_strings_print_as_they_parse(value: bytes) -> None:
    tree = Tree((Field("s", Scalar("string", value)),))
    text = pbtxt.print_tree(tree)
    assert pbtxt.parse(text) == tree
    assert text.count("\n") == 1
    message = text_format.Parse(text.replace("s:", "y:", 1), message_class(Every)())
    assert message.y == value


def test_numbers_print_as_they_were_spelled() -> None:
    text = "a: 0x1F\nb: 1.50\nc: -0\nd: -inf\n"
    assert pbtxt.print_tree(pbtxt.parse(text)) == text
    assert (
        pbtxt.print_tree(Tree((Field("a", Scalar("int", 5)), Field("b", Scalar("float", 0.5)))))
        == "a: 5\nb: 0.5\n"
    )
