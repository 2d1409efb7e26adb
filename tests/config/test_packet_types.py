"""What streams and side packets carry (spec rules V-19 to V-21, PT-2, PT-4)."""

from __future__ import annotations

import pytest
from oracle_client import needs_oracle, oracle

from mpgraph import Calculator, Graph, Input, Inputs, Output, Outputs, SideInput, SideOutput
from mpgraph.config.plan import Plan
from mpgraph.config.schema import GraphConfig
from mpgraph.config.subgraph import Library
from mpgraph.config.validate import make_plan
from mpgraph.errors import ConfigError
from mpgraph.packet_type import INT64
from mpgraph.runtime.policies import POLICIES


class Int(Calculator, name="PtInt"):
    """int to int."""

    taken = Input[int]("IN", optional=True)
    made = Output[int]("OUT", optional=True)
    side = SideInput[int]("S", optional=True)
    side_made = SideOutput[int]("T", optional=True)


class Int64(Calculator, name="PtInt64"):
    """int64_t."""

    taken = Input[int]("IN", type=INT64)


class Str(Calculator, name="PtStr"):
    """A string."""

    taken = Input[str]("IN", optional=True)
    made = Output[str]("OUT", optional=True)
    side = SideInput[str]("S", optional=True)


class Either(Calculator, name="PtEither"):
    """An int or a string."""

    taken = Input[int | str]("IN", optional=True)
    made = Output[int | str]("OUT", optional=True)


class Pass(Calculator, name="PtPass"):
    """Of any type, the same on both sides."""

    packets = Inputs[object]()
    passed = Outputs[object](same_as=packets)


class Any(Calculator, name="PtAny"):
    """Of any types."""

    packets = Inputs[object]()
    made = Outputs[object]()


class Choose(Calculator, name="PtChoose"):
    """Two inputs and one output of one type."""

    first = Input[object]("A")
    second = Input[object]("B", same_as=first)
    chosen = Output[object]("OUT", same_as=first)


class Cycle(Calculator, name="PtCycle"):
    """Ports of the same type as each other."""

    taken = Input[object]("IN")
    made = Output[object]("OUT", same_as=taken)


Cycle.taken.same_as = Cycle.made


def node(calculator: str, inputs: str = "", outputs: str = "", more: str = "") -> str:
    listed = [f'input_stream: "{entry}"' for entry in inputs.split()]
    listed += [f'output_stream: "{entry}"' for entry in outputs.split()]
    return f'node {{ calculator: "{calculator}" {" ".join(listed)} {more} }}\n'


def plan(text: str) -> Plan:
    return make_plan(GraphConfig.from_text(text, "g"), Library(), POLICIES)


def types(text: str) -> dict[str, str]:
    return {name: stream.type.name for name, stream in plan(text).streams.items()}


IN = 'input_stream: "in"\n'


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        (node("PtInt", "", "OUT:a"), {"in": "[Any Type]", "a": "int"}),
        (node("PtInt", "IN:in"), {"in": "int"}),
        (node("PtPass", "in", "a"), {"in": "[Any Type]", "a": "[Any Type]"}),
        (node("PtPass", "in", "a") + node("PtInt", "IN:a"), {"in": "int", "a": "int"}),
        (
            node("PtPass", "in", "a") + node("PtPass", "a", "b") + node("PtStr", "IN:b"),
            {"in": "string", "a": "string", "b": "string"},
        ),
        (
            node("PtStr", "", "OUT:a") + node("PtPass", "a", "b"),
            {"in": "[Any Type]", "a": "string", "b": "string"},
        ),
        (
            node("PtAny", "in", "a") + node("PtStr", "IN:in") + node("PtInt", "IN:a"),
            {"in": "string", "a": "int"},
        ),
        (node("PtEither", "IN:in"), {"in": "OneOf<int, string>"}),
        (node("PtEither", "IN:in") + node("PtStr", "IN:in"), {"in": "string"}),
        (node("PtStr", "IN:in") + node("PtEither", "IN:in"), {"in": "string"}),
        (node("PtEither", "", "OUT:a") + node("PtInt", "IN:a"), {"in": "[Any Type]", "a": "int"}),
        (node("PtCycle", "IN:in", "OUT:a"), {"in": "[Any Type]", "a": "[Any Type]"}),
        (
            node("PtInt", "", "OUT:a") + node("PtChoose", "A:in B:a", "OUT:b"),
            {"in": "int", "a": "int", "b": "int"},
        ),
    ],
)
def test_types_follow_the_streams(nodes: str, expected: dict[str, str]) -> None:
    """V-19, PT-2: the producer's, else the first consumer's, through ports of the same type."""
    assert types(IN + nodes) == expected


