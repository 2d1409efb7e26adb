"""<T>VectorIndicesCalculator (spec calculators.md 6)."""

from __future__ import annotations

import pytest
from graph_steps import add, compare, node, play
from hypothesis import given, settings
from hypothesis import strategies as st
from item_samples import items_of
from mpgraph.calculators.core.vector_indices import VECTORS
from oracle_client import needs_oracle

from mpgraph import Packet
from mpgraph.packet_type import vector_of


@pytest.mark.parametrize("name", VECTORS)
def test_the_indices_of_the_items(name: str) -> None:
    items = items_of(VECTORS[name].item)
    steps = [add("a", 1, items), add("a", 2, []), add("a", 3, None)]
    found = play(node(name.removesuffix("Calculator"), ["VECTOR:a"], ["INDICES:o"]), steps, ["o"])
    assert found["o"] == [(1, [0, 1, 2]), (2, []), (3, None)]


@needs_oracle
@given(st.lists(st.none() | st.lists(st.integers(-9, 9), max_size=4), max_size=4))
@settings(max_examples=10, deadline=None)
def test_against_the_oracle(vectors: list[list[int] | None]) -> None:
    steps = [
        add("a", t, None if vector is None else Packet(vector, declared=vector_of(int)))
        for t, vector in enumerate(vectors)
    ]
    compare(node("IntVectorIndices", ["VECTOR:a"], ["INDICES:o"]), steps, ["o"])
