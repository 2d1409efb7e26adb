"""How long the calls of each node take, and how old the packets are that they get (spec 11.1).

A graph has one `Profiler`, which is on if the graph's ``profiler_config`` says ``enable_profiler: true``.
The calculators of such a graph run inside of wrappers; one whose profiler is off runs bare. The same holds
of its `Tracer`, which is there if the config says ``trace_enabled: true``.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

from mpgraph.calculator import CalculatorBase
from mpgraph.config.plan import NodePlan, Plan
from mpgraph.config.schema import ProfilerConfig
from mpgraph.context import Context
from mpgraph.errors import ConfigError, LimitError
from mpgraph.packet import Packet
from mpgraph.service import ProfileSource
from mpgraph.timestamp import MAX, MIN, debug_string

from .stream import OutputStream, Watcher
from .trace_builder import TraceBuilder
from .trace_log import TraceLog
from .tracer import Tracer

if TYPE_CHECKING:
    from mpgraph.formats.protos.framework.calculator_profile_pb2 import (
        CalculatorProfile,
        GraphProfile,
    )
    from mpgraph.formats.protos.framework.calculator_profile_pb2 import (
        TimeHistogram as TimeHistogramMessage,
    )

__all__ = ["Clock", "Profiler", "TimeHistogram", "Wrap", "monotonic_clock"]

logger = logging.getLogger(__name__)

Clock: TypeAlias = Callable[[], int]
"""Tells the time in microseconds."""

Wrap: TypeAlias = Callable[[NodePlan, CalculatorBase], CalculatorBase]
"""Puts something around a node's calculator that looks on."""

_INTERVAL_USEC: Final = 1_000_000
_INTERVALS: Final = 1
_NOT_NEGATIVE: Final = (
    "histogram_interval_size_usec",
    "num_histogram_intervals",
    "trace_log_capacity",
    "trace_log_count",
    "trace_log_interval_count",
    "trace_log_margin_usec",
)
_LIMITS: Final = {"num_histogram_intervals": 100_000, "trace_log_capacity": 10_000_000}
_RECENT: Final = 400  # packets of a stream whose production is remembered


def monotonic_clock() -> Clock:
    """A clock of microseconds since 1970 that never goes back."""
    offset = time.time_ns() - time.perf_counter_ns()
    return lambda: (time.perf_counter_ns() + offset) // 1000


