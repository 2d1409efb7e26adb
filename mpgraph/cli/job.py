"""The work of ``mpgraph run``: each frame of a source through a graph and into an output.

A graph without inputs has its own sources; it runs until they are at their end.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from mpgraph.config.plan import Plan
from mpgraph.errors import GraphClosedError, MediaError, MpgraphError, RunError
from mpgraph.media.source import Frame, Source, Span
from mpgraph.packet import Packet
from mpgraph.runtime.graph import Graph

from .outputs import Output
from .progress import Progress

__all__ = ["Job", "NoFrames", "Ports", "Totals", "frames_in_flight"]

# The main thread waits this many seconds at a time: a signal that the system hands to another thread, and on
# Windows any signal, is dealt with only between waits.
_WAIT = 0.1


@dataclass(frozen=True, slots=True)
class Ports:
    """What of the graph is used: the input to feed, what makes a frame's payload, the stream to take from.

    Of a graph without inputs the first two are None, of one without outputs the last may be.
    """

    input: str | None
    feed: Callable[[Any], Any] | None
    output: str | None


class NoFrames(Source):
    """What a graph without inputs is fed."""

    def __init__(self) -> None:
        super().__init__("nothing", Span())

    def _frames(self) -> Iterator[Frame]:
        return iter(())

    def close(self) -> None:
        """Does nothing."""


@dataclass(slots=True)
class Totals:
    """Frames into and packets out of the graph, and the seconds that it took."""

    frames_in: int = 0
    frames_out: int = 0
    seconds: float = 0.0


def frames_in_flight(plan: Plan, threads: int) -> int:
    """How many frames may be under way at once so that none is dropped.

    As many as the graph's flow limiters take in, or two for each thread if there is no limiter.
    """
    limits = []
    for node in plan.nodes:
        options_class = node.calculator.options_class()
        if node.type == "FlowLimiterCalculator" and options_class is not None:
            options: Any = node.contract.options(options_class)
            changed = bool(node.side_inputs) or "OPTIONS" in node.inputs.tags()  # by whom, and to what?
            limits.append(1 if changed else max(1, options.max_in_flight + options.max_in_queue))
    return min(limits, default=2 * threads)


class Job:
    """Runs a graph on a thread of its own, so that the main thread is free for Ctrl-C.

    A frame waits until those under way, at most `in_flight`, are done: the graph drops none and queues
    nothing up. A live source drops what comes meanwhile.

    Args:
        graph: Not started yet.
        side_packets: For the run.
        ports: What of the graph is used.
        source: Where the frames come from, `NoFrames` if the graph has no input; closed by whoever opened it.
        output: Where the results go.
        in_flight: See `frames_in_flight`.
        progress: Told of each frame.
    """

    def __init__(
        self,
        graph: Graph,
        side_packets: dict[str, Packet],
        ports: Ports,
        *,
        source: Source,
        output: Output,
        in_flight: int,
        progress: Progress,
    ) -> None:
        self.totals = Totals()
        self._graph = graph
        self._side_packets = side_packets
        self._ports = ports
        self._source = source
        self._output = output
        self._in_flight = in_flight
        self._progress = progress
        self._finishing = False
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="mpgraph-run", daemon=True)

    def run(self) -> None:
        """Runs to the end, or up to `finish`.

        Raises:
            MpgraphError: What ended it; the output is dropped then.
        """
        self._thread.start()
        while self._thread.is_alive():
            self._thread.join(_WAIT)
        if self._error is not None:
            raise self._error

    def finish(self) -> None:
        """Takes no more frames, finishes those under way and the output. Returns at once."""
        self._finishing = True
        if self._ports.input is None:
            with suppress(GraphClosedError):  # it is not running yet, or no longer
                self._graph.close_all_inputs()
        if self._source.live:
            self._source.close()  # wakes the thread that waits for its next frame

    def _run(self) -> None:
        begin = time.monotonic()
        try:
            with self._output:
                self._process()
        except RunError as error:
            # What an output raised is told as it is, without the observer that called it.
            own = type(error) is RunError and isinstance(error.__cause__, MpgraphError | OSError)
            self._error = error.__cause__ if own else error
        except BaseException as error:
            self._error = error
        self.totals.seconds = time.monotonic() - begin

    def _process(self) -> None:
        graph, ports = self._graph, self._ports
        if ports.output is not None:
            graph.observe(ports.output, self._take)
        with graph:
            graph.start(self._side_packets)
            if ports.input is not None and ports.feed is not None:
                self._process_frames(ports.input, ports.feed)
                return
            if self._finishing:
                graph.close_all_inputs()
            graph.wait_until_done()

    def _process_frames(self, name: str, feed: Callable[[Any], Any]) -> None:
        for other in self._graph.plan.graph_inputs:
            if other != name:
                self._graph.close_input(other)
        try:
            for frame in self._source:
                if self._finishing:
                    break
                self._output.expect(frame)
                self._feed(name, feed(frame.image), frame.timestamp)
                self._progress.advance()
        except MediaError:
            if not self._finishing:
                raise

    def _feed(self, name: str, payload: Any, timestamp: int) -> None:
        graph = self._graph
        self.totals.frames_in += 1
        if self._in_flight == 1:
            graph.process({name: payload}, timestamp)
            return
        graph.add_packet(name, payload, timestamp)
        if self.totals.frames_in % self._in_flight == 0:
            graph.wait_until_idle()

    def _take(self, packet: Packet) -> None:
        self._output.take(packet)
        self.totals.frames_out += 1
        if self._ports.input is None:
            self._progress.advance()
