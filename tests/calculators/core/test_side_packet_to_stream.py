"""SidePacketToStreamCalculator (spec calculators.md 6)."""

from __future__ import annotations

import pytest
from graph_steps import add, close, compare, node, play
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_client import needs_oracle

from mpgraph import Graph, Packet
from mpgraph.errors import ContractError, PacketTypeError
from mpgraph.packet_type import INT, INT64
from mpgraph.timestamp import POSTSTREAM, PRESTREAM

SIDE = 'input_side_packet: "s" input_side_packet: "u" '


def sender(tag: str, *, ticks: bool = False, sides: tuple[str, ...] = ("s",)) -> str:
    return SIDE + node("SidePacketToStream", ["TICK:t"] if ticks else [], [f"{tag}:o"], side_inputs=sides)


@pytest.mark.parametrize(
    ("tag", "timestamp"), [("AT_PRESTREAM", PRESTREAM), ("AT_POSTSTREAM", POSTSTREAM), ("AT_ZERO", 0)]
)
def test_at_a_fixed_time(tag: str, timestamp: int) -> None:
    assert play(sender(tag), [], ["o"], {"s": "v", "u": 0})["o"][0] == (timestamp, "v")


@pytest.mark.parametrize("timestamp", [-5, 0, 123_456])
def test_at_a_given_time(timestamp: int) -> None:
    text = sender("AT_TIMESTAMP", sides=("s", "TIMESTAMP:u"))
    side = {"s": "v", "u": Packet(timestamp, declared=INT64)}
    assert play(text, [], ["o"], side) == {"o": [(timestamp, "v")]}


def test_the_given_time_is_an_int64() -> None:
    with pytest.raises(PacketTypeError, match='stores "int", but "int64_t"'):
        play(
            sender("AT_TIMESTAMP", sides=("s", "TIMESTAMP:u")), [], [], {"s": 1, "u": Packet(3, declared=INT)}
        )


def test_at_every_tick() -> None:
    steps = [add("t", 1), add("t", 3, None), add("t", 5)]
    found = play(sender("AT_TICK", ticks=True), steps, ["o"], {"s": "v", "u": 0})
    assert found["o"] == [(1, "v"), (3, None), (5, "v")]


def test_at_the_first_tick_only() -> None:
    found = play(sender("AT_FIRST_TICK", ticks=True), [add("t", 1), add("t", 5)], ["o"], {"s": "v", "u": 0})
    assert found["o"] == [(1, "v")]


def test_one_output_per_side_packet() -> None:
    text = SIDE + node("SidePacketToStream", [], ["AT_ZERO:0:o", "AT_ZERO:1:p"], side_inputs=["s", "u"])
    assert play(text, [], ["o", "p"], {"s": "v", "u": 7}) == {"o": [(0, "v")], "p": [(0, 7)]}


@pytest.mark.parametrize(
    ("inputs", "outputs", "sides", "message"),
    [
        ([], ["AT_TICK:o"], ["s"], "AT_TICK needs the input stream TICK"),
        (["TICK:t"], ["AT_ZERO:o"], ["s"], "AT_ZERO cannot have the input stream TICK"),
        ([], ["AT_TIMESTAMP:o"], ["s"], "needs the input side packet TIMESTAMP"),
        ([], ["AT_ZERO:o"], ["s", "TIMESTAMP:u"], "cannot have the input side packet TIMESTAMP"),
        ([], ["AT_ZERO:o", "AT_PRESTREAM:p"], ["s"], "exactly one tag"),
        ([], ["o"], ["s"], "exactly one tag"),
        ([], ["AT_ZERO:0:o", "AT_ZERO:1:p"], ["s"], "1 side packets, 2 outputs"),
    ],
)
def test_ports_that_do_not_fit(inputs: list[str], outputs: list[str], sides: list[str], message: str) -> None:
    with pytest.raises(ContractError, match=message):
        Graph(SIDE + node("SidePacketToStream", inputs, outputs, side_inputs=sides))


@needs_oracle
@given(
    st.sampled_from(["AT_TICK", "AT_FIRST_TICK"]),
    st.lists(st.tuples(st.integers(1, 9), st.booleans()), max_size=5),
    st.booleans(),
)
@settings(max_examples=15, deadline=None)
def test_ticks_against_the_oracle(tag: str, gaps: list[tuple[int, bool]], closes: bool) -> None:
    steps, time = [], 0
    for gap, has_packet in gaps:
        time += gap
        steps.append(add("t", time, time if has_packet else None))
    text = 'input_side_packet: "s" ' + node("SidePacketToStream", ["TICK:t"], [f"{tag}:o"], side_inputs=["s"])
    compare(text, [*steps, close("t")] if closes else steps, ["o"], {"s": "v"})
