"""SidePacketsToStreamsCalculator (spec calculators.md 6)."""

from __future__ import annotations

from typing import Any

import pytest
from graph_steps import finish, node

from mpgraph import Graph, Packet
from mpgraph.errors import ContractError, RunError
from mpgraph.timestamp import POSTSTREAM, PRESTREAM


def text(
    options: str = "", sides: tuple[str, ...] = ("s", "t"), outputs: tuple[str, ...] = ("o", "p")
) -> str:
    declared = "".join(f'input_side_packet: "{name}" ' for name in sides)
    return declared + node("SidePacketsToStreams", [], outputs, options, side_inputs=sides)


def vector(*values: Any) -> list[Packet]:
    return [Packet(value, 10 * (index + 1)) for index, value in enumerate(values)]


@pytest.mark.parametrize(
    ("mode", "times"),
    [("", [0, 1]), ("set_timestamp: VECTOR_INDEX", [0, 1]), ("set_timestamp: NONE", [10, 20])],
)
def test_vectors_of_packets(mode: str, times: list[int]) -> None:
    found = finish(text(mode), ["o", "p"], {"s": vector("a", "b"), "t": vector(1, 2)})
    assert found == {"o": [*zip(times, "ab", strict=True)], "p": [*zip(times, (1, 2), strict=True)]}


@pytest.mark.parametrize(("mode", "time"), [("PRE_STREAM", PRESTREAM), ("WHOLE_STREAM", POSTSTREAM)])
def test_one_packet_for_the_whole_stream(mode: str, time: int) -> None:
    options = f"set_timestamp: {mode} vectors_of_packets: false num_inputs: 2"
    assert finish(text(options), ["o", "p"], {"s": "v", "t": 3}) == {"o": [(time, "v")], "p": [(time, 3)]}


def test_empty_vectors_give_nothing() -> None:
    assert finish(text(), ["o", "p"], {"s": [], "t": []}) == {"o": [], "p": []}


def test_vectors_of_different_lengths() -> None:
    with pytest.raises(RunError, match="of one length"):
        finish(text(), ["o"], {"s": vector(1), "t": vector(1, 2)})


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (text("num_inputs: 1"), "there must be 1 side packets"),
        (text(outputs=("o",)), "as many output streams, got 2 and 1"),
        (text("set_timestamp: NONE vectors_of_packets: false"), "NONE needs vectors_of_packets"),
    ],
)
def test_ports_and_options_that_do_not_fit(made: str, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        Graph(made)
