"""AddHeaderCalculator (spec calculators.md 6)."""

from __future__ import annotations

from typing import ClassVar

import pytest
from graph_steps import add, node, play

from mpgraph import Calculator, Graph
from mpgraph.context import Context
from mpgraph.errors import ContractError, StopGraph
from mpgraph.packet import Packet
from mpgraph.ports import Input, Output


class Titled(Calculator, name="AddHeaderTestSource"):
    """A stream with a header and one packet."""

    out = Output[int]()

    def open(self, cc: Context) -> None:
        cc.set_header(self.out, Packet("of the stream"))

    def process(self, cc: Context) -> None:
        cc.send(self.out, 1, 5)
        raise StopGraph


class Reader(Calculator, name="AddHeaderTestSink"):
    """Notes header and packets."""

    ins = Input[object]()
    seen: ClassVar[list[object]] = []

    def open(self, cc: Context) -> None:
        self.seen.append(cc.header(self.ins).value)

    def process(self, cc: Context) -> None:
        self.seen.append((cc.timestamp, cc[self.ins]))


@pytest.mark.parametrize("source", ["stream", "side packet"])
def test_the_header_comes_from_a_stream_or_a_side_packet(source: str) -> None:
    Reader.seen.clear()
    port = 'input_stream: "HEADER:h"' if source == "stream" else 'input_side_packet: "HEADER:s"'
    Graph(
        f"""input_side_packet: "s"
        node {{ calculator: "AddHeaderTestSource" output_stream: "h" }}
        node {{ calculator: "AddHeaderTestSource" output_stream: "d" }}
        node {{ calculator: "AddHeaderCalculator" input_stream: "DATA:d" {port} output_stream: "o" }}
        node {{ calculator: "AddHeaderTestSink" input_stream: "o" }}"""
    ).run(side_packets={"s": "of the side"})
    assert Reader.seen == [f"of the {source.split()[0]}", (5, 1)]


def test_packets_of_header_are_not_looked_at() -> None:
    steps = [add("h", 1, "x"), add("d", 1, None), add("h", 2, None), add("d", 2, "y")]
    found = play(node("AddHeader", ["DATA:d", "HEADER:h"], ["o"]), steps, ["o"])
    assert found["o"] == [(1, None), (2, "y")]


@pytest.mark.parametrize("ports", [("", ""), ("HEADER:h", "HEADER:s")])
def test_exactly_one_header(ports: tuple[str, str]) -> None:
    text = node(
        "AddHeader", ["DATA:d", *filter(None, ports[:1])], ["o"], side_inputs=[*filter(None, ports[1:])]
    )
    with pytest.raises(ContractError, match="HEADER must be connected either"):
        Graph('input_side_packet: "s" ' + text)
