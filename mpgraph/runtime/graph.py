"""`Graph`: a graph as the application sees it."""

from __future__ import annotations

import logging
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

from mpgraph.config.entries import OptionsEntry
from mpgraph.config.plan import Plan
from mpgraph.config.schema import GraphConfig
from mpgraph.config.subgraph import Library, main_graph
from mpgraph.config.template import GraphTemplate, load_graph, parse_graph
from mpgraph.config.validate import make_plan
from mpgraph.errors import (
    CancelledError,
    ConfigError,
    GraphClosedError,
    PacketTypeError,
    RunError,
    SidePacketError,
)
from mpgraph.packet import Packet
from mpgraph.resources import Resources
from mpgraph.service import PROFILER

from .executor import Repeater, Submits, start_thread
from .observer import Observer, Poller
from .policies import POLICIES
from .profiler import Profiler
from .runtime_info import CallTimes, log_of, period, runtime_info
from .scheduler import FINISHED, Constant, Scheduler
from .side_jobs import SideJobs
from .trace_log import TraceLog
from .wiring import GraphInput, queue_size

if TYPE_CHECKING:
    from mpgraph.formats.protos.framework.graph_runtime_info_pb2 import GraphRuntimeInfo

__all__ = ["Graph"]

logger = logging.getLogger(__name__)

GraphSource: TypeAlias = str | Path | GraphConfig | GraphTemplate


