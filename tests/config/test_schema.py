"""The graph config: fields, text, binary, places, limits (G-1 to G-6, G-11)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from config_samples import ALL_OPTIONS, Switch, configs, oracle_graphs
from google.protobuf import text_format
from hypothesis import given

from mpgraph.config import pbtxt, schema
from mpgraph.config.schema import ExecutorConfig, GraphConfig, InputStreamHandlerConfig, NodeConfig
from mpgraph.errors import ConfigError, LimitError, Location, OptionsError, PbtxtSyntaxError
from mpgraph.formats.protos import pool
from mpgraph.options import descriptor, has, message_class, which_oneof

MESSAGE = message_class(GraphConfig)
for cls in ALL_OPTIONS:
    descriptor(cls)  # enters it into the pool

TEXT = """
# A graph.
input_stream: "in"
node {
  calculator: "Thin"
  input_stream: "in"
  input_stream: ["TAG:1:a", "TAG:0:b"]
  input_stream_info { tag_index: "TAG:1" back_edge: true }
  options { [configtest.Unloaded.ext] { a: 1 } }
}
"""


@given(configs)
def test_text_and_binary_give_back_the_config(config: GraphConfig) -> None:
    assert GraphConfig.from_binary(config.to_binary()).to_binary() == config.to_binary()
    back = GraphConfig.from_text(config.to_text())
    assert back.to_text() == config.to_text()
    assert back.to_binary() == config.to_binary()
    # What came as text and what came as bytes say the same.
    assert GraphConfig.from_binary(config.to_binary()).to_text() == config.to_text()


@given(configs)
def test_text_agrees_with_protobufs(config: GraphConfig) -> None:
    """What we print protobuf reads, and what protobuf prints we read, as the same message (G-1)."""
    message: Any = MESSAGE.FromString(config.to_binary())
    assert text_format.Parse(config.to_text(), MESSAGE(), descriptor_pool=pool.POOL) == message
    styles: tuple[dict[str, Any], ...] = (
        {},
        {"as_one_line": True},
        {"use_short_repeated_primitives": True, "as_utf8": True},
    )
    for style in styles:
        text = text_format.MessageToString(message, descriptor_pool=pool.POOL, **style)
        read = MESSAGE.FromString(GraphConfig.from_text(text).to_binary())
        assert read == message


@pytest.mark.parametrize("path", oracle_graphs() or [None], ids=lambda path: path.stem if path else "none")
def test_upstreams_own_graphs_come_through_unchanged(path: Path | None) -> None:
    """Binary to config to text to config to binary, with options that no class here declares."""
    if path is None:
        pytest.skip("the oracle is not set up")
    config = GraphConfig.load(path)
    assert config.node
    assert config.to_binary() == path.read_bytes()
    back = GraphConfig.from_text(config.to_text(), path.stem)
    assert back.to_binary() == config.to_binary()


def test_every_field_of_the_specification_is_there() -> None:
    """G-2 and G-3: numbers and names."""
    fields = {field.number: field.name for field in descriptor(GraphConfig).fields}
    assert [fields[number] for number in (1, *range(6, 23), 1001, 1002)] == [
        "node", "packet_factory", "packet_generator", "num_threads", "status_handler", "input_stream",
        "max_queue_size", "input_stream_handler", "output_stream_handler", "executor", "output_stream",
        "input_side_packet", "output_side_packet", "profiler_config", "package", "type", "report_deadlock",
        "runtime_info", "options", "graph_options",
    ]  # fmt: skip
    fields = {field.number: field.name for field in descriptor(NodeConfig).fields}
    assert [fields[number] for number in (*range(1, 18), 1005)] == [
        "name", "calculator", "input_stream", "output_stream", "input_side_packet", "output_side_packet",
        "options", "node_options", "source_layer", "buffer_size_hint", "input_stream_handler",
        "output_stream_handler", "input_stream_info", "executor", "profiler_config", "max_in_flight",
        "option_value", "external_input",
    ]  # fmt: skip


def test_places_are_known() -> None:
    config = GraphConfig.from_text(TEXT, "g.pbtxt")
    node = config.node[0]
    assert config.location == Location("g.pbtxt", 1, 1)
    assert node.location == Location("g.pbtxt", 4, 6)
    places = [text.location for text in node.input_stream]  # type: ignore[attr-defined]
    assert places == [Location("g.pbtxt", 6, 17), Location("g.pbtxt", 7, 18), Location("g.pbtxt", 7, 29)]
    assert node.input_stream_info[0].location == Location("g.pbtxt", 8, 21)
    assert node.options[0].location == Location("g.pbtxt", 9, 13)
    assert NodeConfig().location is None


def test_handlers_have_their_defaults() -> None:
    """G-4."""
    config = GraphConfig.from_text("input_stream_handler {} output_stream_handler {} executor {}")
    assert config.input_stream_handler == InputStreamHandlerConfig()
    assert config.input_stream_handler.input_stream_handler == "DefaultInputStreamHandler"
    assert config.output_stream_handler is not None
    assert config.output_stream_handler.output_stream_handler == "InOrderOutputStreamHandler"
    assert config.executor == (ExecutorConfig(),)


def test_a_scalar_at_zero_is_not_printed() -> None:
    """The message is proto3."""
    config = GraphConfig.from_text('num_threads: 0 type: "" report_deadlock: false')
    assert config.to_text() == ""
    assert not has(config, "num_threads")


def test_fields_print_in_order_of_their_numbers() -> None:
    """G-11."""
    text = 'type: "T" input_stream: "b" input_stream: "a" num_threads: 2 node { calculator: "A" name: "n" }'
    assert GraphConfig.from_text(text).to_text() == (
        'node {\n  name: "n"\n  calculator: "A"\n}\n'
        'num_threads: 2\ninput_stream: "b"\ninput_stream: "a"\ntype: "T"\n'
    )


def test_all_errors_come_at_once() -> None:
    text = 'node { calculatr: "A" input_stream: 5 }\nnum_treads: 4\nmax_queue_size: "x"\nnode { options { x: 1 } }'
    with pytest.raises(PbtxtSyntaxError) as caught:
        GraphConfig.from_text(text, "g.pbtxt")
    lines = str(caught.value).splitlines()
    assert [line.split(": ")[0] for line in lines] == [
        "g.pbtxt:1:8", "g.pbtxt:1:37", "g.pbtxt:2:1", "g.pbtxt:3:17", "g.pbtxt:4:18",
    ]  # fmt: skip
    assert 'Node has no field "calculatr"; did you mean "calculator"?' in lines[0]
    assert 'did you mean "num_threads"?' in lines[2]
    assert "expected an extension" in lines[4]


def test_nodes_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "MAX_NODES", 3)
    assert len(GraphConfig.from_text("node {}" * 3).node) == 3
    with pytest.raises(LimitError, match="4 nodes; at most 3"):
        GraphConfig.from_text("node {}" * 4)
    with pytest.raises(LimitError, match="4 nodes"):
        GraphConfig.from_binary(b"\x0a\x00" * 4)


def test_files_are_read_by_suffix_and_by_content(tmp_path: Path) -> None:
    config = GraphConfig.from_text('node { calculator: "A" }')
    for name, data in [
        ("a.pbtxt", config.to_text().encode()),
        ("a.binarypb", config.to_binary()),
        ("text", config.to_text().encode()),
        ("binary", config.to_binary()),
    ]:
        (tmp_path / name).write_bytes(data)
        assert GraphConfig.load(tmp_path / name) == config
        assert GraphConfig.load(str(tmp_path / name)) == config
    with pytest.raises(FileNotFoundError):
        GraphConfig.load(tmp_path / "missing.pbtxt")


def test_an_empty_file_is_an_empty_graph(tmp_path: Path) -> None:
    for name in ("a.pbtxt", "a.binarypb", "a"):
        (tmp_path / name).write_bytes(b"")
        assert GraphConfig.load(tmp_path / name) == GraphConfig()


def test_a_text_file_must_be_utf8(tmp_path: Path) -> None:
    path = tmp_path / "a.pbtxt"
    path.write_bytes('# é\ntype: "é'.encode() + b'\xff"')
    with pytest.raises(PbtxtSyntaxError, match="not in UTF-8: byte 0xff") as caught:
        GraphConfig.load(path)
    assert caught.value.location == Location(str(path), 2, 9)


def test_a_file_with_nul_bytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.pbtxt"
    path.write_bytes(b"\0" * 100)
    with pytest.raises(PbtxtSyntaxError, match=r"a\.pbtxt:1:1: expected a field name, got '\\x00'"):
        GraphConfig.load(path)


def test_a_file_that_is_no_serialised_graph_says_its_name(tmp_path: Path) -> None:
    path = tmp_path / "a.binarypb"
    path.write_bytes(b"\x0a\xff\xff")
    with pytest.raises(ConfigError, match=r"a\.binarypb: mediapipe\.CalculatorGraphConfig: the data are no"):
        GraphConfig.load(path)


def test_a_giant_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pbtxt, "MAX_SIZE", 1 << 20)
    for name in ("a.pbtxt", "a.binarypb", "a"):
        path = tmp_path / name
        path.write_bytes(b"\n" * ((1 << 20) + 1))
        with pytest.raises(LimitError, match="1 MiB"):
            GraphConfig.load(path)


def test_options_can_hold_nodes() -> None:
    """SwitchContainerOptions does (G-7); nodes in options know their places and keep unloaded options."""
    text = (
        'node { node_options { [type.googleapis.com/configtest.Switch] { contained_node { calculator: "A" '
        "node_options { [type.googleapis.com/configtest.Unloaded] { a: 1 } } } } } }"
    )
    config = GraphConfig.from_text(text, "g.pbtxt")
    inner = config.node[0].get_options(Switch).contained_node[0]
    assert inner.calculator == "A"
    assert inner.location == Location("g.pbtxt", 1, 80)
    assert GraphConfig.from_text(config.to_text()) == config
    with pytest.raises(OptionsError, match=r"configtest\.Unloaded cannot be serialised"):
        config.to_binary()


def test_the_config_has_no_oneofs() -> None:
    with pytest.raises(AttributeError):
        which_oneof(GraphConfig(), "any")
