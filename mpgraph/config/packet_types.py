"""What each stream and side packet of a graph carries (spec V-19 to V-21)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from mpgraph.contract import Slot
from mpgraph.errors import ConfigError, ContractError
from mpgraph.packet_type import ANY, PacketType
from mpgraph.port_map import describe
from mpgraph.ports import Kind

from .plan import NodePlan, SidePlan, StreamPlan

__all__ = ["resolve_types"]


_WORDS: Final[dict[Kind, str]] = {
    "input": "input stream",
    "output": "output stream",
    "side_input": "input side packet",
    "side_output": "output side packet",
}


_MISMATCH: Final[dict[Kind, str]] = {
    "input": 'Input stream "{name}" of calculator "{node}" expects packets of type "{type}" but the '
    'connected output stream will contain packets of type "{known}"',
    "output": 'Output stream "{name}" of calculator "{node}" makes packets of type "{type}" but it carries '
    'packets of type "{known}"',
    "side_input": 'Input side packet "{name}" of Calculator "{node}" expected a packet of type "{type}" but '
    'the connected output side packet will be of type "{known}"',
    "side_output": 'Output side packet "{name}" of Calculator "{node}" makes a packet of type "{type}" but '
    'it is of type "{known}"',
}


class _Groups:
    """Names that must have one type, since ports say so: a union-find."""

    def __init__(self) -> None:
        self._up: dict[str, str] = {}

    def root(self, name: str) -> str:
        while (up := self._up.get(name, name)) != name:
            self._up[name] = self._up.get(up, up)
            name = up
        return name

    def join(self, a: str, b: str) -> None:
        a, b = self.root(a), self.root(b)
        if a != b:
            self._up[b] = a


def resolve_types(
    nodes: Sequence[NodePlan],
    carriers: Mapping[str, StreamPlan] | Mapping[str, SidePlan],
    into: Kind,
    out: Kind,
) -> list[ConfigError]:
    """Gives each carrier the type that its producer, or else its first typed consumer, declares.

    Ports declared to have the same type join what they are connected to.

    Args:
        nodes: In running order.
        carriers: The streams, or the side packets; their `type` is set.
        into: The kind of the consuming ports.
        out: The kind of the producing ports.

    Returns:
        Each connection whose ends do not fit.
    """
    connections = [
        connection for kind in (out, into) for node in nodes for connection in _connections(node, kind)
    ]
    groups = _Groups()
    for node, _, _, name, port in connections:
        if port.same_as is not None and port.same_as[0] in (into, out):
            other_map = node.ports(port.same_as[0])
            other = other_map.slot(port.same_as[1].tag, port.same_as[1].index)
            if other is not None:
                groups.join(other_map.names[other], name)
    types: dict[str, PacketType] = {}
    said_by: dict[str, str] = {}
    errors: list[ConfigError] = []
    for node, kind, slot, name, port in connections:
        if port.type is ANY:
            continue
        root = groups.root(name)
        known = types.setdefault(root, port.type)
        by = said_by.setdefault(root, node.name)
        if not known.matches(port.type):
            ports = node.ports(kind)
            what = f'(as node "{by}" says; {describe(_WORDS[kind], ports.ids[slot])})'
            msg = _MISMATCH[kind].format(name=name, node=node.name, type=port.type, known=known) + f" {what}"
            where = ports.locations[slot] or node.config.location
            errors.append(ContractError(msg, location=where, node=node.name))
        elif known.members and not port.type.members:
            types[root] = port.type
    for name, carrier in carriers.items():
        carrier.type = types.get(groups.root(name), ANY)
    return errors


def _connections(node: NodePlan, kind: Kind) -> Iterator[tuple[NodePlan, Kind, int, str, Slot]]:
    """The declared ports of a node: slot, what is connected, what is declared."""
    ports = node.ports(kind)
    for index, slot in enumerate(node.contract.ports(kind).slots):
        if slot is not None:
            yield node, kind, index, ports.names[index], slot
