"""Calls of one node side by side: max_in_flight (spec I-13, I-40 to I-42)."""

from __future__ import annotations

import threading
from collections import defaultdict
from typing import ClassVar

import pytest

from mpgraph import (
    Calculator,
    Context,
    Graph,
    Input,
    Inputs,
    Output,
    Packet,
    registry,
)
from mpgraph.errors import (
    CancelledError,
    RunError,
)


class EverySecond(Calculator, name="RunsEverySecond", timestamp_offset=None):
    number = Input[int]()
    out = Output[int]()

    def process(self, cc: Context) -> None:
        if cc.timestamp % 20 == 0:
            cc.set_bound(self.out, cc.timestamp + 1)


def test_parallel_calls_that_set_bounds_now_and_then() -> None:
    """A-14, I-41."""
    text = """input_stream: "in" node { calculator: "RunsEverySecond" input_stream: "in" output_stream: "out"
    max_in_flight: 5 }"""
    found: list[Packet] = []
    with Graph(text, num_threads=4) as graph:
        graph.observe("out", found.append, bounds=True)
        graph.start()
        for t in range(10, 100, 10):
            graph.add_packet("in", t, t)
    assert all(packet.is_empty() for packet in found)
    assert [packet.time for packet in found] == sorted(packet.time for packet in found)


class Gated(Calculator, name="RunsGated", timestamp_offset=None, input_policy="ImmediateInputStreamHandler"):
    """Passes everything, each call when its gate is open."""

    inputs = Inputs[int]()
    out = Output[int]()
    entered: ClassVar[dict[int, threading.Event]] = {}
    gates: ClassVar[dict[int, threading.Event]] = {}

    def process(self, cc: Context) -> None:
        self.entered[cc.timestamp].set()
        assert self.gates[cc.timestamp].wait(60)
        if all(packet.is_empty() for packet in cc.inputs):
            return  # an input has ended
        if cc.timestamp == 6:
            self.gates[3].set()
        if cc.timestamp < 0:
            msg = "below 0"
            raise ValueError(msg)
        cc.send(self.out, cc.timestamp)


GATED = """input_stream: "a" input_stream: "b" node { name: "gated" calculator: "RunsGated"
    input_stream: "a" input_stream: "b" output_stream: "out" max_in_flight: 2 }"""


def gated(*times: int) -> None:
    Gated.entered = defaultdict(threading.Event)
    Gated.gates = defaultdict(threading.Event)
    for t in times:
        Gated.gates[t].clear()
    Gated.gates[6].set()


def test_parallel_calls_deliver_by_timestamp_whoever_began_first() -> None:
    """I-41: the call at 5 ends first, as the one at 6 begins in its place, and waits for the one at 3."""
    gated(3, 5)
    found: list[int] = []
    graph = Graph(GATED, num_threads=2)
    graph.observe("out", lambda packet: found.append(packet.value))
    graph.start()
    graph.add_packet("a", 0, 5)
    assert Gated.entered[5].wait(60)
    graph.add_packet("b", 0, 3)
    assert Gated.entered[3].wait(60)
    graph.add_packet("a", 0, 6)
    Gated.gates[5].set()
    graph.wait_until_idle()
    graph.cancel()
    with pytest.raises(CancelledError):
        graph.close()
    assert found == [3, 5, 6]


def test_two_parallel_calls_at_one_timestamp_are_an_error() -> None:
    """I-41; upstream ends the process."""
    gated(5)
    graph = Graph(GATED, num_threads=2)
    graph.start()
    graph.add_packet("a", 0, 5)
    assert Gated.entered[5].wait(60)
    graph.add_packet("b", 0, 5)
    Gated.gates[5].set()
    with pytest.raises(RunError, match=r'node "gated" would run twice at once for timestamp 5'):
        graph.close()


def test_a_failed_parallel_call_settles_nothing() -> None:
    """C-9, I-41: what comes after it is not delivered either."""
    gated(-1, 5)
    found: list[Packet] = []
    graph = Graph(GATED, num_threads=2)
    graph.observe("out", found.append, bounds=True)
    graph.start()
    graph.add_packet("a", 0, -1)
    graph.add_packet("b", 0, 5)
    for t in (-1, 5):
        assert Gated.entered[t].wait(60)
    for t in (5, -1):
        Gated.gates[t].set()
    with pytest.raises(RunError, match="below 0"):
        graph.close()
    assert found == []


def test_a_ready_set_is_reserved_and_close_comes_once_at_the_end() -> None:
    """I-13, I-14, I-42: as many calls at once as max_in_flight says, and none beside Close."""
    inside = 0
    most = 0
    closed = 0
    lock = threading.Lock()
    barrier = threading.Barrier(3)

    class Counting(Calculator):
        number = Input[int]()

        def process(self, cc: Context) -> None:
            nonlocal inside, most
            with lock:
                inside += 1
                most = max(most, inside)
            barrier.wait(60)
            with lock:
                inside -= 1

        def close(self, cc: Context) -> None:
            nonlocal closed
            closed += 1
            assert inside == 0

    registry.register("RunsCounting", Counting)
    text = 'input_stream: "in" node { calculator: "RunsCounting" input_stream: "in" max_in_flight: 3 } num_threads: 4'
    with Graph(text, num_threads=4) as graph:
        graph.start()
        for t in range(30):
            graph.add_packet("in", t, t)
    assert (most, closed) == (3, 1)
