"""Subgraphs: finding them by type, and expanding them into the nodes that they stand for (spec section 6)."""

from __future__ import annotations

import difflib
import importlib.resources
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

from mpgraph import registry
from mpgraph.calculator import CalculatorBase
from mpgraph.errors import ConfigError, ContractError, LimitError, UnknownCalculatorError, raise_all
from mpgraph.options import Positioned
from mpgraph.port_map import PortId, PortMap, parse_entry

from .schema import MAX_NODES, GraphConfig, NodeConfig

__all__ = ["Library", "Subgraph", "canonical_names", "expand"]

MAX_DEPTH = 64
_TYPE = re.compile(r"""^\s*type\s*:\s*["']([^"']*)["']""", re.MULTILINE)


class Subgraph:
    """A node type that stands for a graph made by code; ``name=`` registers it like a calculator."""

    registered_name: ClassVar[str] = ""

    def __init_subclass__(cls, name: str | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if name is not None:
            cls.registered_name = name
            registry.register(name, cls)

    @classmethod
    def get_config(cls, node: NodeConfig) -> GraphConfig:
        """The graph that replaces the node; its interface is connected to the node's ports by TAG:index.

        Raises:
            ConfigError: The node's options or ports do not fit.
        """
        raise NotImplementedError


class Library:
    """What the names in a graph mean: graphs given directly, calculators and code subgraphs, graph files.

    Files are looked for in the given folders, then in the packages that offer graphs. A file's graph is
    known by its ``type:``; the file that is named after the type in snake case is tried first.

    Args:
        folders: Folders with ``.pbtxt`` files, searched with their subfolders.
        beside: Folders searched without their subfolders, first.
        graphs: Graphs by their ``type`` (SG-2).
    """

    def __init__(
        self,
        folders: Sequence[Path] = (),
        *,
        beside: Sequence[Path] = (),
        graphs: Iterable[GraphConfig] = (),
    ) -> None:
        self._folders = tuple(folders)
        self._beside = tuple(beside)
        self._graphs: dict[str, GraphConfig] = {graph.type: graph for graph in graphs}
        self._types: dict[str, Path] | None = None

    def find(
        self, name: str, package: str = ""
    ) -> type[CalculatorBase] | type[Subgraph] | GraphConfig | None:
        """The calculator or subgraph of that name; None if there is none.

        Raises:
            ConfigError: Its class cannot be imported, or its file is not a graph.
        """
        for candidate in registry.candidates(name, package):
            graph = self._graphs.get(candidate)
            if graph is not None:
                return graph
            cls = registry.find(candidate)
            if cls is not None:
                return cls
            path = self._types_of_files().get(candidate)
            if path is not None:
                graph = self._graphs[candidate] = GraphConfig.load(path)
                return graph
        return None

    def names(self) -> list[str]:
        """All names that can be found, sorted."""
        return sorted({*registry.names(), *self._graphs, *self._types_of_files()})

    def unknown(self, name: str, node: NodeConfig, package: str = "") -> UnknownCalculatorError:
        """The error for a name that is not found."""
        close = difflib.get_close_matches(name, self.names(), n=1)
        hint = f'; did you mean "{close[0]}"?' if close else ""
        where = ", ".join(str(folder) for folder in (*self._beside, *self._folders))
        looked = f" nor the type of a .pbtxt in {where}" if where else " nor the type of a known .pbtxt"
        msg = f'"{name}" is neither a registered calculator{looked}{hint}'
        return UnknownCalculatorError(msg, name=name, location=node.location, node=node.name or None)

    def _types_of_files(self) -> dict[str, Path]:
        if self._types is None:
            self._types = {}
            for path in self._files():
                try:
                    head = path.read_text(encoding="utf-8", errors="replace")
                except OSError:
                    continue
                match = _TYPE.search(head)
                if match is not None:
                    self._types.setdefault(match[1], path)
        return self._types

    def _files(self) -> Iterator[Path]:
        for folder in self._beside:
            yield from sorted(folder.glob("*.pbtxt"))
        for folder in self._folders:
            yield from sorted(folder.rglob("*.pbtxt"))
        for package in registry.graph_packages():
            yield from sorted(Path(str(importlib.resources.files(package))).rglob("*.pbtxt"))


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


def expand(graph: GraphConfig, library: Library) -> GraphConfig:
    """Replaces every subgraph node by its nodes until none is left (SG-5 to SG-14).

    Nodes of unknown types are left for the validation to report.

    Raises:
        ConfigError: A subgraph is recursive, does not fit its node, or there are too many nodes.
    """
    items = [_Item(node) for node in graph.node]
    generators = list(graph.packet_generator)
    handlers = list(graph.status_handler)
    expanded = False
    while True:
        errors: list[ConfigError] = []
        for item in items:
            if item.target is None:
                try:
                    item.target = library.find(item.node.calculator, graph.package) or CalculatorBase
                except ConfigError as error:
                    errors.extend(error.errors)
                    item.target = CalculatorBase
        leaves = [item for item in items if not _is_subgraph(item.target)]
        subgraphs = [item for item in items if _is_subgraph(item.target)]
        if not subgraphs:
            raise_all(errors)
            break
        expanded = True
        items = leaves
        names = canonical_names([item.node for item in (*leaves, *subgraphs)])[len(leaves) :]
        for item, name in zip(subgraphs, names, strict=True):
            try:
                inner = _instantiate(item, name)
            except ConfigError as error:
                errors.extend(_with_node(part, item.node, name) for part in error.errors)
                continue
            ancestors = (*item.ancestors, item.node.calculator)
            items.extend(_Item(node, ancestors) for node in inner.node)
            generators.extend(inner.packet_generator)
            handlers.extend(inner.status_handler)
        if len(items) > MAX_NODES:
            msg = f"the expanded graph has more than {MAX_NODES} nodes"
            errors.append(LimitError(msg, location=graph.location))
        raise_all(errors)
    if not expanded:
        return graph
    return replace(
        graph,
        node=tuple(item.node for item in items),
        packet_generator=tuple(generators),
        status_handler=tuple(handlers),
    )


def _is_subgraph(target: Any) -> bool:
    return isinstance(target, GraphConfig) or (isinstance(target, type) and issubclass(target, Subgraph))


def _with_node(error: ConfigError, node: NodeConfig, name: str) -> ConfigError:
    error.location = error.location or node.location
    error.node = error.node or name
    return error


def _instantiate(item: _Item, name: str) -> GraphConfig:
    node = item.node
    if item.ancestors.count(node.calculator) or len(item.ancestors) >= MAX_DEPTH:
        chain = " -> ".join((*item.ancestors, node.calculator))
        msg = f"subgraphs are nested without end: {chain}"
        raise LimitError(msg, location=node.location)
    given = [
        field_name
        for field_name in ("source_layer", "buffer_size_hint", "output_stream_handler", "input_stream_info")
        if getattr(node, field_name)
    ]
    if given:
        msg = f'subgraph "{name}" sets {", ".join(given)}, which only calculators have'
        raise ContractError(msg, location=node.location)
    graph = item.target if isinstance(item.target, GraphConfig) else item.target.get_config(node)
    if graph.packet_factory:
        msg = "packet_factory is not supported in subgraphs"
        raise ContractError(msg, location=graph.location)
    prefix = re.sub(r"[. :]", "_", name.lower()) + "__"
    return _connect(graph, node, prefix)


def _connect(graph: GraphConfig, node: NodeConfig, prefix: str) -> GraphConfig:
    """The subgraph's nodes under prefixed names, its interface replaced by the names outside."""
    errors: list[ConfigError] = []
    streams: dict[str, str | None] = {}
    side_packets: dict[str, str | None] = {}
    for kind, inner, outer, renamed, is_input in (
        ("input streams", graph.input_stream, node.input_stream, streams, True),
        ("output streams", graph.output_stream, node.output_stream, streams, False),
        ("input side packets", graph.input_side_packet, node.input_side_packet, side_packets, True),
        ("output side packets", graph.output_side_packet, node.output_side_packet, side_packets, False),
    ):
        try:
            interface, connected = PortMap(inner), PortMap(outer)
        except ContractError as error:
            errors.append(error)
            continue
        for port, location in zip(connected.ids, connected.locations, strict=True):
            if interface.slot(port.tag, port.index) is None:
                errors.append(ContractError(_no_such_port(kind, port, interface, graph), location=location))
        for port, name in zip(interface.ids, interface.names, strict=True):
            slot = connected.slot(port.tag, port.index)
            if slot is not None:
                renamed[name] = connected.names[slot]
            elif is_input:
                renamed.setdefault(name, None)
    raise_all(errors)

    def rename(entries: Sequence[str], names: Mapping[str, str | None]) -> tuple[str, ...]:
        result = []
        for entry in entries:
            name = parse_entry(entry)[2]
            new = names.get(name, prefix + name)
            if new is not None:
                where = getattr(entry, "location", None)
                result.append(Positioned(entry[: len(entry) - len(name)] + new, where))
        return tuple(result)

    inner_names = canonical_names(graph.node)
    nodes = tuple(
        replace(
            inner_node,
            name=prefix + name,
            input_stream=rename(inner_node.input_stream, streams),
            output_stream=rename(inner_node.output_stream, streams),
            input_side_packet=rename(inner_node.input_side_packet, side_packets),
            output_side_packet=rename(inner_node.output_side_packet, side_packets),
            # What the subgraph leaves unconnected is no input of the node any more.
            input_stream_info=_remaining(inner_node, streams),
        )
        for inner_node, name in zip(graph.node, inner_names, strict=True)
    )
    generators = tuple(
        replace(
            generator,
            input_side_packet=rename(generator.input_side_packet, side_packets),
            output_side_packet=rename(generator.output_side_packet, side_packets),
        )
        for generator in graph.packet_generator
    )
    handlers = tuple(
        replace(handler, input_side_packet=rename(handler.input_side_packet, {}))
        for handler in graph.status_handler
    )
    return replace(graph, node=nodes, packet_generator=generators, status_handler=handlers)


def _no_such_port(kind: str, port: PortId, interface: PortMap, graph: GraphConfig) -> str:
    listed = ", ".join(interface.entries()) or "none"
    if port.tag in interface.tags():
        return (
            f'{kind}: tag "{port.tag}" has index {port.index} in the node but only '
            f"{interface.count(port.tag)} index(es) in subgraph {graph.type} (it has: {listed})"
        )
    return f'{kind}: tag "{port.tag}" does not exist in subgraph {graph.type} (it has: {listed})'


def _remaining(node: NodeConfig, streams: Mapping[str, str | None]) -> tuple[Any, ...]:
    if not node.input_stream_info or all(name is not None for name in streams.values()):
        return node.input_stream_info
    try:
        ports = PortMap(node.input_stream)
    except ContractError:
        return node.input_stream_info
    dropped = {
        str(port)
        for port, name in zip(ports.ids, ports.names, strict=True)
        if streams.get(name, name) is None
    }
    return tuple(info for info in node.input_stream_info if info.tag_index not in dropped)
