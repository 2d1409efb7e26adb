"""Templates as subgraphs, from text and from bytes (spec G-10, TP-4, TP-7, TP-8)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from config_samples import Generated, Mode, Thin
from hypothesis import given
from hypothesis import strategies as st
from stubs import registered

from mpgraph import Graph
from mpgraph.config import template_wire
from mpgraph.config.library import Library
from mpgraph.config.schema import GraphConfig, NodeConfig
from mpgraph.config.subgraph import expand
from mpgraph.config.template import GraphTemplate, TemplateSubgraphOptions, load_graph
from mpgraph.config.template_wire import (
    CalculatorGraphTemplate,
    TemplateArgument,
    TemplateDict,
    TemplateExpression,
    TemplateParameter,
)
from mpgraph.errors import ConfigError, LimitError, OptionsError, PbtxtSyntaxError
from mpgraph.options import from_wire, to_wire


@pytest.fixture(autouse=True)
def _stubs() -> Iterator[None]:
    with registered(["TmA"]):
        yield


PASS_THROUGH = """
    type: "PassThroughGraph"
    input_stream: % "INPUT:" + in_name %
    output_stream: "OUTPUT:stream_2"
    node {
      name: %in_name%
      calculator: "PassThroughCalculator"
      input_stream: %in_name%
      output_stream: "stream_2"
    }
"""


def reference(name: str) -> TemplateExpression:
    return TemplateExpression(param=name)


def literal(text: str) -> TemplateExpression:
    return TemplateExpression(op="literal", param=text)


STRING, MESSAGE, INT32, BOOL = 9, 11, 5, 8


def wire(config: GraphConfig, *rules: TemplateExpression) -> GraphTemplate:
    """A template as bytes, read."""
    message = CalculatorGraphTemplate(config=template_wire._RawConfig(config.to_binary()), rule=rules)
    return GraphTemplate.from_binary(to_wire(message), "t.binarypb")


WIRE_PASS_THROUGH = wire(
    GraphConfig(
        type="PassThroughGraph",
        input_stream=("1",),
        output_stream=("OUTPUT:stream_2",),
        node=(
            NodeConfig(
                name="1", calculator="PassThroughCalculator", input_stream=("1",), output_stream=("stream_2",)
            ),
        ),
    ),
    TemplateExpression(
        op="+", path="/10[0]", field_type=STRING, arg=(literal("INPUT:"), reference("in_name"))
    ),
    TemplateExpression(param="in_name", path="/1[0]/1[0]", field_type=STRING),
    TemplateExpression(param="in_name", path="/1[0]/3[0]", field_type=STRING),
)

MAIN = """
    input_stream: "INPUT:stream_1"
    output_stream: "OUTPUT:stream_2"
    node { calculator: "PassThroughCalculator" input_stream: "stream_1" output_stream: "stream_2" }
    node {
      calculator: "PassThroughGraph"
      options: {
        [mediapipe.TemplateSubgraphOptions.ext]: { dict: { arg: { key: "in_name" value: { str: "stream_8" } } } }
      }
      input_stream: "INPUT:stream_2"
      output_stream: "OUTPUT:stream_3"
    }
