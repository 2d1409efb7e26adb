"""The plan of a graph: what validation makes of a config, and all that a run needs to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from mpgraph.calculator import CalculatorBase
from mpgraph.contract import Contract
from mpgraph.errors import ContractError, RunError
from mpgraph.options.fields import hint
from mpgraph.packet_type import ANY, PacketType
from mpgraph.port_map import PortMap
from mpgraph.ports import Kind

from .schema import GraphConfig, NodeConfig

__all__ = ["ExecutorPlan", "NodePlan", "Plan", "Policy", "SidePlan", "StreamPlan"]

DEFAULT_POLICY = "DefaultInputStreamHandler"


@dataclass(slots=True, eq=False)
class NodePlan:
    """One node: its calculator, contract and ports.

    Attributes:
        id: Its place in the sorted graph.
        name: The canonical name.
        policy: Registered name of the input policy.
        policy_options: Its options, if it takes any.
        back_edges: The input slots whose stream comes from behind.
    """

    id: int
    name: str
    config: NodeConfig
    calculator: type[CalculatorBase]
    contract: Contract
    inputs: PortMap
    outputs: PortMap
    side_inputs: PortMap
    side_outputs: PortMap
    policy: str = DEFAULT_POLICY
    policy_options: Any = None
    back_edges: frozenset[int] = frozenset()

    @property
    def type(self) -> str:
        """The calculator's name as the config writes it."""
        return self.config.calculator

    @property
    def is_source(self) -> bool:
        """Whether it makes packets without any input (C-4)."""
        return not self.inputs and bool(self.outputs)

    def ports(self, kind: Kind) -> PortMap:
        """The ports of one kind."""
        ports: PortMap = getattr(self, f"{kind}s")
        return ports


class Policy(Protocol):
    """What validation asks of an input policy's class."""

    @property
    def options_class(self) -> type[Any] | None:
        """The class of its options; None if it takes none."""

    def check(self, node: NodePlan, options: Any, /) -> None:
        """Raises ContractError for a node or options that do not fit it."""


@dataclass(slots=True, eq=False)
class StreamPlan:
    """One stream: who produces it (None for a graph input), who consumes it, and what it carries."""

    name: str
    producer: tuple[NodePlan, int] | None
    type: PacketType = ANY
    consumers: list[tuple[NodePlan, int]] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class SidePlan:
    """One side packet: who produces it (None if the application does), and who needs it.

    Attributes:
        producer: The node.
        consumers: The nodes.
        users: The packet generators and status handlers.
        required: Whether the application must give it.
        generator: The packet generator that makes it before the run.
    """

    name: str
    producer: tuple[NodePlan, int] | None
    type: PacketType = ANY
    consumers: list[tuple[NodePlan, int]] = field(default_factory=list)
    users: list[NodePlan] = field(default_factory=list)
    required: bool = False
    generator: NodePlan | None = None


@dataclass(frozen=True, slots=True)
class ExecutorPlan:
    """One executor: how many threads it may have; 0 for the default number, None for none of its own."""

    name: str
    num_threads: int | None


@dataclass(slots=True, eq=False)
class Plan:
    """A checked graph, ready to run; it may be run any number of times, also at once.

    Attributes:
        config: The expanded config, with the nodes in running order.
        nodes: The nodes in that order.
        streams, side_packets: By name.
        graph_inputs: Names of the graph's input streams.
        graph_outputs: Names of the graph's output streams that some node produces.
        executors: By name; "" is the default one.
        generators: The packet generators that run before the nodes, in order of dependency.
        handlers: The status handlers.
    """

    config: GraphConfig
    nodes: list[NodePlan]
    streams: dict[str, StreamPlan]
    side_packets: dict[str, SidePlan]
    graph_inputs: list[str]
    graph_outputs: list[str]
    executors: dict[str, ExecutorPlan]
    generators: list[NodePlan] = field(default_factory=list)
    handlers: list[NodePlan] = field(default_factory=list)

    def registered_stream_type_name(self, name: str) -> str:
        """The packet type of a stream: what its producer or else a consumer says (V-29, V-30).

        Raises:
            ContractError: There is no such stream.
            RunError: Nobody says.
        """
        return _type_name("stream", name, self.streams)

    def registered_side_packet_type_name(self, name: str) -> str:
        """The packet type of a side packet, likewise.

        Raises:
            ContractError: There is no such side packet.
            RunError: Nobody says.
        """
        return _type_name("side packet", name, self.side_packets)


def _type_name(what: str, name: str, carriers: Mapping[str, StreamPlan] | Mapping[str, SidePlan]) -> str:
    carrier = carriers.get(name)
    if carrier is None:
        msg = f'{what.capitalize()} "{name}" is not defined in the config{hint(name, carriers)}'
        raise ContractError(msg)
    if carrier.type is ANY:
        msg = (
            f'Unable to find the type for {what} "{name}".  It may be set to AnyType or something else that '
            "isn't determinable: no node that is connected to it says"
        )
        raise RunError(msg)
    return carrier.type.name
