"""A protobuf message as its text says it: fields in order, each with its place (spec rule G-1).

A tree knows no schema. `mpgraph.config.pbtxt` parses text into one and prints one; `mpgraph.options`
turns one into a typed message and back. Two trees are equal when they say the same, wherever they say it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from .errors import Location

__all__ = ["Field", "Scalar", "Tree"]


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value that is no message.

    Attributes:
        kind: ``int``, ``float``, ``string``, ``name`` for an identifier (enum value, ``true``, ``-inf``), or
            ``loose`` for text that a template computed, which any field reads as what it takes.
        value: An int, a float, the bytes of a string, or the identifier or text as a str.
        location: Where it stands, None for a tree that was not parsed.
        text: A number or identifier as it is spelled; empty for a string.
    """

    kind: Literal["int", "float", "string", "name", "loose"]
    value: int | float | bytes | str
    location: Location | None = field(default=None, compare=False)
    text: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Tree:
    """The body of a message. `location` is that of its opening brace, None if it was not parsed."""

    fields: tuple[Field, ...] = ()
    location: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a message; each element of a repeated one is a field of its own.

    Attributes:
        name: An identifier, ``[mediapipe.X.ext]`` or ``[type.googleapis.com/mediapipe.X]`` with the
            brackets and without spaces, or a field number in decimal.
        value: What it holds.
        location: That of its name, None if it was not parsed.
        listed: Whether it stands in a list, ``name: [value, value]``, which only repeated fields allow.
    """

    name: str
    value: Scalar | Tree
    location: Location | None = field(default=None, compare=False)
    listed: bool = field(default=False, compare=False)