CONFLICTS = [
    (
        node("PtInt", "", "OUT:a") + node("PtStr", "IN:a"),
        'g:3:42: node "PtStr": Input stream "a" of calculator "PtStr" expects packets of type "string" '
        'but the connected output stream will contain packets of type "int" (as node "PtInt" says; '
        "input stream IN)",
    ),
    (
        node("PtInt", "IN:in") + node("PtStr", "IN:in"),
        'g:3:42: node "PtStr": Input stream "in" of calculator "PtStr" expects packets of type "string" '
        'but the connected output stream will contain packets of type "int" (as node "PtInt" says; '
        "input stream IN)",
    ),
    (
        node("PtInt", "", "OUT:a") + node("PtInt64", "IN:a"),
        'g:3:44: node "PtInt64": Input stream "a" of calculator "PtInt64" expects packets of type '
        '"int64_t" but the connected output stream will contain packets of type "int" (as node "PtInt" '
        "says; input stream IN)",
    ),
    (
        node("PtInt", "", "OUT:a")
        + node("PtPass", "a", "b")
        + node("PtPass", "b", "c")
        + node("PtStr", "IN:c"),
        'g:5:42: node "PtStr": Input stream "c" of calculator "PtStr" expects packets of type "string" '
        'but the connected output stream will contain packets of type "int" (as node "PtInt" says; '
        "input stream IN)",
    ),
    (
        node("PtInt", "", "OUT:a") + node("PtStr", "", "OUT:b") + node("PtChoose", "A:a B:b", "OUT:c"),
        'g:3:43: node "PtStr": Output stream "b" of calculator "PtStr" makes packets of type "string" '
        'but it carries packets of type "int" (as node "PtInt" says; output stream OUT)',
    ),
    (
        node("PtEither", "IN:in") + node("PtInt64", "IN:in"),
        'g:3:44: node "PtInt64": Input stream "in" of calculator "PtInt64" expects packets of type '
        '"int64_t" but the connected output stream will contain packets of type "OneOf<int, string>" '
        '(as node "PtEither" says; input stream IN)',
    ),
    (
        node("PtInt", more='output_side_packet: "T:t"') + node("PtStr", more='input_side_packet: "S:t"'),
        'g:3:48: node "PtStr": Input side packet "t" of Calculator "PtStr" expected a packet of type '
        '"string" but the connected output side packet will be of type "int" (as node "PtInt" says; '
        "input side packet S)",
    ),
    (
        node("PtInt", more='input_side_packet: "S:s"') + node("PtStr", more='input_side_packet: "S:s"'),
        'g:3:48: node "PtStr": Input side packet "s" of Calculator "PtStr" expected a packet of type '
        '"string" but the connected output side packet will be of type "int" (as node "PtInt" says; '
        "input side packet S)",
    ),
]


@pytest.mark.parametrize(("nodes", "message"), CONFLICTS)
def test_types_that_do_not_fit(nodes: str, message: str) -> None:
    """V-20: both types, the stream, and who says so, at the place of the entry."""
    with pytest.raises(ConfigError) as failure:
        plan(IN + nodes)
    assert str(failure.value) == message


def test_every_connection_that_does_not_fit_is_told() -> None:
    with pytest.raises(ConfigError) as failure:
        plan(IN + node("PtInt", "", "OUT:a") + node("PtStr", "IN:a") * 3)
    assert len(failure.value.errors) == 3


def test_a_port_that_is_not_connected_ties_nothing() -> None:
    """Index 1 of the output has no index 1 of the input to be the same as."""
    found = types(IN + node("PtPass", "in", "a b") + node("PtInt", "IN:b"))
    assert found == {"in": "[Any Type]", "a": "[Any Type]", "b": "int"}


def test_types_of_side_packets() -> None:
    """V-19."""
    made = plan(
        node("PtInt", more='output_side_packet: "T:t"')
        + node("PtInt", more='input_side_packet: "S:t"')
        + node("PtStr", more='input_side_packet: "S:s"')
    )
    assert {name: side.type.name for name, side in made.side_packets.items()} == {"t": "int", "s": "string"}


def test_long_chains_of_the_same_type_are_no_recursion() -> None:
    count = 3000
    text = IN + "".join(
        node("PtPass", f"s{index}" if index else "in", f"s{index + 1}") for index in range(count)
    )
    assert types(text + node("PtInt", f"IN:s{count}"))["in"] == "int"


STREAMS = """input_stream: "im" input_stream: "im2"
node { calculator: "SelfieSegmentationCpu" input_stream: "IMAGE:im" output_stream: "SEGMENTATION_MASK:mask" }
node { calculator: "PassThroughCalculator" input_stream: "mask" output_stream: "mask2" }
node { calculator: "PassThroughCalculator" input_stream: "im2" output_stream: "im3" }
node { calculator: "ImagePropertiesCalculator" input_stream: "IMAGE_CPU:im3" output_stream: "SIZE:size" }"""


@needs_oracle
def test_upstream_finds_the_same_types() -> None:
    """V-19, V-29, where upstream has a name for the type."""
    theirs = oracle.stream_types(STREAMS)
    ours = Graph(STREAMS).plan
    for found, expected in (
        (ours.streams, theirs["streams"]),
        (ours.side_packets, theirs["side_packets"]),
    ):
        assert found.keys() == expected.keys()
        named = {name: type_name for name, type_name in expected.items() if type_name}
        assert named
        assert {name: found[name].type.name for name in named} == named
