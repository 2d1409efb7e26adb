"""CallbackPacketCalculator (spec calculators.md 6)."""

from __future__ import annotations

import pytest
from graph_steps import add, node, play
from mpgraph.calculators.core.callback_packet import PacketTarget

from mpgraph import Graph
from mpgraph.errors import ContractError, RunError
from mpgraph.timestamp import POSTSTREAM


def collector(kind: str, pointer: str) -> str:
    return node("Callback", ["x"], side_inputs=["CALLBACK:c"]) + node(
        "CallbackPacket", side_outputs=["c"], options=f'type: {kind} pointer: "{pointer}"'
    )


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("VECTOR_PACKET", [(1, "a"), (POSTSTREAM, "end")]),
        ("POST_STREAM_PACKET", [(POSTSTREAM, "end")]),
    ],
)
def test_packets_are_collected(kind: str, expected: list[tuple[int, str]]) -> None:
    target = PacketTarget()
    text = collector(kind, target.address.decode())
    play(text.replace('"x"', '"x"', 1), [add("x", 1, "a")], [])
    without_end = [(packet.time, packet.value) for packet in target]
    assert without_end == [packet for packet in expected if packet[0] != POSTSTREAM]
    target.clear()
    source = 'input_side_packet: "s" node { calculator: "SidePacketToStreamCalculator" '
    source += 'input_side_packet: "s" output_stream: "AT_POSTSTREAM:x" } '
    Graph(source + text.replace('input_stream: "x"\n', "", 1)).run({"s": "end"})
    assert [(packet.time, packet.value) for packet in target] == [(POSTSTREAM, "end")]


def test_a_target_that_is_gone() -> None:
    address = PacketTarget().address.decode()
    with pytest.raises(RunError, match="no PacketTarget with this address lives"):
        play(collector("VECTOR_PACKET", address), [], [])


def test_a_type_is_needed() -> None:
    with pytest.raises(ContractError, match="VECTOR_PACKET or POST_STREAM_PACKET"):
        Graph(collector("UNKNOWN", "0x0"))
