"""Finding and expanding subgraphs (spec rules SG-1 to SG-14, N-12, N-16)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle_client import needs_oracle, oracle
from stubs import Anything, registered

from mpgraph import Graph, registry
from mpgraph.config import subgraph
from mpgraph.config.schema import GraphConfig, NodeConfig
from mpgraph.config.subgraph import Library, Subgraph, SubgraphContext, canonical_names, expand
from mpgraph.config.validate import make_plan
from mpgraph.errors import ConfigError, ContractError, LimitError, Location, PbtxtSyntaxError
from mpgraph.runtime.policies import POLICIES


@pytest.fixture(autouse=True)
def _stubs() -> Iterator[None]:
    with registered(["SgA", "SgB", "SgC", "acme.SgD"]):
        yield


def graph(text: str, file: str = "<string>") -> GraphConfig:
    return GraphConfig.from_text(text, file)


def library(*subgraphs: str) -> Library:
    return Library(graphs=[graph(text, f"sub{index}.pbtxt") for index, text in enumerate(subgraphs)])


def expanded(text: str, *subgraphs: str) -> list[str]:
    """The nodes of the expanded graph, one line each: ``name = type inputs > outputs | side > side``."""
    return lines(expand(graph(text), library(*subgraphs)))


def lines(config: GraphConfig) -> list[str]:
    found = []
    for name, node in zip(canonical_names(config.node), config.node, strict=True):
        line = f"{name} = {node.calculator} {' '.join(node.input_stream)} > {' '.join(node.output_stream)}"
        if node.input_side_packet or node.output_side_packet:
            line += f" | {' '.join(node.input_side_packet)} > {' '.join(node.output_side_packet)}"
        found.append(line)
    return found


def refused(text: str, *subgraphs: str) -> list[str]:
    """The errors of a graph, each as it is printed."""
    with pytest.raises(ConfigError) as failure:
        expand(graph(text, "main.pbtxt"), library(*subgraphs))
    return [str(error) for error in failure.value.errors]


PAIR = """type: "Pair" input_stream: "IN:x" output_stream: "OUT:y" input_side_packet: "S:s"
    output_side_packet: "T:t"
    node { calculator: "SgA" input_stream: "IN:x" output_stream: "OUT:m" input_side_packet: "s" }
    node { calculator: "SgA" input_stream: "m" output_stream: "y" output_side_packet: "t" }
    node { calculator: "SgB" name: "Last One" input_stream: "y" output_stream: "z" }
"""

# Names.


@pytest.mark.parametrize(
    ("names", "canonical"),
    [
        ([], []),
        (["A", "B"], ["A", "B"]),
        (["A", "A", "B"], ["A_1", "A_2", "B"]),
        (["A", "B", "A", "B"], ["A_1", "B_1", "A_2", "B_2"]),
        (["A", "A_1", "A"], ["A_1", "A_1", "A_2"]),
    ],
)
def test_nodes_of_one_name_are_numbered(names: list[str], canonical: list[str]) -> None:
    """N-12: by their name or else by their calculator; what the number makes equal stays so."""
    assert canonical_names([NodeConfig(name=name) for name in names]) == canonical
    assert canonical_names([NodeConfig(calculator=name) for name in names]) == canonical


@given(st.lists(st.sampled_from("ABC")))
def test_numbering_changes_only_what_is_there_twice(names: list[str]) -> None:
    """N-12."""
    found = canonical_names([NodeConfig(calculator=name) for name in names])
    for name, new in zip(names, found, strict=True):
        assert (new == name) == (names.count(name) == 1)
    assert len(set(found)) == len(found)


def test_the_nodes_of_a_subgraph_stand_for_it_under_prefixed_names() -> None:
    """SG-8, SG-9, SG-10: names outside at the interface, the prefix elsewhere, unconnected inputs gone."""
    text = 'node { calculator: "Pair" input_stream: "IN:a" output_stream: "OUT:b" }'
    assert expanded(text, PAIR) == [
        "pair__SgA_1 = SgA IN:a > OUT:pair__m",
        "pair__SgA_2 = SgA pair__m > b |  > pair__t",
        "pair__Last One = SgB b > pair__z",
    ]


def test_side_packets_are_connected_like_streams() -> None:
    """SG-9; N-10: a side packet of a stream's name is another thing."""
    text = """node { calculator: "Pair" input_stream: "IN:a" output_stream: "OUT:b"
        input_side_packet: "S:a" output_side_packet: "T:b" }"""
    assert expanded(text, PAIR) == [
        "pair__SgA_1 = SgA IN:a > OUT:pair__m | a > ",
        "pair__SgA_2 = SgA pair__m > b |  > b",
        "pair__Last One = SgB b > pair__z",
    ]


