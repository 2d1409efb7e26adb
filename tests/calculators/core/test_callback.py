"""CallbackCalculator and CallbackWithHeaderCalculator (spec calculators.md 6)."""

from __future__ import annotations

from typing import Any

import pytest
from graph_steps import Step, add, node, play

from mpgraph import Calculator, Graph, Packet
from mpgraph.context import Context
from mpgraph.errors import ContractError, RunError, StopGraph
from mpgraph.ports import Output


def called(steps: list[Step], inputs: list[str], callback: str, **side: Any) -> list[Any]:
    """The packets of each call as (timestamp, value), None for an empty one."""
    calls: list[Any] = []

    def plain(packet: Packet) -> Any:
        return None if packet.is_empty() else (packet.time, packet.value)

    def one(packet: Packet) -> None:
        calls.append((packet.time, None) if packet.is_empty() else plain(packet))

    def several(packets: list[Packet]) -> None:
        calls.append([plain(packet) for packet in packets])

    ports = [f"{callback}:c", *(f"{name.upper()}:{name}" for name in side)]
    text = "".join(f'input_side_packet: "{name}" ' for name in ("c", *side))
    function = one if callback == "CALLBACK" else several
    play(text + node("Callback", inputs, side_inputs=ports), steps, [], {"c": function, **side})
    return calls


def test_each_packet_is_given() -> None:
    steps = [add("x", 1, "a"), add("x", 5, None), add("x", 9, "b")]
    assert called(steps, ["x"], "CALLBACK") == [(1, "a"), (9, "b")]


def test_bounds_are_given_if_asked_for() -> None:
    steps = [add("x", 1, "a"), add("x", 5, None), add("x", 9, "b")]
    calls = called(steps, ["x"], "CALLBACK", observe_timestamp_bounds=True)
    assert calls[:3] == [(1, "a"), (5, None), (9, "b")]


def test_the_packets_of_all_streams_are_given_at_once() -> None:
    steps = [add("x", 1, "a"), add("y", 1, "b"), add("x", 2, None), add("y", 2, "c")]
    assert called(steps, ["x", "y"], "VECTOR_CALLBACK") == [[(1, "a"), (1, "b")], [None, (2, "c")]]


def test_not_asking_for_bounds_is_said_by_no_side_packet() -> None:
    with pytest.raises(RunError, match="must be True"):
        called([add("x", 1)], ["x"], "CALLBACK", observe_timestamp_bounds=False)


def test_what_the_function_raises_ends_the_run() -> None:
    def fail(packet: Packet) -> None:
        raise KeyError(packet.value)

    text = 'input_side_packet: "c" ' + node("Callback", ["x"], side_inputs=["CALLBACK:c"])
    with pytest.raises(RunError, match="lost"):
        play(text, [add("x", 1, "lost")], [], {"c": fail})


@pytest.mark.parametrize(
    ("inputs", "sides", "message"),
    [
        (["x"], [], "exactly one side input of CALLBACK, VECTOR_CALLBACK"),
        (["x"], ["CALLBACK:c", "VECTOR_CALLBACK:c"], "exactly one side input"),
        (["x", "y"], ["CALLBACK:c"], "CALLBACK takes one stream, got 2"),
    ],
)
def test_ports_that_do_not_fit(inputs: list[str], sides: list[str], message: str) -> None:
    with pytest.raises(ContractError, match=message):
        Graph('input_side_packet: "c" ' + node("Callback", inputs, side_inputs=sides))


def test_something_that_cannot_be_called() -> None:
    text = 'input_side_packet: "c" ' + node("Callback", ["x"], side_inputs=["CALLBACK:c"])
    with pytest.raises(RunError, match="function"):
        play(text, [add("x", 1)], [], {"c": 3})


WITH_HEADER = 'input_side_packet: "c" ' + node(
    "CallbackWithHeader", ["INPUT:x", "HEADER:h"], side_inputs=["CALLBACK:c"]
)


def test_the_header_may_come_as_a_packet() -> None:
    calls: list[Any] = []
    steps = [add("h", 1, "head"), add("x", 1, None), add("h", 2, "other"), add("x", 2, "a")]
    play(WITH_HEADER, steps, [], {"c": lambda packet, header: calls.append((packet.value, header.value))})
    assert calls == [("a", "head")]


def test_a_packet_before_the_header_is_an_error() -> None:
    with pytest.raises(RunError, match="neither a stream header nor"):
        play(WITH_HEADER, [add("h", 1, "head"), add("x", 1, "a")], [], {"c": lambda packet, header: None})


class Titled(Calculator, name="CallbackTestSource"):
    """A stream with a header and one packet."""

    out = Output[int]()

    def open(self, cc: Context) -> None:
        cc.set_header(self.out, Packet("of the stream"))

    def process(self, cc: Context) -> None:
        cc.send(self.out, 1, 5)
        raise StopGraph


def test_the_stream_header_goes_before_packets() -> None:
    calls: list[Any] = []
    text = WITH_HEADER.replace('input_stream: "x"', "", 1).replace('input_stream: "h"', "", 1)
    text = text.replace("HEADER:h", "HEADER:x")
    source = 'node { calculator: "CallbackTestSource" output_stream: "x" } '
    Graph(source + text).run({"c": lambda packet, header: calls.append((packet.value, header.value))})
    assert calls == [(1, "of the stream")]