class TimeHistogram:
    """How often something took how long (X-2).

    Attributes:
        total: Of all samples, in microseconds.
        interval_size: The width of a bucket, in microseconds.
        counts: The number of samples in each bucket; the last takes all that is longer, too.
    """

    __slots__ = ("counts", "interval_size", "total")

    def __init__(self, interval_size: int = _INTERVAL_USEC, num_intervals: int = _INTERVALS) -> None:
        self.total = 0
        self.interval_size = interval_size
        self.counts = [0] * num_intervals

    def add(self, start: int, end: int) -> None:
        """Adds the time from start to end, unless it is negative."""
        spent = end - start
        if spent < 0:
            logger.warning("left out of the profile: a time that ends at %d µs, before %d µs", end, start)
            return
        self.total += spent
        self.counts[min(spent // self.interval_size, len(self.counts) - 1)] += 1

    def reset(self) -> None:
        """Forgets all samples."""
        self.total = 0
        self.counts = [0] * len(self.counts)

    def fill(self, message: TimeHistogramMessage, *, brief: bool) -> None:
        """Writes it to a message; if `brief`, without the settings that are the defaults (X-5)."""
        message.total = self.total
        if not brief or self.interval_size != _INTERVAL_USEC:
            message.interval_size_usec = self.interval_size
        if not brief or len(self.counts) != _INTERVALS:
            message.num_intervals = len(self.counts)
        message.count.extend(self.counts)


class _Node:
    """What was measured of one node; its latencies only if streams are measured (X-4)."""

    def __init__(self, plan: NodePlan, histogram: Callable[[], TimeHistogram], *, streams: bool) -> None:
        self.plan = plan
        self.open_runtime = 0
        self.close_runtime = 0
        self.process = histogram()
        self.latencies = (histogram(), histogram()) if streams else None  # of inputs, of outputs
        self.streams = [histogram() for _ in plan.inputs] if streams else []

    def histograms(self) -> Iterable[TimeHistogram]:
        return (self.process, *(self.latencies or ()), *self.streams)

    def message(self, *, brief: bool) -> CalculatorProfile:
        from mpgraph.formats.protos.framework.calculator_profile_pb2 import CalculatorProfile

        message = CalculatorProfile(
            name=self.plan.name, open_runtime=self.open_runtime, close_runtime=self.close_runtime
        )
        self.process.fill(message.process_runtime, brief=brief)
        if self.latencies is not None:
            self.latencies[0].fill(message.process_input_latency, brief=brief)
            self.latencies[1].fill(message.process_output_latency, brief=brief)
        for slot, (name, histogram) in enumerate(zip(self.plan.inputs.names, self.streams, strict=False)):
            stream = message.input_stream_profiles.add(name=name, back_edge=slot in self.plan.back_edges)
            histogram.fill(stream.latency, brief=brief)
        return message


class _Profiled(CalculatorBase):
    """A calculator whose calls are timed."""

    def __init__(self, calculator: CalculatorBase, profiler: Profiler, node: _Node) -> None:
        self._calculator = calculator
        self._profiler = profiler
        self._node = node

    def open(self, cc: Context) -> None:
        start = self._profiler.clock()
        try:
            self._calculator.open(cc)
        finally:
            self._profiler.opened(self._node, cc, start)

    def process(self, cc: Context) -> None:
        start = self._profiler.clock()
        try:
            self._calculator.process(cc)
        finally:
            self._profiler.processed(self._node, cc, start)

    def close(self, cc: Context) -> None:
        start = self._profiler.clock()
        try:
            self._calculator.close(cc)
        finally:
            self._profiler.closed(self._node, cc, start)


class Profiler(ProfileSource):
    """The profiler of a graph: over all of its runs, until it is reset (X-1 to X-6).

    All of it may be called from any thread, also while the graph runs.

    Args:
        plan: The graph.

    Attributes:
        clock: Where the time comes from; another may be set between runs.
        enabled: Whether the graph asks to be profiled.
        tracer: Records events, if the graph asks for it (X-10).
        trace_log: Writes them to files, unless the graph asks for none (X-15).

    Raises:
        ConfigError: Settings of the profiler that make no sense.
    """

    def __init__(self, plan: Plan) -> None:
        config = plan.config.profiler_config or ProfilerConfig()
        self.clock: Clock = monotonic_clock()
        self.enabled = config.enable_profiler
        self._plan = plan
        self._filter = _check(config)
        self._lock = threading.RLock()  # the collector may end an abandoned graph anywhere
        self._paused = False
        self._margin = config.trace_log_margin_usec
        self._instant = config.trace_log_instant_events
        self.tracer = Tracer(config, lambda: self.clock()) if config.trace_enabled else None
        self._builder = TraceBuilder(self.tracer.capacity) if self.tracer is not None else None
        self.trace_log = TraceLog(self, config) if self.tracer and not config.trace_log_disabled else None
        self._streams: dict[str, dict[int, tuple[int, int]]] | None = None
        if self.enabled and config.enable_stream_latency:
            self._streams = {name: {} for name in plan.streams}
        self._at_packet_timestamp = config.use_packet_timestamp_for_added_packet
        size = config.histogram_interval_size_usec or _INTERVAL_USEC
        intervals = config.num_histogram_intervals or _INTERVALS
        self._nodes = [
            _Node(node, lambda: TimeHistogram(size, intervals), streams=self._streams is not None)
            for node in (plan.nodes if self.enabled else ())
        ]

    # For the application.

    def calculator_profiles(self) -> list[CalculatorProfile]:
        """What was measured of each node, in running order; nothing if the profiler is off.

        Upstream's ``GetCalculatorProfiles``. Times are in microseconds.
        """
        with self._lock:
            return [node.message(brief=False) for node in self._nodes]

    def capture(self, *, with_config: bool = True, whole: bool = False) -> GraphProfile:
        """What was measured of the nodes that ``calculator_filter`` lets through; then resets all (X-5).

        With a tracer, the events since the last time are in it, too. Upstream's ``CaptureProfile``.

        Args:
            with_config: Whether the graph's expanded config is in it, each node with its canonical name.
            whole: Whether also the events of the last ``trace_log_margin_usec`` are in it.

        Raises:
            OptionsError: The config has options as text whose class is not loaded.
        """
        from mpgraph.formats.protos.framework.calculator_profile_pb2 import GraphProfile

        profile = GraphProfile()
        if with_config:
            config = self._plan.config
            named = [replace(node.config, name=node.name) for node in self._plan.nodes]
            profile.config.ParseFromString(replace(config, node=tuple(named)).to_binary())
        with self._lock:
            if self.tracer is not None and self._builder is not None:
                events = self.tracer.take(self._newest(whole=whole))
                trace = self._builder.build(events, instant=self._instant)
                if with_config:
                    trace.calculator_name.extend(self.node_names)
                profile.graph_trace.append(trace)
            profile.calculator_profiles.extend(
                node.message(brief=True)
                for node in self._nodes
                if self._filter is None or self._filter.fullmatch(node.plan.name)
            )
            self._reset()
        return profile

    def _newest(self, *, whole: bool) -> int | None:
        """The time of the newest event to capture; None for all that there are."""
        return None if whole else self.clock() - self._margin

    def has_events(self, *, whole: bool = False) -> bool:
        """Whether `capture` would find any."""
        return self.tracer is not None and self.tracer.has_events(self._newest(whole=whole))

    @property
    def node_names(self) -> list[str]:
        """The canonical names of the nodes, by id."""
        return [node.name for node in self._plan.nodes]

    def pause(self) -> None:
        """Measures and records nothing until `resume`, or the next run."""
        with self._lock:
            self._paused = True
            if self.tracer is not None:
                self.tracer.paused = True

    def resume(self) -> None:
        """Goes on after `pause`."""
        with self._lock:
            self._paused = False
            if self.tracer is not None:
                self.tracer.paused = False

    def reset(self) -> None:
        """Sets all histograms to zero; how long the last `open` and `close` took stays (X-5)."""
        with self._lock:
            self._reset()

    def _reset(self) -> None:
        for node in self._nodes:
            for histogram in node.histograms():
                histogram.reset()

    # For the run.

    def wraps(self) -> list[Wrap]:
        """What is to be put around each calculator, from the inside out."""
        wraps: list[Wrap] = []
        if self.enabled:
            wraps.append(lambda plan, calculator: _Profiled(calculator, self, self._nodes[plan.id]))
        if self.tracer is not None:
            wraps.append(self.tracer.wrap)
        return wraps

    def watchers(self) -> dict[str, list[Watcher]]:
        """Who is to be told of the packets of which streams."""
        watchers: dict[str, list[Watcher]] = {}
        if self._streams is not None:
            watchers = {name: [self.added] for name in self._plan.graph_inputs}
        if self.tracer is not None:
            for name in self._plan.graph_inputs:
                watchers.setdefault(name, []).append(self.tracer.came_in)
            for name in self._plan.streams:
                watchers.setdefault(name, []).append(self.tracer.queued)
        return watchers

    def opened(self, node: _Node, cc: Context, start: int) -> None:
        """Notes a call of `open` that ends now."""
        end = self.clock()
        with self._lock:
            if not self._paused:
                node.open_runtime = end - start
                self._follow(node, cc, start, end)

    def closed(self, node: _Node, cc: Context, start: int) -> None:
        """Notes a call of `close` that ends now."""
        end = self.clock()
        with self._lock:
            if not self._paused:
                node.close_runtime = end - start
                self._follow(node, cc, start, end)

    def processed(self, node: _Node, cc: Context, start: int) -> None:
        """Notes a call of `process` that ends now."""
        end = self.clock()
        with self._lock:
            if self._paused:
                return
            node.process.add(start, end)
            source = self._follow(node, cc, start, end)
            if node.latencies is not None:
                inputs, outputs = node.latencies
                inputs.add(source, start)
                outputs.add(source, end)

    def added(self, stream: OutputStream, packets: Sequence[Packet]) -> None:
        """Notes packets that come from outside."""
        for packet in packets:
            timestamp = packet.time
            if not MIN <= timestamp <= MAX:
                logger.warning(
                    'not profiled: a packet of graph input "%s" at %s, which is not a time',
                    stream.name,
                    debug_string(timestamp),
                )
                continue
            now = timestamp if self._at_packet_timestamp else self.clock()
            with self._lock:
                if not self._paused:
                    self._remember(stream.name, timestamp, now, now)

    def _follow(self, node: _Node, cc: Context, start: int, end: int) -> int:
        """Adds the ages of a call's inputs, remembers its outputs; returns when the first source began."""
        source = start
        if self._streams is None:
            return source
        for slot, (name, packet) in enumerate(zip(node.plan.inputs.names, cc.inputs, strict=False)):
            if packet.is_empty() or slot in node.plan.back_edges:
                continue
            made = self._streams[name].get(cc.timestamp)
            if made is not None:
                node.streams[slot].add(made[0], start)
                source = min(source, made[1])
        for output in cc.outputs:
            for packet in output.packets:
                self._remember(output.name, packet.time, end, source)
        return source

    def _remember(self, stream: str, timestamp: int, made: int, source: int) -> None:
        assert self._streams is not None
        recent = self._streams[stream]
        recent.pop(timestamp, None)  # so that it is the newest
        recent[timestamp] = made, source
        if len(recent) > _RECENT:
            del recent[next(iter(recent))]


def _check(config: ProfilerConfig) -> re.Pattern[str] | None:
    """The compiled filter; raises ConfigError for what makes no sense."""
    for name in _NOT_NEGATIVE:
        if getattr(config, name) < 0:
            msg = f"profiler_config: {name} must not be negative, but is {getattr(config, name)}"
            raise ConfigError(msg, location=config.location)
    if config.trace_log_interval_usec < -1:
        msg = (
            f"profiler_config: trace_log_interval_usec is {config.trace_log_interval_usec}; it must be a "
            "number of microseconds, 0 for the default, or -1 to write at the end only"
        )
        raise ConfigError(msg, location=config.location)
    for name, limit in _LIMITS.items():
        if getattr(config, name) > limit:
            msg = f"profiler_config: {name} is {getattr(config, name)}; at most {limit} are allowed"
            raise LimitError(msg, location=config.location)
    try:
        return re.compile(config.calculator_filter) if config.calculator_filter else None
    except re.error as error:
        msg = f'profiler_config: calculator_filter "{config.calculator_filter}": {error}'
        raise ConfigError(msg, location=config.location) from error