@pytest.mark.parametrize(
    ("name", "prefix"),
    [("Seg.One", "seg_one__"), ("A b:C", "a_b_c__"), ("x", "x__"), ("", "pair__")],
)
def test_the_prefix_is_the_name_of_the_node(name: str, prefix: str) -> None:
    """SG-8."""
    text = f'node {{ calculator: "Pair" name: "{name}" input_stream: "IN:a" }}'
    assert expanded(text, PAIR)[0] == f"{prefix}SgA_1 = SgA IN:a > OUT:{prefix}m"


def test_the_prefix_of_several_is_numbered() -> None:
    """SG-8, N-12: counted over what the graph has at that stage."""
    text = 'node { calculator: "Pair" input_stream: "IN:a" } ' * 2
    assert [line.split(" ")[0] for line in expanded(text, PAIR)] == [
        "pair_1__SgA_1",
        "pair_1__SgA_2",
        "pair_1__Last",
        "pair_2__SgA_1",
        "pair_2__SgA_2",
        "pair_2__Last",
    ]


def test_a_name_that_can_be_no_prefix_is_refused() -> None:
    """SG-8, N-1: upstream refuses the streams that come out of it."""
    (error,) = refused('node { calculator: "Pair" name: "X y-1" input_stream: "IN:a" }', PAIR)
    assert error == (
        'main.pbtxt:1:6: node "X y-1": the name of a subgraph node becomes the prefix of the streams in it, '
        'but "x_y-1__" cannot begin the name of a stream: '
        'use letters, digits, "_", "." and spaces, and no digit first'
    )


def test_ordinary_nodes_come_first_and_nested_subgraphs_last() -> None:
    """SG-5."""
    outer = """type: "Outer" input_stream: "IN:x"
        node { calculator: "Pair" input_stream: "IN:x" output_stream: "OUT:o" }
        node { calculator: "SgC" input_stream: "o" }"""
    text = """node { calculator: "Outer" input_stream: "IN:a" }
        node { calculator: "Pair" input_stream: "IN:a" output_stream: "OUT:p" }
        node { calculator: "SgB" input_stream: "p" }"""
    assert expanded(text, PAIR, outer) == [
        "SgB = SgB p > ",
        "outer__SgC = SgC outer__o > ",
        "pair__SgA_1 = SgA IN:a > OUT:pair__m",
        "pair__SgA_2 = SgA pair__m > p |  > pair__t",
        "pair__Last One = SgB p > pair__z",
        "outer__pair__SgA_1 = SgA IN:a > OUT:outer__pair__m",
        "outer__pair__SgA_2 = SgA outer__pair__m > outer__o |  > outer__pair__t",
        "outer__pair__Last One = SgB outer__o > outer__pair__z",
    ]


def test_a_graph_without_subgraphs_is_itself() -> None:
    config = graph('node { calculator: "SgA" }')
    assert expand(config, library()) is config


