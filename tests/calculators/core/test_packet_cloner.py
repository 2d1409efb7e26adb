"""PacketClonerCalculator (spec calculators.md 6)."""

from __future__ import annotations

import pytest
from graph_steps import add, node, play
from hypothesis import given
from hypothesis import strategies as st

from mpgraph import Graph
from mpgraph.errors import ContractError

STEPS = [add("t", 1, 0), add("a", 1, None), add("b", 1, "b1"), add("a", 3, "a3"), add("b", 5, "b5")]
STEPS += [add("t", 3, 0), add("t", 4, 0), add("a", 5, None), add("t", 5, 0)]


def cloner(options: str = "") -> str:
    return node("PacketCloner", ["a", "b", "TICK:t"], ["oa", "ob"], options)


@pytest.mark.parametrize(
    ("options", "at_one"),
    [
        ("", ([(1, None)], [(1, "b1")])),
        ("output_only_when_all_inputs_received: true", ([], [])),
        ("output_packets_only_when_all_inputs_received: true", ([(1, None)], [(1, None)])),
    ],
)
def test_the_latest_packets_go_out_at_each_tick(
    options: str, at_one: tuple[list[tuple[int, object]], list[tuple[int, object]]]
) -> None:
    found = play(cloner(options), STEPS, ["oa", "ob"])
    for name, before, after in (
        ("oa", at_one[0], [(3, "a3"), (4, "a3"), (5, "a3")]),
        ("ob", at_one[1], [(3, "b1"), (4, "b1"), (5, "b5")]),
    ):
        early = [packet for packet in found[name] if packet[0] < 2]
        assert early == before
        assert [packet for packet in found[name] if packet[1] is not None and packet[0] > 2] == after


def test_bounds_of_the_ticks_settle_the_outputs() -> None:
    steps = [add("a", 9, 1), add("b", 9, 1), add("t", 4, None)]
    assert play(cloner(), steps, ["oa"])["oa"][0] == (4, None)


def test_the_last_input_ticks_if_none_is_tagged() -> None:
    steps = [add("a", 1, "x"), add("t", 2, 0), add("a", 2, None), add("t", 3, 0), add("a", 3, "y")]
    found = play(node("PacketCloner", ["a", "t"], ["o"]), steps, ["o"])
    assert [packet for packet in found["o"] if packet[1] is not None] == [(2, "x"), (3, "y")]


@pytest.mark.parametrize(
    ("inputs", "outputs"), [(["a", "b", "TICK:t"], ["o"]), (["a", "t"], ["o", "p"]), ([], ["o"])]
)
def test_other_numbers_of_outputs_are_refused(inputs: list[str], outputs: list[str]) -> None:
    with pytest.raises(ContractError, match="one output per"):
        Graph(node("PacketCloner", inputs, outputs))


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=10))
def test_a_tick_repeats_the_newest_packet_up_to_it(rows: list[tuple[bool, bool]]) -> None:
    steps = []
    for timestamp, (base, tick) in enumerate(rows):
        steps += [add("a", timestamp, timestamp if base else None), add("t", timestamp, 0 if tick else None)]
    found = play(node("PacketCloner", ["a", "TICK:t"], ["o"]), steps, ["o"])
    latest, expected = None, []
    for timestamp, (base, tick) in enumerate(rows):
        latest = timestamp if base else latest
        if tick and latest is not None:
            expected.append((timestamp, latest))
    assert [packet for packet in found["o"] if packet[1] is not None] == expected
