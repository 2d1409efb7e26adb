"""Get<T>VectorItemCalculator (spec calculators.md 6)."""

from __future__ import annotations

import pytest
from graph_steps import Step, add, close, compare, play
from hypothesis import given, settings
from hypothesis import strategies as st
from item_samples import items_of
from mpgraph.calculators.core.get_vector_item import VECTORS
from oracle_client import needs_oracle

from mpgraph import Graph, Packet
from mpgraph.errors import CalculatorError, ContractError
from mpgraph.formats.detection import Detection
from mpgraph.packet_type import INT64, UINT64

NAME = "GetDetectionVectorItemCalculator"
ITEMS = items_of(VECTORS[NAME].item)


def get(options: str = "", *, index: bool = True, name: str = NAME) -> str:
    port = 'input_stream: "INDEX:i"' if index else ""
    head = 'input_stream: "i"' if index else ""
    return f"""input_stream: "a" {head} node {{ calculator: "{name}" input_stream: "VECTOR:a" {port}
        output_stream: "ITEM:o"
        options {{ [mediapipe.GetVectorItemCalculatorOptions.ext] {{ {options} }} }} }}"""


@pytest.mark.parametrize("name", VECTORS)
def test_every_member_takes_an_item(name: str) -> None:
    items = items_of(VECTORS[name].item)
    found = play(get("item_index: 2", index=False, name=name), [add("a", 7, items)], ["o"])
    assert found["o"] == [(7, items[2])]


@pytest.mark.parametrize("index", [1, Packet(1, declared=UINT64)])
def test_index_goes_before_the_option(index: int | Packet) -> None:
    steps = [add("a", 7, ITEMS), add("i", 7, index), add("a", 8, ITEMS), add("i", 8, None)]
    assert play(get("item_index: 0"), steps, ["o"])["o"] == [(7, ITEMS[1]), (8, ITEMS[0])]


def test_without_either_packet_nothing_is_sent() -> None:
    steps = [add("a", 7, ITEMS), add("i", 7, None), add("a", 8, None), add("i", 8, 0)]
    assert play(get(), steps, ["o"])["o"] == [(7, None), (8, None)]


def test_something_must_say_which() -> None:
    with pytest.raises(ContractError, match="connect INDEX or set the option item_index"):
        Graph(get(index=False))


def test_item_0_can_be_asked_for() -> None:
    """An option that is set to its default is set."""
    assert play(get("item_index: 0", index=False), [add("a", 7, ITEMS)], ["o"])["o"] == [(7, ITEMS[0])]


@pytest.mark.parametrize("index", [3, 2**31 - 1, 2**40])
def test_a_vector_without_the_item_is_an_error_or_nothing(index: int) -> None:
    steps = [add("a", 7, ITEMS), add("i", 7, index)]
    with pytest.raises(CalculatorError, match=f"has 3 items, counted from 0, and so no item {index}"):
        play(get(), steps, ["o"])
    assert play(get("output_empty_on_oob: true"), steps, ["o"])["o"] == [(7, None)]


@pytest.mark.parametrize("options", ["", "output_empty_on_oob: true"])
def test_a_negative_index_is_an_error(options: str) -> None:
    with pytest.raises(CalculatorError, match="no item -1"):
        play(get(options), [add("a", 7, ITEMS), add("i", 7, -1)], ["o"])


def test_an_index_of_another_type_is_refused() -> None:
    with pytest.raises(TypeError, match='"int64_t", but one of "int", "uint64_t" was requested'):
        play(get(), [add("i", 7, Packet(1, declared=INT64))], ["o"])


@needs_oracle
@given(
    st.lists(st.tuples(st.integers(0, 2), st.none() | st.integers(-1, 3)), max_size=3),
    st.sampled_from(["", "item_index: 0", "item_index: 2"]),
    st.booleans(),
    st.booleans(),
)
@settings(max_examples=25, deadline=None)
def test_against_the_oracle(
    rows: list[tuple[int, int | None]], option: str, lenient: bool, unsigned: bool
) -> None:
    """Vectors come of a MergeDetectionsToVector, for they cannot be put in."""
    inputs = 'input_stream: "x" input_stream: "y"'
    merge = f'node {{ calculator: "MergeDetectionsToVectorCalculator" {inputs} output_stream: "a" }}'
    options = option + (" output_empty_on_oob: true" if lenient else "")
    text = get(options).replace('input_stream: "a"', inputs, 1) + merge
    steps: list[Step] = []
    for timestamp, (count, index) in enumerate(rows):
        for position, name in enumerate("xy"):
            steps.append(add(name, timestamp, Detection(detection_id=position) if position < count else None))
        wide = unsigned and index is not None and index >= 0
        steps.append(add("i", timestamp, Packet(index, declared=UINT64) if wide else index))
    compare(text, [*steps, close("x"), close("y"), close("i")], ["o"])