def test_what_a_subgraph_says_of_the_whole_graph_is_dropped() -> None:
    """SG-6; but the executor of a node is kept."""
    inner = """type: "Own" num_threads: 7 max_queue_size: 3 executor { name: "e" } package: "p"
        input_stream_handler { input_stream_handler: "ImmediateInputStreamHandler" } report_deadlock: true
        node { calculator: "SgA" executor: "e" }
        packet_generator { packet_generator: "G" } status_handler { status_handler: "H" }"""
    config = expand(graph('node { calculator: "Own" }'), library(inner))
    assert (config.num_threads, config.max_queue_size, config.executor, config.package) == (0, 0, (), "")
    assert config.input_stream_handler is None
    assert not config.report_deadlock
    assert [node.executor for node in config.node] == ["e"]
    assert [generator.packet_generator for generator in config.packet_generator] == ["G"]
    assert [handler.status_handler for handler in config.status_handler] == ["H"]


def test_side_packets_of_generators_and_status_handlers() -> None:
    """SG-9 for generators; SG-12: those of status handlers are prefixed but not connected."""
    inner = """type: "Own" input_side_packet: "S:s" output_side_packet: "T:t" input_side_packet: "U:u"
        packet_generator { packet_generator: "G" input_side_packet: "s" input_side_packet: "U:u"
          input_side_packet: "v" output_side_packet: "T:t" output_side_packet: "w" }
        status_handler { status_handler: "H" input_side_packet: "s" }"""
    text = 'node { calculator: "Own" input_side_packet: "S:a" output_side_packet: "T:b" }'
    config = expand(graph(text), library(inner))
    (generator,), (handler,) = config.packet_generator, config.status_handler
    assert generator.input_side_packet == ("a", "own__v")
    assert generator.output_side_packet == ("T:b", "own__w")
    assert handler.input_side_packet == ("own__s",)


def test_the_order_of_interface_and_node_does_not_matter() -> None:
    """SG-9: TAG and index do."""
    inner = """type: "Three" input_stream: "x0" input_stream: "A:1:a1" input_stream: "A:0:a0" input_stream: "x1"
        node { calculator: "SgA" input_stream: "A:0:a0" input_stream: "A:1:a1" input_stream: "x0"
          input_stream: "x1" }"""
    text = """node { calculator: "Three" input_stream: "A:1:p" input_stream: "q" input_stream: "A:0:r"
        input_stream: "s" }"""
    assert expanded(text, inner) == ["three__SgA = SgA A:0:r A:1:p q s > "]


def test_inputs_that_the_node_leaves_open_are_no_inputs_inside() -> None:
    """SG-10: with what is said of them; an output inside of that name stays."""
    inner = """type: "Open" input_stream: "A:a" input_stream: "B:b"
        node { calculator: "SgA" input_stream: "A:a" input_stream: "B:b" input_stream: "C:c"
          input_stream_info { tag_index: "B" back_edge: true }
          input_stream_info { tag_index: "C" back_edge: true } }
        node { calculator: "SgB" input_stream: "b" output_stream: "c" }"""
    config = expand(graph('node { calculator: "Open" input_stream: "A:x" }'), library(inner))
    assert lines(config) == ["open__SgA = SgA A:x C:open__c > ", "open__SgB = SgB  > open__c"]
    assert [info.tag_index for info in config.node[0].input_stream_info] == ["C"]


def test_a_stream_under_two_tags_is_there_if_one_is_connected() -> None:
    """SG-10."""
    inner = 'type: "Two" input_stream: "A:x" input_stream: "B:x" node { calculator: "SgA" input_stream: "x" }'
    assert expanded('node { calculator: "Two" input_stream: "B:b" }', inner) == ["two__SgA = SgA b > "]


def test_an_unconnected_output_keeps_its_name_inside_and_can_be_consumed_there() -> None:
    """SG-10, SG-14."""
    text = 'node { calculator: "Pair" input_stream: "IN:a" }'
    assert expanded(text, PAIR)[1:] == [
        "pair__SgA_2 = SgA pair__m > pair__y |  > pair__t",
        "pair__Last One = SgB pair__y > pair__z",
    ]


def test_an_interface_output_that_is_an_interface_input_produces_nothing() -> None:
    """SG-11: so its consumer outside has no producer."""
    inner = 'type: "Through" input_stream: "I:x" output_stream: "O:x" node { calculator: "SgA" input_stream: "x" }'
    text = 'node { calculator: "Through" input_stream: "I:a" output_stream: "O:b" }'
    assert expanded(text, inner) == ["through__SgA = SgA b > "]


