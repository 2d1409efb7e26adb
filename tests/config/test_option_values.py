"""Wiring of options from a graph to its nodes (spec SG-20 to SG-23)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_client import needs_oracle, oracle
from stubs import registered

from mpgraph.config.entries import OptionsEntry, find_message
from mpgraph.config.library import Library
from mpgraph.config.schema import GraphConfig
from mpgraph.config.subgraph import expand
from mpgraph.config.validate import make_plan
from mpgraph.errors import ConfigError
from mpgraph.options import from_tree, merge, option, options
from mpgraph.runtime.policies import POLICIES


@options(message="wiretest.Light")
class Light:
    """A message in a message."""

    rate: float = option(1)
    names: tuple[str, ...] = option(2)


@options(message="wiretest.Bundle")
class Bundle:
    """A message with a list of messages."""

    room: str = option(1)
    light: tuple[Light, ...] = option(2)


@options(message="wiretest.Night", extension=31_302)
class Night:
    """Options with fields of all kinds."""

    count: int = option(1, default=7)
    numbers: tuple[int, ...] = option(2)
    bundle: tuple[Bundle, ...] = option(3)
    inner: Bundle | None = option(4)
    text: str = option(5)
    on: bool = option(6, oneof="state")
    off: bool = option(7, oneof="state")


@options(message="wiretest.Day", extension=31_303)
class Day:
    """Options of another type."""

    count: int = option(1)


@pytest.fixture(autouse=True)
def _stubs() -> Iterator[None]:
    with registered(["OvA"]):
        yield


NIGHT = "[type.googleapis.com/wiretest.Night]"
UNKNOWN = "[type.googleapis.com/wiretest.Unknown]"


def wired(
    own: str, wiring: str, target: str = "", *, name: str = NIGHT, given: tuple[object, ...] = ()
) -> OptionsEntry:
    """The options of a node with `target` in it, in a graph whose own options are `own`."""
    graph = f"""
        {f"graph_options {{ {name} {{ {own} }} }}" if own is not None else ""}
        node {{ calculator: "OvA" node_options {{ {name} {{ {target} }} }} {wiring} }}
    """
    config = GraphConfig.from_text(graph, "g")
    (node,) = expand(config, Library(), options=[OptionsEntry.of(opts) for opts in given]).node
    assert node.option_value == ()
    assert len(node.options) == 0
    (entry,) = node.node_options
    return entry


def night(own: str, wiring: str, target: str = "", **arguments: Any) -> Night:
    return wired(own, wiring, target, **arguments).get(Night)


def text_of(entry: OptionsEntry) -> str:
    graph = GraphConfig(graph_options=(entry,)).to_text()
    return " ".join(graph.split())


def refused(*arguments: Any, **more: Any) -> str:
    with pytest.raises(ConfigError) as failure:
        wired(*arguments, **more)
    return str(failure.value)


def value(text: str) -> str:
    return f'option_value: "{text}"'


# What is copied.


@pytest.mark.parametrize("path", ["count", "options/count", "OPTIONS/options/count", "OPTIONS/count"])
def test_a_value_is_copied(path: str) -> None:
    """SG-20: leading OPTIONS and options say nothing."""
    assert night("count: 3", value(f"count:{path}")).count == 3
    assert night("count: 3", value(f"{path}:count")).count == 3


def test_entries_apply_in_order() -> None:
    """SG-22; later ones see what earlier ones wrote."""
    made = night(
        'count: 3 text: "t" numbers: 1 numbers: 2',
        value("count:count") + value("text:text") + value("numbers:numbers"),
    )
    assert made == Night(count=3, text="t", numbers=(1, 2))


def test_a_field_that_the_graph_does_not_set_is_unset_in_the_node() -> None:
    """SG-23: the values are replaced by none."""
    assert night("", value("count:count") + value("numbers:numbers"), "count: 5 numbers: 1") == Night()


@pytest.mark.parametrize(
    ("path", "numbers"),
    [
        ("numbers", (8, 9)),
        ("numbers/0", (8, 9, 2, 3)),
        ("numbers/1", (1, 8, 9, 3)),
        ("numbers/3", (1, 2, 3, 8, 9)),
    ],
)
def test_a_list_is_replaced_or_one_of_its_elements(path: str, numbers: tuple[int, ...]) -> None:
    """SG-23; the index after the last appends. Pins OptionsFieldUtilTest.MergeFieldValuesInt."""
    assert night("numbers: [8, 9]", value(f"{path}:numbers"), "numbers: [1, 2, 3]").numbers == numbers


def test_an_element_can_be_replaced_by_none() -> None:
    """Pins OptionsFieldUtilTest.MergeFieldValuesInt."""
    assert night("", value("numbers/0:numbers"), "numbers: [1, 2, 3]").numbers == (2, 3)


def test_an_element_of_a_list_is_read() -> None:
    """Pins OptionsFieldUtilTest.GetFieldValuesInt."""
    made = night("numbers: [33, 44]", value("count:numbers/1") + value("numbers:numbers/0"))
    assert made == Night(count=44, numbers=(33,))


def test_fields_of_inner_messages() -> None:
    """Pins OptionsFieldUtilTest.GetFieldValuesProtobuf."""
    own = 'bundle { room: "a" } bundle { room: "b" light { rate: 1.5 } light { rate: 2.5 } }'
    made = night(own, value("text:bundle/1/room") + value("inner/light:bundle/1/light"), "inner { }")
    assert made.text == "b"
    assert made.inner == Bundle(light=(Light(rate=1.5), Light(rate=2.5)))
    assert night(own, value("text:bundle/room")).text == "a"  # without an index the first


def test_messages_are_merged_one_by_one() -> None:
    """SG-23. Pins OptionsFieldUtilTest.MergeFieldValuesProtobuf."""
    made = night(
        'bundle { room: "333" light { rate: 33 } } bundle { room: "4" }',
        value("bundle:bundle"),
        'bundle { room: "222" light { rate: 22 } }',
    )
    assert made.bundle == (Bundle(room="333", light=(Light(rate=22), Light(rate=33))), Bundle(room="4"))


def test_the_whole_message_is_merged() -> None:
    """SG-20, SG-23: an empty path."""
    made = night(
        'count: 9 numbers: 2 inner { room: "r" } on: true',
        value("OPTIONS:options"),
        'count: 1 text: "kept" numbers: 1 inner { light { rate: 1 } } off: true',
    )
    assert made == Night(
        count=9, text="kept", numbers=(1, 2), inner=Bundle(room="r", light=(Light(rate=1),)), on=True
    )


def test_the_options_of_the_application_are_merged_over_the_graphs() -> None:
    """SG-21: the root graph's parent is what Graph was given."""
    made = night(
        "count: 1 numbers: 1",
        value("OPTIONS:options"),
        given=(Day(count=5), Night(count=2, numbers=(2,)))[1:],
    )
    assert made == Night(count=2, numbers=(1, 2))


