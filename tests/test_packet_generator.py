"""Packet generators: when they run, in which order, and what goes wrong (spec PG-1 to PG-3, V-8, V-14, V-33)."""

from __future__ import annotations

import pytest

from mpgraph import Calculator, Context, Graph, Packet, SideInput, SideOutput, option, options
from mpgraph.config.schema import GraphConfig
from mpgraph.errors import CalculatorError, ConfigError, PacketTypeError, SidePacketError
from mpgraph.packet_generator import PacketGenerator

CALLS: list[str] = []


@pytest.fixture(autouse=True)
def _calls() -> None:
    CALLS.clear()


@options(message="generatortest.Plus", extension=31_401, extends="mediapipe.PacketGeneratorOptions")
class PlusOptions:
    """How much is added."""

    amount: int = option(1, default=1)


class Plus(PacketGenerator, name="PgPlus"):
    """Adds."""

    options: PlusOptions
    number = SideInput[int]("IN", optional=True)
    result = SideOutput[int]("OUT")

    def generate(self, cc: Context) -> None:
        CALLS.append(cc.node_name)
        cc.send(self.result, cc.get(self.number, 100) + self.options.amount)


class Broken(PacketGenerator, name="PgBroken"):
    """Fails, or sends nothing, or the wrong type."""

    mode = SideInput[str]("MODE")
    result = SideOutput[int]()

    def generate(self, cc: Context) -> None:
        if cc[self.mode] == "raise":
            msg = "no luck"
            raise KeyError(msg)
        if cc[self.mode] == "type":
            cc.send_packet(self.result, Packet("text"))


class Source(Calculator, name="PgSource"):
    """Makes a side packet when it opens."""

    result = SideOutput[int]()

    def open(self, cc: Context) -> None:
        cc.send(self.result, 7)


class Sink(Calculator, name="PgSink"):
    """Remembers a side packet."""

    number = SideInput[int]()

    def open(self, cc: Context) -> None:
        CALLS.append(f"sink {cc[self.number]}")


def plus(source: str, target: str, more: str = "") -> str:
    return f"""packet_generator {{
        packet_generator: "PgPlus" input_side_packet: "IN:{source}" output_side_packet: "OUT:{target}" {more}
    }} """


SINK = 'node { calculator: "PgSink" input_side_packet: "c" } '
AMOUNT = "options { [generatortest.Plus.ext] { amount: 10 } }"


def test_what_can_be_made_at_once_is_made_once() -> None:
    """PG-1: when the graph is made, in order of dependency, and readable then. Pins GenerateInInitialize."""
    graph = Graph(SINK + plus("b", "c", AMOUNT) + plus("a", "b"), side_packets={"a": 1})
    assert graph.output_side_packet("c").value == 12
    assert CALLS == ["PgPlus_2", "PgPlus_1"]
    first = graph.output_side_packet("c")
    for _ in range(2):
        graph.run()
        assert graph.output_side_packet("c") is first
    assert CALLS[2:] == ["sink 12", "sink 12"]
    assert [generator.output_side_packet for generator in graph.config.packet_generator] == [
        ("OUT:b",),
        ("OUT:c",),
    ]


def test_what_needs_more_is_made_at_each_start() -> None:
    """PG-1. Pins GeneratePacket."""
    graph = Graph(SINK + plus("a", "b") + plus("b", "c"))
    with pytest.raises(SidePacketError, match='"b" is not available yet'):
        graph.output_side_packet("b")
    for given in (1, 5):
        graph.run({"a": given})
        assert graph.output_side_packet("c").value == given + 2
    assert CALLS == ["PgPlus_1", "PgPlus_2", "sink 3", "PgPlus_1", "PgPlus_2", "sink 7"]


def test_what_a_calculator_makes_is_waited_for_in_a_node() -> None:
    """PG-1. Pins GeneratorAfterCalculatorOpen."""
    text = 'node { calculator: "PgSource" output_side_packet: "a" } ' + plus("b", "c") + plus("a", "b") + SINK
    graph = Graph(text)
    assert [node.name for node in graph.plan.nodes] == [
        "PgSource",
        "__pg_0_PgPlus",
        "__pg_1_PgPlus",
        "PgSink",
    ]
    assert [node.calculator for node in graph.config.node] == ["PgSource", "PgSink"]
    graph.run()
    assert graph.output_side_packet("c").value == 9
    assert CALLS == ["__pg_0_PgPlus", "__pg_1_PgPlus", "sink 9"]


def test_an_optional_input_may_be_missing() -> None:
    """PG-3, V-34: once the run begins."""
    graph = Graph(plus("a", "c") + SINK)
    graph.run()
    assert graph.output_side_packet("c").value == 101


