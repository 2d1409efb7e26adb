"""What a calculator says of a node before it runs: ports, packet types and how it wants to be called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from .options.fields import hint
from .packet_type import ANY, PacketType, packet_type
from .port_map import PortId, PortMap, describe, list_ports
from .ports import Kind, Port, Ports
from .service import GraphService, ServiceRequest

__all__ = ["Contract", "PortTypes", "Slot"]

T = TypeVar("T")


@dataclass(slots=True)
class Slot:
    """The declared type of one port; `same_as` names another port of the node whose type it has."""

    type: PacketType
    optional: bool = False
    same_as: tuple[Kind, PortId] | None = None


class PortTypes:
    """The ports that a node's config has of one kind, and the types that its calculator gives them.

    Declaring a port that the config lacks is an error of the node unless it is optional; so is a port
    of the config that nobody declares (PT-6).
    """

    __slots__ = ("_absent", "map", "slots")

    def __init__(self, port_map: PortMap) -> None:
        self.map = port_map
        self.slots: list[Slot | None] = [None] * len(port_map)
        self._absent: dict[PortId, bool] = {}  # declared but not connected: whether it must be

    def declare(
        self,
        tag: str = "",
        index: int = 0,
        type: Any = ANY,
        *,
        optional: bool = False,
        same_as: tuple[Kind, PortId] | None = None,
    ) -> None:
        """Gives a port its type, a Python type or a `PacketType`."""
        slot = self.map.slot(tag, index)
        if slot is not None:
            self.slots[slot] = Slot(packet_type(type), optional, same_as)
        else:
            self._absent[PortId(tag, index)] = not optional

    def declare_all(
        self,
        tag: str = "",
        type: Any = ANY,
        *,
        same_as: Kind | None = None,
        same_tag: str | None = None,
    ) -> None:
        """Gives all indexes of a tag a type, or that of the same index of another kind and tag."""
        for slot in self.map.slots(tag):
            index = self.map.ids[slot].index
            other = (
                None if same_as is None else (same_as, PortId(tag if same_tag is None else same_tag, index))
            )
            self.slots[slot] = Slot(packet_type(type), True, other)

    def has(self, tag: str = "", index: int = 0) -> bool:
        """Whether the node's config connects the port."""
        return self.map.slot(tag, index) is not None

    def count(self, tag: str = "") -> int:
        """How many indexes of the tag the node's config connects."""
        return self.map.count(tag)

    def tags(self) -> tuple[str, ...]:
        """The tags that the node's config connects."""
        return self.map.tags()

    def problems(self, kind: str) -> list[tuple[str, int | None]]:
        """What does not fit, as text and slot: ports that are missing, and ports that nobody declared."""
        found: list[tuple[str, int | None]] = [
            (
                f"{describe(kind, port)} is required but not connected (connected: {list_ports(self.map)})",
                None,
            )
            for port, required in self._absent.items()
            if required
        ]
        if None in self.slots:
            pairs = list(zip(self.map.ids, self.slots, strict=True))
            known = sorted({*self._absent, *(port for port, declared in pairs if declared is not None)})
            for slot, (port, declared) in enumerate(pairs):
                if declared is None:
                    what = f'{describe(kind, port)} ("{self.map.names[slot]}")'
                    near = hint(port.tag, {other.tag for other in known} - {port.tag})
                    msg = f"{what} is not a port of this calculator (it has: {list_ports(known)}){near}"
                    found.append((msg, slot))
        return found


class Contract:
    """The contract of one node, filled by its calculator's ``get_contract``.

    Attributes:
        node_name: The node's canonical name.
        calculator: The calculator's registered name.
        inputs, outputs, side_inputs, side_outputs: The node's ports and their types.
        timestamp_offset: With 0, whenever all inputs are settled up to t the outputs are too; None if
            only packets and explicit bounds move them (C-37).
        process_timestamp_bounds: Whether ``process`` is also called for settled timestamps without a
            packet (C-39).
        input_policy: Registered name of the input policy if the config names none:
            ``DefaultInputStreamHandler``, ``ImmediateInputStreamHandler``, … (spec section 8).
        services: The services that the node uses, by key.
        input_policy_options: Options of that policy, of its options class; None for its defaults.
    """

    __slots__ = (
        "_options",
        "calculator",
        "input_policy",
        "input_policy_options",
        "inputs",
        "node_name",
        "outputs",
        "process_timestamp_bounds",
        "services",
        "side_inputs",
        "side_outputs",
        "timestamp_offset",
    )

    def __init__(
        self,
        node_name: str,
        calculator: str,
        inputs: PortMap,
        outputs: PortMap,
        side_inputs: PortMap,
        side_outputs: PortMap,
        options: Callable[[type[Any]], Any],
    ) -> None:
        self.node_name = node_name
        self.calculator = calculator
        self.inputs = PortTypes(inputs)
        self.outputs = PortTypes(outputs)
        self.side_inputs = PortTypes(side_inputs)
        self.side_outputs = PortTypes(side_outputs)
        self.timestamp_offset: int | None = None
        self.process_timestamp_bounds = False
        self.services: dict[str, ServiceRequest] = {}
        self.input_policy: str | None = None
        self.input_policy_options: Any = None
        self._options = options

    def options(self, message: type[T]) -> T:
        """The node's options of the given options class; its defaults if the node has none (G-8)."""
        options: T = self._options(message)
        return options

    def use_service(self, service: GraphService[Any], *, optional: bool = False) -> None:
        """Asks for a service, which calls then get by ``cc.service(service)`` (SV-1)."""
        self.services[service.key] = ServiceRequest(service, optional)

    def ports(self, kind: Kind) -> PortTypes:
        """The ports of one kind."""
        ports: PortTypes = getattr(self, f"{kind}s")
        return ports

    def declare(self, port: Port[Any] | Ports[Any]) -> None:
        """Declares a port as a class attribute describes it."""
        types = self.ports(port.kind)
        if isinstance(port, Port):
            same = port.same_as
            same_as = None if same is None else (same.kind, PortId(same.tag, same.index))
            types.declare(port.tag, port.index, port.type, optional=port.optional, same_as=same_as)
            return
        for index in range(max(types.count(port.tag), port.at_least)):
            self.declare(port._key(index))
