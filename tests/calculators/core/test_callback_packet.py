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


def test_a_vector_gets_every_packet() -> None:
    target = PacketTarget()
    play(collector("VECTOR_PACKET", target.address.decode()), [add("x", 1, "a"), add("x", 2, "b")], [])
    assert [(packet.time, packet.value) for packet in target] == [(1, "a"), (2, "b")]


def test_the_packet_at_poststream_alone() -> None:
    target = PacketTarget()
    text = collector("POST_STREAM_PACKET", target.address.decode())
    play(text, [add("x", 1, "a")], [])
    assert target == []
    play(text, [add("x", POSTSTREAM, "end")], [])
    assert [(packet.time, packet.value) for packet in target] == [(POSTSTREAM, "end")]


def test_a_target_that_is_gone() -> None:
    address = PacketTarget().address.decode()
    with pytest.raises(RunError, match="no PacketTarget with this address lives"):
        play(collector("VECTOR_PACKET", address), [], [])


def test_a_type_is_needed() -> None:
    with pytest.raises(ContractError, match="VECTOR_PACKET or POST_STREAM_PACKET"):
        Graph(collector("UNKNOWN", "0x0"))
