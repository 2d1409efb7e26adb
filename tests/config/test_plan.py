"""Plans: what a run needs to know."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from oracle_client import needs_oracle, oracle

from mpgraph import Calculator, Context, Graph, SideInput
from mpgraph.config.plan import DEFAULT_POLICY
from mpgraph.errors import ContractError, RunError

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


TYPES = """
    input_stream: "in" input_stream: "image" input_stream: "allow" input_stream: "unused"
    node { calculator: "PassThroughCalculator" input_stream: "in" output_stream: "out" }
    node { calculator: "GateCalculator" input_stream: "out" input_stream: "ALLOW:allow" output_stream: "gated"
           output_stream: "STATE_CHANGE:change" }
    node { calculator: "ImageToTensorCalculator" input_stream: "IMAGE:image" output_stream: "TENSORS:tensors"
           options { [mediapipe.ImageToTensorCalculatorOptions.ext] {
             output_tensor_float_range { min: 0 max: 1 } output_tensor_width: 5 output_tensor_height: 6 } } }
    node { calculator: "ConstantSidePacketCalculator" output_side_packet: "PACKET:side"
           options { [mediapipe.ConstantSidePacketCalculatorOptions.ext] { packet { int_value: 1 } } } }
    node { calculator: "PassThroughCalculator" input_side_packet: "other" output_side_packet: "passed" }
"""


def test_types_of_streams_and_side_packets() -> None:
    """V-29, V-30."""
    plan = Graph(TYPES).plan
    assert plan.registered_stream_type_name("allow") == "bool"  # as its consumer says
    assert plan.registered_stream_type_name("change") == "bool"  # as its producer says
    assert plan.registered_side_packet_type_name("side") == "int"
    with pytest.raises(ContractError) as failure:
        plan.registered_stream_type_name("chagne")
    assert str(failure.value) == 'Stream "chagne" is not defined in the config; did you mean "change"?'
    with pytest.raises(ContractError, match='Side packet "no" is not defined in the config'):
        plan.registered_side_packet_type_name("no")
    with pytest.raises(
        RunError, match=r'Unable to find the type for stream "gated"\.  It may be set to AnyType'
    ):
        plan.registered_stream_type_name("gated")
    with pytest.raises(RunError, match=r'Unable to find the type for side packet "passed"\.  It may be set'):
        plan.registered_side_packet_type_name("passed")


@needs_oracle
def test_upstream_finds_the_same_types() -> None:
    """V-29; it has no name for tensors, which is "" there."""
    plan = Graph(TYPES).plan
    theirs = oracle.stream_types(TYPES)

    def name(query: Callable[[str], str], carrier: str) -> str:
        try:
            return query(carrier)
        except RunError:
            return ""

    for stream, wanted in theirs["streams"].items():
        if stream != "tensors":
            assert name(plan.registered_stream_type_name, stream) == wanted
    for side, wanted in theirs["side_packets"].items():
        assert name(plan.registered_side_packet_type_name, side) == wanted


SEEN: list[bool] = []


class Optional(Calculator, name="PlOptional"):
    """Looks whether its side packet is there."""

    side = SideInput[int]("SIDE", optional=True)

    def open(self, cc: Context) -> None:
        SEEN.append(self.side in cc)


def test_side_packets_that_are_not_there_or_that_nobody_takes() -> None:
    """V-32, V-34."""
    SEEN.clear()
    graph = Graph('node { calculator: "PlOptional" input_side_packet: "SIDE:s" }', side_packets={"unused": 1})
    graph.run({"unused_too": 2})
    graph.run({"s": 3})
    assert SEEN == [False, True]


def test_a_named_executor_needs_no_type() -> None:
    """V-25 is upstream's: there the application must provide such an executor; here it is a thread pool."""
    assert Graph('executor { name: "own" }').plan.executors["own"].num_threads == 0