def graph_of(text: str, *subgraphs: str) -> GraphConfig:
    library = Library(graphs=[GraphConfig.from_text(sub, f"s{index}") for index, sub in enumerate(subgraphs)])
    return expand(GraphConfig.from_text(text, "g"), library)


SUB = """
    type: "OvSub"
    graph_options { [type.googleapis.com/wiretest.Night] { count: 1 numbers: 1 } }
    node {
      calculator: "OvA"
      options { [wiretest.Night.ext] { text: "t" } }
      option_value: "OPTIONS:options"
    }
"""


@pytest.mark.parametrize(
    "given",
    [
        "options { [wiretest.Night.ext] { numbers: 2 } }",
        "node_options { [type.googleapis.com/wiretest.Night] { numbers: 2 } }",
        """options { [wiretest.Night.ext] { numbers: 2 } }
           node_options { [type.googleapis.com/wiretest.Night] { numbers: 3 } }""",
    ],
)
def test_the_options_of_a_subgraph_node_are_merged_over_the_graphs(given: str) -> None:
    """SG-21: the extension first. Pins SubgraphOptionsUsage."""
    config = graph_of(f'node {{ calculator: "OvSub" {given} }}', SUB)
    (node,) = config.node
    assert node.get_options(Night) == Night(count=1, numbers=(1, 2), text="t")
    assert len(node.options) == 0
    assert node.option_value == ()


