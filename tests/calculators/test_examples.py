"""The example in every calculator's docstring is a graph that can be built."""

from __future__ import annotations

import importlib.metadata
import inspect
import textwrap

import example_generator  # noqa: F401 - registers what an example names
import pytest

from mpgraph import Graph
from mpgraph.config.schema import GraphConfig
from mpgraph.port_map import PortMap

ENTRIES = {entry.name: entry for entry in importlib.metadata.entry_points(group="mpgraph.calculators")}


def example(name: str) -> GraphConfig:
    """The nodes below ``Example::``, with a graph input for each stream that none of them makes."""
    doc = inspect.getdoc(ENTRIES[name].load()) or ""
    assert doc.count("Example::\n") == 1
    nodes = GraphConfig.from_text(textwrap.dedent(doc.partition("Example::\n")[2])).node
    text = ""
    for kind in ("stream", "side_packet"):
        made = {n for node in nodes for n in PortMap(getattr(node, f"output_{kind}")).names}
        used = {n for node in nodes for n in PortMap(getattr(node, f"input_{kind}")).names}
        text += "".join(f'input_{kind}: "{n}" ' for n in sorted(used - made))
    return GraphConfig.from_text(text + GraphConfig(node=nodes).to_text())


@pytest.mark.parametrize("name", sorted(ENTRIES))
def test_the_example_can_be_built(name: str) -> None:
    config = example(name)
    assert name in [node.calculator for node in config.node]
    Graph(config)


@pytest.mark.parametrize("name", sorted(ENTRIES))
def test_the_class_is_registered_as_its_entry_point_says(name: str) -> None:
    assert ENTRIES[name].load().registered_name == name
