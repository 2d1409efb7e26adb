"""MuxCalculator (spec calculators.md 6); its input policy is tested in tests/runtime/policies/test_multiplex.py."""

from __future__ import annotations

import pytest
from graph_steps import add, node, play

from mpgraph import Graph
from mpgraph.errors import CalculatorError, ContractError, RunError

STREAM = node("Mux", ["INPUT:0:a", "INPUT:1:b", "SELECT:s"], ["OUTPUT:o"])


def row(timestamp: int, select: int | None, a: int | None, b: int | None) -> list[tuple[object, ...]]:
    return [add("s", timestamp, select), add("a", timestamp, a), add("b", timestamp, b)]


def test_a_stream_selects() -> None:
    steps = [*row(1, 0, 10, 20), *row(2, 1, 11, 21), *row(3, None, 12, 22), *row(4, 1, 13, None)]
    found = play(STREAM, steps, ["o"])["o"]
    assert [(t, value) for t, value in found if value is not None] == [(1, 10), (2, 21)]
    assert found[-1] == (4, None)


def test_the_policy_can_be_overridden() -> None:
    """With aligned inputs each timestamp is settled only when all inputs are there."""
    aligned = STREAM.replace(
        'node { calculator: "MuxCalculator"',
        'node { calculator: "MuxCalculator" input_stream_handler { input_stream_handler: "DefaultInputStreamHandler" }',
    )
    assert aligned != STREAM
    steps = [*row(1, 0, 10, 20), *row(2, 1, 11, 21), *row(3, None, 12, 22), *row(4, 1, 13, None)]
    assert play(aligned, steps, ["o"])["o"] == [(1, 10), (2, 21), (3, None), (4, None)]


def test_a_side_packet_selects() -> None:
    text = 'input_side_packet: "s" '
    text += node("Mux", ["INPUT:0:a", "INPUT:1:b"], ["OUTPUT:o"], side_inputs=["SELECT:s"])
    steps = [add("a", 1, 10), add("b", 1, 20), add("b", 2, 21), add("a", 2, None)]
    assert play(text, steps, ["o"], {"s": 1})["o"] == [(1, 20), (2, 21)]


@pytest.mark.parametrize("select", [-1, 2])
def test_a_number_without_input_is_an_error(select: int) -> None:
    with pytest.raises(RunError, match=f'"s" selects input {select}, but there are 2'):
        play(STREAM, row(7, select, 1, 2), [])
    text = 'input_side_packet: "s" '
    text += node("Mux", ["INPUT:0:a", "INPUT:1:b"], ["OUTPUT:o"], side_inputs=["SELECT:s"])
    with pytest.raises(CalculatorError, match=f"SELECT is {select}, .* INPUT:0 to INPUT:1") as raised:
        play(text, [add("a", 7, 1), add("b", 7, 2)], [], {"s": select})
    assert raised.value.timestamp == 7


@pytest.mark.parametrize(("streams", "sides"), [([], []), (["SELECT:s"], ["SELECT:t"])])
def test_one_must_select(streams: list[str], sides: list[str]) -> None:
    with pytest.raises(ContractError, match="either as input stream or as input side packet"):
        Graph('input_side_packet: "t"' + node("Mux", ["INPUT:a", *streams], ["OUTPUT:o"], side_inputs=sides))
