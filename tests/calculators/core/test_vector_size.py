"""<T>VectorSizeCalculator (spec calculators.md 6)."""

from __future__ import annotations

import pytest
from graph_steps import add, node, play
from item_samples import items_of
from mpgraph.calculators.core.vector_size import VECTORS


@pytest.mark.parametrize("name", VECTORS)
def test_the_number_of_items(name: str) -> None:
    items = items_of(VECTORS[name].item)
    steps = [add("a", 1, items), add("a", 2, []), add("a", 3, None)]
    found = play(node(name.removesuffix("Calculator"), ["VECTOR:a"], ["SIZE:o"]), steps, ["o"])
    assert found["o"] == [(1, 3), (2, 0), (3, None)]