class Graph:
    """A graph of calculators that packets run through.

    ::

        with Graph("face.pbtxt") as graph:
            graph.observe("detections", lambda packet: print(packet.time, packet.value))
            graph.start()
            for index, image in enumerate(images):
                graph.add_packet("input_video", image, index * 33_333)

    Leaving the ``with`` block closes the inputs, waits for the end and raises what went wrong in the
    run; if the block raised, the run is cancelled instead. No thread is left either way. A graph can be
    started again when it is done.

    Args:
        config: A ``.pbtxt`` or ``.binarypb`` file, a graph as text, a `GraphConfig` or a `GraphTemplate`;
            or a list of such, in which the graphs with a ``type`` are subgraphs of the one without (SG-3).
        side_packets: Side packets for every run; values or packets by name.
        graph_path: Folders with more subgraphs, or files of them, which come first.
        num_threads: The most threads of the default executor; None for what the graph says, 0 to run
            everything in the calls that wait for the graph.
        resources: Where calculators find files; by default the graph's folder and the known models.
        services: The objects of graph services by key (SV-1).
        make_services: Whether services that nodes ask for, and that are not given, may be made by their
            own defaults (SV-2).
        executors: Who runs the nodes of named executors, by name: objects with ``submit(function)``, such
            as those of `concurrent.futures` (S-4). The application ends them, after the graph.
        on_error: Called with each error of a run as it is recorded (S-25).
        graph_type: Which graph of a list to run, or which that is found as subgraphs are; "" for the one
            without a type.
        options: Options of the graph as a whole, such as the arguments of a template.

    Raises:
        ConfigError: The graph has errors; all of them are in it.
        OSError: The file cannot be read.
    """

    def __init__(
        self,
        config: GraphSource | Sequence[GraphSource],
        *,
        side_packets: Mapping[str, Any] | None = None,
        graph_path: Iterable[str | Path] = (),
        num_threads: int | None = None,
        resources: Resources | None = None,
        services: Mapping[str, Any] | None = None,
        make_services: bool = True,
        executors: Mapping[str, Submits] | None = None,
        on_error: Callable[[RunError], object] | None = None,
        graph_type: str = "",
        options: Iterable[object] = (),
    ) -> None:
        sources = [config] if isinstance(config, GraphSource) else list(config)
        loaded = [_load(source) for source in sources]
        beside = tuple(dict.fromkeys(folder for _, folder in loaded if folder is not None))
        graphs = [graph for graph, _ in loaded]
        single = isinstance(config, GraphSource)
        library = Library([Path(path) for path in graph_path], beside=beside, graphs=[] if single else graphs)
        given = [OptionsEntry.of(opts) for opts in options]
        chosen = graphs[0] if single and not graph_type else None
        graph = main_graph(library, graph_type, given, services or {}, chosen)
        self.plan: Plan = make_plan(graph, library, POLICIES, options=given, services=services)
        self._profiler = Profiler(self.plan)
        self._side_packets = {name: _packet(value) for name, value in (side_packets or {}).items()}
        self._num_threads = num_threads
        self._resources = resources if resources is not None else Resources(folders=beside)
        self._services = {PROFILER.key: self._profiler, **(services or {})}
        self._make_services = make_services
        self._executors = dict(executors or {})
        self._on_error = on_error
        self._max_queue_sizes: dict[str, int] = {}
        self._check_given()
        self._jobs = SideJobs(self._resources, self._services)
        self._generated = dict(self._side_packets)
        if self.plan.generators:
            self._check_generated(self._side_packets)
            self._jobs.generate(self.plan.generators, self._generated, early=True)
        self._observers: list[Observer] = []
        self._pollers: list[Poller] = []
        self._constants: dict[int, Constant] = {}
        self._run: Scheduler | None = None
        self._call_times: CallTimes | None = None
        self._log: Repeater | None = None
        self._finalizer: weakref.finalize[..., Graph] | None = None

    @property
    def config(self) -> GraphConfig:
        """The expanded config, with the nodes in running order (G-11)."""
        return self.plan.config

    @property
    def profiler(self) -> Profiler:
        """What its calls take, over all runs, if ``profiler_config`` has ``enable_profiler`` (X-1)."""
        return self._profiler

    # Before the start.

    def observe(self, stream: str, callback: Callable[[Packet], object], *, bounds: bool = False) -> None:
        """Has the function called with each packet of a stream, in every run from the next on (OB-1).

        The function runs on a thread of the graph, or in a call that waits for it, never twice at once.
        What it raises ends the run. With `bounds`, empty packets tell how far the stream is settled.

        Raises:
            RunError: There is no such stream, or the graph is running.
        """
        self._check_stream(stream, "observe")
        self._observers.append(Observer(stream, callback, bounds=bounds))

    def poll(self, stream: str, *, bounds: bool = False) -> Poller:
        """A poller, which hands out the packets of a stream one by one in every run from the next on (OB-4).

        Raises:
            RunError: There is no such stream, or the graph is running.
        """
        self._check_stream(stream, "poll")
        poller = Poller(stream, bounds=bounds)
        self._pollers.append(poller)
        return poller

    def _check_stream(self, stream: str, what: str) -> None:
        if stream not in self.plan.streams:
            listed = ", ".join(sorted(name for name in self.plan.streams if "__" not in name)) or "none"
            msg = f'cannot {what} stream "{stream}": it does not exist (the graph has: {listed})'
            raise RunError(msg)
        if self._run is not None and self._run.phase is not FINISHED:
            msg = f'cannot {what} stream "{stream}" while the graph is running; do it before start()'
            raise RunError(msg)

    def set_max_queue_size(self, stream: str, size: int) -> None:
        """Sets the length at which the queues behind a graph input are full, from the next run on (Q-3).

        Args:
            stream: The graph input.
            size: The number of packets; -1 for never.

        Raises:
            RunError: There is no such graph input.
            ValueError: The size is below -1.
        """
        if stream not in self.plan.graph_inputs:
            msg = f'set_max_queue_size: "{stream}" is not a graph input stream ({self._listed_inputs()})'
            raise RunError(msg)
        if size < -1:
            msg = f"the size must be at least -1, but is {size}"
            raise ValueError(msg)
        self._max_queue_sizes[stream] = size

    def _listed_inputs(self) -> str:
        return f"there are: {', '.join(self.plan.graph_inputs) or 'none'}"

    def _check_given(self) -> None:
        """Refuses services of the wrong type, and executors that the graph does not have."""
        for node in self.plan.nodes:
            for key, request in node.contract.services.items():
                if key in self._services:
                    request.service.check(self._services[key])
        for name in self._executors:
            if name not in self.plan.executors:
                known = ", ".join(f'"{known}"' for known in self.plan.executors if known) or "none"
                msg = f'an executor "{name}" is given, but the graph declares no such one (it has: {known})'
                raise RunError(msg)

    def _add_services(self) -> None:
        """Makes the services that nodes ask for and nobody gave (SV-2)."""
        problems = []
        for node in self.plan.nodes:
            for key, request in node.contract.services.items():
                if key in self._services:
                    continue
                make = request.service.make
                if make is not None and self._make_services:
                    self._services[key] = make()
                elif not request.optional:
                    reason = (
                        f"Graph service '{key}' does not support default initialization"
                        if make is None
                        else "Service default initialization is disallowed."
                    )
                    problems.append(
                        f'Service "{key}", required by node "{node.name}", was not provided and cannot be '
                        f"created: {reason}"
                    )
        if problems:
            raise RunError("\n".join(problems))

    def start(self, side_packets: Mapping[str, Any] | None = None) -> Graph:
        """Starts a run.

        Args:
            side_packets: Side packets for this run, besides those of the constructor.

        Raises:
            SidePacketError: One is missing, or given although the graph makes it; all are listed.
            PacketTypeError: One is of the wrong type.
            RunError: The graph is running.
        """
        if self._run is not None and self._run.phase is not FINISHED:
            msg = "the graph is running; call wait_until_done() or close() before the next start()"
            raise RunError(msg)
        self._add_services()
        profiler = self._profiler
        profiler.resume()
        wraps = profiler.wraps()
        seconds = period(self.plan.config.runtime_info)
        if seconds is not None:
            self._call_times = CallTimes(profiler.clock)
            self._log = Repeater(log_of(self), seconds, "mpgraph-runtime-info")
            wraps.append(self._call_times.wrap)
        self._run = Scheduler(
            self.plan,
            self._begin(self._all_side_packets(side_packets or {})),
            observers=self._observers,
            pollers=self._pollers,
            num_threads=self._num_threads,
            resources=self._resources,
            services=self._services,
            executors=self._executors,
            on_error=self._on_error,
            max_queue_sizes=self._max_queue_sizes,
            constants=self._constants,
            wraps=wraps,
            watchers=profiler.watchers(),
            tracer=profiler.tracer,
        )
        if self._finalizer is not None:
            self._finalizer.detach()
        self._finalizer = weakref.finalize(self, _abandon, self._run, self._log, profiler.trace_log)
        if profiler.trace_log is not None:
            profiler.trace_log.start()
        self._run.start()
        if self._log is not None:
            self._log.start()
        return self

    def _begin(self, packets: dict[str, Packet]) -> dict[str, Packet]:
        """Runs the generators that are left, and tells the status handlers; returns all side packets."""
        error = None
        try:
            self._jobs.generate(self.plan.generators, packets, early=False)
        except RunError as failure:
            error = failure
        errors = self._jobs.tell(self.plan.handlers, packets, error, before=True)
        if error is not None:
            errors.insert(0, error)
        _raise_first(errors)
        return packets

    def _finish(self, run: Scheduler) -> None:
        """Ends the run: the status handlers first, then what is still open (SH-1)."""
        try:
            if self.plan.handlers and run.claim_end():
                error = run.errors[0] if run.errors else None
                run.errors += self._jobs.tell(self.plan.handlers, run.side_packets, error, before=False)
        finally:  # also after a KeyboardInterrupt
            run.finish()
            if self._log is not None:
                self._log.stop()
            if self._profiler.trace_log is not None:
                failure = self._profiler.trace_log.stop()
                if failure is not None:
                    run.errors.append(failure)

    def _check_generated(self, given: Mapping[str, Packet]) -> None:
        """Raises SidePacketError for side packets that are given and generated too (V-33)."""
        twice = [
            f'Side packet "{name}" is both provided and generated by a PacketGenerator.'
            for name in sorted(given)
            if (side := self.plan.side_packets.get(name)) is not None and side.generator is not None
        ]
        if twice:
            raise SidePacketError("\n".join(twice))

    def _all_side_packets(self, given: Mapping[str, Any]) -> dict[str, Packet]:
        twice = sorted(given.keys() & self._side_packets.keys())
        problems = [f'side packet "{name}" is given twice, to Graph() and to start()' for name in twice]
        wrong_type = False
        new = {name: _packet(value) for name, value in given.items()}
        self._check_generated(new)
        packets = {**self._generated, **new}
        for name, side in self.plan.side_packets.items():
            packet = packets.get(name)
            if side.producer is not None:
                if packet is not None:
                    node = side.producer[0].name
                    problems.append(f'side packet "{name}" is given, but node "{node}" produces it')
            elif packet is None:
                if side.required:
                    names = dict.fromkeys(
                        [*(node.name for node, _ in side.consumers), *(u.name for u in side.users)]
                    )
                    users = ", ".join(f'"{name}"' for name in names)
                    problems.append(
                        f'Side packet "{name}" is required but was not provided (node {users} needs it).'
                    )
            elif not side.type.accepts(packet):
                wrong_type = not packet.is_empty()
                problems.append(f'Side packet "{name}" failed validation: {side.type.mismatch(packet)}')
        if problems:
            error = PacketTypeError if wrong_type and len(problems) == 1 else SidePacketError
            raise error("\n".join(problems))
        return packets

    # While it runs.

    def add_packet(self, stream: str, value: Any, timestamp: int | None = None, *, wait: bool = True) -> None:
        """Feeds a value, or a `Packet`, into a graph input.

        An empty packet says that the stream is settled up to its timestamp. While queues are full the
        call waits, helping the graph along; a closed input drops what is added (Q-5, Q-6).

        Args:
            stream: The graph input.
            value: The payload, or a packet.
            timestamp: Microseconds, increasing from call to call; None for that of the packet.
            wait: Whether to wait while queues are full.

        Raises:
            TimestampError: The timestamp is none that a packet may have.
            PacketTypeError: The graph expects another type.
            ThrottledError: Queues are full and `wait` is false.
            GraphClosedError: The graph is not running.
            RunError: The run has failed.
        """
        run = self._run
        if run is None or not run.feed(stream, value, timestamp, wait, True):
            self._refuse(stream)

    def process(self, values: Mapping[str, Any], timestamp: int | None = None) -> None:
        """Feeds one value or packet into each of the given inputs and waits until all is done with it.

        This is `add_packet` and `wait_until_idle` in one, and quicker: the calling thread does the work,
        and others are woken only for nodes that can run at the same time.

        Args:
            values: The payload, or packet, by graph input.
            timestamp: Microseconds, increasing from call to call; None for those of the packets.

        Raises:
            RunError: As `add_packet` and `wait_until_idle`.
        """
        try:
            run = self._run
            for stream, value in values.items():
                if run is None or not run.feed(stream, value, timestamp, True, False):
                    self._refuse(stream)
        finally:
            self.wait_until_idle()

    def _refuse(self, stream: str) -> NoReturn:
        self._input(stream)  # which tells what is wrong
        msg = f'the packet for "{stream}" came when the run was over'
        raise GraphClosedError(msg)

    def set_bound(self, stream: str, bound: int) -> None:
        """Promises that no packet below the bound will be added to a graph input (Q-7).

        Raises:
            TimestampError: It is below the present bound.
            GraphClosedError: The graph is not running.
            RunError: The run has failed.
        """
        run, graph_input = self._input(stream)
        run.set_bound(graph_input, bound)

    def close_input(self, stream: str) -> None:
        """Closes a graph input; closing it again does nothing (Q-7).

        Raises:
            GraphClosedError: The graph is not running.
            RunError: There is no such graph input.
        """
        run, graph_input = self._input(stream, check=False)
        run.close_input(graph_input)

    def close_all_inputs(self) -> None:
        """Closes all graph inputs and stops all sources (Q-7)."""
        if self._run is not None:
            self._run.close_sources()

    def _input(self, stream: str, *, check: bool = True) -> tuple[Scheduler, GraphInput]:
        run = self._run
        if run is None or run.phase is FINISHED:
            msg = f'graph input "{stream}" takes packets only between start() and the end of the run'
            raise GraphClosedError(msg)
        graph_input = run.inputs.get(stream)
        if graph_input is None:
            listed = ", ".join(run.inputs) or "none"
            msg = f'"{stream}" is not an input stream of the graph (it has: {listed})'
            raise RunError(msg)
        if check and run.errors:
            self._raise_errors(run)
        return run, graph_input

    def wait_until_idle(self) -> None:
        """Waits until nothing is left to do with what was added so far, helping along (S-18).

        Raises:
            RunError: The run has failed, or was not started.
        """
        run = self._started()
        run.help_until(run.is_settled)
        if run.errors:
            self._raise_errors(run)

    def wait_until_done(self) -> None:
        """Waits for the end of the run and closes what is open (S-19).

        The inputs must be closed, unless the run fails or is cancelled. Called again it does nothing.

        Raises:
            RunError: The run has failed, or was not started.
        """
        run = self._started()
        if run.phase is FINISHED:
            return
        run.help_until(run.is_over)
        self._finish(run)
        self._raise_errors(run)

    def wait_for_observed_output(self) -> bool:
        """Waits until an observer was called since the last such call; False if the run is over (S-20)."""
        run = self._started()
        told: list[bool] = []

        def observed() -> bool:
            if run.take_observed():
                told.append(True)
            return bool(told) or run.is_over()

        run.help_until(observed)
        return bool(told)

    def cancel(self) -> None:
        """Ends the run as soon as what is running has finished; waiting calls raise `CancelledError`."""
        if self._run is not None:
            self._run.cancel()

    def pause(self) -> None:
        """Starts nothing more until `resume` (S-21)."""
        self._started().pause()

    def resume(self) -> None:
        """Goes on after `pause`."""
        self._started().resume()

    def run(self, side_packets: Mapping[str, Any] | None = None) -> None:
        """Starts a graph without graph inputs and waits for its end (S-17).

        Raises:
            RunError: The graph has inputs, or the run has failed.
        """
        if self.plan.graph_inputs:
            msg = f"the graph has inputs ({', '.join(self.plan.graph_inputs)}): call start() and add_packet()"
            raise RunError(msg)
        self.start(side_packets)
        self.wait_until_done()

    # What it made, and its end.

    def output_side_packet(self, name: str) -> Packet:
        """A side packet that the graph made, also after the run (C-53).

        Raises:
            SidePacketError: There is no such side packet, or it is not there yet.
        """
        if name not in self.plan.side_packets:
            msg = f'side packet "{name}" does not exist'
            raise SidePacketError(msg)
        packet = (self._generated if self._run is None else self._run.side_packets).get(name)
        if packet is None:
            msg = f'side packet "{name}" is not available yet'
            raise SidePacketError(msg)
        return packet

    def is_running(self) -> bool:
        """Whether it was started and has not ended, or not been waited for."""
        return self._run is not None and self._run.phase is not FINISHED

    def fail(self, error: RunError) -> None:
        """Ends the run with an error of the application's own, as if a calculator had failed.

        Raises:
            GraphClosedError: The graph is not running.
        """
        self._started().fail(error)

    @property
    def max_queue_size(self) -> int:
        """The length at which queues count as full; -1 for never (Q-1, Q-2)."""
        return queue_size(self.plan)

    def runtime_info(self) -> GraphRuntimeInfo:
        """What each node is busy with in the present or last run, and what its input queues hold (X-30).

        Upstream's ``GetGraphRuntimeInfo``. When a node's last call began and ended is noted only if the
        graph's ``runtime_info`` has ``enable_graph_runtime_info``; such a graph also logs all this, at level
        INFO, every ``capture_period_msec``. Times are in microseconds since 1970. May be called from any
        thread, also from a calculator.

        Raises:
            GraphClosedError: The graph was never started.
        """
        now = self._profiler.clock()
        return self._started().look(lambda nodes: runtime_info(nodes, self._call_times, now))

    @property
    def errors(self) -> tuple[RunError, ...]:
        """What went wrong in the present or last run, in the order of recording."""
        return () if self._run is None else tuple(self._run.errors)

    def close(self) -> None:
        """Closes the inputs, waits for the end, and raises what went wrong; harmless when it is over."""
        run = self._run
        if run is None or run.phase is FINISHED:
            return
        try:
            run.resume()
            run.close_sources()
            self.wait_until_done()
        finally:
            self._end(run)

    def _end(self, run: Scheduler) -> None:
        run.cancel()
        self._finish(run)

    def __enter__(self) -> Graph:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        elif self._run is not None:
            self._end(self._run)

    def _started(self) -> Scheduler:
        if self._run is None:
            msg = "the graph is not running; call start() first"
            raise GraphClosedError(msg)
        return self._run

    def _raise_errors(self, run: Scheduler) -> None:
        _raise_first(run.errors)