"""


def arguments(**values: TemplateArgument) -> TemplateSubgraphOptions:
    parameters = tuple(TemplateParameter(key=key, value=value) for key, value in values.items())
    return TemplateSubgraphOptions(dict=TemplateDict(arg=parameters))


@pytest.mark.parametrize("template", [GraphTemplate.from_text(PASS_THROUGH), WIRE_PASS_THROUGH])
def test_a_template_is_a_subgraph_and_a_graph(template: GraphTemplate) -> None:
    """TP-8. Pins GraphValidationTest.InitializeTemplateFromProtos."""
    assert template.type == "PassThroughGraph"
    inner = Graph([MAIN, template]).config.node[1]
    assert inner == NodeConfig(
        name="passthroughgraph__stream_8",
        calculator="PassThroughCalculator",
        input_stream=("stream_2",),
        output_stream=("stream_3",),
    )
    given = arguments(in_name=TemplateArgument(str="stream_9"))
    config = Graph([MAIN, template], graph_type="PassThroughGraph", options=[given]).config
    assert config == GraphConfig.from_text("""
        type: "PassThroughGraph"
        input_stream: "INPUT:stream_9"
        output_stream: "OUTPUT:stream_2"
        node {
          name: "stream_9"
          calculator: "PassThroughCalculator"
          input_stream: "stream_9"
          output_stream: "stream_2"
        }
        executor {}
    """)


def test_arguments_of_every_kind() -> None:
    """TP-5; of two of one name the first."""
    given = TemplateDict(
        arg=(
            TemplateParameter(key="s", value=TemplateArgument(str="x")),
            TemplateParameter(key="s", value=TemplateArgument(str="y")),
            TemplateParameter(key="n", value=TemplateArgument(num=0.5)),
            TemplateParameter(
                key="l", value=TemplateArgument(element=(TemplateArgument(num=1), TemplateArgument()))
            ),
            TemplateParameter(
                key="d",
                value=TemplateArgument(
                    dict=TemplateDict(arg=(TemplateParameter(key="k", value=TemplateArgument(str="v")),))
                ),
            ),
            TemplateParameter(key="none"),
        )
    )
    read = from_wire(TemplateDict, to_wire(given))
    assert read.environment() == {"s": "x", "n": 0.5, "l": (1.0, ()), "d": {"k": "v"}, "none": ()}


def options_of(fields: str, **environment: Any) -> NodeConfig:
    text = f'node {{ calculator: "TmA" {fields} }}'
    return GraphTemplate.from_text(text, "t").expand(environment).node[0]


def test_values_become_what_the_field_takes() -> None:
    """TP-4: of options whose class is loaded too."""
    node = options_of(
        """
        name: %n% buffer_size_hint: %n% input_stream_info { back_edge: %yes% tag_index: %n + 0.5% }
        options { [configtest.Thin.ext] { period: %"12"% mode: %mode% factor: %n% names: %1.50% names: %n / 7% } }
        """,
        n=2.0,
        yes="yes",
        mode="ON",
    )
    assert node.name == "2"
    assert node.buffer_size_hint == 2
    assert node.input_stream_info[0].back_edge
    assert node.input_stream_info[0].tag_index == "2.5"
    made = node.get_options(Thin)
    assert made == Thin(period=12, mode=Mode.ON, factor=2.0, names=("1.50", made.names[1]))
    assert float(made.names[1]) == 2 / 7
    assert options_of("options { [configtest.Thin.ext] { mode: %1% } }").get_options(Thin).mode is Mode.ON
    config = GraphTemplate.from_text(
        'packet_generator { options { [configtest.Generated.ext] { value: %"é"% } } }'
    ).expand()
    assert config.packet_generator[0].get_options(Generated).value == "é".encode()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            "buffer_size_hint: %0.5%",
            't:1:44: field "buffer_size_hint" of mediapipe.CalculatorGraphConfig.Node: expected an',
        ),
        ("buffer_size_hint: %1 / 2%", "expected an integer, got 0.5"),
        ("buffer_size_hint: %5000000000%", "expected an integer from"),
        ("input_stream_info { back_edge: %2% }", "expected true or false, got 2"),
        ("input_stream_info: %2%", "expected a message: input_stream_info"),
        ("name: %dict('a': 1)%", "expected a quoted string, got a message"),
        ("%for (i : list(1, 2))% name: %i% %end%", 'field "name" is given twice, but is not repeated'),
        ("nmae: %1%", 'has no field "nmae"; did you mean "name"?'),
    ],
)
def test_values_that_do_not_fit_have_their_place(fields: str, message: str) -> None:
    """TP-4, TP-6."""
    with pytest.raises(PbtxtSyntaxError) as failure:
        options_of(fields)
    assert message in str(failure.value)
    assert str(failure.value.location).startswith("t:1:")


def test_options_that_nobody_has_loaded_are_computed_too() -> None:
    node = options_of(
        "options { [configtest.Unloaded.ext] { a: %n% b: %s% c: %m% } }", n=0.5, s="x y", m="NAME"
    )
    assert (
        '[configtest.Unloaded.ext] {\n      a: 0.5\n      b: "x y"\n' in GraphConfig(node=(node,)).to_text()
    )


def test_errors_in_a_node_that_stands_for_a_template() -> None:
    """TP-5: the place is in the template's text, the node that of the graph."""
    template = GraphTemplate.from_text(PASS_THROUGH, "t.pbtxt")
    main = GraphConfig.from_text('node { calculator: "PassThroughGraph" }', "main.pbtxt")
    with pytest.raises(OptionsError) as failure:
        expand(main, Library(graphs=[template]))
    assert str(failure.value) == 't.pbtxt:3:32: node "PassThroughGraph": param: in_name is not given'


