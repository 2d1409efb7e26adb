"""Checks a whole graph and makes its plan: ports, contracts, edges, order (spec section 5).

Pure functions. All errors of a config are collected and raised at once.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from mpgraph.calculator import CalculatorBase
from mpgraph.contract import Contract
from mpgraph.errors import ConfigError, ContractError, Location, raise_all
from mpgraph.packet_generator import PacketGenerator
from mpgraph.port_map import PortMap, list_ports, parse_reference
from mpgraph.ports import Kind
from mpgraph.status_handler import StatusHandler

from .entries import OptionsEntry
from .executors import plan_executors, with_default_executor
from .generators import as_node, split_generators
from .packet_types import resolve_types
from .plan import DEFAULT_POLICY, NodePlan, Plan, Policy, SidePlan, StreamPlan
from .schema import GraphConfig, InputStreamHandlerConfig, NodeConfig, PacketGeneratorConfig
from .subgraph import Library, canonical_names, expand, failed, is_subgraph, placed

__all__ = ["make_plan"]

_SHOWN = 12  # nodes of a cycle
_KINDS: Final[dict[type[CalculatorBase], str]] = {
    PacketGenerator: "PacketGenerator",
    StatusHandler: "StatusHandler",
    CalculatorBase: "Calculator",
}


def make_plan(
    graph: GraphConfig,
    library: Library,
    policies: Mapping[str, Policy],
    *,
    options: Sequence[OptionsEntry] = (),
    services: Mapping[str, Any] | None = None,
) -> Plan:
    """Expands and checks a graph.

    Args:
        graph: The graph as written.
        library: What its names mean.
        policies: The input policies that there are, by name.
        options: Options of the application for the graph (SG-21).
        services: The services that subgraphs made by code may use (SG-4).

    Raises:
        ConfigError: With every error that was found.
    """
    errors: list[ConfigError] = []
    expanded = expand(graph, library, errors, options=options, services=services)
    return _Planner(expanded, library, policies, errors).plan()


class _Planner:
    def __init__(
        self, graph: GraphConfig, library: Library, policies: Mapping[str, Policy], errors: list[ConfigError]
    ) -> None:
        self.graph = graph
        self.library = library
        self.policies = policies
        self.errors = errors
        self.incomplete: set[str] = set()  # outputs of nodes that have errors of their own
        self.generator_configs: dict[int, PacketGeneratorConfig] = {}

    def plan(self) -> Plan:
        graph = self.graph
        self._unsupported()
        if graph.input_stream_handler is not None:
            self._known_policy(graph.input_stream_handler)
        names = canonical_names(graph.node)
        nodes = [
            node
            for index, (config, name) in enumerate(zip(graph.node, names, strict=True))
            if (node := self._node(index, config, name)) is not None
        ]
        graph_inputs = self._interface(graph.input_stream)
        graph_outputs = self._interface(graph.output_stream)
        streams = self._streams(nodes, graph_inputs)
        generators = self._generators()
        handlers = self._handlers()
        side_packets = self._side_packets([*generators, *nodes], handlers)
        everything = self._sorted([*generators, *nodes], streams, side_packets)
        generators, nodes = split_generators(everything, side_packets)
        self.errors += resolve_types(nodes, streams, "input", "output")
        using = [*generators, *nodes, *handlers]
        self.errors += resolve_types(using, side_packets, "side_input", "side_output")
        executors, errors = plan_executors(graph, nodes)
        self.errors += errors
        raise_all(sorted(self.errors, key=self._place))
        return Plan(
            config=self._canonical(everything),
            nodes=nodes,
            streams=streams,
            side_packets=side_packets,
            graph_inputs=list(graph_inputs.names),
            graph_outputs=[name for name in graph_outputs.names if name in streams],
            executors=executors,
            generators=generators,
            handlers=handlers,
        )

    def _place(self, error: ConfigError) -> tuple[bool, str, int, int]:
        """Sorts errors as a reader comes to them: the graph itself, then the files of its subgraphs."""
        where = error.location or self.graph.location or Location("", 0, 0)
        here = self.graph.location is None or where.file == self.graph.location.file
        return not here, where.file, where.line, where.column

    def _canonical(self, nodes: list[NodePlan]) -> GraphConfig:
        """The graph as it will run (G-11)."""
        handler = self.graph.input_stream_handler
        configs = [node.config for node in nodes if not issubclass(node.calculator, PacketGenerator)]
        if handler is not None:
            configs = [
                config if config.input_stream_handler else replace(config, input_stream_handler=handler)
                for config in configs
            ]
        graph = replace(self.graph, node=tuple(configs))
        if self.generator_configs:
            order = [self.generator_configs[id(node)] for node in nodes if id(node) in self.generator_configs]
            graph = replace(graph, packet_generator=tuple(order))
        return with_default_executor(graph)

    def _error(self, message: str, *, node: NodePlan | None = None, location: Location | None = None) -> None:
        if node is not None:
            location = location or node.config.location
        self.errors.append(ContractError(message, location=location, node=node.name if node else None))

    def _unsupported(self) -> None:
        for entry in self.graph.packet_factory:
            self._error(
                "packet_factory is not supported; write a calculator with side packets instead",
                location=entry.location,
            )

    def _interface(self, entries: Iterable[str]) -> PortMap:
        try:
            return PortMap(tuple(entries))
        except ContractError as error:
            error.location = error.location or self.graph.location
            self.errors.append(error)
            return PortMap()

    # Nodes.

    def _generators(self) -> list[NodePlan]:
        """The packet generators, as nodes before all others."""
        given = self.graph.packet_generator
        configs = [as_node(generator) for generator in given]
        found = []
        for index, (config, name) in enumerate(zip(configs, canonical_names(configs), strict=True)):
            node = self._node(index - len(configs), config, name, PacketGenerator)
            if node is not None:
                self.generator_configs[id(node)] = given[index]
                found.append(node)
        return found

    def _handlers(self) -> list[NodePlan]:
        """The status handlers."""
        configs = [as_node(handler) for handler in self.graph.status_handler]
        return [
            node
            for index, (config, name) in enumerate(zip(configs, canonical_names(configs), strict=True))
            if (node := self._node(index, config, name, StatusHandler)) is not None
        ]

    def _node(
        self, index: int, config: NodeConfig, name: str, role: type[CalculatorBase] = CalculatorBase
    ) -> NodePlan | None:
        maps: dict[Kind, PortMap] = {}
        entries: dict[Kind, tuple[str, ...]] = {
            "input": config.input_stream,
            "output": config.output_stream,
            "side_input": config.input_side_packet,
            "side_output": config.output_side_packet,
        }
        failed = False
        for kind, written in entries.items():
            try:
                maps[kind] = PortMap(written)
            except ContractError as error:
                failed = True
                self.errors.append(placed(error, config, name))
        calculator = self._calculator(config, name, role)
        if failed or calculator is None:
            self.incomplete.update(
                entry.rpartition(":")[2] for entry in (*config.output_stream, *config.output_side_packet)
            )
            return None
        contract = Contract(
            name,
            config.calculator,
            maps["input"],
            maps["output"],
            maps["side_input"],
            maps["side_output"],
            config.get_options,
        )
        node = NodePlan(
            id=index,
            name=name,
            config=config,
            calculator=calculator,
            contract=contract,
            inputs=maps["input"],
            outputs=maps["output"],
            side_inputs=maps["side_input"],
            side_outputs=maps["side_output"],
        )
        self._contract(node)
        self._policy(node)
        self._back_edges(node)
        return node

    def _calculator(
        self, config: NodeConfig, name: str, role: type[CalculatorBase]
    ) -> type[CalculatorBase] | None:
        """The class of a node, generator or handler."""
        try:
            found = self.library.find(config.calculator, self.graph.package)
        except ConfigError as error:
            self.errors.extend(placed(part, config, name) for part in error.errors)
            return None
        if found is None:
            self.errors.append(self.library.unknown(config, name, _KINDS[role]))
        elif isinstance(found, type) and issubclass(found, CalculatorBase):
            is_of = next(other for other in _KINDS if issubclass(found, other))
            if is_of is role:
                return found
            msg = f'"{config.calculator}" is a {_KINDS[is_of]}, not a {_KINDS[role]}'
            self.errors.append(ContractError(msg, location=config.location, node=name))
        elif role is not CalculatorBase or not is_subgraph(found):  # else it failed to expand, as was said
            msg = f'"{config.calculator}" means {found!r}, which is neither a calculator nor a subgraph'
            if is_subgraph(found):
                msg = f'"{config.calculator}" is a subgraph, not a {_KINDS[role]}'
            self.errors.append(ContractError(msg, location=config.location, node=name))
        return None

    def _contract(self, node: NodePlan) -> None:
        try:
            node.config.check_options()
            node.calculator.get_contract(node.contract)
        except ConfigError as error:
            self.errors.extend(placed(part, node.config, node.name) for part in error.errors)
            return
        except Exception as error:
            failure = failed(node.calculator.get_contract, node.config, error)
            failure.__cause__ = error
            self.errors.append(placed(failure, node.config, node.name))
            return
        contract = node.contract
        for types, kind in (
            (contract.inputs, "input stream"),
            (contract.outputs, "output stream"),
            (contract.side_inputs, "input side packet"),
            (contract.side_outputs, "output side packet"),
        ):
            for problem, slot in types.problems(kind):
                where = None if slot is None else types.map.locations[slot]
                who = f"{node.type}: " if node.config.name else ""  # else the node has its calculator's name
                self._error(who + problem, node=node, location=where)

    def _policy(self, node: NodePlan) -> None:
        """Finds the input policy: the node's, else the graph's, else the contract's (V-28)."""
        contract = node.contract
        written = node.config.input_stream_handler
        if written is None and self.graph.input_stream_handler is not None:
            written = self.graph.input_stream_handler
            if written.input_stream_handler not in self.policies:
                return  # that was said once for the graph
        elif written is None:
            written = InputStreamHandlerConfig(input_stream_handler=contract.input_policy or DEFAULT_POLICY)
        node.policy = written.input_stream_handler
        policy = self._known_policy(written, node)
        if policy is None:
            return
        try:
            if policy.options_class is not None:
                chosen = contract.input_policy_options
                if written.location is not None or not isinstance(chosen, policy.options_class):
                    chosen = written.get_options(policy.options_class)
                node.policy_options = chosen
            policy.check(node, node.policy_options)
        except ConfigError as error:
            self.errors.extend(placed(part, node.config, node.name) for part in error.errors)

    def _known_policy(self, written: InputStreamHandlerConfig, node: NodePlan | None = None) -> Policy | None:
        name = written.input_stream_handler
        policy = self.policies.get(name)
        if policy is None:
            known = f"; there are: {', '.join(sorted(self.policies))}"
            near = self.library.hint(name, self.policies)
            msg = (
                f'No registered object with name: {name}; "{name}" is not a registered input stream handler'
                f"{near or known}"
            )
            self._error(msg, node=node, location=written.location)
        return policy

    def _back_edges(self, node: NodePlan) -> None:
        found: dict[int, bool] = {}
        for info in node.config.input_stream_info:
            where = info.location
            try:
                port = parse_reference(info.tag_index)
            except ContractError as error:
                self.errors.append(placed(error, node.config, node.name))
                continue
            slot = node.inputs.slot(port.tag, port.index)
            if slot is None:
                self._error(
                    f'Input stream with tag_index "{info.tag_index}" requested in InputStreamInfo but is not '
                    f"an input stream of the calculator (it has: {list_ports(node.inputs)})",
                    node=node,
                    location=where,
                )
            elif slot in found:
                what = f'Input stream with tag_index "{info.tag_index}" has more than one InputStreamInfo'
                self._error(what, node=node, location=where)
            else:
                found[slot] = info.back_edge
        node.back_edges = frozenset(slot for slot, back in found.items() if back)

    # Edges.

    def _streams(self, nodes: list[NodePlan], graph_inputs: PortMap) -> dict[str, StreamPlan]:
        streams: dict[str, StreamPlan] = {}
        for name, where in zip(graph_inputs.names, graph_inputs.locations, strict=True):
            if name in streams:
                where = where or self.graph.location
                self._error(
                    f'Output Stream "{name}" defined twice: it is a graph input twice', location=where
                )
            streams[name] = StreamPlan(name, None)
        for node in nodes:
            for slot, name in enumerate(node.outputs.names):
                if name in streams:
                    other = streams[name].producer
                    first = f'node "{other[0].name}" produces it too' if other else "it is a graph input"
                    self._error(
                        f'Output Stream "{name}" defined twice: {first}',
                        node=node,
                        location=node.outputs.locations[slot],
                    )
                else:
                    streams[name] = StreamPlan(name, (node, slot))
        for node in nodes:
            for slot, name in enumerate(node.inputs.names):
                stream = streams.get(name)
                if stream is not None:
                    stream.consumers.append((node, slot))
                elif name not in self.incomplete:
                    self._error(
                        f'Input Stream "{name}" for node with sorted index {node.id} name {node.name} does '
                        "not have a corresponding output stream: it is produced by no node and is no graph "
                        "input"
                        f"{self._near(name, streams)}",
                        node=node,
                        location=node.inputs.locations[slot],
                    )
        return streams

    def _near(self, name: str, streams: Collection[str]) -> str:
        """A hint, inside a subgraph by the names that its own text has."""
        prefix = name[: name.rfind("__") + 2] if "__" in name else ""
        local = [other[len(prefix) :] for other in streams if other.startswith(prefix)]
        return self.library.hint(name[len(prefix) :], local)

    def _side_packets(self, nodes: list[NodePlan], handlers: list[NodePlan]) -> dict[str, SidePlan]:
        sides: dict[str, SidePlan] = {}
        for node in nodes:
            for slot, name in enumerate(node.side_outputs.names):
                if name in sides:
                    other = sides[name].producer
                    first = f': node "{other[0].name}" produces it too' if other else ""
                    self._error(
                        f'Output Side Packet "{name}" defined twice{first}',
                        node=node,
                        location=node.side_outputs.locations[slot],
                    )
                else:
                    sides[name] = SidePlan(name, (node, slot))
        for node in nodes:
            for slot in range(len(node.side_inputs)):
                self._need(sides, node, slot).consumers.append((node, slot))
        for handler in handlers:
            for slot in range(len(handler.side_inputs)):
                self._need(sides, handler, slot).users.append(handler)
        return sides

    def _need(self, sides: dict[str, SidePlan], node: NodePlan, slot: int) -> SidePlan:
        """The side packet at an input, which the application must give if nobody makes it."""
        name = node.side_inputs.names[slot]
        side = sides.setdefault(name, SidePlan(name, None))
        declared = node.contract.side_inputs.slots[slot]
        if side.producer is None and declared is not None and not declared.optional:
            side.required = True
        return side

    def _sorted(
        self, nodes: list[NodePlan], streams: dict[str, StreamPlan], sides: dict[str, SidePlan]
    ) -> list[NodePlan]:
        """Producers before consumers; otherwise as written (V-15)."""
        edges = [
            (stream.producer[0], node)
            for stream in streams.values()
            if stream.producer is not None
            for node, slot in stream.consumers
            if slot not in node.back_edges
        ]
        edges += [
            (side.producer[0], node)
            for side in sides.values()
            if side.producer is not None
            for node, _ in side.consumers
        ]
        before: dict[int, set[int]] = {node.id: set() for node in nodes}
        after: dict[int, set[int]] = {node.id: set() for node in nodes}
        for producer, consumer in edges:
            before[consumer.id].add(producer.id)
            after[producer.id].add(consumer.id)
        by_id = {node.id: node for node in nodes}
        ready = [node for node, producers in before.items() if not producers]
        result: list[NodePlan] = []
        while ready:
            first = heapq.heappop(ready)
            result.append(by_id[first])
            for consumer_id in after[first]:
                before[consumer_id].discard(first)
                if not before[consumer_id]:
                    heapq.heappush(ready, consumer_id)
            del before[first]
        if before:
            self._cycle([by_id[node] for node in _cycle_in(before)])
            return nodes
        for index, node in enumerate(result):
            node.id = index
        return result

    def _cycle(self, cycle: list[NodePlan]) -> None:
        first, last = cycle[0], cycle[-1]
        shown = [node.name for node in (*cycle, first)]
        if len(shown) > _SHOWN:
            shown[_SHOWN // 2 : -_SHOWN // 2] = [f"({len(shown) - _SHOWN} more)"]
        names = " -> ".join(shown)
        made = last.outputs.names
        inputs = zip(first.inputs, first.inputs.names, strict=True)
        back = next((port for port, name in inputs if name in made), None)
        hint = ""
        if back is not None:
            port = str(back) if back.tag else f":{back.index}"
            hint = (
                "; if a stream is to come back, mark the input where it does, "
                f'perhaps this one: input_stream_info {{ tag_index: "{port}" back_edge: true }}'
            )
        what = "nodes wait for each other" if len(cycle) > 1 else "the node waits for itself"
        listed = ", ".join(shown[:-1])
        cause = f"Generator side packet cycle or calculator stream cycle detected in graph: [{listed}]"
        self._error(f"{cause}; {what}: {names}{hint}", node=first)


def _cycle_in(before: Mapping[int, set[int]]) -> list[int]:
    """A cycle among nodes each of which comes after another of them, the smallest first."""
    path: dict[int, None] = {}
    node = min(before)
    while node not in path:
        path[node] = None
        node = min(before[node])
    walked = list(path)
    cycle = walked[walked.index(node) :][::-1]
    start = cycle.index(min(cycle))
    return cycle[start:] + cycle[:start]