def test_places_in_a_subgraph_are_those_of_its_own_text() -> None:
    config = expand(graph('node { calculator: "Pair" input_stream: "IN:a" }', "main.pbtxt"), library(PAIR))
    assert config.node[0].location == Location("sub0.pbtxt", 3, 10)
    (entry,) = config.node[0].input_stream
    assert entry == "IN:a"
    assert getattr(entry, "location", None) == Location("sub0.pbtxt", 3, 44)


# What is refused.


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("source_layer", "source_layer: 1"),
        ("buffer_size_hint", "buffer_size_hint: 2"),
        ("output_stream_handler", "output_stream_handler { }"),
        ("input_stream_info", 'input_stream_info { tag_index: "IN" }'),
    ],
)
def test_fields_that_only_calculators_have(field: str, text: str) -> None:
    """SG-7."""
    (error,) = refused(f'node {{ calculator: "Pair" input_stream: "IN:a" {text} }}', PAIR)
    assert (
        error
        == f'main.pbtxt:1:6: node "Pair": Subgraph "Pair" has a field that is only applicable to calculators: {field}'
    )


@pytest.mark.parametrize(
    "text",
    [
        'executor: "e"',
        'input_stream_handler { input_stream_handler: "ImmediateInputStreamHandler" }',
        "max_in_flight: 3",
    ],
)
def test_fields_that_are_ignored(text: str) -> None:
    """SG-7."""
    plain = expanded('node { calculator: "Pair" input_stream: "IN:a" }', PAIR)
    assert expanded(f'node {{ calculator: "Pair" input_stream: "IN:a" {text} }}', PAIR) == plain


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (
            'input_stream: "INN:a"',
            'Tag "INN" does not exist in the subgraph config: input stream INN ("a") is not in the '
            'interface of subgraph Pair (it has: IN); did you mean "IN"?',
        ),
        (
            'input_stream: "a"',
            'Tag "" does not exist in the subgraph config: untagged input stream 0 ("a") is not in the '
            "interface of subgraph Pair (it has: IN)",
        ),
        (
            'output_stream: "OUT:0:a" output_stream: "OUT:1:b"',
            'Tag "OUT" has 2 indexes in the subgraph node but has only 1 indexes in the subgraph '
            'config: output stream OUT:1 ("b") is not in the interface of subgraph Pair (it has: OUT)',
        ),
        (
            'input_side_packet: "X:a"',
            'Tag "X" does not exist in the subgraph config: input side packet X ("a") is not in the '
            "interface of subgraph Pair (it has: S)",
        ),
        (
            'output_side_packet: "X:a"',
            'Tag "X" does not exist in the subgraph config: output side packet X ("a") is not in the '
            "interface of subgraph Pair (it has: T)",
        ),
    ],
)
def test_ports_that_the_subgraph_does_not_have(entry: str, message: str) -> None:
    """SG-9: at the place of the entry."""
    (error,) = refused(f'node {{ calculator: "Pair" {entry} }}', PAIR)
    where, _, rest = error.partition(" ")
    column = 27 + entry.rindex('"', 0, len(entry) - 1)  # the entry's opening quote
    assert where == f"main.pbtxt:1:{column}:"
    assert rest == f'node "Pair": {message}'


def test_all_errors_of_all_subgraph_nodes_come_at_once() -> None:
    bad = 'type: "Bad" input_stream: "A:a" node { calculator: "SgA" input_stream: "x y" output_stream: "Q" }'
    text = """node { calculator: "Pair" input_stream: "X:a" output_stream: "Y:b" }
node { calculator: "Bad" }
node { calculator: "Pair" source_layer: 1 }"""
    assert [error.partition(": ")[0] for error in refused(text, PAIR, bad)] == [
        "main.pbtxt:1:41",
        "main.pbtxt:1:62",
        "sub1.pbtxt:1:72",
        "main.pbtxt:3:6",
    ]