def test_a_template_of_itself_comes_to_an_end() -> None:
    """With other arguments it may well contain itself; the depth is limited, and so are the nodes."""
    text = """
        type: "TmSelf"
        %param n: 5%
        %if (n > 0)% node {
          calculator: "TmSelf"
          options { [mediapipe.TemplateSubgraphOptions.ext] { dict: %dict("n": n - 1)% } }
        } %end%
        node { calculator: "TmA" }
    """
    main = GraphConfig.from_text('node { calculator: "TmSelf" }')
    assert len(expand(main, Library(graphs=[GraphTemplate.from_text(text)])).node) == 6
    endless = GraphTemplate.from_text(text.replace("n > 0", "1"))
    with pytest.raises(LimitError, match="nested without end"):
        expand(main, Library(graphs=[endless]))


def test_a_computed_type_is_no_name() -> None:
    assert GraphTemplate.from_text('type: %"a"%').type == ""
    assert GraphTemplate.from_text("num_threads: %1%").type == ""


# Bytes.


def test_rules_in_bytes() -> None:
    """TP-6, TP-7: nested ones, several for one path, fields that do not repeat, parameters."""
    base = GraphConfig(node=(NodeConfig(calculator="TmA", name="x"), NodeConfig(calculator="TmA", name="1")))
    template = wire(
        base,
        TemplateExpression(
            op="param", arg=(reference("names"), TemplateExpression(op="list", arg=(literal("p"),)))
        ),
        TemplateExpression(
            op="if", path="/8[0]", field_type=INT32, field_value=b"\x04", arg=(reference("fast"),)
        ),
        TemplateExpression(
            op="for", path="/1[1]", field_type=MESSAGE, arg=(reference("n"), reference("names"))
        ),
        TemplateExpression(
            op="if",
            path="/1[1]",
            field_type=MESSAGE,
            arg=(TemplateExpression(op="!=", arg=(reference("n"), literal("b"))),),
        ),
        TemplateExpression(param="n", path="/1[1]/1[0]", field_type=STRING),
    )
    config = template.expand({"fast": "true", "names": ("a", "b", "c")})
    assert [node.name for node in config.node] == ["x", "a", "c"]
    assert config.num_threads == 4
    config = template.expand({"fast": 0.0})
    assert [node.name for node in config.node] == ["x", "p"]
    assert config.num_threads == 0


def test_a_message_in_bytes_takes_a_dict() -> None:
    base = GraphConfig.from_text("""
        node { calculator: "TmA" options { [mediapipe.TemplateSubgraphOptions.ext] { dict { } } } }
    """)
    rule = TemplateExpression(
        op="dict", path="/1[0]/7[0]/172998261[0]/1[0]", field_type=MESSAGE, arg=(literal("a"), literal("b"))
    )
    node = wire(base, rule).expand().node[0]
    assert node.get_options(TemplateSubgraphOptions).dict.environment() == {"a": "b"}


