"""Trace files in the JSON form that trace viewers open, such as Perfetto and Chrome's own (X-40)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .trace_calls import Call, calls, node_names

if TYPE_CHECKING:
    from mpgraph.formats.protos.framework.calculator_profile_pb2 import GraphProfile

__all__ = ["chrome_trace"]

_PROCESS = 1  # the id of the one process that viewers are told of


def chrome_trace(profile: GraphProfile, *, by_calculator: bool = False) -> dict[str, Any]:
    """The calls of calculators as bars, one row per thread or calculator, and the queues as curves.

    A call of which only the beginning or the end is known is a mark. Times are in microseconds.
    """
    names = {-1: "graph input", **node_names(profile)}
    events: list[dict[str, Any]] = []
    rows: dict[int, str] = {}
    for call in calls(profile):
        name = names.get(call.node, f"node {call.node}")
        row = call.node + 1 if by_calculator else call.thread
        rows.setdefault(row, name if by_calculator else f"thread {call.thread}")
        events.append({**_bar(call), "name": name, "cat": call.kind, "pid": _PROCESS, "tid": row})
    events += _queues(profile, names)
    titles = [
        {"ph": "M", "name": "thread_name", "pid": _PROCESS, "tid": row, "args": {"name": title}}
        for row, title in sorted(rows.items())
    ]
    return {"traceEvents": [*titles, *sorted(events, key=lambda event: event["ts"])], "displayTimeUnit": "ms"}


def _bar(call: Call) -> dict[str, Any]:
    packets = {"inputs": call.inputs, "outputs": call.outputs}
    args = {
        "timestamp": call.timestamp,
        **{side: [f"{stream} @ {at}" for stream, at in listed] for side, listed in packets.items()},
    }
    if call.start is not None and call.finish is not None:
        return {"ph": "X", "ts": call.start, "dur": call.finish - call.start, "args": args}
    known = call.start if call.start is not None else call.finish
    return {"ph": "i", "s": "t", "ts": known, "args": args}


def _queues(profile: GraphProfile, names: dict[int, str]) -> list[dict[str, Any]]:
    return [
        {
            "ph": "C",
            "name": f"queue of {names.get(entry.node_id, f'node {entry.node_id}')}",
            "pid": _PROCESS,
            "ts": trace.base_time + entry.start_time,
            "args": {trace.stream_name[entry.input_trace[0].stream_id]: entry.input_trace[0].event_data},
        }
        for trace in profile.graph_trace
        for entry in trace.calculator_trace
        if entry.event_type == trace.PACKET_QUEUED and entry.input_trace
    ]
