"""The calls of calculators that a trace file tells of (X-14)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from .exits import UsageError

if TYPE_CHECKING:
    from mpgraph.formats.protos.framework.calculator_profile_pb2 import GraphProfile, GraphTrace

__all__ = ["Call", "calls", "node_names", "read_profile"]


@dataclass(slots=True, eq=False)
class Call:
    """A call of a calculator; for node -1, packets from outside. All times are in microseconds.

    Attributes:
        node: Its id.
        kind: ``OPEN``, ``PROCESS`` or ``CLOSE``.
        timestamp: The input timestamp.
        start, finish: When it began and ended; None if the trace does not tell.
        thread: The number of the thread that began it.
        inputs, outputs: (stream, timestamp) of its packets.
        sources: The calls that made its inputs.
    """

    node: int
    kind: str
    timestamp: int
    start: int | None
    finish: int | None
    thread: int
    inputs: list[tuple[str, int]] = field(default_factory=list)
    outputs: list[tuple[str, int]] = field(default_factory=list)
    sources: list[Call] = field(default_factory=list)

    def continues(self, entry: Call) -> bool:
        """Whether an entry of the same node and timestamp tells more of this call."""
        if entry.finish is None:
            return self.finish is None
        return entry.start is None and self.finish in (None, entry.finish)


def read_profile(path: Path) -> GraphProfile:
    """The content of a trace file.

    Raises:
        OSError: The file cannot be read.
        UsageError: It is no trace file.
    """
    from google.protobuf.message import DecodeError

    from mpgraph.formats.protos.framework.calculator_profile_pb2 import GraphProfile

    try:
        profile = GraphProfile.FromString(path.read_bytes())
    except DecodeError:
        profile = GraphProfile()
    if not profile.graph_trace:
        msg = f"{path}: not a trace file (a GraphProfile message with a trace in it)"
        raise UsageError(msg)
    return profile


def node_names(profile: GraphProfile) -> dict[int, str]:
    """The names of the nodes by id."""
    return {node: name for trace in profile.graph_trace for node, name in enumerate(trace.calculator_name)}


def calls(profile: GraphProfile) -> list[Call]:
    """The calls in the order of their beginning.

    What several entries tell of one call is put together: those of instant events, and those of a call that
    went on from one interval of the file to the next.
    """
    found: list[Call] = []
    last: dict[tuple[int, str, int], Call] = {}
    made: dict[tuple[str, int], Call] = {}
    for entry in _entries(profile):
        key = entry.node, entry.kind, entry.timestamp
        call = last.get(key)
        if call is None or not call.continues(entry):
            call = last[key] = entry
            found.append(call)
        else:
            call.finish = entry.finish if call.finish is None else call.finish
            call.inputs += entry.inputs
            call.outputs += entry.outputs
        call.sources += [made[packet] for packet in entry.inputs if packet in made]
        made.update(dict.fromkeys(entry.outputs, call))
    return found


def _entries(profile: GraphProfile) -> Iterator[Call]:
    for trace in profile.graph_trace:
        kinds = {trace.OPEN: "OPEN", trace.PROCESS: "PROCESS", trace.CLOSE: "CLOSE"}
        for entry in trace.calculator_trace:
            kind = kinds.get(entry.event_type)
            if kind is not None:
                yield _entry(trace, entry, kind)


def _entry(trace: GraphTrace, entry: GraphTrace.CalculatorTrace, kind: str) -> Call:
    def packets(listed: list[GraphTrace.StreamTrace]) -> list[tuple[str, int]]:
        names = trace.stream_name
        return [
            (
                names[packet.stream_id] if 0 <= packet.stream_id < len(names) else f"#{packet.stream_id}",
                trace.base_timestamp + packet.packet_timestamp,
            )
            for packet in listed
        ]

    return Call(
        entry.node_id,
        kind,
        trace.base_timestamp + entry.input_timestamp,
        trace.base_time + entry.start_time if entry.HasField("start_time") else None,
        trace.base_time + entry.finish_time if entry.HasField("finish_time") else None,
        entry.thread_id,
        packets(list(entry.input_trace)),
        packets(list(entry.output_trace)),
    )
