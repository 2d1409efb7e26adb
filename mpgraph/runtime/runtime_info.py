"""What a running graph is busy with: the state of each node and of its input queues (spec 11.3)."""

from __future__ import annotations

import logging
import weakref
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from mpgraph.calculator import CalculatorBase
from mpgraph.config.plan import NodePlan
from mpgraph.config.schema import GraphRuntimeInfoConfig
from mpgraph.context import Context
from mpgraph.timestamp import MAX, debug_string

from .profiler import Clock

if TYPE_CHECKING:
    from mpgraph.formats.protos.framework.graph_runtime_info_pb2 import (
        CalculatorRuntimeInfo,
        GraphRuntimeInfo,
    )

    from .graph import Graph
    from .node import Node

__all__ = ["CallTimes", "log_of", "period", "runtime_info", "runtime_info_text"]

logger = logging.getLogger(__name__)

_PERIOD_MSEC: Final = 10_000


class CallTimes:
    """When the last call of each node began and ended, in microseconds since 1970.

    Args:
        clock: Where the time comes from.

    Attributes:
        started, finished: By the node's id; both are the time of its opening until it is called.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.started: dict[int, int] = {}
        self.finished: dict[int, int] = {}

    def wrap(self, plan: NodePlan, calculator: CalculatorBase) -> CalculatorBase:
        """The calculator, with its calls noted."""
        self.started[plan.id] = self.finished[plan.id] = self.clock()
        return _Noted(calculator, self, plan.id)


class _Noted(CalculatorBase):
    """A calculator of which it is known when it was called."""

    def __init__(self, calculator: CalculatorBase, times: CallTimes, node: int) -> None:
        self._calculator = calculator
        self._times = times
        self._node = node

    def open(self, cc: Context) -> None:
        self._calculator.open(cc)

    def process(self, cc: Context) -> None:
        times = self._times
        times.started[self._node] = times.clock()
        try:
            self._calculator.process(cc)
        finally:
            times.finished[self._node] = times.clock()

    def close(self, cc: Context) -> None:
        times = self._times
        times.started[self._node] = times.clock()
        try:
            self._calculator.close(cc)
        finally:
            times.finished[self._node] = times.clock()


def runtime_info(nodes: Sequence[Node], times: CallTimes | None, now: int) -> GraphRuntimeInfo:
    """The state of the nodes; called inside the run's section.

    Args:
        nodes: Of the run.
        times: Of their calls; None if nobody notes them.
        now: The time in microseconds since 1970.
    """
    from mpgraph.formats.protos.framework.graph_runtime_info_pb2 import GraphRuntimeInfo

    info = GraphRuntimeInfo(capture_time_unix_us=now)
    for node in nodes:
        calculator = info.calculator_infos.add(calculator_name=node.name)
        if times is not None:
            calculator.last_process_start_unix_us = times.started.get(node.id, now)
            calculator.last_process_finish_unix_us = times.finished.get(node.id, now)
        for port, stream in zip(node.plan.inputs, node.inputs, strict=True):
            calculator.input_stream_infos.add(
                stream_name=f"{port.tag}:{port.index}:{stream.name}",
                queue_size=len(stream.queue),
                number_of_packets_added=stream.added,
                minimum_timestamp_or_bound=stream.head(),
            )
    return info


def runtime_info_text(info: GraphRuntimeInfo) -> str:
    """The state as text, as upstream logs it."""
    nodes = info.calculator_infos
    running = ", ".join(node.calculator_name for node in nodes if _is_running(node))
    lines = [
        "Graph runtime info: ",
        f"Running calculators: {running or 'None'}",
        f"Num packets in input queues: {sum(_pending(node) for node in nodes)}",
    ]
    lines += [f"{node.calculator_name} {_waiting(node)}" for node in nodes if _pending(node)]
    for node in nodes:
        lines += ["", _node_text(node, info.capture_time_unix_us)]
    return "\n".join(lines) + "\n"


def _is_running(node: CalculatorRuntimeInfo) -> bool:
    return node.last_process_finish_unix_us < node.last_process_start_unix_us


def _pending(node: CalculatorRuntimeInfo) -> int:
    return sum(stream.queue_size for stream in node.input_stream_infos)


def _waiting(node: CalculatorRuntimeInfo) -> str:
    """The streams that hold up the earliest packet that is queued."""
    streams = node.input_stream_infos
    first = min((s.minimum_timestamp_or_bound for s in streams if s.queue_size), default=MAX)
    late = [s.stream_name for s in streams if s.minimum_timestamp_or_bound < first]
    return f"waiting on stream(s): {', '.join(late)}"


def _node_text(node: CalculatorRuntimeInfo, now: int) -> str:
    if _is_running(node):
        state = f"running for {(now - node.last_process_start_unix_us) / 1e6:.2f}s"
    else:
        state = f"idle for {(now - node.last_process_finish_unix_us) / 1e6:.2f}s"
    pending = _pending(node)
    if pending:
        state += f", pending packets: {pending}"
    streams = "".join(
        f" * {stream.stream_name} - queue size: {stream.queue_size}, total added: "
        f"{stream.number_of_packets_added}, min ts: {debug_string(stream.minimum_timestamp_or_bound)}\n"
        for stream in node.input_stream_infos
    )
    waiting = f"\n{_waiting(node)}\n" if pending else ""
    return f"{node.calculator_name}: ({state}, ts bound : {node.timestamp_bound}){waiting}{streams}".rstrip(
        "\n"
    )


def period(config: GraphRuntimeInfoConfig | None) -> float | None:
    """Every how many seconds a graph is to log its state; None for never."""
    if config is None or not config.enable_graph_runtime_info:
        return None
    return (config.capture_period_msec or _PERIOD_MSEC) / 1000


def log_of(graph: Graph) -> Callable[[], None]:
    """A function that logs the graph's state, as long as somebody else holds the graph."""
    held = weakref.ref(graph)

    def log() -> None:
        graph = held()
        if graph is not None:
            logger.info("%s", runtime_info_text(graph.runtime_info()))

    return log