def test_errors_can_be_taken_and_the_nodes_stay() -> None:
    errors: list[ConfigError] = []
    text = 'node { calculator: "Pair" input_stream: "X:a" } node { calculator: "Pair" input_stream: "IN:a" }'
    config = expand(graph(text), library(PAIR), errors)
    assert [type(error) for error in errors] == [ContractError]
    assert [node.calculator for node in config.node] == ["Pair", "SgA", "SgA", "SgB"]


def test_a_packet_factory_is_refused() -> None:
    """SG-6."""
    inner = 'type: "Own"\npacket_factory { packet_factory: "F" }'
    (error,) = refused('node { calculator: "Own" }', inner)
    assert error == 'sub0.pbtxt:2:16: node "Own": packet_factory is not supported in subgraphs'


def test_a_recursive_subgraph_is_refused_with_the_way_into_it() -> None:
    """SG-5: upstream does not end."""
    one = 'type: "One" node { calculator: "Two" }'
    two = 'type: "Two" node { calculator: "One" }'
    with pytest.raises(LimitError, match="nested without end: One -> Two -> One"):
        expand(graph('node { calculator: "One" }'), library(one, two))
    with pytest.raises(LimitError, match="nested without end: Self -> Self"):
        expand(graph('node { calculator: "Self" }'), library('type: "Self" node { calculator: "Self" }'))


def test_one_type_side_by_side_and_in_another_is_not_recursive() -> None:
    leaf = 'type: "Leaf" node { calculator: "SgA" }'
    both = 'type: "Both" node { calculator: "Leaf" } node { calculator: "Leaf" }'
    text = 'node { calculator: "Both" } node { calculator: "Leaf" }'
    assert len(expanded(text, leaf, both)) == 3


def test_recursion_by_other_spellings_of_a_name_has_an_end() -> None:
    """N-16: ``.A`` and ``A`` are one type."""
    text = 'type: "Self" node { calculator: ".Self" }'
    with pytest.raises(LimitError, match="nested without end"):
        expand(graph('node { calculator: "Self" }'), library(text))


