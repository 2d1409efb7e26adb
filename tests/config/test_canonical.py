"""Canonical configs, and who is refused, compared with the real MediaPipe (spec G-11, N-12, SG-5 to SG-13, V-15)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from config_samples import oracle_graphs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle_client import needs_oracle, oracle

from mpgraph.config.library import Library
from mpgraph.config.schema import GraphConfig
from mpgraph.config.validate import make_plan
from mpgraph.errors import ConfigError
from mpgraph.runtime.policies import POLICIES


def canonical(text: str) -> GraphConfig:
    return make_plan(GraphConfig.from_text(text), Library(), POLICIES).config


def same_as_upstream(text: str) -> None:
    """Both forms, byte by byte."""
    ours = canonical(text)
    assert ours.to_text(ascii_only=True) == oracle.expand(text)
    assert ours.to_binary() == oracle.expand(text, binary=True)


NAMES = st.sampled_from(["", "", "n", "N o.d:e", "PassThroughCalculator", "é"])
SUBGRAPH_NAMES = st.sampled_from(["", "n", "N o.d:e"])
HANDLERS = st.sampled_from(
    [
        "",
        "",
        'input_stream_handler { input_stream_handler: "ImmediateInputStreamHandler" }',
        "input_stream_handler { }",
        """input_stream_handler { input_stream_handler: "FixedSizeInputStreamHandler" options {
             [mediapipe.FixedSizeInputStreamHandlerOptions.ext] { trigger_queue_size: 3 target_queue_size: 2 } } }""",
    ]
)
EXTRAS = st.lists(
    st.sampled_from(
        [
            "max_in_flight: 2",
            "buffer_size_hint: 7",
            "source_layer: 3",
            'executor: "e"',
            'external_input: "x"',
            'output_stream_handler { output_stream_handler: "InOrderOutputStreamHandler" }',
            'profiler_config { enable_profiler: true trace_log_path: "p" }',
        ]
    ),
    unique=True,
    max_size=3,
).map(" ".join)
GRAPH_FIELDS = st.lists(
    st.sampled_from(
        [
            "num_threads: 3",
            "max_queue_size: 5",
            "max_queue_size: -1",
            'package: "a.b"',
            'type: "Main"',
            "report_deadlock: true",
            "runtime_info { enable_graph_runtime_info: false capture_period_msec: 5 }",
            "profiler_config { histogram_interval_size_usec: 10 trace_event_types_disabled: [1, 2, 3] }",
            'output_stream_handler { output_stream_handler: "InOrderOutputStreamHandler" }',
            'output_stream: ["s0", "OUT:s1", "nothing"]',
            'input_side_packet: ["side", "SIDE:side"] output_side_packet: "out"',
        ]
    ),
    unique_by=lambda field: field.split()[0].rstrip(":"),
    max_size=4,
).map("\n".join)


@st.composite
def pass_throughs(draw: st.DrawFn, *, subgraph: bool) -> str:
    """Nodes that take streams of earlier ones and make new ones, in any order."""
    nodes: list[str] = []
    streams = ["in"]
    for index in range(draw(st.integers(0, 5))):
        count = draw(st.integers(1, 2))
        inputs = [draw(st.sampled_from(streams)) for _ in range(count)]
        outputs = [f"s{len(streams) + offset - 1}" for offset in range(count)]
        tag = draw(st.sampled_from(["", "TAG:", "T_1:"]))

        def entries(names: list[str], tag: str = tag) -> str:
            marks = [f"{tag}{at}:" if tag and len(names) > 1 else tag for at in range(len(names))]
            return ", ".join(f'"{mark}{name}"' for mark, name in zip(marks, names, strict=True))

        switch = subgraph and draw(st.integers(0, 2)) == 0
        name = draw(SUBGRAPH_NAMES if switch else NAMES)
        inner = 'contained_node { calculator: "PassThroughCalculator" } '
        channels = draw(st.integers(1, 3))
        what = (
            f"""calculator: "SwitchContainer" options {{ [mediapipe.SwitchContainerOptions.ext] {{
                {inner * channels} {draw(st.sampled_from(["", "select: 0", "enable: false", "synchronize_io: true"]))}
            }} }} {draw(st.sampled_from(["", "max_in_flight: 2", HANDLER_IGNORED]))}"""
            if switch
            else f'calculator: "PassThroughCalculator" {draw(HANDLERS)} {draw(EXTRAS)}'
        )
        nodes.append(
            f"""node {{ {f'name: "{name}{index if switch else ""}"' if name else ""} {what}
                input_stream: [{entries(inputs)}] output_stream: [{entries(outputs)}] }}"""
        )
        streams += outputs
    nodes = draw(st.permutations(nodes)) if nodes else nodes
    executor = "" if "num_threads" in (fields := draw(GRAPH_FIELDS)) else draw(EXECUTORS)
    return f"""
        {fields} {draw(HANDLERS)} {executor}
        executor {{ name: "e" type: "ThreadPoolExecutor" options {{
          [mediapipe.ThreadPoolExecutorOptions.ext] {{ num_threads: 1 }} }} }}
        input_stream: "in"
        {" ".join(nodes)}
    """


HANDLER_IGNORED = 'input_stream_handler { input_stream_handler: "NoSuchHandler" }'
EXECUTORS = st.sampled_from(
    [
        "",
        "",
        "executor { }",
        "executor { options { [mediapipe.ThreadPoolExecutorOptions.ext] { num_threads: 2 stack_size: 65536 } } }",
        'executor { type: "ApplicationThreadExecutor" }',
    ]
)
MANY = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@needs_oracle
@MANY
@given(pass_throughs(subgraph=False))
def test_canonical_configs_of_plain_graphs(text: str) -> None:
    """G-11, N-12, V-15: sorted only where a sort is needed, names and fields kept, handlers copied."""
    same_as_upstream(text)


@needs_oracle
@MANY
@given(pass_throughs(subgraph=True))
def test_canonical_configs_of_graphs_with_subgraphs(text: str) -> None:
    """SG-5 to SG-13, SW-4, SW-5."""
    same_as_upstream(text)


OTHERS = [
    "",
    "num_threads: 4",
    "num_threads: -1",
    'executor { name: "x" type: "ThreadPoolExecutor" options {'
    ' [mediapipe.ThreadPoolExecutorOptions.ext] { num_threads: 2 thread_name_prefix: "p" nice_priority_level: 1 } } }',
    """node { calculator: "ConstantSidePacketCalculator" output_side_packet: "PACKET:0:a"
         output_side_packet: "PACKET:1:b" options { [mediapipe.ConstantSidePacketCalculatorOptions.ext] {
           packet { int_value: -1 } packet { string_value: "'\\n\\"é\\\\\\t\\001" } } } }""",
    """node { calculator: "ConstantSidePacketCalculator" output_side_packet: "PACKET:a" node_options {
         [type.googleapis.com/mediapipe.ConstantSidePacketCalculatorOptions] { packet { float_value: 1e-10 } } } }""",
    """input_stream: "in" input_stream: "done"
       node { calculator: "FlowLimiterCalculator" input_stream: "in" input_stream: "FINISHED:done"
              output_stream: "out" input_stream_info { tag_index: "FINISHED" back_edge: true }
              options { [mediapipe.FlowLimiterCalculatorOptions.ext] { max_in_flight: 2 in_flight_timeout: 5 } } }
       node { calculator: "PassThroughCalculator" input_stream: "out" output_stream: "last" }""",
    """input_stream: "in" input_stream: "ALLOW:allow"
       node { calculator: "GateCalculator" input_stream: "in" input_stream: "ALLOW:allow" output_stream: "gated" }""",
    """input_stream: "in" input_stream: "sel"
       input_stream_handler { input_stream_handler: "ImmediateInputStreamHandler" }
       node { calculator: "SwitchContainer" name: "Outer.One" input_stream: "SELECT:sel" input_stream: "in"
         output_stream: "out" options { [mediapipe.SwitchContainerOptions.ext] {
           contained_node { calculator: "PassThroughCalculator" }
           contained_node { calculator: "SwitchContainer" options { [mediapipe.SwitchContainerOptions.ext] {
             enable: true contained_node { calculator: "PassThroughCalculator" }
             contained_node { calculator: "PassThroughCalculator" name: "x" } } } }
           async_selection: true } } }""",
    """input_side_packet: "p" input_stream: "in"
       node { calculator: "PassThroughCalculator" input_side_packet: "p" output_side_packet: "q"
              input_stream: "in" output_stream: "o" }
       node { calculator: "SwitchContainer" input_side_packet: "ENABLE:e" input_side_packet: "S:q"
         output_side_packet: "S:r" options { [mediapipe.SwitchContainerOptions.ext] {
           contained_node { calculator: "PassThroughCalculator" } contained_node { calculator: "PassThroughCalculator" }
         } } }""",
    "graph_options { [type.googleapis.com/mediapipe.FaceDetectionOptions] { strides: [1, 2] x_scale: 0.1 } }",
]


@needs_oracle
@pytest.mark.parametrize("text", OTHERS)
def test_canonical_configs_of_other_graphs(text: str) -> None:
    """G-11."""
    same_as_upstream(text)


@needs_oracle
@pytest.mark.parametrize("path", oracle_graphs(), ids=lambda path: Path(path).stem)
def test_upstreams_own_module_graphs_are_read_and_written_unchanged(path: Path) -> None:
    """G-1, G-11: options whose calculators are not loaded come through as bytes."""
    config = GraphConfig.load(path)
    assert config.to_binary() == path.read_bytes()
    assert GraphConfig.from_text(config.to_text()).to_text() == config.to_text()


ENTRIES = st.text("abAB01:_. -", max_size=8)


def accepted_upstream(text: str) -> bool:
    try:
        oracle.expand(text)
    except oracle.OracleError as error:
        if error.type == "Abort":
            raise
        return False
    return True


def accepted(text: str) -> bool:
    try:
        canonical(text)
    except ConfigError:
        return False
    return True


@needs_oracle
@settings(max_examples=150, deadline=None)
@given(st.lists(ENTRIES, min_size=1, max_size=3), st.lists(ENTRIES, max_size=3))
def test_upstream_accepts_the_same_names(inputs: list[str], outputs: list[str]) -> None:
    """N-1 to N-6, N-11, V-12."""

    def field(name: str, entries: list[str]) -> str:
        return "".join(f' {name}: "{entry}"' for entry in entries)

    names = dict.fromkeys(entry.rpartition(":")[2] for entry in inputs)
    text = (
        "".join(f'input_stream: "{name}" ' for name in names)
        + f'node {{ calculator: "PassThroughCalculator"{field("input_stream", inputs)}'
        + f"{field('output_stream', outputs)} }}"
    )
    assert accepted(text) == accepted_upstream(text)


@needs_oracle
@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4), st.booleans()), min_size=1, max_size=4))
def test_upstream_accepts_the_same_edges(nodes: list[tuple[int, int, Any]]) -> None:
    """V-12, V-13, V-15 to V-17: missing, double, cyclic and back edges."""
    text = 'input_stream: "s0"'
    for source, target, back in nodes:
        info = 'input_stream_info { tag_index: ":1" back_edge: true }' if back else ""
        text += f"""
            node {{ calculator: "PassThroughCalculator" input_stream: "s0" input_stream: "s{source}"
                   output_stream: "s{target}" {info} }}"""
    assert accepted(text) == accepted_upstream(text)
    if accepted(text):
        same_as_upstream(text)
