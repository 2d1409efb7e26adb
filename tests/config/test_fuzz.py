"""Hostile configs: as text, as bytes, as templates and as graphs, only the project's own errors come.

What is read is small, and the settings' deadline is generous; it is there to notice a hang.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from config_samples import configs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stubs import registered

from mpgraph.config import subgraph
from mpgraph.config.library import Library
from mpgraph.config.schema import GraphConfig, NodeConfig
from mpgraph.config.subgraph import expand
from mpgraph.config.template import GraphTemplate, parse_graph
from mpgraph.config.validate import make_plan
from mpgraph.errors import ConfigError, LimitError
from mpgraph.runtime.policies import POLICIES

FUZZ = settings(max_examples=150, deadline=timedelta(seconds=5), suppress_health_check=[HealthCheck.too_slow])
STUBS = ["FzA", "FzB"]


@pytest.fixture(autouse=True, scope="module")
def _stubs() -> Iterator[None]:
    with registered(STUBS):
        yield


def plan(config: GraphConfig, *subgraphs: GraphConfig | GraphTemplate) -> None:
    """Reads, checks and writes a config as an application would."""
    made = make_plan(config, Library(graphs=subgraphs), POLICIES)
    again = GraphConfig.from_text(made.config.to_text())
    assert again.to_text() == made.config.to_text()


WORDS = [
    "node", "calculator", "input_stream", "output_stream", "input_side_packet", "output_side_packet", "options",
    "node_options", "graph_options", "option_value", "name", "type", "executor", "num_threads", "packet_generator",
    "status_handler", "input_stream_info", "tag_index", "back_edge", "[mediapipe.SwitchContainerOptions.ext]",
    "[type.googleapis.com/mediapipe.FaceDetectionOptions]", "contained_node", "strides", "delegate", "xnnpack",
    "{", "}", "{", "}", "<", ">", "[", "]", ":", ":", ":", ",", ";", "-", '"FzA"', '"FzB"', '"a"', '"T:a"', '"T:1:b"',
    '"strides:strides/0"', '"OPTIONS:options"', '"SwitchContainer"', '"PassThroughCalculator"', '"\\377"', '"', "'",
    "1", "-1", "1e9", "0x7f", "08", "inf", "true", "# c\n", "\n", "%", "%if (a)%", "%for (i : a)%", "%end%",
    "%param a: 1%", "é", "\0", "999999999999999999999",
]  # fmt: skip


@FUZZ
@given(st.text(max_size=60) | st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join))
def test_any_text(text: str) -> None:
    """G-1, TP-1."""
    with suppress(ConfigError):
        read = parse_graph(text)
        plan(read if isinstance(read, GraphConfig) else read.expand({"a": (1.0, "x")}))


@FUZZ
@given(st.binary(max_size=80))
def test_any_bytes(data: bytes) -> None:
    with suppress(ConfigError):
        plan(GraphConfig.from_binary(data))
    with suppress(ConfigError):
        plan(GraphTemplate.from_binary(data).expand({"a": 1.0}))


@FUZZ
@given(configs, st.data())
def test_bytes_of_a_config_with_some_changed(config: GraphConfig, data: st.DataObject) -> None:
    raw = bytearray(config.to_binary())
    for _ in range(data.draw(st.integers(1, 4)) if raw else 0):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
        if not raw:
            break
    with suppress(ConfigError):
        plan(GraphConfig.from_binary(bytes(raw)))


@FUZZ
@given(configs)
def test_any_config(config: GraphConfig) -> None:
    """Whatever its fields say: names, options of all kinds, generators, executors."""
    with suppress(ConfigError):
        plan(config)


PORTS = st.lists(st.sampled_from(["a", "b", "A:a", "A:1:b", "A:b", "B:c", "c"]), max_size=3).map(tuple)
NODES: st.SearchStrategy[NodeConfig] = st.builds(
    NodeConfig,
    calculator=st.sampled_from(["FzA", "FzB", "FzSub", "FzOther", "FzTemplate", "SwitchContainer", "FzC"]),
    name=st.sampled_from(["", "x", "X y"]),
    input_stream=PORTS,
    output_stream=PORTS,
    input_side_packet=PORTS,
    output_side_packet=PORTS,
    option_value=st.lists(st.sampled_from(["a:a", "OPTIONS:options", "a/0:b", "x"]), max_size=1).map(tuple),
)


@st.composite
def graphs(draw: st.DrawFn, type_: str) -> GraphConfig:
    return GraphConfig(
        type=type_,
        node=draw(st.lists(NODES, max_size=4).map(tuple)),
        input_stream=draw(PORTS),
        output_stream=draw(PORTS),
        input_side_packet=draw(PORTS),
        output_side_packet=draw(PORTS),
    )


TEMPLATE = """type: "FzTemplate" input_stream: "A:a" %for (i : list(1, 2))% node { calculator: "FzSub" name: %i% } %end%"""


@FUZZ
@given(graphs(""), graphs("FzSub"), graphs("FzOther"))
def test_any_graph_of_subgraphs(main: GraphConfig, sub: GraphConfig, other: GraphConfig) -> None:
    """SG-5, SG-9, SG-10, V-12 to V-16: recursive ones too come to an end."""
    with suppress(ConfigError):
        plan(main, sub, other, GraphTemplate.from_text(TEMPLATE))


# Bounded.


@contextmanager
def little_memory() -> Iterator[None]:
    """What is within takes 64 MB at the most."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < 64 << 20
    finally:
        tracemalloc.stop()


def test_subgraphs_that_multiply_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixty levels of twofold nesting would be more nodes than there is memory anywhere."""
    monkeypatch.setattr(subgraph, "MAX_NODES", 2000)
    levels = [
        GraphConfig(type=f"Fz{n}", node=(NodeConfig(calculator=f"Fz{n + 1}"),) * 2) for n in range(1, 60)
    ]
    with little_memory(), pytest.raises(LimitError, match="more than 2000 nodes"):
        expand(GraphConfig(node=(NodeConfig(calculator="Fz1"),)), Library(graphs=levels))


@pytest.mark.parametrize(
    "text",
    [
        "node { " * 5000,
        "options { " * 50 + "[a.b.ext] { " * 5000,
        'input_stream: "' + "a" * 100_000 + '"',
        'node { calculator: "FzA" input_stream: "A:10000:a" }' * 200,
        "num_threads: " + "9" * 5000,
        "%if (1)% " * 5000,
        "num_threads: %" + "(" * 5000,
        '%param a: list(1,1,1,1,1,1,1,1)% ' + "%for (i : a)% " * 20 + "num_threads: 1" + " %end%" * 20,
        'node { calculator: "FzA" node_options { [type.googleapis.com/a.B] { } } option_value: "'
        + "a/" * 5000 + ':a" } graph_options { [type.googleapis.com/a.B] { } }',
    ],
)  # fmt: skip
def test_texts_that_are_too_much_are_refused_or_read_at_once(text: str) -> None:
    """No recursion of Python's ends in a crash; memory stays small."""
    with little_memory(), suppress(ConfigError):
        read = parse_graph(text)
        plan(read if isinstance(read, GraphConfig) else read.expand())


def test_a_config_of_many_errors_lists_them() -> None:
    nodes: Any = tuple(NodeConfig(calculator="FzNo", input_stream=(f"s{n}",)) for n in range(2000))
    with pytest.raises(ConfigError) as failure:
        plan(replace(GraphConfig(), node=nodes))
    assert len(failure.value.errors) == 2000
