"""Expanding subgraphs into the nodes that they stand for (spec 6.2)."""

from __future__ import annotations

import re
import traceback
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mpgraph.calculator import CalculatorBase
from mpgraph.errors import ConfigError, ContractError, LimitError, UnknownCalculatorError, raise_all
from mpgraph.options import Positioned
from mpgraph.options.fields import hint
from mpgraph.port_map import PortMap, describe, list_ports, parse_entry, parse_reference

from .entries import OptionsEntry
from .library import Library, Subgraph, SubgraphContext
from .option_values import wire_options
from .schema import (
    MAX_NODES,
    GraphConfig,
    InputStreamInfo,
    NodeConfig,
    PacketGeneratorConfig,
    StatusHandlerConfig,
)
from .template import GraphTemplate, TemplateSubgraphOptions

__all__ = ["Library", "Subgraph", "SubgraphContext", "canonical_names", "expand", "main_graph"]

MAX_DEPTH = 64
_NAME = re.compile(r"[a-z_][a-z0-9_]*")


def canonical_names(nodes: Sequence[NodeConfig]) -> list[str]:
    """Each node's name, or else its calculator, numbered ``_1``, ``_2`` where several share it (N-12)."""
    names = [node.name or node.calculator for node in nodes]
    counts = Counter(names)
    seen: Counter[str] = Counter()
    result = []
    for name in names:
        if counts[name] > 1:
            seen[name] += 1
            name = f"{name}_{seen[name]}"
        result.append(name)
    return result


@dataclass
class _Item:
    """A node on its way through the expansion, with the subgraphs that it came out of."""

    node: NodeConfig
    ancestors: tuple[str, ...] = ()
    target: Any = field(default=None)


@dataclass(frozen=True)
class _Inside:
    """What stands for a subgraph node (SG-6)."""

    nodes: list[NodeConfig]
    generators: list[PacketGeneratorConfig]
    handlers: list[StatusHandlerConfig]


def main_graph(
    library: Library,
    graph_type: str,
    options: Sequence[OptionsEntry],
    services: Mapping[str, Any],
    chosen: GraphConfig | GraphTemplate | None = None,
) -> GraphConfig:
    """The graph of a type as a graph of its own, not of a node (SG-3).

    Args:
        library: Where it is.
        graph_type: Its type; "" for the graph without one.
        options: Options for it, such as the arguments of a template.
        services: What code that makes it may use.
        chosen: The graph itself, where no type is needed to find it.

    Raises:
        ConfigError: There is no such graph, or it cannot be made of these options.
    """
    found = chosen or (library.find(graph_type) if graph_type else library.main())
    if isinstance(found, GraphConfig):
        return found
    if not is_subgraph(found):
        what = f'the type "{graph_type}"' if graph_type else "no type"
        known = ", ".join(f'"{name}"' for name in library.given()) or "none"
        msg = (
            f"No registered object with name: {graph_type}; there is no graph of {what} "
            f"(types given: {known}){library.hint(graph_type, library.names())}"
        )
        raise UnknownCalculatorError(msg, name=graph_type)
    node = NodeConfig(calculator=graph_type, node_options=tuple(options))
    return _graph_of(found, SubgraphContext(node, services))


def expand(
    graph: GraphConfig,
    library: Library,
    errors: list[ConfigError] | None = None,
    *,
    options: Sequence[OptionsEntry] = (),
    services: Mapping[str, Any] | None = None,
) -> GraphConfig:
    """Replaces every subgraph node by its nodes until none is left (SG-5 to SG-14), and wires options.

    Nodes of unknown types are left for the validation to report.

    Args:
        graph: The graph as written.
        library: What its names mean.
        errors: Takes what is wrong with single nodes, which stay as they are; None to have it raised.
        options: Options of the application for the graph, merged over its own (SG-21).
        services: What subgraphs made by code may use.

    Raises:
        ConfigError: A subgraph is recursive or does not fit its node; LimitError for too many nodes.
    """
    found: list[ConfigError] = [] if errors is None else errors
    expander = _Expander(library, graph.package, services or {})
    wired = expander.wire(graph, [options], found)
    expanded = expander.expand(wired, found)
    if errors is None:
        raise_all(found)
    return expanded


