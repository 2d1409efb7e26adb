"""A run on a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from cli_graphs import PASS, one_node

from mpgraph import Graph, Packet
from mpgraph.cli.job import Job, NoFrames, Ports, frames_in_flight
from mpgraph.cli.outputs import Output
from mpgraph.cli.pictures import make_feed
from mpgraph.cli.progress import make_progress
from mpgraph.errors import CalculatorError, MediaError
from mpgraph.gpu import Device
from mpgraph.media.source import Frame, Source, Span

LIMITER = """
node {{
  calculator: "FlowLimiterCalculator"
  input_stream: "{name}_in" input_stream: "FINISHED:{name}_out"
  input_stream_info {{ tag_index: "FINISHED" back_edge: true }}
  output_stream: "{name}_out"
  {more}
}}
"""
OPTIONS = "node_options {{ [type.googleapis.com/mediapipe.FlowLimiterCalculatorOptions] {{ {} }} }}"


class Scripted(Source):
    """Frames until `enough`; then it waits like a camera until it is closed, or fails."""

    def __init__(self, enough: int, *, live: bool = False, error: Exception | None = None) -> None:
        super().__init__("scripted", Span())
        self.enough, self.live, self.error = enough, live, error
        self.waits, self.closed = threading.Event(), threading.Event()

    def _frames(self) -> Iterator[Frame]:
        for index in range(self.enough):
            yield Frame(np.zeros((2, 2, 3), np.uint8), index)
        if self.error is not None:
            raise self.error
        if self.live:
            self.waits.set()
            self.closed.wait()

    def close(self) -> None:
        self.closed.set()


class Kept(Output):
    """Keeps what it takes, and how it ended."""

    name = "kept"

    def __init__(self, error: Exception | None = None) -> None:
        self.times: list[int] = []
        self.end = ""
        self.error = error

    def take(self, packet: Packet) -> None:
        if self.error is not None:
            raise self.error
        self.times.append(packet.timestamp)

    def close(self) -> None:
        self.end = "closed"

    def abort(self) -> None:
        self.end = "aborted"


def make_job(source: Source, output: Output, text: str = PASS) -> Job:
    graph = Graph(text)
    ports = Ports("input_video", make_feed(graph.plan.streams["input_video"], Device()), "output_video")
    progress = make_progress("", None, quiet=True)
    return Job(graph, {}, ports, source=source, output=output, in_flight=2, progress=progress)


def test_to_the_end() -> None:
    output = Kept()
    job = make_job(Scripted(5), output)
    job.run()
    assert (output.times, output.end) == ([0, 1, 2, 3, 4], "closed")
    assert (job.totals.frames_in, job.totals.frames_out) == (5, 5)
    assert job.totals.seconds > 0


def test_finish_wakes_a_job_that_waits_for_a_camera() -> None:
    source, output = Scripted(3, live=True), Kept()
    job = make_job(source, output)
    thread = threading.Thread(target=job.run)
    thread.start()
    source.waits.wait()
    job.finish()
    thread.join()
    assert (output.times, output.end) == ([0, 1, 2], "closed")


def test_finish_before_the_first_frame() -> None:
    output = Kept()
    job = make_job(Scripted(3), output)
    job.finish()
    job.run()
    assert (output.times, output.end) == ([], "closed")


class Seen(Kept):
    """Tells when it has taken something."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = threading.Event()

    def take(self, packet: Packet) -> None:
        super().take(packet)
        self.begun.set()


@pytest.mark.parametrize("early", [False, True])
def test_finish_stops_the_sources_of_a_graph(early: bool) -> None:
    """Even if it is told so before the graph runs."""
    output = Seen()
    graph = Graph('node { calculator: "CliPainter" output_stream: "painted" }')
    progress = make_progress("", None, quiet=True)
    ports = Ports(None, None, "painted")
    job = Job(graph, {}, ports, source=NoFrames(), output=output, in_flight=2, progress=progress)
    if early:
        job.finish()
    thread = threading.Thread(target=job.run)
    thread.start()
    if not early:
        output.begun.wait()
        job.finish()
    thread.join()
    assert output.end == "closed"
    assert output.times == [n * 50_000 for n in range(job.totals.frames_out)]
    assert (job.totals.frames_in, job.totals.frames_out > 0) == (0, not early)
    job.finish()  # harmless when it is over


@pytest.mark.parametrize("error", [MediaError("broken"), KeyError("bug")])
def test_an_error_of_the_source(error: Exception) -> None:
    output = Kept()
    with pytest.raises(type(error)) as raised:
        make_job(Scripted(3, error=error), output).run()
    assert raised.value is error
    assert output.end == "aborted"


def test_an_error_of_the_output_is_told_as_it_is() -> None:
    error = MediaError("disk full")
    output = Kept(error)
    with pytest.raises(MediaError) as raised:
        make_job(Scripted(3), output).run()
    assert raised.value is error
    assert output.end == "aborted"


def test_an_error_of_the_graph() -> None:
    source, output = Scripted(200_002), Kept()
    source._frames = lambda: iter([Frame(np.zeros((2, 2, 3), np.uint8), 200_000)])  # type: ignore[method-assign]
    with pytest.raises(CalculatorError, match="the third frame is one too many"):
        make_job(source, output, one_node("CliFails")).run()
    assert output.end == "aborted"


@pytest.mark.parametrize(
    ("limiters", "frames"),
    [
        ([], 6),
        ([""], 1),
        ([OPTIONS.format("max_in_flight: 3")], 3),
        ([OPTIONS.format("max_in_flight: 2 max_in_queue: 2")], 4),
        ([OPTIONS.format("max_in_flight: 5"), OPTIONS.format("max_in_flight: 2")], 2),
        ([OPTIONS.format("max_in_flight: 5") + 'input_side_packet: "MAX_IN_FLIGHT:n"'], 1),
        ([OPTIONS.format("max_in_flight: 0")], 1),
    ],
)
def test_frames_in_flight(limiters: list[str], frames: int) -> None:
    text = PASS
    for index, more in enumerate(limiters):
        name = f"limiter{index}"
        text += f'input_stream: "{name}_in"' + LIMITER.format(name=name, more=more)
    plan: Any = Graph(text).plan
    assert frames_in_flight(plan, 3) == frames