def test_a_generator_in_a_subgraph() -> None:
    """SG-6, SG-8."""
    sub = (
        'type: "PgSub" input_side_packet: "X:a" output_side_packet: "Y:b"'
        + plus("a", "inner")
        + plus("inner", "b")
    )
    main = 'node { calculator: "PgSub" input_side_packet: "X:given" output_side_packet: "Y:c" }' + SINK
    graph = Graph([main, sub], side_packets={"given": 1})
    assert graph.output_side_packet("pgsub__inner").value == 2
    assert graph.output_side_packet("c").value == 3


def test_a_graph_with_generators_is_canonical() -> None:
    """G-11: what comes out goes in again."""
    graph = Graph(SINK + plus("a", "c"))
    again = GraphConfig.from_text(graph.config.to_text())
    assert Graph(again).config.to_text() == graph.config.to_text()


def refused(text: str) -> list[str]:
    with pytest.raises(ConfigError) as failure:
        Graph(text)
    return [str(error) for error in failure.value.errors]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            'packet_generator { packet_generator: "PgPuls" }',
            'Unable to find PacketGenerator "PgPuls": it is not',
        ),
        (
            'packet_generator { packet_generator: "PgSink" }',
            '"PgSink" is a Calculator, not a PacketGenerator',
        ),
        ('node { calculator: "PgPlus" }', '"PgPlus" is a PacketGenerator, not a Calculator'),
        ('packet_generator { packet_generator: "SwitchContainer" }', "is a subgraph, not a PacketGenerator"),
        (
            'packet_generator { packet_generator: "PgPlus" }',
            "output side packet OUT is required but not connected",
        ),
        (plus("a", "b").replace("OUT:b", "OTU:b"), 'output side packet OTU ("b") is not a port'),
        (plus("a", "c") + plus("b", "c"), 'Output Side Packet "c" defined twice'),
        (
            plus("a", "c") + 'node { calculator: "PgSource" output_side_packet: "c" }',
            'Output Side Packet "c" defined twice: node "PgPlus" produces it too',
        ),
        (plus("a", "b") + plus("b", "a"), "PgPlus_1 -> PgPlus_2 -> PgPlus_1"),
        (plus("a", "b", "options { [generatortest.Plus.ext] { amuont: 1 } }"), 'has no field "amuont"'),
        (
            'packet_generator { packet_generator: "PgBroken" input_side_packet: "MODE:c" '
            'output_side_packet: "d" }' + plus("a", "c"),
            'Input side packet "c" of Calculator "PgBroken" expected a packet of type "string" but',
        ),
    ],
)
def test_graphs_that_cannot_be(text: str, message: str) -> None:
    """V-7, V-8, V-14, V-16, V-20: the entries are checked like nodes, with their places."""
    found = refused(text)
    assert any(message in error and error.startswith("<string>:") for error in found), found


def test_a_side_packet_that_is_given_too() -> None:
    """V-33."""
    words = 'Side packet "c" is both provided and generated by a PacketGenerator.'
    with pytest.raises(SidePacketError, match=words):
        Graph(plus("a", "c"), side_packets={"c": 1})
    with pytest.raises(SidePacketError, match=words):
        Graph(plus("a", "c")).start({"a": 1, "c": 1})


def test_a_side_packet_of_the_wrong_type() -> None:
    """PG-2."""
    words = (
        'Input side packet "a" for PacketGenerator "PgPlus" is not of the correct type: it stores "string"'
    )
    with pytest.raises(PacketTypeError, match=words):
        Graph(plus("a", "c"), side_packets={"a": "text"})


def test_a_side_packet_that_is_missing() -> None:
    """PG-3, V-31."""
    text = 'packet_generator { packet_generator: "PgBroken" input_side_packet: "MODE:m" output_side_packet: "d" }'
    with pytest.raises(
        SidePacketError, match=r'"m" is required but was not provided \(node "PgBroken" needs it\)'
    ):
        Graph(text).run()


@pytest.mark.parametrize(
    ("mode", "message"),
    [
        ("raise", "KeyError: 'no luck'"),
        ("nothing", 'output side packet "d" was not set'),
        ("type", 'Packet type mismatch on calculator output side packet "d"'),
    ],
)
@pytest.mark.parametrize("early", [True, False])
def test_a_generator_that_fails(mode: str, message: str, early: bool) -> None:
    """PG-2: at once, or at the start, after which the graph can be started again."""
    text = 'packet_generator { packet_generator: "PgBroken" input_side_packet: "MODE:m" output_side_packet: "d" }'
    if early:
        with pytest.raises(CalculatorError) as failure:
            Graph(text, side_packets={"m": mode})
    else:
        graph = Graph(text)
        for _ in range(2):
            with pytest.raises(CalculatorError) as failure:
                graph.start({"m": mode})
    error = failure.value
    assert str(error).startswith("PacketGeneratorGraph failed.\nPgBroken::Generate() failed. ")
    assert message in str(error)
    assert (error.node, error.calculator, error.phase) == ("PgBroken", "PgBroken", "generate")
    assert error.__cause__ is not None
