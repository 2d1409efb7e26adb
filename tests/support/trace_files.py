"""Trace files made of few words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from google.protobuf import text_format

from mpgraph.formats.protos.framework.calculator_profile_pb2 import GraphProfile

__all__ = ["Packet", "call", "profile", "write"]

Packet = tuple[int, int]
"""The number of a stream (1 is "in", 2 is "mid", 3 is "out") and a timestamp."""


def call(
    node: int,
    timestamp: int,
    start: int | None = None,
    finish: int | None = None,
    *,
    takes: Sequence[Packet] = (),
    makes: Sequence[Packet] = (),
    thread: int = 0,
    kind: str = "PROCESS",
) -> str:
    """An entry of a trace, as text."""
    times = {"start_time": start, "finish_time": finish}
    known = " ".join(f"{name}: {time}" for name, time in times.items() if time is not None)
    packets = "".join(
        f" {side} {{ stream_id: {stream} packet_timestamp: {at} }}"
        for side, listed in (("input_trace", takes), ("output_trace", makes))
        for stream, at in listed
    )
    return (
        f"calculator_trace {{ node_id: {node} input_timestamp: {timestamp} event_type: {kind} "
        f"thread_id: {thread} {known} {packets} }}"
    )


def profile(*traces: Sequence[str], base: int = 1_000_000) -> GraphProfile:
    """A file of several intervals; nodes 0 and 1 are "first" and "second", timestamps begin with 100."""
    texts = []
    for number, entries in enumerate(traces):
        names = "" if number else 'calculator_name: "first" calculator_name: "second"'
        streams = 'stream_name: "" stream_name: "in" stream_name: "mid" stream_name: "out"'
        texts.append(
            f"graph_trace {{ base_time: {base} base_timestamp: 100 {names} {streams} {' '.join(entries)} }}"
        )
    return text_format.Parse("\n".join(texts), GraphProfile())


def write(path: Path, made: GraphProfile) -> Path:
    """Writes it to a file."""
    path.write_bytes(made.SerializeToString())
    return path
