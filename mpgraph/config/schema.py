"""The graph config, ``mediapipe.CalculatorGraphConfig``, and all messages in it (spec rules G-2 to G-6).

Each is an options class (`mpgraph.options`): a frozen dataclass with upstream's field names, read from
text and wire format, printed in order of field numbers, changed with `dataclasses.replace`. Messages and
strings that come from text know their place (`location`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Self, TypeVar, dataclass_transform

from mpgraph.errors import ConfigError, LimitError, Location, OptionsError, PbtxtSyntaxError, raise_all
from mpgraph.options import from_tree, from_wire, option, options, to_tree, to_wire
from mpgraph.options import location as location_of
from mpgraph.tree import Tree

from . import pbtxt
from .entries import (
    CalculatorOptions,
    MediaPipeOptions,
    OptionsEntry,
    PacketFactoryOptions,
    PacketGeneratorOptions,
    find_entry,
)

__all__ = [
    "MAX_NODES",
    "ExecutorConfig",
    "GraphConfig",
    "GraphRuntimeInfoConfig",
    "InputStreamHandlerConfig",
    "InputStreamInfo",
    "NodeConfig",
    "OptionsEntry",
    "OutputStreamHandlerConfig",
    "PacketFactoryConfig",
    "PacketGeneratorConfig",
    "ProfilerConfig",
    "StatusHandlerConfig",
    "read_graph",
]

MAX_NODES: Final = 100_000
_BINARY_SUFFIXES: Final = frozenset({".binarypb", ".pb"})
_TEXT_SUFFIXES: Final = frozenset({".pbtxt", ".textproto", ".prototxt", ".txt"})

T = TypeVar("T")


@dataclass_transform(kw_only_default=True, frozen_default=True)
def _message(name: str, *, proto3: bool = True) -> Callable[[type[T]], type[T]]:
    return options(f"mediapipe.{name}", proto3=proto3, error=PbtxtSyntaxError, positioned=True)


class _Located:
    """What every message of a config has."""

    __slots__ = ()

    @property
    def location(self) -> Location | None:
        """Where it stands in the graph's text; None if it comes from elsewhere."""
        return location_of(self)


class _HasOptions(_Located):
    """What a message with options has (G-8)."""

    __slots__ = ()

    def _entries(self) -> tuple[Sequence[OptionsEntry], ...]:
        """The options of each field that holds some, the one to look in first at the front."""
        return (self.options,)  # type: ignore[attr-defined]

    def has_options(self, cls: type) -> bool:
        """Whether it has options of this class."""
        return find_entry(cls, *self._entries()) is not None

    def get_options(self, cls: type[T]) -> T:
        """Its options of this class: an extension before ``node_options``, the defaults if it has none.

        Raises:
            ConfigError: They do not fit the class, or options of one type are given twice (G-9).
        """
        self._check_single()
        entry = find_entry(cls, *self._entries())
        return cls() if entry is None else entry.get(cls)

    def check_options(self) -> None:
        """Checks all options whose classes are loaded, whether anyone will ask for them or not.

        Raises:
            ConfigError: Options that do not fit their class, or of one type given twice (G-9).
        """
        errors: list[ConfigError] = []
        try:
            self._check_single()
        except ConfigError as error:
            errors.append(error)
        for entries in self._entries():
            for entry in entries:
                try:
                    if (cls := entry.options_class) is not None:
                        entry.get(cls)
                except ConfigError as error:
                    errors.append(error)
        raise_all(errors)

    def _check_single(self) -> None:
        for entries in self._entries():
            seen: set[str] = set()
            for entry in entries:
                if entry.name in seen:
                    msg = (
                        f"Options type: '{entry.name}' specified more than once for a single calculator "
                        "node config."
                    )
                    raise OptionsError(msg, location=entry.location)
                seen.add(entry.name)


@_message("ExecutorConfig")
class ExecutorConfig(_HasOptions):
    """A named executor, or the default one if `name` is empty (S-4)."""

    name: str = option(1)
    type: str = option(2)
    options: MediaPipeOptions = option(3)


@_message("InputStreamInfo")
class InputStreamInfo(_Located):
    """What a node says of one of its input streams: ``tag_index`` is TAG, TAG:index or :index."""

    tag_index: str = option(1)
    back_edge: bool = option(2)


@_message("InputStreamHandlerConfig", proto3=False)
class InputStreamHandlerConfig(_HasOptions):
    """The input policy of a node and its options."""

    input_stream_handler: str = option(1, default="DefaultInputStreamHandler")
    options: MediaPipeOptions = option(3)


