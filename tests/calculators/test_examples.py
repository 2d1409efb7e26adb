"""The example in every calculator's docstring is a graph that can be built."""

from __future__ import annotations

import importlib.metadata

import example_generator  # noqa: F401 - registers what an example names
import pytest

from mpgraph import Graph
from mpgraph.testing import docstring_example

ENTRIES = {entry.name: entry for entry in importlib.metadata.entry_points(group="mpgraph.calculators")}


@pytest.mark.parametrize("name", sorted(ENTRIES))
def test_the_example_can_be_built(name: str) -> None:
    config = docstring_example(ENTRIES[name].load())
    assert config is not None
    assert name in [node.calculator for node in config.node]
    Graph(config)


@pytest.mark.parametrize("name", sorted(ENTRIES))
def test_the_class_is_registered_as_its_entry_point_says(name: str) -> None:
    assert ENTRIES[name].load().registered_name == name
