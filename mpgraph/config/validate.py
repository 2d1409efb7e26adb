"""Checks a whole graph and makes its plan: ports, contracts, edges, order (spec section 5).

Pure functions. All errors of a config are collected and raised at once.
"""

from __future__ import annotations

import difflib
import heapq
import inspect
import traceback
from collections.abc import Collection, Iterable
from dataclasses import replace

from mpgraph.calculator import CalculatorBase
from mpgraph.contract import Contract
from mpgraph.errors import ConfigError, ContractError, Location, raise_all
from mpgraph.port_map import PortMap, parse_reference
from mpgraph.ports import Kind

from .executors import plan_executors
from .packet_types import resolve_types
from .plan import DEFAULT_POLICY, NodePlan, Plan, SidePlan, StreamPlan
from .schema import GraphConfig, NodeConfig
from .subgraph import Library, canonical_names, expand

__all__ = ["make_plan"]


def make_plan(graph: GraphConfig, library: Library, policies: Collection[str]) -> Plan:
    """Expands and checks a graph.

    Args:
        graph: The graph as written.
        library: What its names mean.
        policies: The names of the input policies that there are.

    Raises:
        ConfigError: With every error that was found.
    """
    graph = expand(graph, library)
    return _Planner(graph, library, policies).plan()


class _Planner:
    def __init__(self, graph: GraphConfig, library: Library, policies: Collection[str]) -> None:
        self.graph = graph
        self.library = library
        self.policies = policies
        self.errors: list[ConfigError] = []
        self.incomplete: set[str] = set()  # outputs of nodes that have errors of their own

    def plan(self) -> Plan:
        graph = self.graph
        self._unsupported()
        names = canonical_names(graph.node)
        nodes = [
            node
            for index, (config, name) in enumerate(zip(graph.node, names, strict=True))
            if (node := self._node(index, config, name)) is not None
        ]
        graph_inputs = self._interface(graph.input_stream)
        streams = self._streams(nodes, graph_inputs)
        side_packets = self._side_packets(nodes)
        if not self.errors:
            nodes = self._sorted(nodes, streams, side_packets)
        self.errors += resolve_types(nodes, streams, "input", "output")
        self.errors += resolve_types(nodes, side_packets, "side_input", "side_output")
        executors, errors = plan_executors(graph, nodes)
        self.errors += errors
        raise_all(self.errors)
        return Plan(
            config=graph if [n.config for n in nodes] == list(graph.node) else self._reordered(nodes),
            nodes=nodes,
            streams=streams,
            side_packets=side_packets,
            graph_inputs=graph_inputs,
            graph_outputs=[name for name in self._interface(graph.output_stream) if name in streams],
            executors=executors,
        )

    def _reordered(self, nodes: list[NodePlan]) -> GraphConfig:
        return replace(self.graph, node=tuple(node.config for node in nodes))

    def _error(self, message: str, *, node: NodePlan | None = None, location: Location | None = None) -> None:
        if node is not None:
            location = location or node.config.location
        self.errors.append(ContractError(message, location=location, node=node.name if node else None))

    def _unsupported(self) -> None:
        for entries, what in (
            (self.graph.packet_generator, "packet_generator"),
            (self.graph.packet_factory, "packet_factory"),
            (self.graph.status_handler, "status_handler"),
        ):
            if entries:
                self._error(
                    f"{what} is not supported; write a calculator with side packets instead",
                    location=getattr(entries[0], "location", None),
                )

    def _interface(self, entries: Iterable[str]) -> list[str]:
        try:
            return list(PortMap(tuple(entries)).names)
        except ContractError as error:
            self.errors.append(error)
            return []

    # Nodes.

    def _node(self, index: int, config: NodeConfig, name: str) -> NodePlan | None:
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
                self.errors.append(_placed(error, config, name))
        calculator = None
        try:
            calculator = self.library.find(config.calculator, self.graph.package)
        except ConfigError as error:
            self.errors.extend(_placed(part, config, name) for part in error.errors)
        else:
            if calculator is None:
                self.errors.append(
                    _placed(self.library.unknown(config.calculator, config, self.graph.package), config, name)
                )
        if failed or not (inspect.isclass(calculator) and issubclass(calculator, CalculatorBase)):
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

    def _contract(self, node: NodePlan) -> None:
        try:
            node.config.check_options()
            node.calculator.get_contract(node.contract)
        except ConfigError as error:
            self.errors.extend(_placed(part, node.config, node.name) for part in error.errors)
            return
        except Exception as error:
            frame = traceback.extract_tb(error.__traceback__)[-1]
            failure = ContractError(
                f"{node.type}.get_contract failed: {type(error).__name__}: {error} "
                f"[{frame.filename}:{frame.lineno}]",
                location=node.config.location,
                node=node.name,
            )
            failure.__cause__ = error
            self.errors.append(failure)
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
                self._error(f"{node.type}: {problem}", node=node, location=where)

    def _policy(self, node: NodePlan) -> None:
        written = node.config.input_stream_handler or self.graph.input_stream_handler
        if written is not None:
            node.policy = written.input_stream_handler or DEFAULT_POLICY
        else:
            node.policy = node.contract.input_policy or DEFAULT_POLICY
        if node.policy not in self.policies:
            close = difflib.get_close_matches(node.policy, self.policies, n=1)
            hint = (
                f'; did you mean "{close[0]}"?'
                if close
                else f"; there are: {', '.join(sorted(self.policies))}"
            )
            self._error(f'"{node.policy}" is not a known input stream handler{hint}', node=node)

    def _back_edges(self, node: NodePlan) -> None:
        found: dict[int, bool] = {}
        for info in node.config.input_stream_info:
            where = getattr(info, "location", None)
            try:
                port = parse_reference(info.tag_index)
            except ContractError as error:
                self.errors.append(_placed(error, node.config, node.name))
                continue
            slot = node.inputs.slot(port.tag, port.index)
            if slot is None:
                listed = ", ".join(str(i) for i in node.inputs.ids) or "none"
                self._error(
                    f'input_stream_info names "{info.tag_index}", which is not an input stream of the node '
                    f"(it has: {listed})",
                    node=node,
                    location=where,
                )
            elif slot in found:
                self._error(
                    f'"{info.tag_index}" has more than one input_stream_info', node=node, location=where
                )
            else:
                found[slot] = info.back_edge
        node.back_edges = frozenset(slot for slot, back in found.items() if back)

    # Edges.

    def _streams(self, nodes: list[NodePlan], graph_inputs: list[str]) -> dict[str, StreamPlan]:
        streams: dict[str, StreamPlan] = {}
        for name in graph_inputs:
            if name in streams:
                self._error(f'graph input stream "{name}" is defined twice', location=self.graph.location)
            streams[name] = StreamPlan(name, None)
        for node in nodes:
            for slot, name in enumerate(node.outputs.names):
                if name in streams:
                    other = streams[name].producer
                    first = f'node "{other[0].name}"' if other else "a graph input"
                    self._error(
                        f'output stream "{name}" is defined twice: {first} produces it too',
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
                    close = difflib.get_close_matches(name, streams, n=1)
                    hint = f'; did you mean "{close[0]}"?' if close else ""
                    self._error(
                        f'input stream "{name}" is produced by no node and is no graph input{hint}',
                        node=node,
                        location=node.inputs.locations[slot],
                    )
        return streams

    def _side_packets(self, nodes: list[NodePlan]) -> dict[str, SidePlan]:
        sides: dict[str, SidePlan] = {}
        for node in nodes:
            for slot, name in enumerate(node.side_outputs.names):
                if name in sides:
                    self._error(
                        f'output side packet "{name}" is defined twice',
                        node=node,
                        location=node.side_outputs.locations[slot],
                    )
                else:
                    sides[name] = SidePlan(name, (node, slot))
        for node in nodes:
            for slot, name in enumerate(node.side_inputs.names):
                side = sides.setdefault(name, SidePlan(name, None))
                side.consumers.append((node, slot))
                declared = node.contract.side_inputs.slots[slot]
                if side.producer is None and declared is not None and not declared.optional:
                    side.required = True
        return sides

    def _sorted(
        self, nodes: list[NodePlan], streams: dict[str, StreamPlan], sides: dict[str, SidePlan]
    ) -> list[NodePlan]:
        """Producers before consumers; otherwise as written (V-15)."""
        after: dict[NodePlan, set[NodePlan]] = {node: set() for node in nodes}
        waits: dict[NodePlan, int] = dict.fromkeys(nodes, 0)
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
        for producer, consumer in edges:
            if consumer not in after[producer]:
                after[producer].add(consumer)
                waits[consumer] += 1
        ready = [node.id for node in nodes if not waits[node]]
        by_id = {node.id: node for node in nodes}
        result: list[NodePlan] = []
        while ready:
            node = by_id[heapq.heappop(ready)]
            result.append(node)
            for consumer in after[node]:
                waits[consumer] -= 1
                if not waits[consumer]:
                    heapq.heappush(ready, consumer.id)
        if len(result) < len(nodes):
            cycle = [node for node in nodes if waits[node] and _reaches(after, node)]
            first = cycle[0]
            self._error(
                f"cycle: {', '.join(node.name for node in cycle)} wait for each other; if a stream is to "
                'come back, mark the input: input_stream_info { tag_index: "TAG" back_edge: true }',
                node=first,
            )
            return nodes
        for index, node in enumerate(result):
            node.id = index
        return result


def _placed(error: ConfigError, config: NodeConfig, name: str) -> ConfigError:
    error.location = error.location or config.location
    error.node = error.node or name
    return error


def _reaches(after: dict[NodePlan, set[NodePlan]], start: NodePlan) -> bool:
    """Whether the node is on a cycle."""
    seen: set[NodePlan] = set()
    stack = list(after[start])
    while stack:
        node = stack.pop()
        if node is start:
            return True
        if node not in seen:
            seen.add(node)
            stack.extend(after[node])
    return False
