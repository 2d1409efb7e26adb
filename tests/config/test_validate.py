"""Checking a graph and making its plan (spec rules V-1 to V-28, N-10 to N-16)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle_client import needs_oracle, oracle
from stubs import registered

from mpgraph import Calculator, Contract, Input, Inputs, Output, Outputs, SideInput, SideOutput, registry
from mpgraph.config.plan import Plan
from mpgraph.config.schema import GraphConfig, NodeConfig
from mpgraph.config.subgraph import Library
from mpgraph.config.validate import make_plan
from mpgraph.errors import ConfigError, ContractError, OptionsError, UnknownCalculatorError
from mpgraph.options import option, options
from mpgraph.runtime.policies import POLICIES


@options(message="validatetest.Opts", extension=31_101)
class Opts:
    """Options."""

    count: int = option(1)


class Typed(Calculator, name="VaTyped"):
    """Ports of all kinds."""

    image = Input[int]("IMAGE")
    roi = Input[str]("ROI", optional=True)
    out = Output[int]("IMAGE")
    side = SideInput[str]("S", optional=True)
    made = SideOutput[str]("T", optional=True)


class Strings(Calculator, name="VaStrings"):
    """A sink of strings."""

    text = Input[str]()


class Pass(Calculator, name="VaPass", timestamp_offset=0):
    """Passes on."""

    packets = Inputs[object]()
    passed = Outputs[object](same_as=packets)


class Immediate(Calculator, name="VaImmediate", input_policy="ImmediateInputStreamHandler"):
    """Has a policy of its own."""

    packets = Inputs[object]()


class Configured(Calculator, name="VaConfigured"):
    """As many inputs as its options say."""

    options: Opts

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        for index in range(contract.options(Opts).count):
            contract.inputs.declare("IN", index)


class Failing(Calculator, name="VaFailing"):
    """Has a mistake."""

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        raise KeyError("boo")


class Refusing(Calculator, name="VaRefusing"):
    """Refuses."""

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        msg = "expected two inputs, got one"
        raise ContractError(msg)


class Odd(Calculator, name="VaOdd"):
    """Declares what is no type."""

    packet = Input["Unknown"]()  # type: ignore[name-defined]


@pytest.fixture(autouse=True)
def _stubs() -> Iterator[None]:
    with registered(["VaAny"]):
        yield


def plan(text: str, *subgraphs: str) -> Plan:
    graphs = [GraphConfig.from_text(part, "sub.pbtxt") for part in subgraphs]
    return make_plan(GraphConfig.from_text(text, "g"), Library(graphs=graphs), POLICIES)


def errors(text: str, *subgraphs: str) -> list[str]:
    """Every error as it is printed."""
    with pytest.raises(ConfigError) as failure:
        plan(text, *subgraphs)
    return [str(error) for error in failure.value.errors]


def node(calculator: str, inputs: str = "", outputs: str = "", more: str = "") -> str:
    listed = [f'input_stream: "{entry}"' for entry in inputs.split()]
    listed += [f'output_stream: "{entry}"' for entry in outputs.split()]
    return f'node {{ calculator: "{calculator}" {" ".join(listed)} {more} }}\n'


IN = 'input_stream: "in"\n'

# What is valid.


def test_an_empty_graph_is_valid() -> None:
    """V-3."""
    made = plan("")
    assert (made.nodes, made.streams, made.side_packets, made.graph_inputs) == ([], {}, {}, [])


def test_the_plan_says_who_makes_and_who_takes_what() -> None:
    """V-12, N-11: one producer, any number of consumers, also several inputs of one node."""
    made = plan(IN + node("VaPass", "in in", "a b") + node("VaPass", "a", "c", 'name: "two"'))
    first, second = made.nodes
    assert (first.id, first.name, first.type) == (0, "VaPass", "VaPass")
    assert (second.id, second.name, second.type) == (1, "two", "VaPass")
    assert made.graph_inputs == ["in"]
    assert made.streams["in"].producer is None
    assert made.streams["in"].consumers == [(first, 0), (first, 1)]
    assert made.streams["a"].producer == (first, 0)
    assert made.streams["a"].consumers == [(second, 0)]
    assert made.streams["c"].consumers == []
    assert first.ports("input").names == ("in", "in")


def test_graph_inputs_and_outputs_may_have_tags() -> None:
    """N-15: inside and to the application they go by the bare name."""
    text = 'input_stream: "B:x" input_stream: "A:y" output_stream: "OUT:b" output_stream: "nowhere"'
    made = plan(text + node("VaPass", "x y", "a b"))
    assert made.graph_inputs == ["y", "x"]
    assert made.graph_outputs == ["b"]  # V-18: what nobody makes does not matter


def test_graph_side_packets_are_not_checked_and_outputs_may_repeat() -> None:
    """N-14."""
    plan('input_side_packet: "a b" input_side_packet: "A:a" input_side_packet: "A:b" output_side_packet: "X"')
    plan('output_stream: "a" output_stream: "a"')


def test_streams_and_side_packets_are_named_apart() -> None:
    """N-10."""
    made = plan(
        IN + node("VaTyped", "IMAGE:in", "IMAGE:x", 'input_side_packet: "S:in" output_side_packet: "T:x"')
    )
    assert set(made.streams) == set(made.side_packets) == {"in", "x"}


def test_side_packets_nobody_makes_come_from_the_application() -> None:
    """V-14, V-31: they are required where a port that is not optional takes them."""
    sides = 'input_side_packet: "S:%s"'
    made = plan(
        IN
        + node("VaTyped", "IMAGE:in", "IMAGE:x", sides % "a")
        + node("VaTyped", "IMAGE:in", "IMAGE:y", sides % "b" + ' output_side_packet: "T:a"')
        + node("VaSide", more='input_side_packet: "c"')
    )
    assert {name: (side.producer is None, side.required) for name, side in made.side_packets.items()} == {
        "a": (False, False),
        "b": (True, False),
        "c": (True, True),
    }


class Side(Calculator, name="VaSide"):
    """Needs a side packet."""

    packet = SideInput[object]()


def test_nodes_of_one_name_are_numbered() -> None:
    """N-12: duplicate names are allowed."""
    made = plan(IN + (node("VaPass", "in") + node("VaPass", "in", more='name: "n"')) * 2)
    assert [one.name for one in made.nodes] == ["VaPass_1", "n_1", "VaPass_2", "n_2"]


def test_a_source_has_outputs_and_no_input() -> None:
    """C-4."""
    made = plan(IN + node("VaAny", "", "a") + node("VaAny", "in", "b") + node("VaAny"))
    assert [one.is_source for one in made.nodes] == [True, False, False]


# Order.


def test_nodes_in_order_stay_in_order() -> None:
    """V-15."""
    made = plan(IN + node("VaPass", "in", "a") + node("VaAny") + node("VaPass", "a", "b"))
    assert [one.type for one in made.nodes] == ["VaPass", "VaAny", "VaPass"]


def test_producers_come_before_consumers() -> None:
    """V-15: by streams and side packets; of those that are ready, the first one written."""
    made = plan(
        IN
        + node("VaPass", "b", "c", 'name: "n0"')
        + node("VaTyped", "IMAGE:in", "IMAGE:x", 'name: "n1" input_side_packet: "S:s"')
        + node("VaPass", "in", "a", 'name: "n2"')
        + node("VaPass", "a", "b", 'name: "n3"')
        + node("VaAny", more='name: "n4" output_side_packet: "s"')
    )
    assert [one.name for one in made.nodes] == ["n2", "n3", "n0", "n4", "n1"]
    assert [one.id for one in made.nodes] == [0, 1, 2, 3, 4]
    assert [config.name for config in made.config.node] == ["n2", "n3", "n0", "n4", "n1"]


@st.composite
def graphs(draw: st.DrawFn) -> list[list[int]]:
    """For each node the nodes before it whose output it takes."""
    count = draw(st.integers(1, 12))
    return [draw(st.lists(st.integers(0, index - 1), unique=True)) if index else [] for index in range(count)]


@given(graphs(), st.randoms(use_true_random=False))
def test_any_graph_without_a_cycle_can_be_sorted(edges: list[list[int]], random: Any) -> None:
    """V-15."""
    texts = [
        node("VaAny", " ".join(f"s{other}" for other in inputs) or "in", f"s{index}", f'name: "{index}"')
        for index, inputs in enumerate(edges)
    ]
    random.shuffle(texts)
    with registered(["VaAny"]):
        order = [int(one.name) for one in plan(IN + "".join(texts)).nodes]
    assert sorted(order) == list(range(len(edges)))
    for index, inputs in enumerate(edges):
        assert all(order.index(other) < order.index(index) for other in inputs)


def test_a_back_edge_breaks_a_cycle() -> None:
    """V-16."""
    back = 'input_stream_info { tag_index: "%s" back_edge: true }'
    made = plan(IN + node("VaAny", "in LOOP:b", "a", back % "LOOP") + node("VaPass", "a", "b"))
    assert made.nodes[0].back_edges == {1}  # the slot of LOOP
    assert made.nodes[1].back_edges == frozenset()
    plan(IN + node("VaAny", "in b", "b", back % ":1"))
    plan(IN + node("VaPass", "in", "a") + node("VaPass", "a", "b", back % ""))  # V-17: needless
    (missing,) = errors(IN + node("VaAny", "in LOOP:b", "a", back % "LOOP"))  # V-17: nobody makes it
    assert 'Input Stream "b" for node with sorted index 0 name VaAny does not have a' in missing


CYCLES = [
    (node("VaPass", "a", "b") + node("VaPass", "b", "a"), "g:1:6", "VaPass_1 -> VaPass_2 -> VaPass_1", ":0"),
    (node("VaAny", "LOOP:b in", "a") + node("VaPass", "a", "b"), "g:1:6", "VaAny -> VaPass -> VaAny", "LOOP"),
    (
        node("VaPass", "in", "x", 'name: "free"')
        + node("VaAny", "x c", "a", 'name: "n1"')
        + node("VaPass", "a", "b", 'name: "n2"')
        + node("VaPass", "b", "c", 'name: "n3"')
        + node("VaPass", "c", "d", 'name: "behind"'),
        "g:2:6",
        "n1 -> n2 -> n3 -> n1",
        ":1",
    ),
]


@pytest.mark.parametrize(("nodes", "where", "cycle", "port"), CYCLES)
def test_a_cycle_is_shown_and_how_to_break_it(nodes: str, where: str, cycle: str, port: str) -> None:
    """V-16."""
    (error,) = errors(nodes + IN)
    assert error.startswith(f"{where}: node ")
    assert f"; nodes wait for each other: {cycle}; if a stream is to come back" in error
    assert error.endswith(f'perhaps this one: input_stream_info {{ tag_index: "{port}" back_edge: true }}')
    tag = f'input_stream_info {{ tag_index: "{port}" back_edge: true }} }}'
    lines = (nodes + IN).splitlines()
    line = int(where.split(":")[1]) - 1
    lines[line] = lines[line].removesuffix("}") + tag
    plan("\n".join(lines))  # what the message says works


def test_a_node_that_waits_for_itself() -> None:
    """V-16."""
    (error,) = errors(node("VaPass", "a", "a"))
    assert (
        'node "VaPass": Generator side packet cycle or calculator stream cycle detected in graph: '
        "[VaPass]; the node waits for itself: VaPass -> VaPass; if a stream" in error
    )


def test_side_packets_cannot_come_back() -> None:
    sides = 'input_side_packet: "S:t" output_side_packet: "T:t"'
    assert errors(IN + node("VaTyped", "IMAGE:in", "IMAGE:x", sides)) == [
        'g:2:6: node "VaTyped": Generator side packet cycle or calculator stream cycle detected in '
        "graph: [VaTyped]; the node waits for itself: VaTyped -> VaTyped"
    ]


def test_a_long_cycle_is_found_in_linear_time() -> None:
    """Neither recursion nor a search from every node."""
    count = 3000
    text = "".join(node("VaPass", f"s{index}", f"s{(index + 1) % count}") for index in range(count))
    (error,) = errors(text)
    assert (
        "VaPass_1 -> VaPass_2 -> VaPass_3 -> VaPass_4 -> VaPass_5 -> VaPass_6 -> (2989 more) -> "
        "VaPass_2996 -> VaPass_2997 -> VaPass_2998 -> VaPass_2999 -> VaPass_3000 -> VaPass_1; if"
    ) in error


# What is wrong with single nodes.


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # V-5: malformed entries
        (
            node("VaTyped", "IMAGE:b:c", "IMAGE:x"),
            ['g:1:44: node "VaTyped": TAG:index:name is invalid, "IMAGE:b:c" does not match: '],
        ),
        (
            IN + node("VaAny", "A:in A:in"),
            [
                'g:2:63: node "VaAny": tag "A" index 0 already had a name "in" but is being reassigned '
                'a name "in"; write an'
            ],
        ),
        # V-6: input_stream_info
        (
            IN + node("VaPass", "in", "x", 'input_stream_info { tag_index: "LOOP" }'),
            [
                'g:2:85: node "VaPass": Input stream with tag_index "LOOP" requested in InputStreamInfo '
                "but is not an input stream of the calculator (it has: untagged 0)"
            ],
        ),
        (
            IN + node("VaPass", "in", "x", 'input_stream_info { tag_index: "" } input_stream_info { }'),
            ['g:2:121: node "VaPass": Input stream with tag_index "" has more than one InputStreamInfo'],
        ),
        (
            IN + node("VaPass", "in", "x", 'input_stream_info { tag_index: "x" }'),
            [
                'g:2:98: node "VaPass": TAG:index is invalid, "x" does not match (examples: "IMAGE", '
                '"IMAGE:2", ":1", "")'
            ],
        ),
        # V-7: unknown types
        (
            node("VaTypd", more='name: "n"'),
            [
                'g:1:6: node "n": No registered object with name: VaTypd; Unable to find Calculator '
                '"VaTypd": '
                'it is not registered nor the type of a .pbtxt file; did you mean "VaTyped"?'
            ],
        ),
        (
            "node { }",
            ['g:1:6: No registered object with name: ; Unable to find Calculator "": the node names none'],
        ),
        # V-8, PT-6: contracts
        (
            IN + node("VaTyped", "IMG:in"),
            [
                'g:2:6: node "VaTyped": input stream IMAGE is required but not connected (connected: IMG)',
                'g:2:6: node "VaTyped": output stream IMAGE is required but not connected (connected: none)',
                'g:2:44: node "VaTyped": input stream IMG ("in") is not a port of this calculator '
                '(it has: IMAGE, ROI); did you mean "IMAGE"?',
            ],
        ),
        (
            node("VaSide", more='name: "n"'),
            [
                'g:1:6: node "n": VaSide: untagged input side packet 0 is required but not connected '
                "(connected: none)"
            ],
        ),
        (node("VaRefusing"), ['g:1:6: node "VaRefusing": expected two inputs, got one']),
        (node("VaFailing"), ["g:1:6: node \"VaFailing\": VaFailing.get_contract failed: KeyError: 'boo' ["]),
        (
            IN + node("VaOdd", "in"),
            ['g:2:6: node "VaOdd": VaOdd.get_contract failed: TypeError: ForwardRef('],
        ),
        # V-11: contracts see the options
        (
            node("VaConfigured", more="options { [validatetest.Opts.ext] { count: 1 } }"),
            ['g:1:6: node "VaConfigured": input stream IN is required but not connected (connected: none)'],
        ),
        # G-9 and options that do not fit
        (
            node("VaConfigured", more="node_options { [type.googleapis.com/validatetest.Opts] { coun: 1 } }"),
            ['g:1:93: node "VaConfigured": validatetest.Opts has no field "coun"; did you mean "count"?'],
        ),
        (
            node("VaConfigured", more="node_options { [type.googleapis.com/validatetest.Opts] { } } " * 2),
            [
                "g:1:112: node \"VaConfigured\": Options type: 'type.googleapis.com/validatetest.Opts' specified "
                "more than once for a single calculator node config."
            ],
        ),
        # V-27: input policies
        (
            IN
            + node("VaPass", "in", "x", 'input_stream_handler { input_stream_handler: "ImmediateHandler" }'),
            [
                'g:2:88: node "VaPass": No registered object with name: ImmediateHandler; '
                '"ImmediateHandler" is not a registered input stream handler; '
                'did you mean "ImmediateInputStreamHandler"?'
            ],
        ),
        (
            'input_stream_handler { input_stream_handler: "Zz" }' + IN + node("VaPass", "in", "x") * 1,
            [
                'g:1:22: No registered object with name: Zz; "Zz" is not a registered input stream '
                "handler; there are: BarrierInputStreamHandler, "
                "DefaultInputStreamHandler, EarlyCloseInputStreamHandler, "
            ],
        ),
        # SG-22
        (
            node("VaAny", more='option_value: "a:b"'),
            ['g:1:43: node "VaAny": Option extension not found: * for node'],
        ),
        # the graph's own entries
        ('input_stream: "B"', ['g:1:15: TAG:index:name is invalid, "B" does not match: ']),
        (
            'output_stream: "A:x" output_stream: "A:y"',
            ['g:1:37: tag "A" index 0 already had a name "x" but is being'],
        ),
        # deprecated and unsupported
        (
            "packet_generator { } packet_generator { } packet_factory { } status_handler { }",
            [
                'g:1:18: node "_1": No registered object with name: ; Unable to find PacketGenerator ""',
                'g:1:39: node "_2": No registered object with name: ; Unable to find PacketGenerator ""',
                "g:1:58: packet_factory is not supported",
                'g:1:77: No registered object with name: ; Unable to find StatusHandler ""',
            ],
        ),
        # V-12, V-13, V-14: edges
        (IN + 'input_stream: "in"', ['g:2:15: Output Stream "in" defined twice']),
        (
            IN + node("VaPass", "in", "in"),
            ['g:2:63: node "VaPass": Output Stream "in" defined twice: it is a graph input'],
        ),
        (
            IN + node("VaPass", "in", "x") * 2,
            ['g:3:63: node "VaPass_2": Output Stream "x" defined twice: node "VaPass_1" produces it too'],
        ),
        (
            IN + node("VaAny", more='output_side_packet: "s"') * 2,
            ['g:3:49: node "VaAny_2": Output Side Packet "s" defined twice: node "VaAny_1" produces it too'],
        ),
        (
            'input_stream: "input_video"' + node("VaPass", "inptu_video", "x"),
            [
                'g:1:70: node "VaPass": Input Stream "inptu_video" for node with sorted index 0 name '
                "VaPass does not have a corresponding output stream: it is produced by no node and is "
                "no graph input; "
                'did you mean "input_video"?'
            ],
        ),
    ],
)
def test_errors(text: str, expected: list[str]) -> None:
    """Each with file:line:column, the node, what was expected, what came, and a hint."""
    found = errors(text)
    assert [error[: len(start)] for error, start in zip(found, expected, strict=True)] == expected


def test_the_classes_of_errors() -> None:
    for text, kind in (
        (node("Nothing"), UnknownCalculatorError),
        (node("VaTyped"), ContractError),
        (node("VaConfigured", more="options { [validatetest.Opts.ext] { x: 1 } }"), OptionsError),
    ):
        with pytest.raises(kind):
            plan(text)


def test_the_authors_exception_is_the_cause() -> None:
    with pytest.raises(ContractError) as failure:
        plan(node("VaFailing"))
    assert isinstance(failure.value.__cause__, KeyError)
    assert "test_validate.py:" in str(failure.value)


def test_a_class_that_is_no_calculator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry._CLASSES, "VaClass", int)
    assert errors(node("VaClass")) == [
        'g:1:6: node "VaClass": "VaClass" means <class \'int\'>, which is neither a calculator nor a subgraph'
    ]


def test_all_errors_come_at_once_in_the_order_of_the_text() -> None:
    """V-9: also those of subgraphs, of edges and of executors."""
    text = (
        'input_stream: "A b"\n'
        + node("Nothing", "A:x y", "made_by_nothing")
        + node("VaSub", "WRONG:x")
        + node("VaPass", "made_by_nothing nobody", "p q", 'executor: "ee"')
        + node("VaStrings", "p")
        + node("VaTyped", "IMAGE:p", "IMAGE:r")
        + 'executor { name: "e" }'
    )
    found = errors(text, 'type: "VaSub" input_stream: "IN:x"')
    assert [error.partition(": ")[0] for error in found] == [
        "g:1:15",  # the graph input
        "g:2:6",  # an unknown calculator; its outputs are taken as given
        "g:3:42",  # a port that the subgraph lacks
        "g:4:6",  # an executor
        "g:4:75",  # a stream that nobody makes
        "g:6:44",  # a type
    ]


def test_what_a_failed_node_would_make_is_not_missing() -> None:
    """One mistake is one error."""
    assert len(errors(node("VaPass", "A:B:x", "a") + node("VaPass", "a", "b"))) == 1
    assert len(errors(node("Nothing", "", "A:0:a A:1:b") + node("VaPass", "a b", "c d"))) == 1
    text = node("VaSub", "WRONG:in", "OUT:a") + node("VaPass", "a", "b")
    assert len(errors(text, 'type: "VaSub" output_stream: "OUT:x"')) == 1


def test_errors_in_a_subgraph_name_its_file_and_the_expanded_node() -> None:
    """SG-14."""
    inner = 'type: "VaSub"\ninput_stream: "IN:x"\n' + node("VaStrings", "x") + node("VaPass", "maks", "mask")
    assert errors(IN + node("VaSub", "IN:in") + node("VaTyped", "IMAGE:in", "IMAGE:z"), inner) == [
        'sub.pbtxt:3:46: node "vasub__VaStrings": Input stream "in" of calculator "vasub__VaStrings" '
        'expects packets of type "string" but the connected output stream will contain packets of type '
        '"int" (as node "VaTyped" says; untagged input stream 0)',
        'sub.pbtxt:4:43: node "vasub__VaPass": Input Stream "vasub__maks" for node with sorted index 2 '
        "name vasub__VaPass does not have a corresponding output stream: it is produced by no node and "
        'is no graph input; did you mean "mask"?',
    ]


def test_a_graph_made_by_code_has_no_places() -> None:
    graph = GraphConfig(node=(NodeConfig(calculator="VaStrings", input_stream=("a",)),))
    with pytest.raises(ContractError) as failure:
        make_plan(graph, Library(), POLICIES)
    assert str(failure.value) == (
        'node "VaStrings": Input Stream "a" for node with sorted index 0 name VaStrings does not have a '
        "corresponding output stream: it is produced by no node and is no graph input"
    )


# Policies and the canonical config.


@pytest.mark.parametrize(
    ("graph", "node_text", "calculator", "policy"),
    [
        ("", "", "VaPass", "DefaultInputStreamHandler"),
        ("", "", "VaImmediate", "ImmediateInputStreamHandler"),
        ("Barrier", "", "VaPass", "BarrierInputStreamHandler"),
        ("Barrier", "", "VaImmediate", "BarrierInputStreamHandler"),
        ("Barrier", "Default", "VaImmediate", "DefaultInputStreamHandler"),
        ("", "Barrier", "VaImmediate", "BarrierInputStreamHandler"),
    ],
)
def test_which_policy_a_node_has(graph: str, node_text: str, calculator: str, policy: str) -> None:
    """V-28, SG-13: its own, else the graph's, else its contract's, else the default one."""

    def handler(name: str) -> str:
        return f'input_stream_handler {{ input_stream_handler: "{name}InputStreamHandler" }}' if name else ""

    made = plan(handler(graph) + IN + node(calculator, "in", more=handler(node_text)))
    assert made.nodes[0].policy == policy


def test_an_empty_handler_is_the_default_one() -> None:
    """G-4: its field has a default."""
    made = plan(IN + node("VaImmediate", "in", more="input_stream_handler { }"))
    assert made.nodes[0].policy == "DefaultInputStreamHandler"


def test_the_canonical_config() -> None:
    """G-11."""
    made = plan(
        'num_threads: 3 max_queue_size: 5 type: "T" package: "p" '
        'input_stream_handler { input_stream_handler: "BarrierInputStreamHandler" }'
        + IN
        + node("VaPass", "a", "b")
        + node("VaImmediate", "b", more="input_stream_handler { }")
        + node("VaPass", "in", "a")
    )
    assert made.config.to_text() == (
        """node {
  calculator: "VaPass"
  input_stream: "in"
  output_stream: "a"
  input_stream_handler {
    input_stream_handler: "BarrierInputStreamHandler"
  }
}
node {
  calculator: "VaPass"
  input_stream: "a"
  output_stream: "b"
  input_stream_handler {
    input_stream_handler: "BarrierInputStreamHandler"
  }
}
node {
  calculator: "VaImmediate"
  input_stream: "b"
  input_stream_handler {
  }
}
input_stream: "in"
max_queue_size: 5
input_stream_handler {
  input_stream_handler: "BarrierInputStreamHandler"
}
executor {
  options {
    [mediapipe.ThreadPoolExecutorOptions.ext] {
      num_threads: 3
    }
  }
}
package: "p"
type: "T"
"""
    )


def test_the_canonical_config_is_its_own() -> None:
    """Planned again it does not change, save that numbered nodes keep no number."""
    text = "num_threads: 2\n" + IN + node("VaPass", "a", "b") + node("VaPass", "in", "a")
    once = plan(text).config
    assert make_plan(once, Library(), POLICIES).config == once


# The real one.

PASS = "PassThroughCalculator"
LOOP = 'node { calculator: "PreviousLoopbackCalculator" input_stream: "MAIN:in" input_stream: "LOOP:x" output_stream: "PREV_LOOP:p" '

REFUSED = [
    node(PASS, "in", "x"),
    IN + IN,
    IN + node(PASS, "in", "in"),
    IN + node(PASS, "in", "x") * 2,
    IN + node(PASS, "x", "y") + node(PASS, "y", "x"),
    IN + node(PASS, "x", "x"),
    IN + node(PASS, "in", "x y"),
    IN + node(PASS, "in"),
    IN + node(PASS, "T:in", "U:x"),
    IN + node(PASS, "T:in T:in", "T:0:x T:1:y"),
    IN + node(PASS, "T:1:in", "T:1:x"),
    IN + node(PASS, "in", "X"),
    IN + node(PASS, "in", "x", 'input_stream_info { tag_index: "T" }'),
    IN + node(PASS, "in", "x", 'input_stream_info { tag_index: "" } input_stream_info { tag_index: ":0" }'),
    IN + node(PASS, "in", "x", 'input_stream_info { tag_index: "a" }'),
    IN + node(PASS, "in", "x", 'executor: "nope"'),
    IN + node(PASS, "in", "x", 'input_stream_handler { input_stream_handler: "Nope" }'),
    IN + node("Nope", "in", "x"),
    IN + node("mediapipe.PassThroughCalculator", "in", "x"),
    IN + node("passthroughcalculator", "in", "x"),
    node(""),
    IN + node("GateCalculator", "in", "x y"),
    IN + 'output_stream: "A b"',
    'output_stream: "T:a" output_stream: "T:b"',
    LOOP + "} " + IN + node(PASS, "p", "x"),
    IN
    + node(PASS, "in", "x", more='input_stream_info { tag_index: "" back_edge: true }')
    + node(PASS, "y", "z"),
]
ACCEPTED = [
    "",
    IN,
    IN + node(PASS, "in", "x"),
    IN + node(PASS, "in in", "x y"),
    IN + node(PASS, "y", "z") + node(PASS, "in", "y"),
    IN + node(PASS, "in", "x", 'name: "X y-1"') + node(PASS, "in", "y", 'name: "X y-1"'),
    IN + node(".PassThroughCalculator", "in", "x"),
    'package: "mediapipe.no.such" ' + IN + node(PASS, "in", "x"),
    IN + node(PASS, "B:1:in B:0:in in", "B:0:x B:1:y z"),
    'input_stream: "T:in"' + node(PASS, "in", "x"),
    IN + 'output_stream: "nowhere" output_stream: "nowhere" input_side_packet: "a b"',
    LOOP + 'input_stream_info { tag_index: "LOOP" back_edge: true } } ' + IN + node(PASS, "p", "x"),
    IN + node(PASS, "in", "x", 'external_input: "e"'),
    IN + node("GateCalculator", "in", "x"),
]


@needs_oracle
@pytest.mark.parametrize("text", REFUSED)
def test_upstream_refuses_these_too(text: str) -> None:
    with pytest.raises(ConfigError):
        plan(text)
    with pytest.raises(oracle.OracleError) as failure:
        oracle.run_graph(text)
    assert failure.value.stage == "initialize"


@needs_oracle
@pytest.mark.parametrize("text", ACCEPTED)
def test_upstream_accepts_these_too(text: str) -> None:
    """And sorts them alike."""
    theirs = GraphConfig.from_binary(oracle.expand(text, binary=True))
    ours = plan(text).config
    assert [(one.name, one.calculator, one.input_stream, one.output_stream) for one in ours.node] == [
        (one.name, one.calculator, one.input_stream, one.output_stream) for one in theirs.node
    ]