def test_subgraphs_that_double_at_each_level_reach_the_limit_of_nodes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not the memory."""
    doubling = [
        f'type: "D{level}" node {{ calculator: "D{level + 1}" }} node {{ calculator: "D{level + 1}" }}'
        for level in range(40)
    ]
    monkeypatch.setattr(subgraph, "MAX_NODES", 1000)
    with pytest.raises(LimitError, match="the expanded graph has more than 1000 nodes"):
        expand(graph('node { calculator: "D0" }'), library(*doubling))


# Subgraphs made by code.


class Repeat(Subgraph, name="SgRepeat"):
    """As many nodes as the name says, the first of them its own type again."""

    @classmethod
    def get_config(cls, context: SubgraphContext) -> GraphConfig:
        count = context.node.max_in_flight
        if count < 0:
            msg = "fewer than no nodes"
            raise ConfigError(msg)
        inner = f'node {{ calculator: "SgRepeat" max_in_flight: {count - 1} }}' if count else ""
        return graph(f'input_stream: "A:a" {inner} node {{ calculator: "SgA" input_stream: "a" }}')


class Broken(Subgraph, name="SgBroken"):
    """Raises what it should not."""

    @classmethod
    def get_config(cls, context: SubgraphContext) -> GraphConfig:
        raise KeyError("missing")


def test_code_makes_a_graph_from_the_node() -> None:
    """SG-1, SG-4; it may contain its own type with other options, as SwitchContainer does."""
    text = 'node { calculator: "SgRepeat" max_in_flight: 2 input_stream: "A:x" }'
    assert expanded(text) == [
        "sgrepeat__SgA = SgA x > ",
        "sgrepeat__sgrepeat__SgA = SgA  > ",
        "sgrepeat__sgrepeat__sgrepeat__SgA = SgA  > ",
    ]
    assert Repeat.registered_name == "SgRepeat"
    assert registry.find("SgRepeat") is Repeat


def test_code_that_nests_without_end_reaches_the_limit_of_depth() -> None:
    with pytest.raises(LimitError, match="nested without end: SgRepeat -> SgRepeat -> "):
        expanded('node { calculator: "SgRepeat" max_in_flight: 1000 }')


def test_errors_of_code_have_the_place_of_the_node() -> None:
    assert refused('node { calculator: "SgRepeat" max_in_flight: -1 }') == [
        'main.pbtxt:1:6: node "SgRepeat": fewer than no nodes'
    ]
    (error,) = refused('node { calculator: "SgBroken" name: "b" }')
    assert error.startswith("main.pbtxt:1:6: node \"b\": SgBroken.get_config failed: KeyError: 'missing' [")
    assert f"{Path(__file__).name}:" in error


def test_the_plain_base_makes_no_graph() -> None:
    with pytest.raises(NotImplementedError):
        Subgraph.get_config(SubgraphContext(NodeConfig()))


# Finding them.


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def typed(name: str, calculator: str = "SgA") -> str:
    return f'type: "{name}" node {{ calculator: "{calculator}" }}'


def calculators(config: str | Path, **arguments: Any) -> list[str]:
    return [node.calculator for node in Graph(config, **arguments).config.node]


def test_a_graph_file_is_known_by_its_type(tmp_path: Path) -> None:
    """SG-1: whatever the file is called and wherever in it the type stands."""
    write(tmp_path, "whatever.pbtxt", 'node { calculator: "SgA" } type: "FileSub"')
    main = write(tmp_path, "main.pbtxt", 'node { calculator: "FileSub" }')
    assert calculators(main) == ["SgA"]


def test_the_type_of_an_executor_is_not_that_of_the_graph(tmp_path: Path) -> None:
    write(tmp_path, "a.pbtxt", 'executor {\n type: "FileSub" } node { calculator: "SgB" }')
    write(tmp_path, "b.pbtxt", '# type: "FileSub"\n' + typed("Other", "SgB"))
    write(tmp_path, "c.pbtxt", "executor {\n type: 'X' }\n" + typed("FileSub"))
    assert calculators(write(tmp_path, "main.pbtxt", 'node { calculator: "FileSub" }')) == ["SgA"]


def test_folders_are_searched_in_order(tmp_path: Path) -> None:
    """Beside the given file first, without subfolders; then those of graph_path, with them."""
    write(tmp_path, "main/deep/sub.pbtxt", typed("FileSub", "SgC"))
    write(tmp_path, "one/deep/sub.pbtxt", typed("FileSub", "SgB"))
    write(tmp_path, "two/sub.pbtxt", typed("FileSub", "SgA"))
    main = write(tmp_path, "main/main.pbtxt", 'node { calculator: "FileSub" }')
    with pytest.raises(ConfigError, match='Unable to find Calculator "FileSub"'):
        Graph(main)
    assert calculators(main, graph_path=[tmp_path / "one", tmp_path / "two"]) == ["SgB"]
    assert calculators(main, graph_path=[str(tmp_path / "two"), tmp_path / "one"]) == ["SgA"]
    write(tmp_path, "main/sub.pbtxt", typed("FileSub", "SgC"))
    assert calculators(main, graph_path=[tmp_path / "one"]) == ["SgC"]


def test_a_file_of_graph_path_comes_first(tmp_path: Path) -> None:
    """As upstream's builds choose between files of one type."""
    for name, inner in (("main/a", "SgA"), ("deep/b", "SgB"), ("deep/c", "SgC")):
        write(tmp_path, f"{name}.pbtxt", typed("FileSub", inner))
    main = write(tmp_path, "main/main.pbtxt", 'node { calculator: "FileSub" }')
    for folders in ([], [tmp_path / "deep"]):
        assert calculators(main, graph_path=[*folders, tmp_path / "deep/c.pbtxt"]) == ["SgC"]
    with pytest.raises(
        ConfigError,
        match=r'Unable to find Calculator "No": .* nor the type of a \.pbtxt file in ".*c\.pbtxt"',
    ):
        Graph('node { calculator: "No" }', graph_path=[tmp_path / "deep/c.pbtxt"])


