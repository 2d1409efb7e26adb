"""Runs: what may be called when, ends, offsets, bounds (spec section 9 and Appendix A)."""

from __future__ import annotations

from typing import Any

import pytest

from mpgraph import (
    Calculator,
    Context,
    Graph,
    Input,
    Inputs,
    Output,
    Packet,
)
from mpgraph.errors import (
    GraphClosedError,
    RunError,
)
from mpgraph.timestamp import MAX, POSTSTREAM, PRESTREAM, UNSTARTED


def test_errors_are_told_as_they_are_recorded() -> None:
    """S-25, S-24: once each, when the graph's errors have it."""
    told: list[tuple[RunError, bool]] = []
    graph: Graph

    def on_error(error: RunError) -> None:
        told.append((error, error in graph.errors))
        raise ValueError("of no consequence")

    graph = Graph(
        'input_stream: "in" node { calculator: "RunsWhere" input_stream: "in" output_stream: "out" }',
        on_error=on_error,
    )
    graph.observe("out", lambda packet: 1 // 0)
    graph.start()
    graph.add_packet("in", 1, 1)
    with pytest.raises(RunError, match="ZeroDivisionError"):
        graph.wait_until_done()
    assert [(str(error), there) for error, there in told] == [(str(graph.errors[0]), True)]


def test_errors_are_recorded_up_to_a_number() -> None:
    """E-9: upstream aborts."""
    text = 'input_stream: "in" node { calculator: "RunsWhere" input_stream: "in" output_stream: "out" }'
    graph = Graph(text, num_threads=0)
    graph.start()
    for number in range(1100):
        graph.fail(RunError(str(number)))
    assert [str(error) for error in graph.errors] == [str(number) for number in range(1000)]
    with pytest.raises(RunError, match="0"):
        graph.close()


def test_calls_before_the_start_and_after_the_end() -> None:
    """S-17, S-18, S-19, Q-5, Q-7."""
    graph = Graph(
        'input_stream: "in" node { calculator: "RunsWhere" input_stream: "in" output_stream: "out" }'
    )
    for call in (graph.wait_until_idle, graph.wait_until_done, graph.wait_for_observed_output, graph.pause):
        with pytest.raises(GraphClosedError):
            call()
    with pytest.raises(RunError, match="the graph has inputs"):
        graph.run()
    graph.close_all_inputs()
    graph.start()
    graph.close_all_inputs()
    graph.wait_until_done()
    graph.wait_until_done()
    assert not graph.wait_for_observed_output()


def test_a_paused_graph_starts_nothing_and_does_not_end() -> None:
    """S-21."""
    found: list[int] = []
    graph = Graph(
        'input_stream: "in" node { calculator: "PassThroughCalculator" input_stream: "in" output_stream: "out" }',
        num_threads=0,
    )
    graph.observe("out", lambda packet: found.append(packet.value))
    graph.start()
    graph.wait_until_idle()
    graph.pause()
    graph.add_packet("in", 1, 1)
    graph.close_all_inputs()
    assert found == []
    graph.resume()
    graph.wait_until_done()
    assert found == [1]


# Appendix A.


class Bounds(Calculator, name="RunsBounds"):
    """Only promises: it has an offset and no packets of its own."""

    numbers = Input[int]()
    nothing = Output[int]()

    def process(self, cc: Context) -> None:
        pass


class Future(Calculator, name="RunsFuture", timestamp_offset=None):
    """Sends each packet 3 later."""

    number = Input[int]()
    later = Output[int]()

    def process(self, cc: Context) -> None:
        cc.send(self.later, cc[self.number], cc.timestamp + 3)


def settled(*, bounds: bool) -> type[Calculator]:
    class Settled(
        Calculator,
        name="RunsSettledWithBounds" if bounds else "RunsSettled",
        process_timestamp_bounds=bounds,
    ):
        numbers = Inputs[int]()
        stamps = Output[object]()

        def process(self, cc: Context) -> None:
            cc.send(self.stamps, (cc.timestamp, [packet.time for packet in cc.inputs]))

    return Settled


settled(bounds=False)


settled(bounds=True)


A2 = """input_stream: "in"
node { calculator: "RunsFuture" input_stream: "in" output_stream: "future" }
node { calculator: "RunsBounds" input_stream: "future" output_stream: "bounds" }
node { calculator: "%s" input_stream: "bounds" %s output_stream: "out" }"""


def run(text: str, times: list[int], threads: int) -> list[Any]:
    found: list[Any] = []
    with Graph(text, num_threads=threads) as graph:
        graph.observe("out", lambda packet: found.append(packet.value))
        graph.start()
        for t in times:
            graph.process({"in": t}, t)
        result = list(found)
    return result


@pytest.mark.parametrize("threads", [0, 2])
@pytest.mark.parametrize("policy", ["Default", "Immediate", "SyncSet"])
def test_a_future_timestamp_and_an_offset(policy: str, threads: int) -> None:
    """A-2."""
    handler = f'input_stream_handler {{ input_stream_handler: "{policy}InputStreamHandler" }}'
    found = run(A2 % ("RunsSettled", 'input_stream: "in"' + handler), [0, 10, 20, 30], threads)
    assert [t for t, _ in found] == [0, 10, 20, 30]
    lowest = [UNSTARTED, 3, 13, 23, 33]
    for index, (_, (bounds, _)) in enumerate(found):
        assert lowest[index] <= bounds <= lowest[index + 1]


def test_bounds_alone_call_only_who_asks_for_them() -> None:
    """A-2, C-39."""
    with_bounds = run(A2 % ("RunsSettledWithBounds", ""), [0, 10, 20, 30], 0)
    assert [t for t, _ in with_bounds] == [3, 13, 23, 33]
    assert run(A2 % ("RunsSettled", ""), [0, 10, 20, 30], 0) == []


class Late(Calculator, name="RunsLate", timestamp_offset=None):
    """Promises the input timestamp in each call, and sends the last packet at the end."""

    number = Input[int]()
    last = Output[int]()

    def open(self, cc: Context) -> None:
        self.packet = Packet()

    def process(self, cc: Context) -> None:
        cc.set_bound(self.last, cc.timestamp)
        self.packet = cc.packet(self.number)

    def close(self, cc: Context) -> None:
        cc.send_packet(self.last, self.packet)


def test_a_bound_at_the_input_timestamp_and_a_packet_at_the_end() -> None:
    """A-4: the packet is in the past of nothing, since the bound is its own timestamp."""
    text = """input_stream: "in" node { calculator: "RunsLate" input_stream: "in" output_stream: "last" }
    node { calculator: "RunsSettled" input_stream: "in" input_stream: "last" output_stream: "out" }"""
    counts = []
    found: list[Any] = []
    with Graph(text, num_threads=0) as graph:
        graph.observe("out", lambda packet: found.append(packet.value))
        graph.start()
        for t in range(4):
            graph.process({"in": t}, t)
            counts.append(len(found))
    assert counts == [0, 1, 2, 3]
    assert [t for t, _ in found] == [0, 1, 2, 3]


class Summary(
    Calculator,
    name="RunsSummary",
    timestamp_offset=None,
    input_policy="ImmediateInputStreamHandler",
    process_timestamp_bounds=True,
):
    """Sums what comes and sends the sum at Max, when the end of the input is known."""

    number = Input[int]()
    total = Output[int]()

    def open(self, cc: Context) -> None:
        self.sum = 0

    def process(self, cc: Context) -> None:
        self.sum += cc.get(self.number, 0)
        output = cc.output(self.total)
        assert output is not None
        if not output.closed and (
            cc.is_done(self.number) or cc.timestamp >= MAX or cc.timestamp == PRESTREAM
        ):
            cc.send(self.total, self.sum, MAX)
            cc.close(self.total)


@pytest.mark.parametrize(
    ("packets", "expected_before_the_end"),
    [
        ([(10, 10), (20, 11)], []),
        ([(10, 10), (20, MAX)], [(30, MAX)]),
        ([(10, PRESTREAM)], [(10, MAX)]),
        ([(10, POSTSTREAM)], [(10, MAX)]),
    ],
)
def test_a_summary_at_the_end(packets: list[tuple[int, int]], expected_before_the_end: list[Any]) -> None:
    """A-8."""
    found: list[tuple[int, int]] = []
    text = 'input_stream: "in" node { calculator: "RunsSummary" input_stream: "in" output_stream: "out" }'
    with Graph(text, num_threads=0) as graph:
        graph.observe("out", lambda packet: found.append((packet.value, packet.time)))
        graph.start()
        for value, t in packets:
            graph.process({"in": value}, t)
        assert found == expected_before_the_end
    assert found == [(sum(value for value, _ in packets), MAX)]


def test_a_node_that_only_promises_lets_others_run() -> None:
    """A-1."""
    nothing: list[Packet] = []
    everything: list[Packet] = []
    text = """input_stream: "in" node { calculator: "RunsBounds" input_stream: "in" output_stream: "bounds" }
    node { calculator: "PassThroughCalculator" input_stream: "bounds" input_stream: "in"
      output_stream: "none" output_stream: "all" }"""
    with Graph(text, num_threads=0) as graph:
        graph.observe("none", nothing.append)
        graph.observe("all", everything.append)
        graph.start()
        for t in range(4):
            graph.process({"in": t}, t)
            assert [packet.time for packet in everything] == list(range(t + 1))
    assert nothing == []


class FarBound(Calculator, name="RunsFarBound"):
    number = Input[int]()
    out = Output[int]()

    def process(self, cc: Context) -> None:
        if cc.timestamp == 0:
            cc.set_bound(self.out, 10_000)


def test_an_offset_below_an_explicit_bound_is_ignored() -> None:
    """A-15, C-37."""
    text = 'input_stream: "in" node { calculator: "RunsFarBound" input_stream: "in" output_stream: "out" }'
    found: list[int] = []
    with Graph(text, num_threads=0) as graph:
        graph.observe("out", lambda packet: found.append(packet.time), bounds=True)
        graph.start()
        for t in range(0, 100, 10):
            graph.process({"in": t}, t)
    assert found == [9_999]


def test_observers_are_told_how_far_a_stream_is_settled() -> None:
    """OB-3, S-20: not of the end, and not twice of the same timestamp."""
    found: list[tuple[bool, int]] = []
    with Graph('input_stream: "in"', num_threads=0) as graph:
        graph.observe("in", lambda packet: found.append((packet.is_empty(), packet.time)), bounds=True)
        graph.start()
        for packet in (Packet(1, 5), Packet.empty(5), Packet.empty(9), Packet(1, 10)):
            graph.process({"in": packet})
        graph.close_input("in")
        assert graph.wait_for_observed_output()
    assert found == [(False, 5), (True, 9), (False, 10)]


def test_a_node_that_only_promises() -> None:
    """A-1: its bounds let the other input of the next node through."""
    text = """input_stream: "in" node { calculator: "RunsBounds" input_stream: "in" output_stream: "bounds" }
    node { calculator: "PassThroughCalculator" input_stream: "bounds" input_stream: "in"
           output_stream: "none" output_stream: "all" }"""
    found: dict[str, list[int]] = {"none": [], "all": []}
    with Graph(text, num_threads=0) as graph:
        graph.observe("none", lambda packet: found["none"].append(packet.time))
        graph.observe("all", lambda packet: found["all"].append(packet.time))
        graph.start()
        for t in range(4):
            graph.process({"in": t}, t)
        assert found == {"none": [], "all": [0, 1, 2, 3]}
