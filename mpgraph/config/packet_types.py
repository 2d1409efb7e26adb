"""What each stream and side packet of a graph carries (spec V-19 to V-21)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mpgraph.contract import Slot
from mpgraph.errors import ConfigError, ContractError
from mpgraph.packet_type import ANY, PacketType
from mpgraph.ports import Kind

from .plan import NodePlan, SidePlan, StreamPlan

__all__ = ["resolve_types"]


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
    groups = _Groups()
    for node in nodes:
        for kind in (into, out):
            for name, port in _ports(node, kind):
                if port.same_as is not None and port.same_as[0] in (into, out):
                    other_map = node.ports(port.same_as[0])
                    other = other_map.slot(port.same_as[1].tag, port.same_as[1].index)
                    if other is not None:
                        groups.join(other_map.names[other], name)
    types: dict[str, PacketType] = {}
    said_by: dict[str, str] = {}
    for node in nodes:
        for name, port in _ports(node, out):
            if port.type is not ANY:
                types.setdefault(groups.root(name), port.type)
                said_by.setdefault(groups.root(name), node.name)
    errors: list[ConfigError] = []
    what = "input stream" if into == "input" else "input side packet"
    for node in nodes:
        ports = node.ports(into)
        for slot, (name, port) in enumerate(_ports(node, into)):
            if port.type is ANY:
                continue
            root = groups.root(name)
            known = types.setdefault(root, port.type)
            if not known.matches(port.type):
                msg = (
                    f'{what} {ports.ids[slot]} takes packets of type "{port.type}", but "{name}" carries '
                    f'"{known}", as node "{said_by[root]}" says'
                )
                where = ports.locations[slot] or node.config.location
                errors.append(ContractError(msg, location=where, node=node.name))
            elif known.members and not port.type.members:
                types[root] = port.type
            said_by.setdefault(root, node.name)
    for name, carrier in carriers.items():
        carrier.type = types.get(groups.root(name), ANY)
    return errors


def _ports(node: NodePlan, kind: Kind) -> list[tuple[str, Slot]]:
    slots = node.contract.ports(kind).slots
    return [
        (name, slot) for name, slot in zip(node.ports(kind).names, slots, strict=True) if slot is not None
    ]
