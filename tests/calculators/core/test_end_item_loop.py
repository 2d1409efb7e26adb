"""EndItemLoopCalculator (spec calculators.md 6); whole loops are in test_begin_item_loop.py."""

from __future__ import annotations

import pytest
from graph_steps import add, close, play

from mpgraph import Graph
from mpgraph.errors import CalculatorError, ContractError
from mpgraph.timestamp import Timestamp

TEXT = """input_stream: "i" input_stream: "e" node { calculator: "EndItemLoopCalculator"
    input_stream: "ITEM:i" input_stream: "BATCH_END:e"
    output_stream: "ITEM:0:o" output_stream: "ITEM:1:p" }"""


def test_each_item_goes_to_its_own_output() -> None:
    steps = [add("i", 0, "a"), add("i", 1, "b"), add("e", 1, Timestamp(70))]
    steps += [add("i", 2, "c"), add("i", 3, "d"), add("e", 3, Timestamp(80))]
    assert play(TEXT, steps, ["o", "p"]) == {"o": [(70, "a"), (80, "c")], "p": [(70, "b"), (80, "d")]}


def test_a_batch_without_items_settles_the_outputs() -> None:
    steps = [add("e", 0, Timestamp(70)), add("i", 0, None)]
    assert play(TEXT, steps, ["o", "p"]) == {"o": [(70, None)], "p": [(70, None)]}


@pytest.mark.parametrize("count", [1, 3])
def test_another_number_of_items_is_an_error(count: int) -> None:
    steps = [add("i", t, "x") for t in range(count)] + [add("e", count - 1, Timestamp(70)), close("i")]
    with pytest.raises(CalculatorError, match=f"2 ITEM outputs need as many items in a batch, got {count}"):
        play(TEXT, steps, ["o", "p"])


def test_the_outputs_are_of_the_inputs_type() -> None:
    text = """input_stream: "a" input_stream: "e"
        node { calculator: "ConcatenateFloatVectorCalculator" input_stream: "a" output_stream: "i" }
        node { calculator: "EndItemLoopCalculator" input_stream: "ITEM:i" input_stream: "BATCH_END:e"
               output_stream: "ITEM:0:o" }
        node { calculator: "BeginLoopIntCalculator" input_stream: "ITERABLE:o" output_stream: "ITEM:x"
               output_stream: "BATCH_END:y" }"""
    with pytest.raises(ContractError, match=r"::std::vector<int>.*::std::vector<float>"):
        Graph(text)
