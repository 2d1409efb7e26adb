"""Options classes and hypothesis strategies for graph configs, shared by the tests of the config layer."""

from __future__ import annotations

import os
from enum import IntEnum
from pathlib import Path
from typing import Any, Final

from hypothesis import strategies as st

from mpgraph.config.entries import CalculatorOptions, ExtensionSet, MediaPipeOptions, PacketGeneratorOptions
from mpgraph.config.schema import (
    ExecutorConfig,
    GraphConfig,
    GraphRuntimeInfoConfig,
    InputStreamHandlerConfig,
    InputStreamInfo,
    NodeConfig,
    OptionsEntry,
    OutputStreamHandlerConfig,
    PacketGeneratorConfig,
    ProfilerConfig,
    StatusHandlerConfig,
)
from mpgraph.options import option, options


class Mode(IntEnum):
    """An enum."""

    OFF = 0
    ON = 1


@options(message="configtest.Thin", extension=30_001)
class Thin:
    """Options of a node."""

    period: int = option(1, default=3)
    mode: Mode = option(2)
    factor: float = option(3)
    names: tuple[str, ...] = option(4)


@options(message="configtest.Pool", extension=30_002, extends="mediapipe.MediaPipeOptions")
class Pool:
    """Options of an executor or handler."""

    size: int = option(1)


@options(message="configtest.Generated", extension=30_003, extends="mediapipe.PacketGeneratorOptions")
class Generated:
    """Options of a packet generator."""

    value: bytes = option(1)


@options(message="configtest.Switch")
class Switch:
    """Options that hold nodes, and have no extension."""

    contained_node: tuple[NodeConfig, ...] = option(2)


ALL_OPTIONS: Final = (Thin, Pool, Generated, Switch)

strings = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
int32 = st.integers(-(1 << 31), (1 << 31) - 1)
int64 = st.integers(-(1 << 63), (1 << 63) - 1)
lists = st.lists(strings, max_size=3)


def _some(cls: Any, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({}, optional=fields).map(lambda values: cls(**values))


def _single(item: OptionsEntry) -> tuple[OptionsEntry, ...]:
    return (item,)


def _extensions(cls: type[ExtensionSet], opts: st.SearchStrategy[Any]) -> st.SearchStrategy[ExtensionSet]:
    entries = st.just(()) | opts.map(lambda value: (OptionsEntry.of(value, "extension"),))
    merge_fields = st.sampled_from([None, True, False]) if cls.HAS_MERGE_FIELDS else st.none()
    return st.builds(cls, entries, merge_fields)


thin = _some(
    Thin,
    period=int32,
    mode=st.sampled_from(Mode),
    factor=st.floats(width=32, allow_nan=False),
    names=lists,
)
media_options = _extensions(MediaPipeOptions, _some(Pool, size=int32))
input_handlers = _some(InputStreamHandlerConfig, input_stream_handler=strings, options=media_options)
output_handlers = _some(
    OutputStreamHandlerConfig, output_stream_handler=strings, input_side_packet=lists, options=media_options
)
profilers = _some(
    ProfilerConfig,
    trace_log_capacity=int64,
    trace_event_types_disabled=st.lists(int32, max_size=3),
    trace_enabled=st.booleans(),
    trace_log_path=strings,
)


def _nodes(depth: int) -> st.SearchStrategy[NodeConfig]:
    held = thin if not depth else thin | _some(Switch, contained_node=st.lists(_nodes(depth - 1), max_size=2))
    return _some(
        NodeConfig,
        name=strings,
        calculator=strings,
        input_stream=lists,
        output_stream=lists,
        options=_extensions(CalculatorOptions, thin),
        node_options=held.map(OptionsEntry.of).map(_single),
        source_layer=int32,
        input_stream_handler=input_handlers,
        output_stream_handler=output_handlers,
        input_stream_info=st.lists(
            _some(InputStreamInfo, tag_index=strings, back_edge=st.booleans()), max_size=2
        ),
        profiler_config=profilers,
        option_value=lists,
        external_input=lists,
    )


configs: st.SearchStrategy[GraphConfig] = _some(
    GraphConfig,
    node=st.lists(_nodes(1), max_size=2),
    packet_generator=st.lists(
        _some(
            PacketGeneratorConfig,
            packet_generator=strings,
            options=_extensions(PacketGeneratorOptions, _some(Generated, value=st.binary(max_size=4))),
            external_output=lists,
        ),
        max_size=2,
    ),
    status_handler=st.lists(_some(StatusHandlerConfig, status_handler=strings), max_size=2),
    num_threads=int32,
    input_stream=lists,
    max_queue_size=int32,
    input_stream_handler=input_handlers,
    executor=st.lists(_some(ExecutorConfig, name=strings, type=strings, options=media_options), max_size=2),
    package=strings,
    report_deadlock=st.booleans(),
    runtime_info=_some(GraphRuntimeInfoConfig, capture_period_msec=st.integers(0, (1 << 32) - 1)),
    options=media_options,
    graph_options=thin.map(OptionsEntry.of).map(_single),
)


def oracle_graphs() -> list[Path]:
    """The binary graphs of the real MediaPipe's modules; none where the oracle is not set up."""
    root = Path(os.environ.get("MPGRAPH_ORACLE_DIR") or Path.home() / ".cache" / "mpgraph-oracle")
    return sorted(root.glob("**/mediapipe/modules/**/*.binarypb"))
