"""Stream headers pass through the calculators that upstream lets them pass through (spec C-36)."""

from __future__ import annotations

from typing import ClassVar

import pytest

from mpgraph import Calculator, Graph
from mpgraph.context import Context
from mpgraph.errors import StopGraph
from mpgraph.packet import Packet
from mpgraph.ports import Input, Output


class Headed(Calculator, name="CoreHeadedSource"):
    """A stream with a header and without packets."""

    out = Output[int]()

    def open(self, cc: Context) -> None:
        cc.set_header(self.out, Packet("the header"))

    def process(self, cc: Context) -> None:
        raise StopGraph


class SeesHeader(Calculator, name="CoreHeaderSink"):
    """Notes the header of its input."""

    ins = Input[int]()
    seen: ClassVar[list[Packet]] = []

    def open(self, cc: Context) -> None:
        self.seen.append(cc.header(self.ins))


PATHS = {
    "PassThrough": 'input_stream: "a" output_stream: "b"',
    "Gate": 'input_stream: "a" output_stream: "b"',
    "FlowLimiter": 'input_stream: "a" input_stream: "FINISHED:a" output_stream: "b"',
    "PacketCloner": 'input_stream: "a" input_stream: "TICK:a" output_stream: "b"',
    "PreviousLoopback": 'input_stream: "MAIN:a" input_stream: "LOOP:a" output_stream: "PREV_LOOP:b"',
    "SwitchDemux": 'input_stream: "a" output_stream: "C0__:other" output_stream: "C1__:b"',
    "SwitchMux": 'input_stream: "C0__:a" output_stream: "b"',
}


def header_after(calculator: str, ports: str) -> Packet:
    SeesHeader.seen.clear()
    Graph(
        f"""node {{ calculator: "CoreHeadedSource" output_stream: "a" }}
        node {{ calculator: "{calculator}Calculator" {ports} }}
        node {{ calculator: "CoreHeaderSink" input_stream: "b" }}"""
    ).run()
    (seen,) = SeesHeader.seen
    return seen


@pytest.mark.parametrize("calculator", PATHS)
def test_the_header_passes(calculator: str) -> None:
    assert header_after(calculator, PATHS[calculator]).get(str) == "the header"


def test_of_another_channel_it_does_not() -> None:
    ports = 'input_stream: "C0__:x" input_stream: "C1__:a" output_stream: "b" } '
    ports += 'node { calculator: "SidePacketToStreamCalculator" input_side_packet: "s" output_stream: "AT_ZERO:x" } '
    ports += 'node { calculator: "ConstantSidePacketCalculator" output_side_packet: "PACKET:s" options { '
    ports += "[mediapipe.ConstantSidePacketCalculatorOptions.ext] { packet { int_value: 1 } } }"
    assert header_after("SwitchMux", ports).is_empty()
