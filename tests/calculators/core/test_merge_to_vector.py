"""Merge<T>sToVectorCalculator (spec calculators.md 6)."""

from __future__ import annotations

import numpy as np
import pytest
from graph_steps import Step, add, close, compare, node, play
from hypothesis import given, settings
from hypothesis import strategies as st
from item_samples import items_of
from mpgraph.calculators.core.merge_to_vector import VECTORS
from oracle_client import needs_oracle, oracle

from mpgraph import Graph
from mpgraph.errors import ContractError
from mpgraph.formats.detection import Detection

TEXT = node("MergeDetectionsToVector", ["x", "y", "z"], ["o"])


@pytest.mark.parametrize("name", VECTORS)
def test_packets_of_a_timestamp_make_a_vector(name: str) -> None:
    items = items_of(VECTORS[name].item)
    steps = [add("x", 1, items[0]), add("y", 1, items[1]), add("z", 1, items[2])]
    steps += [add("x", 2, None), add("y", 2, items[1]), add("z", 2, None)]
    steps += [add("x", 3, None), add("y", 3, None), add("z", 3, None)]
    text = node(name.removesuffix("Calculator"), ["x", "y", "z"], ["o"])
    assert play(text, steps, ["o"])["o"] == [(1, items), (2, items[1:2]), (3, None)]


def test_an_input_is_needed() -> None:
    with pytest.raises(ContractError, match="is required but not connected"):
        Graph(node("MergeDetectionsToVector", [], ["o"]))


@needs_oracle
@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), max_size=5))
@settings(max_examples=15, deadline=None)
def test_against_the_oracle(rows: list[tuple[bool, bool, bool]]) -> None:
    steps: list[Step] = []
    for timestamp, row in enumerate(rows):
        for name, there in zip("xyz", row, strict=True):
            steps.append(add(name, timestamp, Detection(detection_id=ord(name)) if there else None))
    compare(TEXT, [*steps, close("x"), close("y"), close("z")], ["o"])


@needs_oracle
def test_images_against_the_oracle() -> None:
    items = items_of(VECTORS["MergeImagesToVectorCalculator"].item)
    text = node("MergeImagesToVector", ["x", "y"], ["o"])
    images = [oracle.Value("image", item.numpy_view(), "GRAY8") for item in items[:2]]
    theirs = oracle.run_graph(text, {"x": [(1, images[0])], "y": [(1, images[1]), (2, images[1])]}, ["o"])[
        "o"
    ]
    steps = [add("x", 1, items[0]), add("y", 1, items[1]), add("x", 2, None), add("y", 2, items[1])]
    ours = play(text, steps, ["o"])["o"]
    assert [t for t, _ in ours] == [t for t, _ in theirs] == [1, 2]
    for (_, got), (_, expected) in zip(ours, theirs, strict=True):
        assert len(got) == len(expected.data)
        for mine, other in zip(got, expected.data, strict=True):
            assert np.array_equal(mine.numpy_view().ravel(), other.data.ravel())
