"""`CalculatorGraph` of upstream's Python API (spec 12.3)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from enum import IntEnum
from operator import index
from typing import Any

from mpgraph.config.schema import GraphConfig
from mpgraph.errors import (
    ConfigError,
    GraphClosedError,
    PacketTypeError,
    RunError,
    SidePacketError,
    ThrottledError,
    TimestampError,
)
from mpgraph.packet import Packet
from mpgraph.runtime.graph import Graph
from mpgraph.timestamp import UNSET, Timestamp, debug_string, is_allowed_in_stream

from .arguments import incompatible, read_config
from .resource_util import resources
from .status import combined, config_failure, exception_of, start_failure
from .validated_graph_config import ValidatedGraphConfig

__all__ = ["ADD_IF_NOT_FULL", "WAIT_TILL_NOT_FULL", "CalculatorGraph", "GraphInputStreamAddMode"]

_SOURCES = ("binary_graph_path", "graph_config", "validated_graph_config")
_RUN = "CalculatorGraph::Run() failed: "
_ADD = "Graph has errors: "


class GraphInputStreamAddMode(IntEnum):
    """What adding a packet does while queues are full (PY-G4)."""

    WAIT_TILL_NOT_FULL = 0
    ADD_IF_NOT_FULL = 1


WAIT_TILL_NOT_FULL = GraphInputStreamAddMode.WAIT_TILL_NOT_FULL
ADD_IF_NOT_FULL = GraphInputStreamAddMode.ADD_IF_NOT_FULL


class CalculatorGraph:
    """A graph with upstream's interface; `mpgraph.Graph` is what runs it.

    Exactly one keyword is expected: ``binary_graph_path``, a file; ``graph_config``, a message or its
    text; or ``validated_graph_config``, a `ValidatedGraphConfig`.

    Calls raise what upstream's raise, with its texts; the cause is mpgraph's own exception, which names
    the node, the timestamp and the author's line.

    Upstream: ``mediapipe.python._framework_bindings.calculator_graph``; rules PY-G1 to PY-G4.

    Raises:
        ValueError: None of the three was given, or (a `GraphConfigError`) the graph has errors.
        RuntimeError: Another keyword, or a graph that cannot be parsed or has errors.
        FileNotFoundError: There is no such file.
    """

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        if arguments:
            incompatible("CalculatorGraph(**kwargs)", *arguments)
        for keyword in keywords:
            if keyword not in _SOURCES:
                msg = f"Unknown kwargs input argument: {keyword}"
                raise RuntimeError(msg)
        if not keywords or ("validated_graph_config" in keywords and len(keywords) > 1):
            msg = (
                "Please provide one of the following: 'binary_graph_path' to initialize the graph with a "
                "binary graph file, or 'graph_config' to initialize the graph with a graph config proto, or "
                "'validated_graph_config' to initialize the graph with a ValidatedGraphConfig object."
            )
            raise ValueError(msg)
        config = self._config(keywords)
        try:
            self._graph = Graph(config, resources=resources())
        except ConfigError as error:
            raise config_failure(error) from error
        self._add_mode = WAIT_TILL_NOT_FULL
        self._callbacks = threading.RLock()

    def _config(self, keywords: dict[str, Any]) -> GraphConfig:
        if "validated_graph_config" not in keywords:
            return read_config(keywords)
        validated = keywords["validated_graph_config"]
        if not isinstance(validated, ValidatedGraphConfig):
            incompatible("CalculatorGraph(**kwargs)", validated)
        return validated.config

    @property
    def text_config(self) -> str:
        """The expanded config as text (G-11)."""
        return self._graph.config.to_text()

    @property
    def binary_config(self) -> bytes:
        """The expanded config as serialised message (G-11)."""
        return self._graph.config.to_binary()

    @property
    def max_queue_size(self) -> int:
        """The length at which queues count as full; -1 for never (Q-1)."""
        return self._graph.max_queue_size

    @property
    def graph_input_stream_add_mode(self) -> GraphInputStreamAddMode:
        """What adding a packet does while queues are full."""
        return self._add_mode

    @graph_input_stream_add_mode.setter
    def graph_input_stream_add_mode(self, mode: GraphInputStreamAddMode) -> None:
        if not isinstance(mode, GraphInputStreamAddMode):
            incompatible("(arg0: CalculatorGraph, arg1: GraphInputStreamAddMode) -> None", self, mode)
        self._add_mode = mode

    def observe_output_stream(
        self,
        stream_name: str,
        callback_fn: Callable[[str, Packet], object],
        observe_timestamp_bounds: bool = False,
    ) -> None:
        """Has the function called with the name and each packet of a stream (OB-1).

        Two callbacks of one graph never run at the same time. What one raises fails the run.

        Raises:
            TypeError: It is no function.
            RuntimeError: There is no such stream, or the graph is running.
        """
        if not callable(callback_fn) or not isinstance(stream_name, str):
            incompatible(
                "observe_output_stream(self: CalculatorGraph, stream_name: str, callback_fn: function, "
                "observe_timestamp_bounds: bool = False) -> None",
                self,
                stream_name,
                callback_fn,
            )
        if self._graph.is_running():
            msg = f'the graph is running: observe "{stream_name}" before start_run()'
            raise RuntimeError(msg)
        if stream_name not in self._graph.plan.streams:
            msg = f'; Unable to attach observer to output stream "{stream_name}" because it doesn\'t exist.'
            raise RuntimeError(msg)

        lock = self._callbacks  # and not the graph itself, which would keep itself alive

        def call(packet: Packet) -> None:
            with lock:
                callback_fn(stream_name, packet)

        self._graph.observe(stream_name, call, bounds=bool(observe_timestamp_bounds))

    def start_run(self, input_side_packets: dict[str, Packet] | None = {}) -> None:  # noqa: B006 as upstream
        """Starts a run with the given side packets.

        Raises:
            TypeError: It is no dictionary.
            ValueError: A side packet is missing or of another type; all are listed (V-31).
            RuntimeError: One is no packet, or is made by the graph itself, or the graph is running.
        """
        if not isinstance(input_side_packets, dict):
            incompatible(
                "start_run(self: CalculatorGraph, input_side_packets: dict = {}) -> None",
                self,
                input_side_packets,
            )
        for name, packet in input_side_packets.items():
            if not isinstance(packet, Packet):
                msg = f'the side packet "{name}" is no Packet but {type(packet).__name__}'
                raise RuntimeError(msg)
        try:
            self._graph.start(input_side_packets)
        except (SidePacketError, PacketTypeError) as error:
            raise start_failure(error) from error
        except RunError as error:
            raise (
                exception_of(_RUN, error.errors) if self._graph.errors else RuntimeError(str(error))
            ) from error

    def add_packet_to_input_stream(
        self, stream: str, packet: Packet, timestamp: Timestamp | int = Timestamp.UNSET
    ) -> None:
        """Feeds a packet into a graph input, at the timestamp if one is given (Q-5).

        An empty packet says that the stream is settled up to its timestamp.

        Raises:
            TypeError: An argument is of another type.
            ValueError: The timestamp is none that a packet may have, or the packet is of another type.
            RuntimeError: The graph is not running, has no such input, has failed, or is throttled.
        """
        if (
            not isinstance(packet, Packet)
            or not isinstance(stream, str)
            or not hasattr(timestamp, "__index__")
        ):
            incompatible(
                "add_packet_to_input_stream(self: CalculatorGraph, stream: str, packet: Packet, "
                "timestamp: Timestamp = UNSET) -> None",
                self,
                stream,
                packet,
                timestamp,
            )
        time = packet.time if timestamp == UNSET else index(timestamp)
        if not is_allowed_in_stream(time):
            msg = f"{debug_string(time)} can't be the timestamp of a Packet in a stream."
            raise ValueError(msg)
        wait = self._add_mode == WAIT_TILL_NOT_FULL
        try:
            self._graph.add_packet(stream, packet, time, wait=wait)
        except GraphClosedError as error:
            msg = "; CalculatorGraph::AddPacketToInputStream() is called before StartRun()"
            raise RuntimeError(msg) from error
        except ThrottledError as error:
            msg = "Graph is throttled."
            raise RuntimeError(msg) from error
        except PacketTypeError as error:
            if not self._graph.errors:
                self._graph.fail(error)
            raise exception_of(_ADD, self._graph.errors) from error
        except TimestampError as error:
            if self._graph.errors:
                raise exception_of(_ADD, self._graph.errors) from error
            self._graph.fail(error)  # a bound that goes back; upstream tells it later
        except RunError as error:
            if not self._graph.errors:
                msg = (
                    f'; AddPacketToInputStream called on input stream "{stream}" which is not a graph input '
                    "stream."
                )
                raise RuntimeError(msg) from error
            raise exception_of(_ADD, self._graph.errors) from error

    def process(self, packets: Mapping[str, Packet], timestamp: int) -> None:
        """Feeds one packet into each of the given inputs and waits until all is done with it.

        This is not upstream's: it is what `SolutionBase` does, in one call.

        Raises:
            ValueError, RuntimeError: As `add_packet_to_input_stream` and `wait_until_idle`.
        """
        try:
            self._graph.process(packets, timestamp)
        except RunError as error:
            raise exception_of(_RUN, self._graph.errors or (error,)) from error

    def close_input_stream(self, stream: str, /) -> None:
        """Closes a graph input; closing it again does nothing (Q-7).

        Raises:
            RuntimeError: The graph is not running or has no such input.
        """
        try:
            self._graph.close_input(stream)
        except RunError as error:
            raise RuntimeError(str(error)) from error

    def close_all_packet_sources(self) -> None:
        """Closes all graph inputs and stops all sources."""
        self._graph.close_all_inputs()

    def wait_until_idle(self) -> None:
        """Waits until nothing is left to do (S-18). Raises what went wrong in the run."""
        self._wait(self._graph.wait_until_idle)

    def wait_until_done(self) -> None:
        """Waits for the end of the run (S-19). Raises what went wrong in it."""
        self._wait(self._graph.wait_until_done)

    def wait_for_observed_output(self) -> None:
        """Waits until an observer was called since the last such call (S-20).

        Raises:
            RuntimeError: The run is over.
        """
        if not self._graph.wait_for_observed_output():
            msg = "Graph is done."
            raise RuntimeError(msg)

    def close(self) -> None:
        """Closes all inputs and sources and waits for the end. Raises what went wrong in the run."""
        self._graph.close_all_inputs()
        self.wait_until_done()

    def _wait(self, wait: Callable[[], None]) -> None:
        try:
            wait()
        except GraphClosedError as error:
            msg = f"the graph was not started: {error}"
            raise RuntimeError(msg) from error
        except RunError as error:
            raise exception_of(_RUN, error.errors) from error

    def has_error(self) -> bool:
        """Whether the present run has failed (S-24)."""
        return self._graph.is_running() and bool(self._graph.errors)

    def get_combined_error_message(self) -> str:
        """Code and text of what went wrong in the present run; empty if nothing did (E-2)."""
        if not self.has_error():
            return ""
        return ": ".join(combined(_RUN, self._graph.errors))

    def get_output_side_packet(self, packet_name: str) -> Packet:
        """A side packet that the graph made (C-53).

        Raises:
            RuntimeError: There is no such side packet, or it is not there yet.
        """
        side = self._graph.plan.side_packets.get(packet_name)
        if side is None or (side.producer is None and side.generator is None):
            msg = f'; Unable to get the output side packet "{packet_name}" because it doesn\'t exist.'
            raise RuntimeError(msg)
        try:
            return self._graph.output_side_packet(packet_name)
        except SidePacketError as error:
            msg = f'; The output side packet "{packet_name}" is unavailable.'
            raise RuntimeError(msg) from error
