"""Protobuf's text format: text to a tree that knows lines and columns, and back (spec rule G-1).

The parser knows no schema: whether a field exists and takes its value is decided by whoever reads the
tree. It keeps its own stack, so that no nesting can exhaust Python's, and goes on after an error where
it can, so that the errors of a file come at once.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal, NoReturn

from mpgraph.errors import ConfigError, LimitError, Location, PbtxtSyntaxError, raise_all
from mpgraph.tree import Field, Scalar, Tree

__all__ = ["MAX_DEPTH", "MAX_SIZE", "Frame", "Parser", "parse", "print_tree", "tokens"]

MAX_DEPTH: Final = 100
MAX_SIZE: Final = 64 << 20
_MAX_ERRORS: Final = 20
_MAX_DIGITS: Final = 400

_TOKEN: Final = r"""(?:[ \t\r\n\f\v]++|\#[^\n]*+)*+(?:
        (?P<name>[A-Za-z_][A-Za-z0-9_]*+)
      | (?P<float>(?:[0-9]++\.[0-9]*+|\.[0-9]++)(?:[eE][+-]?[0-9]++)?+[fF]?+
               | [0-9]++(?:[eE][+-]?[0-9]++[fF]?+|[fF]))
      | (?P<int>0[xX][0-9a-fA-F]++|[0-9]++)
      | (?P<string>"(?:[^"\\\n\0]|\\[^\n\0])*+"|'(?:[^'\\\n\0]|\\[^\n\0])*+')
      | (?P<mark>MARKS)
      | (?P<end>\Z)
      | (?P<bad>.)
    )"""


def tokens(marks: str) -> re.Pattern[str]:
    """The pattern of one token and what stands before it, with the punctuation that `marks` matches."""
    return re.compile(_TOKEN.replace("MARKS", marks), re.VERBOSE | re.DOTALL)


_ESCAPE: Final = re.compile(
    r"""\\(?:(?P<simple>[abfnrtv\\?'"])
        | (?P<octal>[0-7]{1,3}) | x(?P<hex>[0-9a-fA-F]{1,2})
        | u(?P<pair>[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})
        | u(?P<short>[0-9a-fA-F]{4}) | U(?P<long>[0-9a-fA-F]{8}) | (?P<bad>.))""",
    re.VERBOSE | re.DOTALL,
)
_SIMPLE: Final = {
    "a": b"\a", "b": b"\b", "f": b"\f", "n": b"\n", "r": b"\r", "t": b"\t", "v": b"\v",
    "\\": b"\\", "?": b"?", "'": b"'", '"': b'"',
}  # fmt: skip
_ESCAPED: Final = {ord("\n"): r"\n", ord("\r"): r"\r", ord("\t"): r"\t", ord('"'): r"\"", ord("\\"): r"\\"}
_BRACKETED: Final = re.compile(r"(?:[A-Za-z0-9_.-]+/)?[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*")
_NUMBER: Final = re.compile(r"-?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?")
_SIGNED_NAMES: Final = frozenset({"inf", "infinity", "nan"})
_CLOSING: Final = {"{": "}", "<": ">"}


def parse(text: str, file: str = "<string>") -> Tree:
    """The tree that a text in protobuf's text format says.

    Args:
        text: The text; a leading byte order mark is skipped.
        file: The name that locations give.

    Raises:
        PbtxtSyntaxError: Bad syntax; all errors found, each with its place.
        LimitError: More than 64 MiB, or messages nested more than 100 deep.
    """
    if len(text) > MAX_SIZE:
        msg = f"{file}: the text is longer than {MAX_SIZE >> 20} MiB"
        raise LimitError(msg)
    return Parser(text, file).parse()


@dataclass(slots=True)
class Frame:
    """An open message: its fields so far, and the field it will be the value of."""

    closing: str
    location: Location
    name: str
    name_location: Location
    listed: bool = False
    fields: list[Field] = field(default_factory=list)


class Parser:
    """One pass over a text. `kind` and `token` are the current token, `start` where it begins."""

    _pattern = tokens("[][{}<>:,;/.-]")

    def __init__(self, text: str, file: str) -> None:
        self._text = text
        self._file = file
        self._lines = [0]
        self._lines += (match.end() for match in re.finditer("\n", text))
        self._end = 1 if text.startswith("\ufeff") else 0
        self._errors: list[ConfigError] = []
        self._stack = [Frame("", Location(file, 1, 1), "", Location(file, 1, 1))]
        self._advance()

    def parse(self) -> Tree:
        """The whole text's tree."""
        while True:
            try:
                while self._kind != "end":
                    self._statement()
                self._finish()
                break
            except PbtxtSyntaxError as error:
                self._errors.append(error)
                if len(self._errors) >= _MAX_ERRORS or self._kind == "end":
                    break
                self._skip_line()
        raise_all(self._errors)
        return Tree(tuple(self._stack[0].fields), self._stack[0].location)

    def _advance(self) -> None:
        match = self._pattern.match(self._text, self._end)
        assert match is not None  # the last alternatives take anything
        self._kind = str(match.lastgroup)
        self._token = match[self._kind]
        self._start = match.start(self._kind)
        self._end = match.end()

    def _locate(self, position: int) -> Location:
        line = bisect_right(self._lines, position)
        return Location(self._file, line, position - self._lines[line - 1] + 1)

    def _fail(self, message: str, position: int | None = None) -> NoReturn:
        raise PbtxtSyntaxError(message, location=self._locate(self._start if position is None else position))

    def _expected(self, what: str) -> NoReturn:
        if self._kind == "end":
            self._fail(f"expected {what}, but the text ends here")
        if self._kind == "bad" and self._token in "\"'":
            self._fail(f"the string that begins here has no closing {self._token} on its line")
        shown = self._token if len(self._token) <= 40 else self._token[:40] + "…"
        self._fail(f"expected {what}, got {shown if shown.isprintable() else repr(shown)}")

    def _take(self, mark: str) -> bool:
        """Whether the token is this mark, which is then consumed."""
        if self._kind == "mark" and self._token == mark:
            self._advance()
            return True
        return False

    def _statement(self) -> None:
        """One field up to its value, or the end of a message."""
        frame = self._stack[-1]
        if self._kind == "mark" and self._token == frame.closing:
            self._close()
            return
        if self._kind == "mark" and self._token in ("}", ">"):
            self._mismatched(frame)
        location = self._locate(self._start)
        name = self._field_name()
        colon = self._take(":")
        if self._kind == "mark" and self._token in _CLOSING:
            self._open(name, location, listed=False)
        elif self._take("["):
            if self._take("]"):
                self._separator()
            else:
                self._elements(name, location, messages_only=not colon)
        elif not colon and self._token != "%":  # which opens a value in a template
            self._expected(f'":" or "{{" after field {name}')
        else:
            frame.fields.append(Field(name, self._scalar(name), location))
            self._separator()

    def _mismatched(self, frame: Frame) -> NoReturn:
        if len(self._stack) == 1:
            self._fail(f"{self._token} closes nothing")
        self._fail(
            f"expected {frame.closing} to close the message opened at {frame.location}, got {self._token}"
        )

    def _finish(self) -> None:
        if len(self._stack) > 1:
            frame = self._stack[-1]
            self._expected(f"{frame.closing} to close the message opened at {frame.location}")

    def _open(self, name: str, location: Location, *, listed: bool) -> None:
        if len(self._stack) > MAX_DEPTH:
            msg = f"messages are nested more than {MAX_DEPTH} deep"
            raise LimitError(msg, location=self._locate(self._start))
        frame = Frame(_CLOSING[self._token], self._locate(self._start), name, location, listed)
        self._stack.append(frame)
        self._advance()

    def _close(self) -> None:
        frame = self._stack.pop()
        self._advance()
        tree = Tree(tuple(frame.fields), frame.location)
        self._stack[-1].fields.append(Field(frame.name, tree, frame.name_location, frame.listed))
        if not frame.listed:
            self._separator()
        elif self._list_goes_on():
            self._elements(frame.name, frame.name_location)

    def _separator(self) -> None:
        if not self._take(","):
            self._take(";")

    def _elements(self, name: str, location: Location, *, messages_only: bool = False) -> None:
        """The elements of a list up to its end, or to a message, whose end goes on with the list."""
        while True:
            if self._kind == "mark" and self._token in _CLOSING:
                self._open(name, location, listed=True)
                return
            if messages_only:
                self._expected(f'":" or a list of messages after field {name}')
            self._stack[-1].fields.append(Field(name, self._scalar(name), location, listed=True))
            if not self._list_goes_on():
                return

    def _list_goes_on(self) -> bool:
        if self._take(","):
            return True
        if not self._take("]"):
            self._expected('"," or "]" in a list')
        self._separator()
        return False

    def _field_name(self) -> str:
        token = self._token
        if self._kind == "name" or (self._kind == "int" and token.isdecimal() and token[0] != "0"):
            self._end_of_number()
            self._advance()
            return token
        if not self._take("["):
            self._expected("a field name")
        start = self._start
        parts = []
        while self._kind in ("name", "int") or (self._kind == "mark" and self._token in "./-"):
            parts.append(self._token)
            self._advance()
        name = "".join(parts)
        if not self._take("]"):
            self._expected('"]" after the name of an extension or type')
        if not _BRACKETED.fullmatch(name):
            self._fail(f"expected the name of an extension or type in brackets, got [{name[:60]}]", start)
        return f"[{name}]"

    def _scalar(self, name: str) -> Scalar:
        start = self._start
        location = self._locate(start)
        if self._kind == "string":
            return Scalar("string", self._strings(), location)
        sign = "-" if self._take("-") else ""
        kind, token = self._kind, self._token
        if kind == "int":
            value: int | float = self._integer()
        elif kind == "float":
            value = self._real()
        elif kind == "name" and (not sign or token.lower() in _SIGNED_NAMES):
            self._advance()
            return Scalar("name", sign + token, location, sign + token)
        else:
            self._expected(f"a value for field {name}")
        self._end_of_number()
        self._advance()
        number: Literal["int", "float"] = "int" if isinstance(value, int) else "float"
        return Scalar(number, -value if sign else value, location, sign + token)

    def _end_of_number(self) -> None:
        following = self._text[self._end : self._end + 1]
        if self._kind != "name" and (following.isalnum() or following in ("_", ".")) and following:
            self._fail(f"a number is followed directly by {following}", self._end)

    def _integer(self) -> int:
        token = self._token
        if len(token) > _MAX_DIGITS:
            self._fail(f"an integer of more than {_MAX_DIGITS} digits")
        if token[:2] in ("0x", "0X"):
            return int(token, 16)
        if token[0] == "0" and len(token) > 1:
            if token.strip("01234567"):
                self._fail(f"{token} begins with 0, which makes it octal, but has other digits than 0 to 7")
            return int(token, 8)
        return int(token)

    def _real(self) -> float:
        token = self._token
        if token[0] == "0" and token[1].isdigit():
            self._fail(f"{token} begins with 0, which only an integer may")
        return float(token.rstrip("fF"))

    def _strings(self) -> bytes:
        """Adjacent string tokens, joined."""
        parts = []
        while self._kind == "string":
            parts.append(self._string())
            self._advance()
        return b"".join(parts)

    def _string(self) -> bytes:
        body = self._token[1:-1]
        begin = self._start + 1
        out, done = bytearray(), 0
        try:
            for match in _ESCAPE.finditer(body):
                out += body[done : match.start()].encode()
                done = match.end()
                out += self._escape(match, begin + match.start())
            out += body[done:].encode()
        except UnicodeEncodeError:
            self._fail("a string holds a character that is not in UTF-8")
        return bytes(out)

    def _escape(self, match: re.Match[str], position: int) -> bytes:
        kind = str(match.lastgroup)
        digits = match[kind]
        if kind == "simple":
            return _SIMPLE[digits]
        if kind == "bad":
            self._fail(f"unknown escape {match[0]!r} in a string", position)
        if kind == "pair":
            high, low = int(digits[:4], 16), int(digits[-4:], 16)
            return chr(0x10000 + ((high & 0x3FF) << 10 | low & 0x3FF)).encode()
        code = int(digits, 8 if kind == "octal" else 16)
        if kind in ("octal", "hex"):
            if code > 0xFF:
                self._fail(f"{match[0]} is more than a byte", position)
            return bytes((code,))
        if code > 0x10FFFF or 0xD800 <= code < 0xE000:
            self._fail(f"{match[0]} is no character", position)
        return chr(code).encode()

    def _skip_line(self) -> None:
        """Goes on after an error: skips the tokens of its line, but heeds the braces among them."""
        line = bisect_right(self._lines, self._start)
        while self._kind != "end" and bisect_right(self._lines, self._start) == line:
            if self._kind == "mark" and self._token in _CLOSING:
                self._open("", self._locate(self._start), listed=False)
                continue
            if self._kind == "mark" and len(self._stack) > 1 and self._token in ("}", ">"):
                self._stack.pop()
            self._advance()


def print_tree(tree: Tree, *, ascii_only: bool = False) -> str:
    """The text of a tree: a line for each field and brace, indented by two spaces.

    Args:
        tree: The tree.
        ascii_only: Whether to escape what is not in ASCII, and the apostrophe, as upstream does.

    Raises:
        LimitError: Messages nested more than 100 deep.
    """
    return "".join(_lines(tree, 0, ascii_only))


def _lines(tree: Tree, depth: int, ascii_only: bool) -> Iterator[str]:
    if depth > MAX_DEPTH:
        msg = f"messages are nested more than {MAX_DEPTH} deep"
        raise LimitError(msg)
    indent = "  " * depth
    for entry in tree.fields:
        if isinstance(entry.value, Tree):
            yield f"{indent}{entry.name} {{\n"
            yield from _lines(entry.value, depth + 1, ascii_only)
            yield f"{indent}}}\n"
        else:
            yield f"{indent}{entry.name}: {_printed(entry.value, ascii_only)}\n"


def _printed(scalar: Scalar, ascii_only: bool) -> str:
    value = scalar.value
    if scalar.kind == "loose" and not _NUMBER.fullmatch(str(value)):
        value = str(value).encode()
    if not isinstance(value, bytes):
        return scalar.text or str(value)
    if ascii_only:
        return '"' + _escaped(value).replace("'", r"\'") + '"'
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return f'"{_escaped(value)}"'
    return '"' + "".join(c if c > "~" and c.isprintable() else _escaped(c.encode()) for c in text) + '"'


def _escaped(data: bytes) -> str:
    """Bytes as they stand in a quoted string."""
    return "".join(
        _ESCAPED.get(byte) or (chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}") for byte in data
    )