@pytest.mark.parametrize(
    ("field_type", "text", "raw"),
    [
        (1, "0.5", b"\x00\x00\x00\x00\x00\x00\xe0\x3f"), (2, "0.5", b"\x00\x00\x00\x3f"),
        (3, "-1", b"\xff" * 9 + b"\x01"), (4, "300", b"\xac\x02"), (5, "-1", b"\xff" * 9 + b"\x01"),
        (6, "1", b"\x01" + bytes(7)), (7, "1", b"\x01" + bytes(3)), (8, "yes", b"\x01"), (9, "a", b"a"),
        (12, "a", b"a"), (13, "7", b"\x07"), (14, "2", b"\x02"), (15, "-1", b"\xff" * 4),
        (16, "-1", b"\xff" * 8), (17, "-1", b"\x01"), (18, "2", b"\x04"),
    ],
)  # fmt: skip
def test_values_of_every_type_in_bytes(field_type: int, text: str, raw: bytes) -> None:
    """TP-4, TP-7, G-10."""
    assert template_wire._encoded(text, field_type) == raw
    if field_type not in (9, 12):
        with pytest.raises(OptionsError, match=r"value of the field|expected true or false|is no"):
            template_wire._encoded("word", field_type)


def test_map_entries_and_packed_lists_in_bytes() -> None:
    """TP-7: a path may name a map entry by its key."""
    entry = b"\x0a\x01k\x12\x01v"
    base = b"\x42\x06\x0a\x01j\x12\x01u" + b"\x42\x06" + entry + b"\x4a\x02\x01\x02"
    rules = (
        TemplateExpression(
            op="literal", param="w", path="/8[@1=k]/2[0]", field_type=STRING, key_type=(STRING,)
        ),
        TemplateExpression(op="literal", param="9", path="/9[1]", field_type=INT32),
    )
    made = template_wire.expand_wire(
        CalculatorGraphTemplate(config=template_wire._RawConfig(base), rule=rules), {}
    )
    assert made == b"\x42\x06\x0a\x01j\x12\x01u" + b"\x42\x06\x0a\x01k\x12\x01w" + b"\x48\x01\x48\x09"


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (TemplateExpression(param="x", path="/1", field_type=STRING), '"/1" is no path of the form'),
        (TemplateExpression(param="x", path="/1[5]/1[0]", field_type=STRING), "index 5 of field 1, of which the"),
        (TemplateExpression(param="x", path="/8[@1=k]", field_type=STRING), "entry b'k' of field 8"),
        (TemplateExpression(param="nope", path="/1[0]/1[0]", field_type=STRING), "param: nope is not given"),
        (TemplateExpression(param="x", path="/1[0]", field_type=MESSAGE), "expected a dict for a message"),
        (TemplateExpression(param="x", path="/1[0]/1[0]", field_type=10), "field of type 10, which templates cannot"),
        (TemplateExpression(op="list", path="/1[0]/1[0]", field_type=STRING), "a list is no value of a field"),
        (TemplateExpression(op="if", path="/1[0]", field_type=MESSAGE), "if takes one condition, got 0"),
        (TemplateExpression(op="for", path="/1[0]", field_type=MESSAGE), "for takes a name and a list"),
        (TemplateExpression(op="param"), "Param declaration must specify a parameter name and may specify"),
        (
            TemplateExpression(
                op="for", path="/8[0]", field_type=INT32, field_value=b"\x04",
                arg=(reference("i"), TemplateExpression(op="list", arg=(literal("1"), literal("2")))),
            ),
            "Multiple values specified for non-repeated field: /8[0]",
        ),
    ],
)  # fmt: skip
def test_errors_in_bytes(rule: TemplateExpression, message: str) -> None:
    """TP-5, TP-6, with upstream's words and the file."""
    template = wire(GraphConfig(node=(NodeConfig(name="n"),)), rule)
    with pytest.raises(OptionsError) as failure:
        template.expand({"x": 1.0})
    assert str(failure.value).startswith("t.binarypb: ")
    assert message in str(failure.value)