def test_values_flow_down_through_nested_subgraphs() -> None:
    """SG-23: a graph is wired before the subgraphs in it are expanded. Pins SimpleSubgraphOptionsTwice."""
    outer = """
        type: "OvOuter"
        graph_options { [type.googleapis.com/wiretest.Night] { } }
        node { calculator: "OvSub" node_options { [type.googleapis.com/wiretest.Night] { } }
               option_value: "numbers:numbers" }
        node { calculator: "OvSub" }
    """
    text = 'node { calculator: "OvOuter" options { [wiretest.Night.ext] { numbers: 5 } } }'
    config = graph_of(text, SUB, outer)
    assert [node.get_options(Night).numbers for node in config.node] == [(1, 5), (1,)]


def test_without_options_of_the_graph_an_entry_says_nothing() -> None:
    """SG-21."""
    config = graph_of(
        'node { calculator: "OvA" options { [wiretest.Night.ext] { count: 2 } } option_value: "count:count" }'
    )
    (node,) = config.node
    assert node.get_options(Night) == Night(count=2)
    assert node.option_value == ()


def test_options_of_a_type() -> None:
    """SG-20: ``Ext::`` chooses, and a double colon separates nothing."""
    config = graph_of(
        """
        graph_options { [type.googleapis.com/wiretest.Night] { count: 1 } }
        graph_options { [type.googleapis.com/wiretest.Day] { count: 2 } }
        node {
          calculator: "OvA"
          node_options { [type.googleapis.com/wiretest.Night] { } }
          node_options { [type.googleapis.com/wiretest.Day] { } }
          option_value: "Ext::wiretest.Day/count:options/Ext::wiretest.Night/count"
          option_value: "count:Ext::wiretest.Day/count"
        }
        """
    )
    (node,) = config.node
    assert node.get_options(Day).count == 1
    assert node.get_options(Night).count == 2


# Options whose class nobody has loaded.


def test_options_without_a_class_are_wired_by_name() -> None:
    text = text_of(
        wired(
            'a: 1 b: [2, 3] c { d: "x" }',
            value("e:a") + value("b/0:b") + value("f/d:c/d") + value("g:c"),
            'b: 9 f { d: "y" } h: ON',
            name=UNKNOWN,
        )
    )
    assert text == (
        "graph_options { [type.googleapis.com/wiretest.Unknown] "
        '{ b: 2 b: 3 f { d: "x" } h: ON e: 1 g { d: "x" } } }'
    )


def test_between_a_class_and_none() -> None:
    """Values convert as text does; enums, numbers and messages read as the class has them."""
    config = graph_of(
        f"""
        graph_options {{ {NIGHT} {{ count: 4 inner {{ room: "r" }} }} }}
        node {{ calculator: "OvA" node_options {{ {UNKNOWN} {{ }} }}
               option_value: "size:count" option_value: "place:inner" }}
        """
    )
    assert "size: 4\n      place {\n        room: " in config.to_text()
    config = graph_of(
        f"""
        graph_options {{ {UNKNOWN} {{ size: 4 place {{ room: "r" }} }} }}
        node {{ calculator: "OvA" node_options {{ {NIGHT} {{ }} }}
               option_value: "count:size" option_value: "inner:place" }}
        """
    )
    assert config.node[0].get_options(Night) == Night(count=4, inner=Bundle(room="r"))


def test_what_only_the_class_can_tell_is_refused() -> None:
    message = refused("a: 1", value("OPTIONS:options"), "a: 2", name=UNKNOWN)
    assert message.startswith('g:2:66: node "OvA": "a" is given twice, and no loaded class tells')


