"""Small graphs run step by step, idle after each: on mpgraph, and on the real MediaPipe to compare with.

Both run on the calling thread alone, so that the order of all calls is determined.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import reject
from oracle_client import oracle

from mpgraph import Graph, Packet
from mpgraph.errors import MpgraphError
from mpgraph.formats.image_frame import ImageFrame

__all__ = [
    "Found",
    "Step",
    "add",
    "close",
    "compare",
    "finish",
    "node",
    "packets",
    "plain",
    "play",
    "restart",
]

Step = tuple[Any, ...]
Found = dict[str, list[tuple[int, Any]]]

_ONE_THREAD = 'executor { type: "ApplicationThreadExecutor" } '


def add(stream: str, timestamp: int, value: Any = 1) -> Step:
    """A packet; an empty one, which is a bound, if the value is None."""
    return ("add", stream, timestamp, value)


def close(stream: str) -> Step:
    """The end of a graph input."""
    return ("close", stream)


def restart() -> Step:
    """The end of the run, and the beginning of another."""
    return ("restart",)


def node(
    calculator: str,
    inputs: Sequence[str] = (),
    outputs: Sequence[str] = (),
    options: str = "",
    *,
    side_inputs: Sequence[str] = (),
    side_outputs: Sequence[str] = (),
    more: str = "",
) -> str:
    """A graph of one node, all of whose inputs are the graph's; options without ``Calculator``'s name."""
    name = calculator if calculator == "SwitchContainer" else calculator + "Calculator"
    streams = dict.fromkeys(entry.rpartition(":")[2] for entry in inputs)
    ports = [
        f'{field}: "{entry}"'
        for field, entries in (
            ("input_stream", inputs),
            ("output_stream", outputs),
            ("input_side_packet", side_inputs),
            ("output_side_packet", side_outputs),
        )
        for entry in entries
    ]
    if options:
        more += f" options {{ [mediapipe.{name}Options.ext] {{ {options} }} }}"
    head = " ".join(f'input_stream: "{name}"' for name in streams)
    return f'{head}\nnode {{ calculator: "{name}" {" ".join(ports)} {more} }}'


def play(
    text: str, steps: Sequence[Step], outputs: Sequence[str], side: Mapping[str, Any] | None = None
) -> Found:
    """What comes out of each stream as (timestamp, value), None for a bound; raises what the run raises."""
    found: Found = {name: [] for name in outputs}
    _play(text, steps, found, side or {})
    return found


def finish(text: str, outputs: Sequence[str], side: Mapping[str, Any] | None = None) -> Found:
    """What comes out of a graph that runs to its end by itself, without bounds; raises what the run raises."""
    found: Found = {name: [] for name in outputs}
    graph = Graph(_ONE_THREAD + text)
    for name, got in found.items():
        graph.observe(name, _collector(got))
    graph.run(side or {})
    return found


def compare(
    text: str,
    steps: Sequence[Step],
    outputs: Sequence[str],
    side: Mapping[str, Any] | None = None,
    *,
    rounding: bool = False,
) -> None:
    """Asserts that packets, bounds and whether the run fails are the same on the real MediaPipe.

    Of failed runs, only the packets: upstream passes on some bounds at the end of such a run. A value that
    is a list goes in as a packet with a declared type. Messages are compared as bytes, or with `rounding`
    with some tolerance for the functions of the C library, which rounds otherwise than Python's now and then.
    """
    found: Found = {name: [] for name in outputs}
    failed = False
    try:
        _play(text, steps, found, side or {})
    except MpgraphError:
        failed = True
    expected, has_failed = _theirs(text, steps, outputs, side or {})
    assert failed == has_failed
    if failed:
        found, expected = packets(found), packets(expected)
    if rounding:
        expected = {
            name: [(t, _like(value, data)) for (t, data), (_, value) in zip(got, found[name], strict=True)]
            for name, got in expected.items()
        }
    found = {name: [(t, plain(value)) for t, value in got] for name, got in found.items()}
    assert found == expected


def _like(value: Any, data: Any) -> Any:
    """The bytes of our message if those of theirs say nearly the same, else theirs."""
    if isinstance(value, list) and isinstance(data, list) and len(value) == len(data):
        return [_like(item, part) for item, part in zip(value, data, strict=True)]
    if isinstance(data, bytes) and hasattr(value, "SerializePartialToString"):
        ours, theirs = _leaves(value), _leaves(type(value).FromString(data))
        if ours == pytest.approx(theirs, rel=1e-5, abs=1e-6, nan_ok=True):
            return plain(value)
    return data


def _leaves(message: Any, prefix: str = "") -> dict[str, Any]:
    """The message's fields by their paths."""
    found: dict[str, Any] = {}
    for field, value in message.ListFields():
        several = value if hasattr(value, "__len__") and not isinstance(value, str | bytes) else [value]
        for index, part in enumerate(several):
            path = f"{prefix}{field.name}.{index}"
            found |= _leaves(part, path + ".") if hasattr(part, "ListFields") else {path: part}
    return found


def plain(value: Any) -> Any:
    """The value as the oracle gives it: a message, also in a list, as its bytes."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.SerializePartialToString() if hasattr(value, "SerializePartialToString") else value


def packets(found: Found) -> Found:
    """Without the bounds."""
    return {name: [packet for packet in got if packet[1] is not None] for name, got in found.items()}


def _play(text: str, steps: Sequence[Step], found: Found, side: Mapping[str, Any]) -> None:
    graph = Graph(_ONE_THREAD + text)
    for name, got in found.items():
        graph.observe(name, _collector(got), bounds=True)
    with graph:
        graph.start(side)
        for step in steps:
            if step[0] == "close":
                graph.close_input(step[1])
            elif step[0] == "restart":
                graph.close()
                graph.start(side)
            else:
                _, stream, timestamp, value = step
                graph.add_packet(stream, Packet.empty() if value is None else value, timestamp)
            graph.wait_until_idle()


def _collector(to: list[tuple[int, Any]]) -> Callable[[Packet], None]:
    return lambda packet: to.append((packet.timestamp, None if packet.is_empty() else packet.value))


def _theirs(
    text: str, steps: Sequence[Step], outputs: Sequence[str], side: Mapping[str, Any]
) -> tuple[Found, bool]:
    given = [(*step[:3], _given(step[3])) if step[0] == "add" else step for step in steps]
    idle = [part for step in given for part in (step, ("idle",))]
    failed = False
    try:
        result = oracle.run_graph(
            _ONE_THREAD + text, idle, outputs, observe_bounds=True, side_packets=dict(side)
        )
    except oracle.OracleError as error:
        if error.type == "Abort" and "SafeInt" in error.message:
            reject()  # upstream computes beyond 64 bits at Timestamp::Min and ends the process
        result, failed = error.partial or {}, True
    return {name: [(t, v.data) for t, v in result.get(name, ())] for name in outputs}, failed


_VECTORS = {
    "::std::vector<bool>": "bool_vector",
    "::std::vector<float>": "float_vector",
    "::std::vector<int>": "int_vector",
    "::std::vector<std::string>": "string_vector",
}


def _given(value: Any) -> Any:
    """A frame, or a packet with a declared type, as the oracle takes it; other values as they are."""
    if isinstance(value, ImageFrame):
        return oracle.Value("image_frame", value.numpy_view(), value.image_format.name)
    if not isinstance(value, Packet):
        return value
    assert value.declared is not None
    name = value.declared.name
    return oracle.Value(_VECTORS.get(name, name.removesuffix("_t")), value.value)