def test_rules_without_end_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    condition = TemplateExpression(op="if", path="/1[0]", field_type=MESSAGE, arg=(literal("1"),))
    with pytest.raises(LimitError, match="nested more than 100 deep"):
        wire(GraphConfig(node=(NodeConfig(),)), *[condition] * 200).expand()
    items = TemplateExpression(op="list", arg=(literal("1"),) * 10)
    loop = TemplateExpression(op="for", path="/1[0]", field_type=MESSAGE, arg=(reference("i"), items))
    with pytest.raises(LimitError, match="makes more than"):
        wire(GraphConfig(node=(NodeConfig(),)), *[loop] * 9).expand()
    monkeypatch.setattr(template_wire, "MAX_RULES", 1)
    with pytest.raises(LimitError, match="more than 1 rules"):
        wire(GraphConfig(), loop, loop).expand()


@given(st.binary(max_size=60))
def test_any_bytes_are_a_template_or_refused(data: bytes) -> None:
    with suppress(ConfigError):
        GraphTemplate.from_binary(data).expand()
    rule = TemplateExpression(param="x", path="/1[0]/1[0]", field_type=STRING)
    message = CalculatorGraphTemplate(config=template_wire._RawConfig(data), rule=(rule,))
    with suppress(ConfigError):
        template_wire.expand_wire(message, {"x": "y"})


# Text and bytes say the same.

LISTS = st.lists(st.integers(0, 3), max_size=3)
RULES = st.lists(
    st.one_of(
        st.tuples(st.just("if"), st.booleans().map(lambda met: ("1" if met else "0",))),
        st.tuples(st.just("for"), LISTS.map(lambda items: tuple(map(str, items)))),
    ),
    max_size=3,
)


@given(st.lists(st.tuples(RULES, st.booleans()), max_size=4), st.none() | st.booleans())
def test_text_and_bytes_come_to_the_same(nodes: list[Any], threads: bool | None) -> None:
    """TP-6, TP-7: rules around nodes, and a name that the innermost loop gives."""
    text, rules, made = "", [], []
    if threads is not None:
        text += f"%if ({int(threads)})% num_threads: 4 %end% "
    for index, (directives, named) in enumerate(nodes):
        path = f"/1[{index}]"
        before = after = ""
        for op, values in directives:
            if op == "if":
                before, after = before + f"%if ({values[0]})% ", "%end% " + after
                args: tuple[TemplateExpression, ...] = (literal(values[0]),)
            else:
                before, after = before + f"%for (i : list({', '.join(values)}))% ", "%end% " + after
                args = (reference("i"), TemplateExpression(op="list", arg=tuple(map(literal, values))))
            rules.append(TemplateExpression(op=op, path=path, field_type=MESSAGE, arg=args))
        field = "name: %i + index% " if named else ""
        text += f'{before}node {{ {field.replace("index", str(index))}calculator: "TmA" }} {after}'
        if named:
            sum_of = TemplateExpression(
                op="+", path=f"{path}/1[0]", field_type=STRING, arg=(reference("i"), literal(str(index)))
            )
            rules.append(sum_of)
        made.append(NodeConfig(name="1" if named else "", calculator="TmA"))
    if threads is not None:
        condition = literal(str(int(threads)))
        rules.append(
            TemplateExpression(op="if", path="/8[0]", field_type=INT32, field_value=b"\x04", arg=(condition,))
        )
    environment = {"i": 5.0}
    expected = GraphTemplate.from_text(text).expand(environment)
    assert wire(GraphConfig(node=tuple(made)), *rules).expand(environment).to_text() == expected.to_text()


def test_files(tmp_path: Any) -> None:
    """A text with directives is a template, whatever its file is called."""
    path = tmp_path / "t.pbtxt"
    path.write_text("%if (1)% num_threads: 3 %end%")
    template = load_graph(path)
    assert isinstance(template, GraphTemplate)
    assert template.expand().num_threads == 3
    path.write_text("num_threads: 3 # %")
    assert load_graph(path) == GraphConfig(num_threads=3)
    (tmp_path / "g.binarypb").write_bytes(GraphConfig(num_threads=3).to_binary())
    assert load_graph(tmp_path / "g.binarypb") == GraphConfig(num_threads=3)


def test_a_template_too_large() -> None:
    with pytest.raises(LimitError, match="larger than 64 MiB"):
        GraphTemplate.from_binary(bytes((64 << 20) + 1))
