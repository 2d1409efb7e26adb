"""Observers and pollers: spec section 9.4."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from mpgraph import Calculator, Context, Graph, Inputs, Outputs, Packet
from mpgraph.errors import RunError
from mpgraph.timestamp import MAX


class Echo(Calculator, name="ObserverEcho"):
    packets = Inputs[object]()
    passed = Outputs[object](same_as=packets)

    def process(self, cc: Context) -> None:
        for packet, out in zip(cc.inputs, cc.outputs, strict=True):
            if not packet.is_empty():
                out.send_packet(packet)


ONE = 'input_stream: "a" node { calculator: "ObserverEcho" input_stream: "a" output_stream: "b" }'
TWO = """input_stream: "config" input_stream: "frame" node { calculator: "ObserverEcho"
    input_stream: "config" input_stream: "frame" output_stream: "config_out" output_stream: "frame_out" }"""


def seen(packet: Packet | None) -> tuple[int, Any] | None:
    return None if packet is None else (packet.timestamp, None if packet.is_empty() else packet.value)


def test_bounds_of_an_infrequent_input() -> None:
    """Vector A-3."""
    frames: list[Any] = []
    configs: list[Any] = []
    with Graph(TWO) as graph:
        graph.observe("frame_out", lambda p: frames.append(seen(p)), bounds=True)
        graph.observe("config_out", lambda p: configs.append(seen(p)), bounds=True)
        graph.start()

        def step(action: str, timestamp: int, expected: list[Any]) -> None:
            if action == "bound":
                graph.set_bound("config", timestamp)
            else:
                graph.add_packet(action, timestamp, timestamp)
            graph.wait_until_idle()
            assert frames == expected
            frames.clear()

        step("frame", 0, [])
        step("bound", 10_000, [(0, 0)])
        step("frame", 20_000, [(9_999, None)])
        step("bound", 30_000, [(20_000, 20_000)])
        step("frame", 40_000, [(29_999, None)])
        step("config", 50_000, [(40_000, 40_000)])
        step("frame", 60_000, [(50_000, None)])
        step("bound", 70_000, [(60_000, 60_000)])
    settled = [(t, None) for t in (0, 9_999, 20_000, 29_999, 40_000)]
    assert configs == [*settled, (50_000, 50_000), (60_000, None)]


def test_graph_inputs_can_be_observed() -> None:
    """OB-1."""
    found: list[Any] = []
    with Graph(ONE) as graph:
        graph.observe("a", lambda p: found.append(seen(p)))
        graph.start()
        graph.add_packet("a", 1, 1)
    assert found == [(1, 1)]


def test_an_unknown_stream_is_refused_with_those_that_there_are() -> None:
    """OB-1, OB-4."""
    graph = Graph(ONE)
    with pytest.raises(RunError, match=r'"c": it does not exist \(the graph has: a, b\)'):
        graph.observe("c", print)
    with pytest.raises(RunError, match='cannot poll stream "c"'):
        graph.poll("c")


def test_observers_stay_for_the_next_run() -> None:
    """S-23."""
    found: list[Any] = []
    graph = Graph(ONE)
    graph.observe("b", lambda p: found.append(seen(p)))
    for _ in range(2):
        graph.start()
        graph.add_packet("a", "x", 5)
        graph.close()
    assert found == [(5, "x"), (5, "x")]


def test_a_poller_reports_bounds_if_wanted() -> None:
    """OB-4."""
    with Graph(ONE) as graph:
        poller = graph.poll("b", bounds=True)
        graph.start()
        graph.add_packet("a", "x", 1)
        assert seen(poller.next()) == (1, "x")
        graph.set_bound("a", 10)
        assert seen(poller.next()) == (9, None)
        graph.close_all_inputs()
        assert poller.next() is None


def test_a_poller_of_a_failed_run_ends() -> None:
    """OB-4."""
    graph = Graph(ONE)
    poller = graph.poll("b")
    graph.start()
    graph.add_packet("a", "x", 1)
    assert seen(poller.next()) == (1, "x")
    graph.add_packet("a", "y", 1)
    assert poller.next() is None
    with pytest.raises(RunError, match="minimum expected"):
        graph.close()


def test_resetting_a_poller_forgets_packets_and_bound_but_not_the_end() -> None:
    """OB-4."""
    with Graph(ONE, num_threads=0) as graph:
        poller = graph.poll("b", bounds=True)
        graph.start()
        graph.add_packet("a", "x", 1)
        graph.set_bound("a", 10)
        graph.wait_until_idle()
        poller.reset()
        graph.add_packet("a", "y", 20)
        assert seen(poller.next()) == (20, "y")
        graph.close_all_inputs()
        graph.wait_until_idle()
        poller.reset()
        assert poller.next() is None


def test_a_poller_ends_with_its_graph() -> None:
    """OB-4: it does not keep the graph, and has nothing to wait for when that is gone."""
    graph = Graph(ONE)
    poller = graph.poll("b")
    graph.start()
    graph.add_packet("a", "x", 1)
    graph.wait_until_idle()
    del graph
    gc.collect()
    assert [seen(p) for p in poller] == [(1, "x")]
    assert poller.next() is None


def test_bounds_that_an_observer_was_told_are_not_told_again_in_the_next_run() -> None:
    """S-23: as upstream, only packets begin anew."""
    found: list[Any] = []
    graph = Graph(ONE, num_threads=0)
    graph.observe("b", lambda p: found.append(seen(p)), bounds=True)
    for bound in (10, 8, 12):
        with graph:
            graph.start()
            graph.set_bound("a", bound)
            graph.wait_until_idle()
            found.append(bound)
    assert found == [(9, None), 10, 8, (11, None), 12]


def test_a_full_poller_throttles_the_graph() -> None:
    """Q-10."""
    graph = Graph(ONE, num_threads=0)
    poller = graph.poll("b")
    with pytest.raises(ValueError, match="at least -1"):
        poller.max_queue_size = -2
    poller.max_queue_size = 2
    with graph:
        graph.start()
        for t in range(2):
            graph.add_packet("a", t, t)
            graph.wait_until_idle()
        with pytest.raises(RunError, match="throttled"):
            graph.add_packet("a", 2, 2, wait=False)
        assert poller.queue_size() == 2
        poller.reset()
        graph.add_packet("a", 2, 2, wait=False)
        graph.close_all_inputs()
        assert [seen(p) for p in poller] == [(2, 2)]


def test_a_packet_at_max_ends_the_bounds() -> None:
    found: list[Any] = []
    with Graph(ONE) as graph:
        graph.observe("b", lambda p: found.append(seen(p)), bounds=True)
        graph.start()
        graph.add_packet("a", "x", MAX)
    assert found == [(MAX, "x")]