def test_bytes_without_a_class_are_merged_as_a_whole_and_not_by_fields() -> None:
    any_of = 'type_url: "type.googleapis.com/wiretest.Unknown" value: "{}"'
    graph = f"""
        graph_options {{ {any_of.format(chr(92) + "010" + chr(92) + "002")} }}
        node {{ calculator: "OvA" node_options {{ {any_of.format(chr(92) + "010" + chr(92) + "001")} }}
               option_value: "{{}}" }}
    """
    (node,) = graph_of(graph.replace("{}", "OPTIONS:options")).node
    assert node.node_options[0].payload == b"\x08\x01\x08\x02"  # for protobuf, a merged message
    with pytest.raises(ConfigError, match='cannot be wired by the field "a": no loaded class declares them'):
        graph_of(graph.replace("{}", "a:a"))
    with pytest.raises(ConfigError, match="extension 39999 belongs to no class that is loaded"):
        graph_of(
            'node { calculator: "OvA" options { 39999: "" } option_value: "a:count" }'
            "graph_options { [type.googleapis.com/wiretest.Night] { } }"
        )


# What is refused, and where.


@pytest.mark.parametrize(
    ("own", "wiring", "target", "message"),
    [
        ("count: 1", "count", "", 'option_value "count" is not of the form'),
        ("count: 1", "count:count:count", "", "is not of the form"),
        (
            "count: 1",
            "cuont:count",
            "",
            'Field not found: wiretest.Night has no field "cuont"; did you mean "count"?',
        ),
        (
            "count: 1",
            "count:number",
            "",
            'Field not found: wiretest.Night has no field "number"; did you mean',
        ),
        ("count: 1", "count:numbers/0", "", "Missing field value: numbers at index: 0"),
        ("", "text:bundle/room", "", "Missing field value: bundle at index: 0"),
        ('text: "t"', "inner/room:text", "", "Missing field value: inner at index: 0 (it has 0 values)"),
        (
            "numbers: 1",
            "numbers/2:numbers",
            "numbers: 1",
            "Option field index out of range: 2 of numbers (it has 1",
        ),
        ("count: 1", "count/room:count", "count: 1", '"count" is no message and has no fields'),
        ("count: 1", "text:count", "", 'field "text" of wiretest.Night: expected a quoted string, got 1'),
        ("numbers: [1, 2]", "count:numbers", "", 'field "count" is given twice, but is not repeated'),
        (
            "numbers: [1, 2]",
            "OPTIONS:numbers",
            "",
            "expected one message for the whole options, got 2 values",
        ),
        ("numbers: 1", "OPTIONS:numbers", "", "expected a message, got a single value"),
        ("inner { }", "0:inner", "", "the index 0 does not follow a field"),
        ("inner { }", "count:inner/Ext::a.B", "", "Ext::a.B can only stand at the beginning"),
        (
            "count: 1",
            "Ext::wiretest.Day/count:count",
            "",
            "Option extension not found: wiretest.Day for node",
        ),
    ],
)
def test_errors_name_the_place(own: str, wiring: str, target: str, message: str) -> None:
    """SG-22, SG-23; upstream's words are in them."""
    found = refused(own, value(wiring), target)
    assert message in found
    assert found.startswith("g:")
    assert 'node "OvA"' in found


def test_a_node_without_options() -> None:
    """SG-22."""
    with pytest.raises(ConfigError) as failure:
        graph_of('node { calculator: "OvA" name: "n" option_value: "a:b" }')
    assert str(failure.value).startswith(
        "g:1:50: node \"n\": Option extension not found: * for node (name='n', calculator='OvA')"
    )