def _raise_first(recorded: Sequence[RunError]) -> None:
    """Raises the first error that tells more than that the run was cancelled, with the others as notes."""
    errors = list(recorded)
    if not errors:
        return
    first = next((error for error in errors if not isinstance(error, CancelledError)), errors[0])
    if len(errors) > 1 and not getattr(first, "__notes__", None):
        first._errors = tuple(errors)
        for other in errors:
            if other is not first:
                first.add_note(f"then: {other}")
    raise first.with_traceback(None)


def _packet(value: Any) -> Packet:
    return value if isinstance(value, Packet) else Packet(value)


def _load(config: GraphSource) -> tuple[GraphConfig | GraphTemplate, Path | None]:
    if isinstance(config, GraphConfig | GraphTemplate):
        return config, None
    if isinstance(config, str) and not ("\n" not in config and config.endswith((".pbtxt", ".binarypb"))):
        if not config.strip():
            return GraphConfig(), None
        if not any(mark in config for mark in ":{<#"):
            msg = f'"{config}" is neither a graph as text nor the name of a .pbtxt or .binarypb file'
            raise ConfigError(msg)
        return parse_graph(config), None
    path = Path(config)
    return load_graph(path), path.parent


def _abandon(run: Scheduler, log: Repeater | None, trace_log: TraceLog | None) -> None:
    if run.has_thread():  # a graph that nobody holds may be found by any thread, also by its own
        start_thread(_abandon, run, log, trace_log)
        return
    run.cancel()
    run.finish()
    if log is not None:
        log.stop()
    if trace_log is not None:
        failure = trace_log.stop()
        if failure is not None:
            logger.error("%s", failure)
