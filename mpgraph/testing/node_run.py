"""`run_node`: one node on packets that are all known beforehand (spec OB-7, upstream's CalculatorRunner)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from mpgraph.calculator import Calculator
from mpgraph.config.schema import GraphConfig, NodeConfig
from mpgraph.context import Context
from mpgraph.errors import ContractError, SidePacketError, StopGraph
from mpgraph.packet import Packet
from mpgraph.port_map import PortId, PortMap, describe, list_ports, parse_reference
from mpgraph.ports import Input, Kind, Output, SideInput
from mpgraph.runtime.graph import Graph

from .stream_data import StreamData, StreamItem, to_packets

__all__ = ["NodeOutputs", "NodeRunner", "parse_node", "run_node"]

T = TypeVar("T")


class _Source(Calculator, name="TestingSourceCalculator", timestamp_offset=None):
    """Sets the header of a stream and sends all its packets in ``open``."""

    data = SideInput[StreamData]("DATA")
    packets = Output[object]()

    def open(self, cc: Context) -> None:
        data = cc[self.data]
        if not data.header.is_empty():
            cc.set_header(self.packets, data.header)
        for packet in to_packets(data):
            cc.send_packet(self.packets, packet)
        cc.close(self.packets)

    def process(self, cc: Context) -> None:
        raise StopGraph


class _Sink(Calculator, name="TestingSinkCalculator"):
    """Notes the header of a stream and all its packets."""

    packets = Input[object]()
    data = SideInput[StreamData]("DATA")

    def open(self, cc: Context) -> None:
        cc[self.data].header = cc.header(self.packets)

    def process(self, cc: Context) -> None:
        cc[self.data].append((cc.timestamp, cc[self.packets]))


class NodeOutputs(Mapping[str, StreamData]):
    """What a node made: its output streams by port, ``outputs["MASK"]``, and its output side packets.

    Ports are written as ``TAG``, ``TAG:1``, ``""`` or ``:1``.

    Attributes:
        streams, side_packets: The same by `PortId`.
    """

    def __init__(self, streams: Mapping[PortId, StreamData], side_packets: Mapping[PortId, Packet]) -> None:
        self.streams = streams
        self.side_packets = side_packets

    def __getitem__(self, port: str) -> StreamData:
        return _get(self.streams, port, "output stream")

    def __iter__(self) -> Iterator[str]:
        return map(_reference, self.streams)

    def __len__(self) -> int:
        return len(self.streams)

    def side_packet(self, port: str = "") -> Packet:
        """The output side packet; empty if the node did not make it.

        Raises:
            KeyError: The node has no such port.
        """
        return _get(self.side_packets, port, "output side packet")


class NodeRunner:
    """A graph around one node, which can be run any number of times.

    Args:
        node: The node in a graph's text, as ``node { ... }`` or only what stands in the braces, or a
            `NodeConfig`. It may be a subgraph. ``external_input`` is the same as ``input_side_packet`` here.
        threads: The most threads; 0 for none besides the caller's.
        copies: How many copies of the node run side by side on the same inputs.
        arguments: More arguments of `Graph`.

    Attributes:
        node: The node.
        graph: The graph around it.

    Raises:
        ConfigError: The node has errors, or two of its ports share a stream.
    """

    def __init__(
        self, node: str | NodeConfig, *, threads: int = 1, copies: int = 1, **arguments: Any
    ) -> None:
        self.node = parse_node(node)
        self._maps: dict[Kind, PortMap] = {
            "input": PortMap(self.node.input_stream),
            "output": PortMap(self.node.output_stream),
            "side_input": PortMap(self.node.input_side_packet),
            "side_output": PortMap(self.node.output_side_packet),
        }
        self._check_names("input", "output")
        self._check_names("side_input", "side_output")
        self._copies = copies
        self.graph = Graph(self._around(), num_threads=threads, **arguments)

    def _check_names(self, *kinds: Kind) -> None:
        names = [name for kind in kinds for name in self._maps[kind].names]
        for name in names:
            if names.count(name) > 1:
                msg = f'"{name}" is connected to several ports; here each port needs a name of its own'
                raise ContractError(msg, location=self.node.location)

    def _around(self) -> GraphConfig:
        sources = [
            NodeConfig(
                calculator=_Source.registered_name,
                input_side_packet=(f"DATA:testing_source_{slot}",),
                output_stream=(name,),
            )
            for slot, name in enumerate(self._maps["input"].names)
        ]
        nodes = []
        for copy in range(self._copies):
            outputs = _renamed(self._maps["output"], copy)
            made = _renamed(self._maps["side_output"], copy)
            nodes.append(
                dataclasses.replace(
                    self.node,
                    name=f"{self.node.name}_copy_{copy}" if self.node.name else "",
                    output_stream=outputs,
                    output_side_packet=made,
                )
                if copy
                else self.node
            )
            nodes += [
                NodeConfig(
                    calculator=_Sink.registered_name,
                    input_stream=(name,),
                    input_side_packet=(f"DATA:testing_sink_{copy}_{slot}",),
                )
                for slot, name in enumerate(PortMap(outputs).names)
            ]
        return GraphConfig(node=(*sources, *nodes))

    def run(
        self,
        inputs: Mapping[str, Iterable[StreamItem]] | None = None,
        side_packets: Mapping[str, Any] | None = None,
    ) -> NodeOutputs:
        """Runs the node to its end and returns all that it made.

        Args:
            inputs: The packets, or (timestamp, value), by port, ``TAG``, ``TAG:1``, ``""`` or ``:1``; a
                `StreamData` has a header too. A stream that is not named is closed at once.
            side_packets: Values or packets by port.

        Raises:
            ContractError: The node has no such port.
            RunError: The run failed.
        """
        return self.run_copies(inputs, side_packets)[0]

    def run_copies(
        self,
        inputs: Mapping[str, Iterable[StreamItem]] | None = None,
        side_packets: Mapping[str, Any] | None = None,
    ) -> list[NodeOutputs]:
        """Does the same and returns what each copy made."""
        streams = self._by_slot("input", inputs or {})
        given = self._by_slot("side_input", side_packets or {})
        side = {self._maps["side_input"].names[slot]: value for slot, value in given.items()}
        for slot in range(len(self._maps["input"])):
            items = streams.get(slot, ())
            data = items if isinstance(items, StreamData) else StreamData(items)
            side[f"testing_source_{slot}"] = Packet(data)
        found: list[dict[PortId, StreamData]] = [{} for _ in range(self._copies)]
        for copy, ports in enumerate(found):
            for slot, port in enumerate(self._maps["output"]):
                ports[port] = StreamData()
                side[f"testing_sink_{copy}_{slot}"] = Packet(ports[port])
        self.graph.run(side)
        return [NodeOutputs(ports, self._made(copy)) for copy, ports in enumerate(found)]

    def _made(self, copy: int) -> dict[PortId, Packet]:
        ports = PortMap(_renamed(self._maps["side_output"], copy))
        return {port: self._side_packet(name) for port, name in zip(ports, ports.names, strict=True)}

    def _side_packet(self, name: str) -> Packet:
        try:
            return self.graph.output_side_packet(name)
        except SidePacketError:
            return Packet()

    def _by_slot(self, kind: Kind, given: Mapping[str, Any]) -> dict[int, Any]:
        ports = self._maps[kind]
        found = {}
        for reference, value in given.items():
            port = parse_reference(reference)
            slot = ports.slot(port.tag, port.index)
            if slot is None:
                what = {"input": "input stream", "side_input": "input side packet"}[kind]
                msg = f"the node has no {describe(what, port)} (it has: {list_ports(ports)})"
                raise ContractError(msg, location=self.node.location)
            found[slot] = value
        return found


def run_node(
    node: str | NodeConfig,
    inputs: Mapping[str, Iterable[StreamItem]] | None = None,
    side_packets: Mapping[str, Any] | None = None,
    *,
    threads: int = 1,
    **arguments: Any,
) -> NodeOutputs:
    """Runs one node to its end and returns all that it made; `NodeRunner` in one call.

    ::

        node = 'calculator: "DoubleCalculator" input_stream: "IN:a" output_stream: "OUT:b"'
        assert run_node(node, {"IN": [(0, 1), (5, 2)]})["OUT"] == [(0, 2), (5, 4)]

    Raises:
        ConfigError: The node has errors, or there is no such port.
        RunError: The run failed.
    """
    return NodeRunner(node, threads=threads, **arguments).run(inputs, side_packets)


def parse_node(node: str | NodeConfig) -> NodeConfig:
    """The node of a text, with ``external_input`` as input side packets.

    Raises:
        ConfigError: It is malformed, or not exactly one node, or it has both.
    """
    if isinstance(node, str):
        text = node if node.lstrip().startswith("node") else f"node {{ {node}\n}}"
        graph = GraphConfig.from_text(text)
        if graph != GraphConfig(node=graph.node) or len(graph.node) != 1:
            msg = f"expected one node and nothing else, got {len(graph.node)} nodes in:\n{node}"
            raise ContractError(msg)
        node = graph.node[0]
    if not node.external_input:
        return node
    if node.input_side_packet:
        msg = "a node has either input_side_packet or external_input, not both"
        raise ContractError(msg, location=node.location)
    return dataclasses.replace(node, input_side_packet=node.external_input, external_input=())


def _renamed(ports: PortMap, copy: int) -> tuple[str, ...]:
    """The entries of the ports, with names of their own for each copy but the first."""
    suffix = f"_copy_{copy}" if copy else ""
    return tuple(
        f"{port.tag}:{port.index}:{name}{suffix}" if port.tag else f"{name}{suffix}"
        for port, name in zip(ports, ports.names, strict=True)
    )


def _reference(port: PortId) -> str:
    return f"{port.tag}:{port.index}" if port.index else port.tag


def _get(found: Mapping[PortId, T], reference: str, what: str) -> T:
    port = parse_reference(reference)
    if port not in found:
        msg = f"the node has no {describe(what, port)} (it has: {list_ports(found)})"
        raise KeyError(msg)
    return found[port]
