"""BeginItemLoopCalculator and EndItemLoopCalculator together (spec calculators.md 6)."""

from __future__ import annotations

import pytest
from graph_runs import run_graph
from graph_steps import add, play
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgraph import Graph
from mpgraph.errors import CalculatorError, ContractError
from mpgraph.timestamp import Timestamp

BEGIN = """node { calculator: "BeginItemLoopCalculator" input_stream: "ITEM:0:a" input_stream: "ITEM:1:b"
    input_stream: "CLONE:c" output_stream: "ITEM:item" output_stream: "CLONE:clone"
    output_stream: "BATCH_END:end" }"""
TEXT = f'input_stream: "a" input_stream: "b" input_stream: "c" {BEGIN}'
LOOP = f"""{TEXT} node {{ calculator: "PassThroughCalculator" input_stream: "item" output_stream: "same" }}
    node {{ calculator: "EndItemLoopCalculator" input_stream: "ITEM:same" input_stream: "BATCH_END:end"
            output_stream: "ITEM:0:o" output_stream: "ITEM:1:p" }}"""


def test_the_packets_of_a_timestamp_come_one_by_one() -> None:
    steps = [add("a", 40, "a1"), add("b", 40, "b1"), add("c", 40, 7)]
    steps += [add("a", 50, "a2"), add("b", 50, "b2"), add("c", 50, 8)]
    found = play(TEXT, steps, ["item", "clone", "end"])
    assert found["item"] == [(0, "a1"), (1, "b1"), (2, "a2"), (3, "b2")]
    assert found["clone"] == [(0, 7), (1, 7), (2, 8), (3, 8)]
    assert found["end"] == [(1, Timestamp(40)), (3, Timestamp(50))]


def test_a_constant_that_is_not_there_settles_its_clone() -> None:
    """Unlike that of BeginLoop."""
    steps = [add("a", 40, "a1"), add("b", 40, "b1"), add("c", 40, None)]
    assert play(TEXT, steps, ["clone"])["clone"] == [(1, None)]


def test_a_timestamp_without_items_takes_a_tick() -> None:
    steps = [add("a", 40, None), add("b", 40, None), add("c", 40, 7)]
    found = play(TEXT, steps, ["item", "clone", "end"])
    assert found == {"item": [(0, None)], "clone": [(0, None)], "end": [(0, Timestamp(40))]}


@pytest.mark.parametrize(("a", "b", "lacking"), [("x", None, "ITEM:1"), (None, "x", "ITEM:0")])
def test_some_items_without_the_others_are_an_error(a: str | None, b: str | None, lacking: str) -> None:
    steps = [add("a", 40, a), add("b", 40, b), add("c", 40, 7)]
    with pytest.raises(
        CalculatorError, match=f"all ITEM inputs must have a packet, or none; {lacking} has none"
    ):
        play(TEXT, steps, ["item"])


def test_an_item_is_needed() -> None:
    text = TEXT.replace('input_stream: "ITEM:0:a" input_stream: "ITEM:1:b"', "")
    with pytest.raises(ContractError, match="ITEM is required but not connected"):
        Graph(text)


def test_clones_go_in_and_out() -> None:
    with pytest.raises(ContractError, match="1 CLONE input streams need as many CLONE output streams, got 0"):
        Graph(TEXT.replace('output_stream: "CLONE:clone"', ""))


@pytest.mark.parametrize("threads", [1, 4])
@given(st.lists(st.booleans(), max_size=8))
@settings(max_examples=15, deadline=None)
def test_a_whole_loop(threads: int, batches: list[bool]) -> None:
    streams = {
        name: [(5 * t, f"{name}{t}") for t, there in enumerate(batches) if there or name == "c"]
        for name in "abc"
    }
    found = run_graph(f"num_threads: {threads} {LOOP}", streams, ["o", "p"])
    assert found == {"o": streams["a"], "p": streams["b"]}


def test_bounds_go_through_the_loop() -> None:
    steps = [add("a", 40, None), add("b", 40, None), add("c", 40, None)]
    assert play(LOOP, steps, ["o", "p"]) == {"o": [(40, None)], "p": [(40, None)]}
