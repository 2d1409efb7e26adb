"""Clip<T>VectorSizeCalculator (spec calculators.md 6)."""

from __future__ import annotations

import pytest
from graph_steps import Step, add, close, compare, node, play
from hypothesis import given, settings
from hypothesis import strategies as st
from item_samples import items_of
from mpgraph.calculators.core.clip_vector_size import VECTORS
from oracle_client import needs_oracle

from mpgraph import Graph
from mpgraph.errors import CalculatorError, ContractError
from mpgraph.formats.detection import Detection

OPTIONS = "options { [mediapipe.ClipVectorSizeCalculatorOptions.ext] { max_vec_size: %d } }"


def clip(
    size: int | None = None, *, side: bool = False, name: str = "ClipDetectionVectorSizeCalculator"
) -> str:
    more = "" if size is None else OPTIONS % size
    head = 'input_side_packet: "s"' if side else ""
    text = node(name.removesuffix("Calculator"), ["a"], ["o"], side_inputs=["s"] if side else [], more=more)
    return f"{head} {text}"


@pytest.mark.parametrize("name", VECTORS)
@pytest.mark.parametrize(("size", "left"), [(None, 1), (1, 1), (2, 2), (3, 3), (4, 3), (2**31 - 1, 3)])
def test_the_first_items_are_left(name: str, size: int | None, left: int) -> None:
    items = items_of(VECTORS[name].item)
    found = play(clip(size, name=name), [add("a", 7, items), add("a", 8, []), add("a", 9, None)], ["o"])
    assert found["o"] == [(7, items[:left]), (8, []), (9, None)]


def test_a_side_packet_goes_before_the_option() -> None:
    items = items_of(VECTORS["ClipDetectionVectorSizeCalculator"].item)
    assert play(clip(3, side=True), [add("a", 7, items)], ["o"], {"s": 2})["o"] == [(7, items[:2])]


@pytest.mark.parametrize("size", [0, -1])
def test_the_option_is_at_least_1(size: int) -> None:
    with pytest.raises(ContractError, match=f"max_vec_size must be 1 or more, got {size}"):
        Graph(clip(size))


@pytest.mark.parametrize("size", [0, -1])
def test_the_side_packet_is_at_least_1_when_a_vector_comes(size: int) -> None:
    assert play(clip(side=True), [add("a", 1, None)], ["o"], {"s": size})["o"] == [(1, None)]
    with pytest.raises(CalculatorError, match=f"side packet for max_vec_size must be 1 or more, got {size}"):
        play(clip(side=True), [add("a", 1, [])], ["o"], {"s": size})


@needs_oracle
@given(st.integers(-1, 4), st.none() | st.integers(-1, 4), st.lists(st.integers(0, 3), max_size=3))
@settings(max_examples=20, deadline=None)
def test_against_the_oracle(size: int, side: int | None, counts: list[int]) -> None:
    """Vectors come of a MergeDetectionsToVector, for they cannot be put in."""
    inputs = " ".join(f'input_stream: "i{index}"' for index in range(3))
    merge = f'node {{ calculator: "MergeDetectionsToVectorCalculator" {inputs} output_stream: "a" }}'
    text = clip(size, side=side is not None).replace('input_stream: "a"\n', f"{inputs} {merge}", 1)
    assert merge in text
    steps: list[Step] = [
        add(f"i{index}", timestamp, Detection(detection_id=index) if index < count else None)
        for timestamp, count in enumerate(counts)
        for index in range(3)
    ]
    steps += [close(f"i{index}") for index in range(3)]
    compare(text, steps, ["a", "o"], {} if side is None else {"s": side})
