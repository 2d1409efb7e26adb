"""Sources: when they are called, in which order, and what holds them back (spec S-11 to S-14)."""

from __future__ import annotations

import pytest

from mpgraph import Calculator, Context, Graph, Output, StopGraph
from mpgraph.errors import RunError
from mpgraph.ports import SideInput
from mpgraph.timestamp import PRESTREAM

THREADS = [0, 1, 4]


class Count(Calculator, name="SourcesCount", timestamp_offset=None):
    """A source of 0, 1, 2, …"""

    number = Output[int]()
    limit = SideInput[int]("LIMIT", optional=True)

    def open(self, cc: Context) -> None:
        self.next = 0

    def process(self, cc: Context) -> None:
        if self.next == cc.get(self.limit, 10):
            raise StopGraph
        cc.send(self.number, self.next, self.next)
        self.next += 1


@pytest.mark.parametrize("threads", THREADS)
def test_a_source_runs_until_it_stops(threads: int) -> None:
    graph = Graph('node { calculator: "SourcesCount" output_stream: "n" }', num_threads=threads)
    found: list[tuple[int, int]] = []
    graph.observe("n", lambda packet: found.append((packet.time, packet.value)))
    graph.run()
    assert found == [(i, i) for i in range(10)]
    graph.run()  # S-23: again, with a new calculator
    assert len(found) == 20


def test_an_infinite_source_stops_when_the_graph_is_closed() -> None:
    with Graph(
        'node { calculator: "SourcesCount" output_stream: "n" input_side_packet: "LIMIT:limit" }'
    ) as graph:
        poller = graph.poll("n")
        poller.max_queue_size = 3
        graph.start({"limit": -1})
        assert [poller.next().value for _ in range(5)] == [0, 1, 2, 3, 4]  # type: ignore[union-attr]


def test_sources_of_lower_layers_go_first() -> None:
    """S-12."""
    config = """
    node { calculator: "SourcesCount" output_stream: "late" source_layer: 1 }
    node { calculator: "SourcesCount" output_stream: "early" }"""
    graph = Graph(config, num_threads=1)
    order: list[str] = []
    graph.observe("late", lambda packet: order.append("late"))
    graph.observe("early", lambda packet: order.append("early"))
    graph.run()
    assert order == ["early"] * 10 + ["late"] * 10


class WithHeader(Calculator, name="SourcesWithHeader"):
    """A source: a packet before the stream in `open`, then numbers."""

    header = Output[int]("HEADER")
    numbers = Output[int]("NUMBERS")

    def open(self, cc: Context) -> None:
        cc.send(self.header, 7, PRESTREAM)
        self.count = 0

    def process(self, cc: Context) -> None:
        if self.count == 5:
            raise StopGraph
        cc.send(self.numbers, self.count, self.count)
        self.count += 1


WITH_HEADER = """max_queue_size: 1 output_stream: "sum"
node { calculator: "SourcesWithHeader" output_stream: "HEADER:header" output_stream: "NUMBERS:numbers" }
node { calculator: "PassThroughCalculator" input_stream: "numbers" input_stream: "header"
       output_stream: "sum" output_stream: "rest" }"""


@pytest.mark.parametrize("threads", [0, 1, 4])
def test_what_a_source_sends_in_open_may_fill_a_queue(threads: int) -> None:
    """S-11, Q-8: held back from its first call on, it is called once the queue has grown."""
    with Graph(WITH_HEADER, num_threads=threads) as graph:
        sums: list[int] = []
        graph.observe("sum", lambda packet: sums.append(packet.value))
        graph.start()
        graph.wait_until_done()
    assert sums == [0, 1, 2, 3, 4]


def test_what_a_source_sends_in_open_may_be_a_deadlock_to_report() -> None:
    """Q-9."""
    graph = Graph("report_deadlock: true " + WITH_HEADER)
    graph.start()
    with pytest.raises(
        RunError, match='Detected a deadlock due to input throttling for input stream: "header"'
    ):
        graph.wait_until_done()