@dataclass(frozen=True)
class _Expander:
    library: Library
    package: str
    services: Mapping[str, Any]

    def wire(
        self,
        graph: GraphConfig,
        given: Sequence[Sequence[OptionsEntry]],
        errors: list[ConfigError],
        prefix: str = "",
    ) -> GraphConfig:
        """The graph with the values of its options in its nodes."""

        def take(error: ConfigError, node: NodeConfig) -> None:
            name = prefix + (node.name or node.calculator)
            errors.extend(placed(part, node, name) for part in error.errors)

        return wire_options(graph, given, self._target, take)

    def expand(self, graph: GraphConfig, found: list[ConfigError]) -> GraphConfig:
        """The graph without subgraph nodes."""
        items = [_Item(node) for node in graph.node]
        generators = list(graph.packet_generator)
        handlers = list(graph.status_handler)
        expanded = False
        while True:
            for item in items:
                if item.target is None:
                    item.target = self._target(item.node)
            subgraphs = [item for item in items if is_subgraph(item.target)]
            if not subgraphs:
                break
            expanded = True
            items = [item for item in items if not is_subgraph(item.target)]
            names = canonical_names([item.node for item in (*items, *subgraphs)])[len(items) :]
            for item, name in zip(subgraphs, names, strict=True):
                try:
                    inner = self._instantiate(item, name)
                except ConfigError as error:
                    found.extend(placed(part, item.node, name) for part in error.errors)
                    item.target = CalculatorBase
                    items.append(item)
                    continue
                if len(items) + len(inner.nodes) > MAX_NODES:
                    msg = f"the expanded graph has more than {MAX_NODES} nodes"
                    raise LimitError(msg, location=graph.location, node=name)
                ancestors = (*item.ancestors, item.node.calculator)
                items.extend(_Item(node, ancestors) for node in inner.nodes)
                generators.extend(inner.generators)
                handlers.extend(inner.handlers)
        if not expanded:
            return graph
        return replace(
            graph,
            node=tuple(item.node for item in items),
            packet_generator=tuple(generators),
            status_handler=tuple(handlers),
        )

    def _target(self, node: NodeConfig) -> Any:
        """What the node's calculator means."""
        try:
            return self.library.find(node.calculator, self.package) or CalculatorBase
        except ConfigError:
            return CalculatorBase  # the validation finds it again, and reports it

    def _instantiate(self, item: _Item, name: str) -> _Inside:
        node = item.node
        # Code may well contain its own type, with other options; then only the depth is limited.
        recursive = isinstance(item.target, GraphConfig) and node.calculator in item.ancestors
        if recursive or len(item.ancestors) >= MAX_DEPTH:
            chain = " -> ".join((*item.ancestors, node.calculator))
            msg = f"subgraphs are nested without end: {chain}"
            raise LimitError(msg)
        given = [
            field_name
            for field_name in (
                "source_layer",
                "buffer_size_hint",
                "output_stream_handler",
                "input_stream_info",
            )
            if getattr(node, field_name)
        ]
        if given:
            msg = (
                f'Subgraph "{node.name or node.calculator}" has a field that is only applicable to '
                f"calculators: {', '.join(given)}"
            )
            raise ContractError(msg)
        prefix = re.sub(r"[. :]", "_", name.lower()) + "__"
        if _NAME.fullmatch(prefix) is None:
            msg = (
                f'the name of a subgraph node becomes the prefix of the streams in it, but "{prefix}" cannot '
                'begin the name of a stream: use letters, digits, "_", "." and spaces, and no digit first'
            )
            raise ContractError(msg)
        graph = _graph_of(item.target, SubgraphContext(node, self.services))
        errors: list[ConfigError] = []
        graph = self.wire(graph, (node.options, node.node_options), errors, prefix)
        raise_all(errors)
        if graph.packet_factory:
            msg = "packet_factory is not supported in subgraphs"
            raise ContractError(msg, location=graph.packet_factory[0].location)
        return _connect(graph, node, prefix)


def is_subgraph(target: object) -> bool:
    """Whether what a name means stands for a graph."""
    return isinstance(target, GraphConfig | GraphTemplate) or (
        isinstance(target, type) and issubclass(target, Subgraph)
    )


def placed(error: ConfigError, node: NodeConfig, name: str) -> ConfigError:
    """The error with the place and canonical name of the node, where it has none of its own."""
    error.location = error.location or node.location
    error.node = error.node or name
    return error


def _graph_of(target: Any, context: SubgraphContext) -> GraphConfig:
    """The graph that a name stands for, made for a node."""
    if isinstance(target, GraphConfig):
        return target
    if isinstance(target, GraphTemplate):
        return target.expand(context.get_options(TemplateSubgraphOptions).dict.environment())
    try:
        made: GraphConfig = target.get_config(context)
    except ConfigError:
        raise
    except Exception as error:
        raise failed(target.get_config, context.node, error) from error
    return made


