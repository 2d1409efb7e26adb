"""Laws that hold for any graph: the number of threads changes nothing, and nothing is left behind."""

from __future__ import annotations

import random
import sys
import threading
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgraph import Calculator, Context, Graph, Input, Inputs, Output, Outputs, StopGraph
from mpgraph.errors import CalculatorError, CancelledError


class Forward(Calculator, name="PropForward"):
    packets = Inputs[object]()
    passed = Outputs[object](same_as=packets)

    def process(self, cc: Context) -> None:
        for packet, out in zip(cc.inputs, cc.outputs, strict=True):
            if not packet.is_empty():
                out.send_packet(packet)


class First(Calculator, name="PropFirst"):
    packets = Inputs[object]()
    first = Output[object]()

    def process(self, cc: Context) -> None:
        for packet in cc.inputs:
            if not packet.is_empty():
                cc.send_packet(self.first, packet)
                return


class Even(Calculator, name="PropEven"):
    value = Input[int]()
    even = Output[int]()

    def process(self, cc: Context) -> None:
        if cc[self.value] % 2 == 0:
            cc.send(self.even, cc[self.value])


class Later(Calculator, name="PropLater", timestamp_offset=None):
    value = Input[int]()
    later = Output[int]()

    def process(self, cc: Context) -> None:
        cc.send(self.later, cc[self.value], cc.timestamp + 7)


class FailAt(Calculator, name="PropFailAt"):
    value = Input[int]()
    same = Output[int]()

    def process(self, cc: Context) -> None:
        if cc[self.value] == 13:
            raise ValueError("thirteen")
        cc.send(self.same, cc[self.value])


class Source(Calculator, name="PropSource"):
    """One packet in `open`; then six of which every other one is in both streams."""

    header = Output[int]("HEADER")
    all = Output[int]("ALL")
    some = Output[int]("SOME")

    def open(self, cc: Context) -> None:
        cc.send(self.header, 0, 0)
        self.count = 0

    def process(self, cc: Context) -> None:
        if self.count == 6:
            raise StopGraph
        cc.send(self.all, self.count, self.count)
        if self.count % 2:
            cc.send(self.some, self.count, self.count)
        self.count += 1


KINDS = ["PropForward", "PropFirst", "PropEven", "PropLater"]


@st.composite
def graphs(draw: st.DrawFn, *, sources: bool = False) -> tuple[str, list[str], list[str]]:
    """A graph as text, its inputs, if it has no sources instead, and all of its streams."""
    count = draw(st.integers(1, 3))
    inputs = [] if sources else [f"in{i}" for i in range(count)]
    streams = list(inputs)
    lines = [f'input_stream: "{name}"' for name in inputs]
    for index in range(count if sources else 0):
        made = [f"{name}{index}" for name in ("header", "all", "some")]
        ports = "".join(f' output_stream: "{name.rstrip("012").upper()}:{name}"' for name in made)
        lines.append(f'node {{ calculator: "PropSource"{ports} source_layer: {draw(st.integers(0, 1))} }}')
        streams += made
    for index in range(draw(st.integers(1, 8))):
        kind = draw(st.sampled_from(KINDS))
        count = 1 if kind in ("PropEven", "PropLater") else draw(st.integers(1, 3))
        taken = [draw(st.sampled_from(streams)) for _ in range(count)]
        made = [f"s{index}_{i}" for i in range(count if kind == "PropForward" else 1)]
        ports = "".join(f' input_stream: "{name}"' for name in taken)
        ports += "".join(f' output_stream: "{name}"' for name in made)
        flight = draw(st.sampled_from(["", " max_in_flight: 3"]))
        lines.append(f'node {{ calculator: "{kind}"{ports}{flight} }}')
        streams += made
    return "\n".join(lines), inputs, streams


def run(
    config: str, inputs: list[str], streams: list[str], steps: list[tuple[int, int]], threads: int
) -> dict[str, list[tuple[int, Any]]]:
    found: dict[str, list[tuple[int, Any]]] = {name: [] for name in streams}
    with Graph(config, num_threads=threads) as graph:
        for name in streams:
            graph.observe(name, lambda p, name=name: found[name].append((p.timestamp, p.value)))  # type: ignore[misc]
        graph.start()
        times = dict.fromkeys(inputs, 0)
        for index, (which, gap) in enumerate(steps):
            name = inputs[which % len(inputs)]
            times[name] += gap
            graph.add_packet(name, index, times[name])
        if not inputs:
            graph.wait_until_done()
    return found


@settings(max_examples=60, deadline=None)
@given(graphs(), st.lists(st.tuples(st.integers(0, 2), st.integers(1, 20)), max_size=25))
def test_the_number_of_threads_changes_no_packet(
    graph: tuple[str, list[str], list[str]], steps: list[tuple[int, int]]
) -> None:
    inline = run(*graph, steps, 0)
    assert run(*graph, steps, 1) == inline
    assert run(*graph, steps, 4) == inline


@settings(max_examples=60, deadline=None)
@given(graphs(sources=True), st.integers(1, 3))
def test_the_length_of_queues_changes_no_packet(graph: tuple[str, list[str], list[str]], size: int) -> None:
    """Q-4, Q-8: sources wait, queues that all wait for grow, and the end is the same."""
    text, inputs, streams = graph
    unlimited = run(f"max_queue_size: -1 {text}", inputs, streams, [], 0)
    for threads in (0, 1, 4):
        assert run(f"max_queue_size: {size} {text}", inputs, streams, [], threads) == unlimited


def test_races_with_a_tiny_switch_interval() -> None:
    rng = random.Random(7)
    config = "\n".join(
        ['input_stream: "in0"', 'node { calculator: "PropForward" input_stream: "in0" output_stream: "a0" }']
        + [
            f'node {{ calculator: "PropForward" input_stream: "a{i}" output_stream: "a{i + 1}" max_in_flight: 2 }}'
            for i in range(5)
        ]
        + ['node { calculator: "PropFirst" input_stream: "a5" input_stream: "a2" output_stream: "z" }']
    )
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(20):
            steps = [(0, rng.randint(1, 9)) for _ in range(40)]
            assert run(config, ["in0"], ["z"], steps, 4) == run(config, ["in0"], ["z"], steps, 0)
    finally:
        sys.setswitchinterval(interval)


@pytest.mark.parametrize("threads", [0, 1, 4])
@settings(max_examples=25, deadline=None)
@given(steps=st.integers(0, 30), cancel=st.booleans())
def test_failed_and_cancelled_runs_leave_no_thread(threads: int, steps: int, cancel: bool) -> None:
    config = """input_stream: "in"
    node { calculator: "PropFailAt" input_stream: "in" output_stream: "a" }
    node { calculator: "PropForward" input_stream: "a" output_stream: "b" }"""
    before = threading.active_count()

    def go() -> None:
        with Graph(config, num_threads=threads) as graph:
            graph.start()
            for t in range(steps):
                graph.add_packet("in", t, t)
            if cancel:
                graph.cancel()

    if cancel:
        with pytest.raises((CalculatorError, CancelledError)):
            go()
    elif steps > 13:
        with pytest.raises(CalculatorError, match="thirteen"):
            go()
    else:
        go()
    assert threading.active_count() == before
