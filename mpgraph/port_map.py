"""Port entries (``TAG:index:name``) and the map of a node's ports, in upstream's order (spec section 3)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from .errors import ContractError, Location

__all__ = ["PortId", "PortMap", "describe", "list_ports", "parse_entry", "parse_reference"]

_NAME = r"[a-z_][a-z0-9_]*"
_TAG = r"[A-Z_][A-Z0-9_]*"
_NUMBER = r"0|[1-9][0-9]*"
_ENTRY = re.compile(rf"(?:({_TAG}):(?:({_NUMBER}):)?)?({_NAME})")
_REFERENCE = re.compile(rf"({_TAG})?(?::({_NUMBER}))?")
_MAX_INDEX = 10_000


class PortId(NamedTuple):
    """A port of a node: its tag ("" for untagged ones) and its index below that tag."""

    tag: str
    index: int = 0  # type: ignore[assignment]  # hides tuple.index, which no port needs

    def __str__(self) -> str:
        if not self.tag:
            return f":{self.index}" if self.index else '""'
        return f"{self.tag}:{self.index}" if self.index else self.tag


def describe(kind: str, port: PortId) -> str:
    """The port in a message: ``input stream IMAGE:1`` or ``untagged input stream 0``."""
    return f"{kind} {port}" if port.tag else f"untagged {kind} {port.index}"


def list_ports(ports: Iterable[PortId]) -> str:
    """The ports in a message, or ``none``."""
    return ", ".join(str(port) if port.tag else f"untagged {port.index}" for port in ports) or "none"


def parse_entry(entry: str) -> tuple[str, int | None, str]:
    """Splits ``TAG:index:name`` into tag, index (None when not written) and name (N-2).

    Raises:
        ContractError: It is not of that form, or the index is over 10000.
    """
    match = _ENTRY.fullmatch(entry)
    if match is None:
        msg = (
            f'TAG:index:name is invalid, "{entry}" does not match: a name has lower-case letters, digits and '
            '"_", a tag upper-case ones (examples: "frames", "IMAGE:frames", "IMAGE:2:frames")'
        )
        raise ContractError(msg, location=getattr(entry, "location", None))
    tag, number, name = match.groups()
    index = None if number is None else _index(number, entry)
    return tag or "", index, name


def parse_reference(reference: str) -> PortId:
    """Splits ``TAG:index``, as input_stream_info and sync sets write it (N-3).

    Raises:
        ContractError: It is not of that form, or the index is over 10000.
    """
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        msg = f'TAG:index is invalid, "{reference}" does not match (examples: "IMAGE", "IMAGE:2", ":1", "")'
        raise ContractError(msg, location=getattr(reference, "location", None))
    tag, number = match.groups()
    return PortId(tag or "", 0 if number is None else _index(number, reference))


def _index(number: str, entry: str) -> int:
    if len(number) > 5 or int(number) > _MAX_INDEX:
        msg = f'"{entry}": the index is over {_MAX_INDEX}'
        raise ContractError(msg, location=getattr(entry, "location", None))
    return int(number)


class PortMap:
    """The ports of one kind of a node: which tags and indexes there are and what is connected to each.

    Ports are ordered by tag ("" first), then index (N-7); a port's place in that order is its *slot*.

    Attributes:
        ids: The port of each slot.
        names: The stream or side packet connected to each slot.
        locations: Where each was written, if known.
    """

    __slots__ = ("_slots", "ids", "locations", "names")

    def __init__(self, entries: Sequence[str] = ()) -> None:
        """Builds the map from entries as a config writes them (N-5, N-6).

        Raises:
            ContractError: An entry is malformed, a port is named twice, or an index is missing.
        """
        names: dict[PortId, str] = {}
        locations: dict[PortId, Location | None] = {}
        untagged = 0
        for entry in entries:
            tag, index, name = parse_entry(entry)
            where: Location | None = getattr(entry, "location", None)
            if not tag:
                index, untagged = untagged, untagged + 1
            port = PortId(tag, index or 0)
            if port in names:
                msg = (
                    f'tag "{tag}" index {port.index} already had a name "{names[port]}" but is being '
                    f'reassigned a name "{name}"; '
                    f'write an index for each: "{tag}:0:{names[port]}", "{tag}:1:{name}"'
                )
                raise ContractError(msg, location=where)
            names[port], locations[port] = name, where
        self.ids = tuple(sorted(names))
        for slot, port in enumerate(self.ids):
            if port.index and (slot == 0 or self.ids[slot - 1] != PortId(port.tag, port.index - 1)):
                listed = ", ".join(f"{i.index} ({names[i]})" for i in self.ids if i.tag == port.tag)
                msg = (
                    f'Not all indexes were assigned names.  Tag "{port.tag}" has no index {port.index - 1}; '
                    f"it has: {listed}"
                )
                raise ContractError(msg, location=locations[port])
        self.names = tuple(names[port] for port in self.ids)
        self.locations = tuple(locations[port] for port in self.ids)
        self._slots = {port: slot for slot, port in enumerate(self.ids)}

    def slot(self, tag: str, index: int = 0) -> int | None:
        """The slot of the port, or None if the node has no such port."""
        return self._slots.get(PortId(tag, index))

    def count(self, tag: str = "") -> int:
        """How many indexes the tag has."""
        return sum(port.tag == tag for port in self.ids)

    def tags(self) -> tuple[str, ...]:
        """The tags in order, each once."""
        return tuple(dict.fromkeys(port.tag for port in self.ids))

    def slots(self, tag: str) -> tuple[int, ...]:
        """The slots of all indexes of the tag."""
        return tuple(slot for slot, port in enumerate(self.ids) if port.tag == tag)

    def same_ports(self, other: PortMap) -> bool:
        """Whether both have the same tags and indexes, whatever is connected to them (N-8)."""
        return self.ids == other.ids

    def entries(self) -> tuple[str, ...]:
        """The canonical entries: ``name``, ``TAG:name`` or, of several, ``TAG:index:name`` (N-8)."""
        return tuple(
            name
            if not port.tag
            else f"{port.tag}:{name}"
            if self.count(port.tag) == 1
            else f"{port.tag}:{port.index}:{name}"
            for port, name in zip(self.ids, self.names, strict=True)
        )

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[PortId]:
        return iter(self.ids)

    def __repr__(self) -> str:
        return f"PortMap({list(self.entries())})"
