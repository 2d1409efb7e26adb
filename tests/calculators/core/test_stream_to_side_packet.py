"""StreamToSidePacketCalculator (spec calculators.md 6)."""

from __future__ import annotations

import pytest
from graph_steps import add, node, play

from mpgraph import Graph
from mpgraph.errors import RunError, SidePacketError
from mpgraph.timestamp import UNSET

TEXT = node("StreamToSidePacket", ["x"], side_outputs=["s"])


def test_the_packet_loses_its_timestamp() -> None:
    with Graph(TEXT) as graph:
        graph.start()
        graph.add_packet("x", "v", 5)
        graph.wait_until_idle()
        packet = graph.output_side_packet("s")
    assert (packet.value, packet.time) == ("v", UNSET)


def test_a_second_packet_is_an_error() -> None:
    with pytest.raises(RunError, match="was already set"):
        play(TEXT, [add("x", 1), add("x", 2)], [])


def test_without_a_packet_there_is_none() -> None:
    with Graph(TEXT) as graph:
        graph.start()
        graph.close_input("x")
        graph.wait_until_idle()
        with pytest.raises(SidePacketError, match="not available"):
            graph.output_side_packet("s")
