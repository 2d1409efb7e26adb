"""`ValidatedGraphConfig` of upstream's Python API (spec 12.4)."""

from __future__ import annotations

from typing import Any

from mpgraph.config.schema import GraphConfig
from mpgraph.errors import ConfigError
from mpgraph.packet_type import ANY, NONE, PacketType
from mpgraph.runtime.graph import Graph

from .arguments import incompatible, read_config
from .status import config_failure

__all__ = ["ValidatedGraphConfig"]


class ValidatedGraphConfig:
    """A graph config that was expanded and checked; it can be initialised once.

    Upstream: ``mediapipe.python._framework_bindings.validated_graph_config``; rule PY-V1.
    """

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        if arguments or keywords:
            incompatible("ValidatedGraphConfig()", *arguments, *keywords)
        self._graph: Graph | None = None

    def initialize(self, *arguments: Any, **keywords: Any) -> None:
        """Reads and checks a graph.

        Args:
            arguments: None.
            keywords: ``binary_graph_path``, a file, or ``graph_config``, a message or its text.

        Raises:
            ValueError: Neither was given, or (a `GraphConfigError`) the graph has errors.
            RuntimeError: Another keyword, a second call, or a graph that cannot be parsed or has errors.
            FileNotFoundError: There is no such file.
        """
        if arguments:
            incompatible("initialize(self: ValidatedGraphConfig, **kwargs) -> None", self, *arguments)
        for keyword in keywords:
            if keyword not in ("binary_graph_path", "graph_config"):
                msg = f"Unknown kwargs input argument: {keyword}"
                raise RuntimeError(msg)
        if not keywords:
            msg = (
                "Please either provide 'binary_graph_path' to initialize a ValidatedGraphConfig object with "
                "a binary graph file or 'graph_config' to initialize a ValidatedGraphConfig object with a "
                "graph config proto."
            )
            raise ValueError(msg)
        config = read_config(keywords)
        if self._graph is not None:
            msg = "ValidatedGraphConfig can be initialized only once."
            raise RuntimeError(msg)
        self._graph = _checked(config)

    def initialized(self) -> bool:
        """Whether `initialize` succeeded."""
        return self._graph is not None

    @property
    def config(self) -> GraphConfig:
        """The expanded config; an empty one before `initialize`."""
        return GraphConfig() if self._graph is None else self._graph.config

    @property
    def text_config(self) -> str:
        """The expanded config as text; empty before `initialize`."""
        return "" if self._graph is None else self.config.to_text()

    @property
    def binary_config(self) -> bytes:
        """The expanded config as serialised message; empty before `initialize`."""
        return b"" if self._graph is None else self.config.to_binary()

    def registered_stream_type_name(self, stream_name: str) -> str:
        """The type name of a stream's packets (V-29).

        Raises:
            ValueError: There is no such stream.
            RuntimeError: Its type is not known (V-30).
        """
        streams = {} if self._graph is None else self._graph.plan.streams
        if stream_name not in streams:
            msg = f'; Stream "{stream_name}" is not defined in the config.'
            raise ValueError(msg)
        return _type_name(streams[stream_name].type, "stream", stream_name)

    def registered_side_packet_type_name(self, side_packet_name: str) -> str:
        """The type name of a side packet (V-29).

        Raises:
            ValueError: There is no such side packet.
            RuntimeError: Its type is not known (V-30).
        """
        sides = {} if self._graph is None else self._graph.plan.side_packets
        if side_packet_name not in sides:
            msg = f'; Side packet "{side_packet_name}" is not defined in the config.'
            raise ValueError(msg)
        return _type_name(sides[side_packet_name].type, "side packet", side_packet_name)


def _checked(config: GraphConfig) -> Graph:
    try:
        return Graph(config)
    except ConfigError as error:
        raise config_failure(error) from error


def _type_name(packet_type: PacketType, what: str, name: str) -> str:
    if packet_type is ANY or packet_type is NONE:
        msg = (
            f'; Unable to find the type for {what} "{name}".  It may be set to AnyType or something else '
            "that isn't determinable, or the type may be defined but not registered."
        )
        raise RuntimeError(msg)
    return packet_type.name