@_message("OutputStreamHandlerConfig", proto3=False)
class OutputStreamHandlerConfig(_HasOptions):
    """The output policy of a node and its options."""

    output_stream_handler: str = option(1, default="InOrderOutputStreamHandler")
    input_side_packet: tuple[str, ...] = option(2)
    options: MediaPipeOptions = option(3)


@_message("PacketFactoryConfig", proto3=False)
class PacketFactoryConfig(_HasOptions):
    """A packet factory, which mpgraph knows but does not run."""

    packet_factory: str = option(1)
    output_side_packet: str = option(2)
    options: PacketFactoryOptions = option(3)
    external_output: str = option(1002)


@_message("PacketGeneratorConfig", proto3=False)
class PacketGeneratorConfig(_HasOptions):
    """A packet generator (deprecated upstream)."""

    packet_generator: str = option(1)
    input_side_packet: tuple[str, ...] = option(2)
    output_side_packet: tuple[str, ...] = option(3)
    options: PacketGeneratorOptions = option(4)
    external_input: tuple[str, ...] = option(1002)
    external_output: tuple[str, ...] = option(1003)


@_message("StatusHandlerConfig", proto3=False)
class StatusHandlerConfig(_HasOptions):
    """A status handler, called before and after each run."""

    status_handler: str = option(1)
    input_side_packet: tuple[str, ...] = option(2)
    options: MediaPipeOptions = option(3)
    external_input: tuple[str, ...] = option(1002)


@_message("GraphRuntimeInfoConfig")
class GraphRuntimeInfoConfig(_Located):
    """Whether and how often, in milliseconds, a running graph reports on itself (0: every 10 s)."""

    enable_graph_runtime_info: bool = option(1)
    capture_period_msec: int = option(2, wire="uint32")


@_message("ProfilerConfig")
class ProfilerConfig(_Located):
    """Settings of the profiler and tracer; what 0 stands for is rule X-12."""

    histogram_interval_size_usec: int = option(1, wire="int64")
    num_histogram_intervals: int = option(2, wire="int64")
    enable_input_output_latency: bool = option(3)
    enable_profiler: bool = option(4)
    enable_stream_latency: bool = option(5)
    use_packet_timestamp_for_added_packet: bool = option(6)
    trace_log_capacity: int = option(7, wire="int64")
    trace_event_types_disabled: tuple[int, ...] = option(8)
    trace_log_path: str = option(9)
    trace_log_count: int = option(10)
    trace_log_interval_usec: int = option(11, wire="int64")
    trace_log_margin_usec: int = option(12, wire="int64")
    trace_log_duration_events: bool = option(13)
    trace_log_interval_count: int = option(14)
    trace_log_disabled: bool = option(15)
    trace_enabled: bool = option(16)
    trace_log_instant_events: bool = option(17)
    calculator_filter: str = option(18)


@_message("CalculatorGraphConfig.Node")
class NodeConfig(_HasOptions):
    """A node: its calculator or subgraph type, what it is connected to, and its options (G-3)."""

    name: str = option(1)
    calculator: str = option(2)
    input_stream: tuple[str, ...] = option(3)
    output_stream: tuple[str, ...] = option(4)
    input_side_packet: tuple[str, ...] = option(5)
    output_side_packet: tuple[str, ...] = option(6)
    options: CalculatorOptions = option(7)
    node_options: tuple[OptionsEntry, ...] = option(8)
    source_layer: int = option(9)
    buffer_size_hint: int = option(10)
    input_stream_handler: InputStreamHandlerConfig | None = option(11)
    output_stream_handler: OutputStreamHandlerConfig | None = option(12)
    input_stream_info: tuple[InputStreamInfo, ...] = option(13)
    executor: str = option(14)
    profiler_config: ProfilerConfig | None = option(15)
    max_in_flight: int = option(16)
    option_value: tuple[str, ...] = option(17)
    external_input: tuple[str, ...] = option(1005)

    def _entries(self) -> tuple[Sequence[OptionsEntry], ...]:
        return self.options, self.node_options