def test_a_given_graph_comes_before_all_others(tmp_path: Path) -> None:
    """SG-2."""
    write(tmp_path, "sub.pbtxt", typed("FileSub", "SgB"))
    found = Library([tmp_path], graphs=[graph(typed("FileSub")), graph(typed("SgC"))])
    assert lines(expand(graph('node { calculator: "FileSub" }'), found)) == ["filesub__SgA = SgA  > "]
    assert lines(expand(graph('node { calculator: "SgC" }'), found)) == ["sgc__SgA = SgA  > "]


def test_a_folder_that_is_none_is_an_error(tmp_path: Path) -> None:
    other = write(tmp_path, "other.txt", "")
    for path in (tmp_path / "nowhere", other):
        with pytest.raises(ConfigError, match=r"which is neither a folder nor a \.pbtxt file") as failure:
            Graph("", graph_path=[tmp_path, path])
        assert f'graphs are to be found in "{path}"' in str(failure.value)


def test_a_missing_file_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere\.pbtxt"):
        Graph(tmp_path / "nowhere.pbtxt")


def test_a_file_that_is_no_graph_is_told_with_the_node_that_names_it(tmp_path: Path) -> None:
    bad = write(tmp_path, "sub.pbtxt", 'type: "FileSub"\nnode { calculater: "SgA" }')
    main = write(tmp_path, "main.pbtxt", 'node { calculator: "FileSub" }\nnode { calculator: "SgE" }')
    with pytest.raises(ConfigError) as failure:
        Graph(main)
    unknown, syntax = failure.value.errors
    assert isinstance(syntax, PbtxtSyntaxError)
    assert str(syntax).startswith(f'{bad}:2:8: node "FileSub": ')
    assert 'did you mean "calculator"?' in syntax.message
    assert str(unknown).startswith(f'{main}:2:6: node "SgE": No registered object with name: SgE; Unable')


def test_a_broken_file_does_not_matter_where_another_has_the_type(tmp_path: Path) -> None:
    write(tmp_path, "a.pbtxt", '# type: "FileSub"\nnode {')
    write(tmp_path, "b.pbtxt", typed("FileSub"))
    assert calculators(write(tmp_path, "main.pbtxt", 'node { calculator: "FileSub" }')) == ["SgA"]


def test_a_graph_beside_that_contains_itself_is_recursive(tmp_path: Path) -> None:
    main = write(tmp_path, "main.pbtxt", typed("Main", "Main"))
    with pytest.raises(LimitError, match="nested without end: Main -> Main"):
        Graph(main)


def test_names_are_looked_up_in_the_package_of_the_graph() -> None:
    """N-16."""
    with registered(["SgD"]):
        found = library(typed("acme.Sub", "SgD"))
        config = expand(graph('package: "acme.inner" node { calculator: "Sub" }'), found)
        assert [node.calculator for node in config.node] == ["SgD"]
        plan = make_plan(graph('package: "acme" node { calculator: "SgD" }'), found, POLICIES)
        assert plan.nodes[0].calculator is registry.find("acme.SgD") is Anything


def test_all_names_that_can_be_found(tmp_path: Path) -> None:
    write(tmp_path, "sub.pbtxt", typed("FileSub"))
    names = Library([tmp_path], graphs=[graph(typed("GivenSub"))]).names()
    assert {"FileSub", "GivenSub", "SgA", "SgRepeat"} <= set(names)
    assert names == sorted(names)


@pytest.mark.parametrize(
    ("calculator", "message"),
    [
        ("SgRepeet", '; did you mean "SgRepeat"?'),
        ("Gvensub", '; did you mean "GivenSub"?'),
        (
            "zzz",
            'name: zzz; Unable to find Calculator "zzz": it is not registered nor the type of a .pbtxt '
            'file in "',
        ),
        ("", 'Unable to find Calculator "": the node names none'),
    ],
)
def test_an_unknown_name_has_a_hint(tmp_path: Path, calculator: str, message: str) -> None:
    """V-7."""
    found = Library([tmp_path], graphs=[graph(typed("GivenSub"))])
    error = found.unknown(NodeConfig(calculator=calculator), "n")
    assert message in error.message
    assert error.name == calculator
    assert error.node == "n"


