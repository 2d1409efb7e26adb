"""Side packets from the command line: ``name=value`` and ``name:type=value``."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from mpgraph.config.plan import SidePlan
from mpgraph.packet import Packet
from mpgraph.packet_type import ANY, BOOL, DOUBLE, FLOAT, INT, INT64, STRING, UINT64, PacketType

from .exits import UsageError

__all__ = ["make_side_packets", "split_list"]


def _integer(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        value = int(text, 0)
        if not low <= value <= high:
            msg = f"must be {low} to {high}"
            raise ValueError(msg)
        return value

    return parse


def _boolean(text: str) -> bool:
    known = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    if text.lower() not in known:
        msg = "must be true or false"
        raise ValueError(msg)
    return known[text.lower()]


_PARSERS: dict[PacketType, Callable[[str], Any]] = {
    BOOL: _boolean,
    INT: _integer(-(2**31), 2**31 - 1),
    INT64: _integer(-(2**63), 2**63 - 1),
    UINT64: _integer(0, 2**64 - 1),
    FLOAT: float,
    DOUBLE: float,
    STRING: str,
}
_TYPES = {
    "bool": BOOL,
    "int": INT,
    "int64": INT64,
    "uint64": UINT64,
    "float": FLOAT,
    "double": DOUBLE,
    "string": STRING,
}
_FILE = "file"


def split_list(text: str) -> list[str]:
    """The parts of upstream's spelling ``a=b,c=d``; a comma inside a value is not possible."""
    return [part for part in text.split(",") if part]


def make_side_packets(given: Iterable[str], known: Mapping[str, SidePlan]) -> dict[str, Packet]:
    """The side packets of a run.

    A value without a type is read as the type that the graph wants, or as an int, float, bool or string
    if it takes anything. The type ``file`` makes a string of a file's content.

    Args:
        given: ``name=value`` or ``name:type=value``, each.
        known: The graph's side packets.

    Raises:
        UsageError: One is misspelt, unknown, given twice, of a wrong type, or missing.
    """
    wanted = {name: side for name, side in known.items() if side.producer is None}
    packets: dict[str, Packet] = {}
    for entry in given:
        left, equals, text = entry.partition("=")
        name, colon, type_name = left.partition(":")
        if not equals or not name or (colon and not type_name):
            msg = f'side packet "{entry}": expected name=value or name:type=value'
            raise UsageError(msg)
        if name in packets:
            msg = f'side packet "{name}" is given twice'
            raise UsageError(msg)
        if name not in wanted:
            raise UsageError(_unknown(name, wanted, produced=name in known))
        packet = _typed(name, type_name, text) if colon else _untyped(name, text, wanted[name].type)
        if not wanted[name].type.accepts(packet):
            msg = f'side packet "{name}" is of type {wanted[name].type}, not {packet.type}'
            raise UsageError(msg)
        packets[name] = packet
    missing = [name for name, side in wanted.items() if side.required and name not in packets]
    if missing:
        options = " ".join(f"-s {name}={_placeholder(wanted[name].type)}" for name in missing)
        msg = f"the graph needs the side packet{'s' * (len(missing) > 1)} {_quoted(missing)}; give {options}"
        raise UsageError(msg)
    return packets


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _placeholder(wanted: PacketType) -> str:
    return next((name.upper() for name, known in _TYPES.items() if known == wanted), "VALUE")


def _unknown(name: str, wanted: Mapping[str, SidePlan], *, produced: bool) -> str:
    if produced:
        return f'side packet "{name}" cannot be given: a node of the graph makes it'
    close = difflib.get_close_matches(name, wanted, n=1)
    hint = f'; did you mean "{close[0]}"?' if close else ""
    return f'the graph has no side packet "{name}" (it takes: {_quoted(wanted) or "none"}){hint}'


def _typed(name: str, type_name: str, text: str) -> Packet:
    if type_name == _FILE:
        try:
            return Packet(Path(text).read_bytes(), declared=STRING)
        except (OSError, ValueError) as error:
            msg = f'side packet "{name}": {text}: {getattr(error, "strerror", None) or error}'
            raise UsageError(msg) from error
    if type_name not in _TYPES:
        listed = ", ".join((*_TYPES, _FILE))
        msg = f'side packet "{name}": no type is called "{type_name}" (there are: {listed})'
        raise UsageError(msg)
    wanted = _TYPES[type_name]
    return Packet(_value(name, text, wanted), declared=wanted)


def _untyped(name: str, text: str, wanted: PacketType) -> Packet:
    if wanted is ANY:
        types = [BOOL] if text.lower() in ("true", "false") else [INT64, DOUBLE, STRING]
    else:
        types = [known for known in wanted.members or (wanted,) if known in _PARSERS]
    if not types:
        msg = f'side packet "{name}" is of type {wanted}, which cannot be written on a command line'
        raise UsageError(msg)
    for candidate in types:
        try:
            return Packet(_PARSERS[candidate](text))
        except ValueError:
            if len(types) == 1:
                return Packet(_value(name, text, candidate))
    msg = f'side packet "{name}" is of type {wanted}; got "{text}"'
    raise UsageError(msg)


def _value(name: str, text: str, wanted: PacketType) -> Any:
    try:
        return _PARSERS[wanted](text)
    except ValueError as error:
        reason = f" ({error})" if str(error).startswith("must") else ""
        msg = f'side packet "{name}" is of type {wanted}; got "{text}"{reason}'
        raise UsageError(msg) from error