def failed(function: Callable[..., object], node: NodeConfig, error: Exception) -> ContractError:
    """The error for an author's function that raised one of its own."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return ContractError(
        f"{node.calculator}.{function.__name__} failed: {type(error).__name__}: {error} "
        f"[{frame.filename}:{frame.lineno}]"
    )


class _Names:
    """What the names of streams, or of side packets, inside a subgraph become."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._outside: dict[str, str] = {}
        self._unconnected: set[str] = set()

    def connect(self, interface: PortMap, node: PortMap, *, inputs: bool) -> None:
        """Gives the interface the names outside, as far as the node connects it."""
        for port, name in zip(interface.ids, interface.names, strict=True):
            slot = node.slot(port.tag, port.index)
            if slot is not None:
                self._outside[name] = node.names[slot]
            elif inputs:
                self._unconnected.add(name)

    def rename(self, entries: Sequence[str], *, inputs: bool = False) -> tuple[str, ...]:
        """The entries under their new names, without the `inputs` that nothing is connected to (SG-10)."""
        result = []
        for entry in entries:
            name = parse_entry(entry)[2]
            if inputs and self.drops(name):
                continue
            new = self._outside.get(name) or self._prefix + name
            where = getattr(entry, "location", None)
            result.append(Positioned(entry[: len(entry) - len(name)] + new, where))
        return tuple(result)

    def drops(self, name: str) -> bool:
        """Whether an input of that name is left out."""
        return name in self._unconnected and name not in self._outside


def _connect(graph: GraphConfig, node: NodeConfig, prefix: str) -> _Inside:
    """The subgraph's nodes under prefixed names, its interface replaced by the names outside."""
    errors: list[ConfigError] = []
    streams, side_packets = _Names(prefix), _Names(prefix)
    for kind, inner, outer, names in (
        ("input stream", graph.input_stream, node.input_stream, streams),
        ("output stream", graph.output_stream, node.output_stream, streams),
        ("input side packet", graph.input_side_packet, node.input_side_packet, side_packets),
        ("output side packet", graph.output_side_packet, node.output_side_packet, side_packets),
    ):
        try:
            interface, connected = PortMap(inner), PortMap(outer)
        except ContractError as error:
            errors.append(error)
            continue
        for slot, port in enumerate(connected):
            if interface.slot(port.tag, port.index) is None:
                has = interface.count(port.tag)
                what = (
                    f'Tag "{port.tag}" has {connected.count(port.tag)} indexes in the subgraph node but has '
                    f"only {has} indexes"
                    if has
                    else f'Tag "{port.tag}" does not exist'
                )
                msg = (
                    f"{what} in the subgraph config: "
                    f'{describe(kind, port)} ("{connected.names[slot]}") is not in the interface of subgraph '
                    f"{node.calculator} (it has: {list_ports(interface)})"
                    f"{hint(port.tag, set(interface.tags()) - {port.tag})}"
                )
                errors.append(ContractError(msg, location=connected.locations[slot]))
        names.connect(interface, connected, inputs=kind.startswith("input"))
    raise_all(errors)
    nodes = []
    for inner_node, name in zip(graph.node, canonical_names(graph.node), strict=True):
        try:
            nodes.append(_renamed(inner_node, prefix + name, streams, side_packets))
        except ConfigError as error:
            errors.append(error)
    raise_all(errors)
    generators = [
        replace(
            generator,
            input_side_packet=side_packets.rename(generator.input_side_packet, inputs=True),
            output_side_packet=side_packets.rename(generator.output_side_packet),
        )
        for generator in graph.packet_generator
    ]
    alone = _Names(prefix)  # SG-12
    handlers = [
        replace(handler, input_side_packet=alone.rename(handler.input_side_packet))
        for handler in graph.status_handler
    ]
    return _Inside(nodes, generators, handlers)


def _renamed(node: NodeConfig, name: str, streams: _Names, side_packets: _Names) -> NodeConfig:
    return replace(
        node,
        name=name,
        input_stream=streams.rename(node.input_stream, inputs=True),
        output_stream=streams.rename(node.output_stream),
        input_side_packet=side_packets.rename(node.input_side_packet, inputs=True),
        output_side_packet=side_packets.rename(node.output_side_packet),
        input_stream_info=_remaining(node, streams),
    )


def _remaining(node: NodeConfig, streams: _Names) -> tuple[InputStreamInfo, ...]:
    """What the node says of its inputs, without those that are left out."""
    if not node.input_stream_info:
        return ()
    ports = PortMap(node.input_stream)
    dropped = [port for port, name in zip(ports.ids, ports.names, strict=True) if streams.drops(name)]
    return tuple(info for info in node.input_stream_info if parse_reference(info.tag_index) not in dropped)