@_message("CalculatorGraphConfig")
class GraphConfig(_HasOptions):
    """A whole graph (G-2).

    Raises:
        LimitError: More than 100,000 nodes.
    """

    node: tuple[NodeConfig, ...] = option(1)
    packet_factory: tuple[PacketFactoryConfig, ...] = option(6)
    packet_generator: tuple[PacketGeneratorConfig, ...] = option(7)
    num_threads: int = option(8)
    status_handler: tuple[StatusHandlerConfig, ...] = option(9)
    input_stream: tuple[str, ...] = option(10)
    max_queue_size: int = option(11)
    input_stream_handler: InputStreamHandlerConfig | None = option(12)
    output_stream_handler: OutputStreamHandlerConfig | None = option(13)
    executor: tuple[ExecutorConfig, ...] = option(14)
    output_stream: tuple[str, ...] = option(15)
    input_side_packet: tuple[str, ...] = option(16)
    output_side_packet: tuple[str, ...] = option(17)
    profiler_config: ProfilerConfig | None = option(18)
    package: str = option(19)
    type: str = option(20)
    report_deadlock: bool = option(21)
    runtime_info: GraphRuntimeInfoConfig | None = option(22)
    options: MediaPipeOptions = option(1001)
    graph_options: tuple[OptionsEntry, ...] = option(1002)

    def __post_init__(self) -> None:
        if len(self.node) > MAX_NODES:
            msg = f"the graph has {len(self.node)} nodes; at most {MAX_NODES} are allowed"
            raise LimitError(msg, location=self.location)

    def _entries(self) -> tuple[Sequence[OptionsEntry], ...]:
        return self.options, self.graph_options

    @classmethod
    def from_tree(cls, tree: Tree) -> Self:
        """From a parsed text. Raises ConfigError: unknown fields and wrong values, all at once."""
        return from_tree(cls, tree)

    @classmethod
    def from_text(cls, text: str, file: str = "<string>") -> Self:
        """From protobuf text; `file` is the name that locations give.

        Raises:
            PbtxtSyntaxError: Bad syntax, or unknown fields and wrong values: all of them at once.
            LimitError: Too long, nested too deeply, or too many nodes.
        """
        return from_tree(cls, pbtxt.parse(text, file))

    @classmethod
    def from_binary(cls, data: bytes, file: str = "<bytes>") -> Self:
        """From a serialised message; `file` is the name in the error. Unknown fields are dropped.

        Raises:
            ConfigError: Not a serialised graph; LimitError beyond 64 MiB or 100,000 nodes.
        """
        if len(data) > pbtxt.MAX_SIZE:
            msg = f"{file}: the graph is larger than {pbtxt.MAX_SIZE >> 20} MiB"
            raise LimitError(msg)
        try:
            return from_wire(cls, data)
        except ConfigError as error:
            msg_0 = f"{file}: {error.message}"
            raise type(error)(msg_0, location=error.location) from error

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """From a file: ``.binarypb`` is binary, ``.pbtxt`` is text, of others the content decides.

        Raises:
            ConfigError: As `from_text` and `from_binary`.
            OSError: The file cannot be read; FileNotFoundError if there is none.
        """
        content = read_graph(path)
        if isinstance(content, bytes):
            return cls.from_binary(content, str(path))
        return cls.from_text(content, str(path))

    def to_text(self, *, ascii_only: bool = False) -> str:
        """The protobuf text, fields in order of their numbers (G-11).

        Options whose class is not loaded stand as they were written. With `ascii_only`, other characters
        are escaped, which makes the text upstream's own.
        """
        return pbtxt.print_tree(to_tree(self), ascii_only=ascii_only)

    def to_binary(self) -> bytes:
        """The serialised message.

        Raises:
            OptionsError: Options that came as text and whose class is not loaded.
        """
        return to_wire(self)


def read_graph(path: str | Path) -> str | bytes:
    """What a graph file holds, as text or bytes: its suffix tells, else its content.

    Raises:
        PbtxtSyntaxError: Text that is not in UTF-8.
        OSError: The file cannot be read; FileNotFoundError if there is none.
    """
    path = Path(path)
    with path.open("rb") as file:
        data = file.read(pbtxt.MAX_SIZE + 1)
    binary = path.suffix in _BINARY_SUFFIXES or (path.suffix not in _TEXT_SUFFIXES and _looks_binary(data))
    if binary or len(data) > pbtxt.MAX_SIZE:
        return data
    return _decoded(data, str(path))


def _looks_binary(data: bytes) -> bool:
    return any(byte < 32 and byte not in b"\t\n\v\f\r" for byte in data[:4096])


def _decoded(data: bytes, file: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line_start = before.rfind(b"\n") + 1
        where = Location(file, before.count(b"\n") + 1, len(before[line_start:].decode()) + 1)
        msg = f"the text is not in UTF-8: byte 0x{data[error.start]:02x}"
        raise PbtxtSyntaxError(msg, location=where) from None
