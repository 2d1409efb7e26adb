"""`TaskRunner` of upstream's Python API: a graph as a function of packets (spec 12.8)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from operator import itemgetter
from typing import Any, Self

from mpgraph.calculator import Calculator
from mpgraph.config.schema import NodeConfig
from mpgraph.context import Context
from mpgraph.formats.protos.framework import calculator_pb2
from mpgraph.packet import Packet
from mpgraph.ports import Inputs, SideInput
from mpgraph.timestamp import UNSET, is_allowed_in_stream

from .arguments import incompatible, read_config
from .calculator_graph import CalculatorGraph

__all__ = ["TaskRunner"]

Packets = dict[str, Packet]

_STEP = 1_000_000  # microseconds from one synthetic timestamp to the next


class _Results(Calculator, name="TaskRunnerCallbackCalculator", process_timestamp_bounds=True):
    """Calls a function with the packets of all inputs at each timestamp, empty ones included."""

    streams = Inputs[Any](at_least=1)
    callback = SideInput[Any]("VECTOR_CALLBACK")

    def process(self, cc: Context) -> None:
        cc[self.callback]([packet.at(cc.timestamp) for packet in cc.inputs])


class TaskRunner:
    """A graph that was started once and runs on one set of packets after the other; `create` makes it.

    Upstream: ``mediapipe.python._framework_bindings.task_runner``; rules PY-K1 to PY-K3. The node that
    collects the results has another calculator than upstream's.
    """

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        msg = "TaskRunner: No constructor defined! Call TaskRunner.create()"
        raise TypeError(msg)

    @classmethod
    def create(cls, graph_config: Any, packets_callback: Callable[[Packets], object] | None = None) -> Self:
        """Builds and starts a graph.

        Args:
            graph_config: The graph, a ``CalculatorGraphConfig``.
            packets_callback: Called with the packets of all output streams at each timestamp; without it,
                `process` returns them.

        Raises:
            TypeError: Arguments of other types.
            ValueError, RuntimeError: The graph has no outputs, has errors, or cannot start.
        """
        if not hasattr(graph_config, "DESCRIPTOR") or not (
            packets_callback is None or callable(packets_callback)
        ):
            incompatible(
                "create(graph_config: CalculatorGraphConfig, packets_callback: Optional[function] = None) "
                "-> TaskRunner",
                graph_config,
                packets_callback,
            )
        config = read_config({"graph_config": graph_config})
        outputs = [entry.rpartition(":")[2] for entry in config.output_stream]
        if not outputs:
            msg = "Graph has no valid output streams."
            raise ValueError(msg)
        runner = cls.__new__(cls)
        runner._lock = threading.Lock()
        runner._callback = packets_callback
        latest: Packets = {}
        runner._results = latest
        runner._running = False

        def take(packets: list[Packet]) -> None:
            found = dict(sorted(zip(outputs, packets, strict=True), key=itemgetter(0)))
            if packets_callback is None:
                latest.clear()
                latest.update(found)
            else:
                packets_callback(found)

        name = f"multi_callback_{'_'.join(outputs)}"
        node = NodeConfig(
            name=name,
            calculator="TaskRunnerCallbackCalculator",
            input_stream=tuple(outputs),
            input_side_packet=(f"VECTOR_CALLBACK:{name}_callback",),
        )
        runner._graph = CalculatorGraph(
            graph_config=replace(config, node=(*config.node, node), output_stream=())
        )
        runner._side_packets = {f"{name}_callback": Packet(take)}
        runner._start()
        return runner

    _lock: threading.Lock
    _callback: Callable[[Packets], object] | None
    _results: Packets
    _running: bool
    _graph: CalculatorGraph
    _side_packets: Packets
    _last: int

    def _start(self) -> None:
        self._last = UNSET
        self._graph.start_run(self._side_packets)
        self._graph.wait_until_idle()
        self._running = True

    def process(self, input_packets: Packets) -> Packets:
        """Runs the graph on a packet per input, all with one timestamp, or with none.

        Returns:
            A packet per output stream; an empty one where nothing came at the last timestamp.

        Raises:
            TypeError: It is no dictionary.
            ValueError: The runner is closed or has a callback; the packets are none, or their timestamps
                differ, or go back.
            RuntimeError: The graph failed, or has no such input.
        """
        if not isinstance(input_packets, dict):
            expected = "process(self: TaskRunner, input_packets: dict) -> Dict[str, Packet]"
            incompatible(expected, self, input_packets)
        self._check_running()
        if self._callback is not None:
            msg = "Calling TaskRunner::Process method is illegal when the result callback is provided."
            raise ValueError(msg)
        time = _common_time(input_packets)
        with self._lock:
            synthetic = time == UNSET
            if synthetic:
                time = 0 if self._last == UNSET else self._last + _STEP
            self._add(input_packets, time)
            self._graph.wait_until_idle()
            if not self._results:
                msg = "Incomplete output packet vector. The graph has sent nothing yet."
                raise RuntimeError(msg)
            if synthetic:
                self._last = max(self._last, *(packet.time for packet in self._results.values()))
            return dict(self._results)

    def send(self, input_packets: Packets) -> None:
        """Feeds a packet per input, all with one timestamp; the callback gets what comes of them.

        Raises:
            TypeError: It is no dictionary.
            ValueError: The runner is closed or has no callback; the packets are none, or their timestamps
                differ, go back, or are none that a packet may have.
            RuntimeError: The graph failed, or has no such input.
        """
        if not isinstance(input_packets, dict):
            incompatible("send(self: TaskRunner, input_packets: dict) -> None", self, input_packets)
        self._check_running()
        if self._callback is None:
            msg = "Calling TaskRunner::Send method is illegal when the result callback is not provided."
            raise ValueError(msg)
        time = _common_time(input_packets)
        if not is_allowed_in_stream(time):
            msg = "Calling TaskRunner::Send method with packets having invalid timestamp."
            raise ValueError(msg)
        with self._lock:
            self._add(input_packets, time)

    def _check_running(self) -> None:
        if not self._running:
            msg = "Task runner is currently not running."
            raise ValueError(msg)

    def _add(self, packets: Packets, time: int) -> None:
        if time <= self._last:
            msg = "Input timestamp must be monotonically increasing."
            raise ValueError(msg)
        for name, packet in packets.items():
            self._graph.add_packet_to_input_stream(name, packet, time)
        self._last = time

    def close(self) -> None:
        """Ends the graph.

        Raises:
            ValueError: It was closed before.
            RuntimeError: The graph failed.
        """
        self._check_running()
        self._running = False
        self._graph.close()

    def restart(self) -> None:
        """Ends the graph and starts it anew; timestamps begin again."""
        self.close()
        self._start()

    def get_graph_config(self) -> calculator_pb2.CalculatorGraphConfig:
        """The expanded graph, as message."""
        return calculator_pb2.CalculatorGraphConfig.FromString(self._graph.binary_config)


def _common_time(packets: Packets) -> int:
    if not packets:
        msg = "The provided packet map is empty."
        raise ValueError(msg)
    first, *others = (packet.time for _, packet in sorted(packets.items(), key=itemgetter(0)))
    for other in others:
        if other != first:
            msg = f"The packets in the packet map have inconsistent timestamps: {first} and {other}."
            raise ValueError(msg)
    return first
