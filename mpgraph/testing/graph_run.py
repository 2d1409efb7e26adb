"""`run_graph`: a graph on packets that are all known beforehand."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mpgraph.config.schema import GraphConfig
from mpgraph.config.template import GraphTemplate
from mpgraph.runtime.graph import Graph

from .stream_data import StreamData, StreamItem, collector, to_packets

__all__ = ["run_graph"]


def run_graph(
    config: str | Path | GraphConfig | GraphTemplate,
    inputs: Mapping[str, Iterable[StreamItem]] | None = None,
    side_packets: Mapping[str, Any] | None = None,
    outputs: Iterable[str] | None = None,
    *,
    bounds: bool = False,
    threads: int | None = None,
    **arguments: Any,
) -> dict[str, StreamData]:
    """Runs a graph to its end and returns what went through its streams.

    ::

        assert run_graph("double.pbtxt", {"in": [(0, 1), (5, 2)]}) == {"out": [(0, 2), (5, 4)]}

    Packets go in by timestamp, those of one timestamp in the order of `inputs`; then the inputs are closed.

    Args:
        config: As of `Graph`.
        inputs: The packets, or (timestamp, value), of graph inputs by name; what is not named stays empty.
        side_packets: Values or packets by name.
        outputs: The streams to watch, any of the graph; by default its output streams.
        bounds: Whether to note also how far a stream is settled, as (timestamp, NOTHING).
        threads: The most threads; 0 for none besides the caller's, None for what the graph says.
        arguments: More arguments of `Graph`.

    Raises:
        ConfigError: The graph has errors.
        RunError: The run failed, or there is no such stream.
    """
    graph = Graph(config, num_threads=threads, **arguments)
    found = {name: StreamData() for name in (graph.plan.graph_outputs if outputs is None else outputs)}
    for name, data in found.items():
        graph.observe(name, collector(data), bounds=bounds)
    streams = [
        [(packet.time, name, packet) for packet in to_packets(items)]
        for name, items in (inputs or {}).items()
    ]
    with graph:
        graph.start(side_packets)
        for _, name, packet in heapq.merge(*streams, key=lambda entry: entry[0]):
            graph.add_packet(name, packet)
    return found