def test_types_that_differ_do_not_merge() -> None:
    """SG-21."""
    with pytest.raises(
        ConfigError, match=r"Cannot merge field data with message types: wiretest\.Night, wiretest\.Day"
    ):
        graph_of('node { calculator: "OvSub" options { [wiretest.Day.ext] { } } }', SUB)
    with pytest.raises(
        ConfigError, match=r"Cannot merge field data with message types: wiretest\.Night, wiretest\.Day"
    ):
        graph_of(
            """graph_options { [type.googleapis.com/wiretest.Day] { } }
               node { calculator: "OvA" options { [wiretest.Night.ext] { } } option_value: "OPTIONS:options" }"""
        )


def test_errors_of_several_nodes_come_at_once_also_inside_a_subgraph() -> None:
    broken = """
        type: "OvBroken"
        graph_options { [type.googleapis.com/wiretest.Night] { } }
        node { calculator: "OvA" node_options { [type.googleapis.com/wiretest.Night] { } } option_value: "a:count" }
        node { calculator: "OvA" name: "second" option_value: "a:count" }
    """
    with pytest.raises(ConfigError) as failure:
        graph_of('node { calculator: "OvBroken" }', broken)
    where = [(str(error.location), error.node) for error in failure.value.errors]
    assert where == [("s0:4:106", "ovbroken__OvA"), ("s0:5:63", "ovbroken__second")]


# Laws.

nights = st.fixed_dictionaries(
    {},
    optional={
        "count": st.integers(-5, 5),
        "numbers": st.lists(st.integers(0, 3), min_size=1, max_size=3),
        "text": st.sampled_from(["", "a"]),
        "inner": st.builds(lambda room: Bundle(room=room), st.sampled_from(["", "b"])),
    },
).map(lambda values: Night(**values))  # type: ignore[arg-type]


@given(nights, nights)
def test_wiring_the_whole_is_merging(own: Night, target: Night) -> None:
    """SG-23: protobuf's merge, which `options.merge` is too."""
    config = GraphConfig.from_text('node { calculator: "OvA" option_value: "OPTIONS:options" }')
    (node,) = config.node
    config = replace(
        config,
        node=(replace(node, node_options=(OptionsEntry.of(target),)),),
        graph_options=(OptionsEntry.of(own),),
    )
    with registered(["OvA"]):
        (made,) = expand(config, Library()).node
    assert made.get_options(Night) == merge(target, own)


# Against the real MediaPipe.

FACE = "mediapipe.FaceDetectionOptions"


def test_the_options_of_the_face_detection_graphs_are_offered() -> None:
    """By an entry point: they belong to no calculator."""
    assert find_message(FACE) is not None


def face_graph(own: str, given_node: str, wiring: str) -> str:
    return f"""
        input_stream: "in"
        graph_options {{ [type.googleapis.com/{FACE}] {{ {own} }} }}
        node {{
          calculator: "ImageToTensorCalculator"
          input_stream: "IMAGE:in"
          output_stream: "TENSORS:tensors"
          options {{ [mediapipe.ImageToTensorCalculatorOptions.ext] {{
            output_tensor_float_range {{ min: 0 max: 1 }} output_tensor_width: 5 output_tensor_height: 6 {given_node}
          }} }}
          {wiring}
        }}
    """


ENTRIES = st.sampled_from(
    [
        "gpu_origin:options/gpu_origin",
        "output_tensor_width:options/tensor_width",
        "output_tensor_height:tensor_height",
        "output_tensor_width:num_boxes",
        "output_tensor_float_range/min:x_scale",
        "OPTIONS/output_tensor_float_range/max:options/y_scale",
        "keep_aspect_ratio:model_path/0",
        "output_tensor_width:strides/1",
        "output_tensor_height:strides/0",
        "Ext::mediapipe.Nothing/a:tensor_width",
    ]
)


