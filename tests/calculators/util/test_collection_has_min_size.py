"""<T>VectorHasMinSizeCalculator: whether a vector has enough items."""

from __future__ import annotations

import pytest
from graph_steps import Step, add, close, compare, play
from hypothesis import given, settings
from hypothesis import strategies as st
from item_samples import items_of
from mpgraph.calculators.util.collection_has_min_size import VECTORS
from oracle_client import needs_oracle

from mpgraph import Graph
from mpgraph.errors import ContractError
from mpgraph.formats.landmark import NormalizedLandmarkList

NAME = "NormalizedLandmarkListVectorHasMinSizeCalculator"


def has_min_size(size: int, *, side: bool = False, name: str = NAME) -> str:
    head = 'input_side_packet: "s"' if side else ""
    return f"""input_stream: "a" {head} node {{ calculator: "{name}" input_stream: "ITERABLE:a" {head}
        output_stream: "o"
        options {{ [mediapipe.CollectionHasMinSizeCalculatorOptions.ext] {{ min_size: {size} }} }} }}"""


@pytest.mark.parametrize("name", VECTORS)
def test_every_member_counts(name: str) -> None:
    items = items_of(VECTORS[name].item)
    steps = [
        add("a", 1, items[:1]),
        add("a", 2, items[:2]),
        add("a", 3, items),
        add("a", 4, []),
        add("a", 5, None),
    ]
    found = play(has_min_size(2, name=name), steps, ["o"])["o"]
    assert found == [(1, False), (2, True), (3, True), (4, False), (5, None)]


def test_no_items_are_enough_for_none() -> None:
    assert play(has_min_size(0), [add("a", 1, [])], ["o"])["o"] == [(1, True)]


@pytest.mark.parametrize(("size", "enough"), [(3, True), (4, False), (-1, False)])
def test_a_side_packet_goes_before_the_option(size: int, enough: bool) -> None:
    items = items_of(VECTORS[NAME].item)
    assert play(has_min_size(9, side=True), [add("a", 1, items)], ["o"], {"s": size})["o"] == [(1, enough)]


def test_the_option_is_not_negative() -> None:
    with pytest.raises(ContractError, match="min_size must be 0 or more, got -1"):
        Graph(has_min_size(-1))


@needs_oracle
@given(st.integers(0, 3), st.none() | st.integers(-1, 3), st.lists(st.integers(0, 2), max_size=3))
@settings(max_examples=15, deadline=None)
def test_against_the_oracle(size: int, side: int | None, counts: list[int]) -> None:
    """Vectors come of a ConcatenateNormalizedLandmarkListVector, for they cannot be put in."""
    inputs = 'input_stream: "x" input_stream: "y"'
    name = "ConcatenateNormalizedLandmarkListVectorCalculator"
    joined = f'node {{ calculator: "{name}" {inputs} output_stream: "a" }}'
    text = has_min_size(size, side=side is not None).replace('input_stream: "a"', inputs, 1) + joined
    steps: list[Step] = [
        add(stream, timestamp, NormalizedLandmarkList() if index < count else None)
        for timestamp, count in enumerate(counts)
        for index, stream in enumerate("xy")
    ]
    compare(text, [*steps, close("x"), close("y")], ["o"], {} if side is None else {"s": side})