def test_hints_end_before_they_take_seconds() -> None:
    found = library()
    errors = [found.unknown(NodeConfig(calculator="SgRepeet"), str(index)) for index in range(5000)]
    assert "did you mean" in errors[0].message
    assert "did you mean" not in errors[-1].message


# The real one.

SELFIE = """input_stream: "im" node { %s calculator: "SelfieSegmentationCpu" input_stream: "IMAGE:im"
  output_stream: "SEGMENTATION_MASK:mask" %s }"""
SWITCH = """input_stream: "a" input_stream: "e" node { calculator: "SwitchContainer" name: "Outer.One"
  input_stream: "ENABLE:e" input_stream: "A:a" output_stream: "A:b"
  options { [mediapipe.SwitchContainerOptions.ext] {
    contained_node { calculator: "PassThroughCalculator" }
    contained_node { calculator: "SwitchContainer" options { [mediapipe.SwitchContainerOptions.ext] {
      enable: true
      contained_node { calculator: "PassThroughCalculator" }
      contained_node { calculator: "PassThroughCalculator" } } } } } } }"""


def everything(config: GraphConfig) -> list[tuple[Any, ...]]:
    """What the expansion decides of each node; not options, whose order of fields may differ."""
    return [
        (
            node.name,
            node.calculator,
            node.input_stream,
            node.output_stream,
            node.input_side_packet,
            node.output_side_packet,
            node.input_stream_handler.input_stream_handler if node.input_stream_handler else None,
        )
        for node in config.node
    ]


@needs_oracle
@pytest.mark.parametrize(
    "text",
    [
        SELFIE % ("", ""),
        SELFIE % ('name: "Seg.One"', ""),
        SELFIE % ("", 'input_side_packet: "MODEL_SELECTION:model"'),
        SELFIE % ('name: "x"', "")
        + SELFIE.replace('input_stream: "im"', "", 1).replace(":mask", ":m2") % ("", ""),
        'input_stream_handler { input_stream_handler: "ImmediateInputStreamHandler" }' + SELFIE % ("", ""),
        SWITCH,
        SWITCH.replace("enable: true", "enable: true async_selection: true"),
        'num_threads: 2 input_stream: "a" node { calculator: "PassThroughCalculator" input_stream: "a" '
        'output_stream: "b" }',
        'input_stream: "a" node { calculator: "PassThroughCalculator" input_stream: "b" output_stream: "c" } '
        'node { calculator: "PassThroughCalculator" input_stream: "a" output_stream: "b" }',
    ],
)
def test_upstream_expands_to_the_same_nodes_in_the_same_order(text: str) -> None:
    """SG-5 to SG-13, N-12, V-15, G-11, SW-4."""
    theirs = GraphConfig.from_binary(oracle.expand(text, binary=True))
    ours = Graph(text).config
    assert everything(ours) == everything(theirs)
    assert (ours.num_threads, len(ours.executor)) == (theirs.num_threads, len(theirs.executor))


@needs_oracle
@pytest.mark.parametrize(
    "text",
    [
        SELFIE % ("", "source_layer: 1"),
        SELFIE % ("", "buffer_size_hint: 1"),
        SELFIE % ("", 'input_stream: "NO:im"'),
        SELFIE % ("", 'output_stream: "mask2"'),
        SELFIE % ("", 'input_side_packet: "MODEL:model"'),
        SELFIE % ('name: "a-b"', ""),
        SELFIE % ('name: "1"', ""),
        SELFIE.replace('"IMAGE:im"', '"IMAGE:0:im" input_stream: "IMAGE:1:im"') % ("", ""),
    ],
)
def test_upstream_refuses_these_too(text: str) -> None:
    """SG-7, SG-8, SG-9."""
    with pytest.raises(ConfigError):
        Graph(text)
    with pytest.raises(oracle.OracleError):
        oracle.expand(text)