@needs_oracle
@settings(max_examples=60, deadline=None)
@given(
    st.lists(ENTRIES, min_size=1, max_size=4),
    st.fixed_dictionaries(
        {},
        optional={
            "gpu_origin": st.sampled_from(["TOP_LEFT", "CONVENTIONAL"]),
            "tensor_width": st.integers(1, 300),
            "tensor_height": st.integers(1, 300),
            "num_boxes": st.integers(1, 9),
            "x_scale": st.sampled_from(["0.5", "-2"]),
            "y_scale": st.sampled_from(["7.25", "3"]),
            "strides": st.sampled_from(["[8]", "[8, 16]"]),
        },
    ),
)
def test_upstream_wires_the_same(entries: list[str], own: dict[str, Any]) -> None:
    """SG-20 to SG-23, for messages whose descriptors the wheel has."""
    text = face_graph(
        " ".join(f"{name}: {given}" for name, given in own.items()), "", " ".join(map(value, entries))
    )
    try:
        theirs = GraphConfig.from_text(oracle.expand(text)).node[0]
    except oracle.OracleError as error:
        if error.type == "Abort":
            raise
        with pytest.raises(ConfigError):
            make_plan(GraphConfig.from_text(text), Library(), POLICIES)
        return
    (ours,) = make_plan(GraphConfig.from_text(text), Library(), POLICIES).config.node
    assert ours.option_value == theirs.option_value == ()
    assert [entry.name for entry in ours.node_options] == [entry.name for entry in theirs.node_options]
    cls = find_message("mediapipe.ImageToTensorCalculatorOptions")
    assert cls is not None
    assert ours.get_options(cls) == theirs.get_options(cls)


@needs_oracle
@pytest.mark.parametrize(
    "given_options", ["", "min_score_thresh: 0.75", "strides: 4 tensor_width: 64 delegate { gpu { } }"]
)
@pytest.mark.parametrize("kind", ["FaceDetectionShortRange", "FaceDetectionFullRange"])
def test_upstreams_face_detection_has_the_same_options(given_options: str, kind: str) -> None:
    """The values of three nested graphs flow into a node of the inmost (SG-21, SG-23)."""
    own = f"[type.googleapis.com/{FACE}] {{ {given_options} }}"
    text = f"""
        input_stream: "in"
        node {{ calculator: "{kind}Cpu" input_stream: "IMAGE:in" output_stream: "DETECTIONS:out"
               node_options {{ {own} }} }}
    """
    theirs = {node.calculator: node for node in GraphConfig.from_text(oracle.expand(text)).node}
    cls = find_message(FACE)
    assert cls is not None
    short = kind == "FaceDetectionShortRange"
    ranges = "_short_range" if short else "_full_range"
    size = 128 if short else 192
    strides = "strides: 8 strides: 16 strides: 16 strides: 16" if short else "strides: 4"
    inner = f"""
        type: "OvFace"
        graph_options {{ [type.googleapis.com/{FACE}] {{ }} }}
        node {{
          calculator: "TensorsToDetectionsCalculator" node_options {{ [type.googleapis.com/{FACE}] {{ }} }}
          option_value: "OPTIONS:options"
        }}
    """
    middle = f"""
        type: "OvMiddle"
        graph_options {{ [type.googleapis.com/{FACE}] {{ }} }}
        node {{ calculator: "OvFace" option_value: "OPTIONS:options" node_options {{
          [type.googleapis.com/{FACE}] {{
            model_path: "mediapipe/modules/face_detection/face_detection{ranges}{"" if short else "_sparse"}.tflite"
            tensor_width: {size} tensor_height: {size} {strides}
          }} }} }}
    """
    ours = graph_of(f'node {{ calculator: "OvMiddle" node_options {{ {own} }} }}', inner, middle)
    values = ours.node[0].get_options(cls)
    tensor = theirs["ImageToTensorCalculator"].node_options[0].body()
    assert tensor is not None
    read = from_tree(find_message("mediapipe.ImageToTensorCalculatorOptions"), tensor)  # type: ignore[arg-type]
    assert (values.tensor_width, values.tensor_height) == (
        read.output_tensor_width,
        read.output_tensor_height,
    )
    anchors = theirs["SsdAnchorsCalculator"].node_options[0].body()
    assert anchors is not None
    found = [entry.value.value for entry in anchors.fields if entry.name == "strides"]  # type: ignore[union-attr]
    assert list(values.strides) == found
