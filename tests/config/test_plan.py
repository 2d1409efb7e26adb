"""Plans: what a run needs to know."""

from __future__ import annotations

from mpgraph import Graph
from mpgraph.config.plan import DEFAULT_POLICY

TEXT = """input_stream: "in" output_stream: "out" executor { name: "e" }
node { name: "a" calculator: "PassThroughCalculator" input_stream: "in" output_stream: "x" executor: "e" }
node { calculator: "PassThroughCalculator" input_stream: "x" output_stream: "out" }"""


def test_a_plan_says_all_of_a_graph() -> None:
    plan = Graph(TEXT).plan
    first, second = plan.nodes
    assert (first.name, first.type, first.policy) == ("a", "PassThroughCalculator", DEFAULT_POLICY)
    assert first.ports("input") is first.inputs
    assert first.ports("side_output") is first.side_outputs
    assert not first.is_source
    assert list(plan.streams) == ["in", "x", "out"]
    assert plan.streams["x"].producer == (first, 0)
    assert plan.streams["x"].consumers == [(second, 0)]
    assert (plan.graph_inputs, plan.graph_outputs) == (["in"], ["out"])
    assert set(plan.executors) == {"", "e"}
    assert [node.name for node in plan.config.node] == ["a", ""]


def test_nodes_are_told_apart_by_identity() -> None:
    """They are keys of a run."""
    one, other = Graph(TEXT).plan, Graph(TEXT).plan
    assert one.nodes[0] != other.nodes[0]
    assert len({*one.nodes, *other.nodes}) == 4
