"""Runs a graph on packets that are all known beforehand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mpgraph import Graph, Packet

__all__ = ["run_graph"]


def run_graph(
    text: str,
    inputs: Mapping[str, Sequence[tuple[int, Any]]],
    outputs: Sequence[str],
    side_packets: Mapping[str, Any] | None = None,
) -> dict[str, list[tuple[int, Any]]]:
    """What comes out of the output streams, as (timestamp, value).

    Packets go in by timestamp, those of one timestamp in the order of `inputs`.
    """
    found: dict[str, list[tuple[int, Any]]] = {name: [] for name in outputs}
    with Graph(text) as graph:
        for name in outputs:
            graph.observe(name, _collector(found[name]))
        graph.start(side_packets)
        packets = [(at, name, value) for name, stream in inputs.items() for at, value in stream]
        for at, name, value in sorted(packets, key=lambda packet: packet[0]):
            graph.add_packet(name, value, at)
        graph.close_all_inputs()
        graph.wait_until_done()
    return found


def _collector(to: list[tuple[int, Any]]) -> Callable[[Packet], None]:
    return lambda packet: to.append((packet.timestamp, packet.value))
