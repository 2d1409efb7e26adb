"""Which node runs next, and on which thread (spec section 9)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from mpgraph import (
    Calculator,
    Context,
    Graph,
    Input,
    Inputs,
    Output,
    Outputs,
    Packet,
    SideInput,
    SideOutput,
    StopGraph,
    calculator,
)
from mpgraph.errors import (
    RunError,
)
from mpgraph.timestamp import DONE, MIN, ONE_OVER_POSTSTREAM


class Where(Calculator, name="RunsWhere"):
    """Sends the name of the thread that it runs on."""

    number = Input[int]()
    thread = Output[str]()

    def process(self, cc: Context) -> None:
        cc.send(self.thread, threading.current_thread().name)


class Order(Calculator, name="RunsOrder", timestamp_offset=None):
    """Notes what is called in which order; a source if it has no input."""

    inputs = Inputs[object]()
    outputs = Outputs[object]()
    note = SideInput[list[str]]("NOTE")

    def open(self, cc: Context) -> None:
        cc[self.note].append(f"open {cc.node_name}")
        self.left = 2

    def process(self, cc: Context) -> None:
        cc[self.note].append(f"process {cc.node_name}")
        if not cc.inputs:
            if not self.left:
                raise StopGraph
            self.left -= 1
        for out in cc.outputs:
            out.send(0, cc.timestamp if cc.inputs else 10 - self.left)

    def close(self, cc: Context) -> None:
        cc[self.note].append(f"close {cc.node_name}")


def order(text: str) -> list[str]:
    note: list[str] = ["first"]
    Graph(text, side_packets={"note": Packet(note)}, num_threads=0).run()
    return note[1:]


SOURCE = 'node { name: "%s" calculator: "RunsOrder" output_stream: "%s" input_side_packet: "NOTE:note" %s }'


SINK = 'node { name: "%s" calculator: "RunsOrder" input_stream: "%s" input_side_packet: "NOTE:note" }'


def test_opens_come_first_and_later_nodes_before_earlier_ones() -> None:
    """S-2: what was begun is finished before a source begins anew."""
    called = order(SOURCE % ("s", "a", "") + SINK % ("x", "a") + SINK % ("y", "a"))
    assert called[:3] == ["open s", "open x", "open y"]
    first = called.index("process y")
    assert called[first - 1 : first + 2] == ["process s", "process y", "process x"]


def test_sources_of_a_lower_layer_go_first() -> None:
    """S-2, S-11, S-12, S-13: a layer is activated when those below have closed; then the run ends."""
    called = order(SOURCE % ("late", "a", "source_layer: 2") + SOURCE % ("soon", "b", "source_layer: 1"))
    assert called.index("close soon") < called.index("process late")
    assert called[-1] == "close late"


def test_a_source_that_waits_for_a_higher_layer_is_a_deadlock() -> None:
    """S-14."""
    text = """node { name: "low" calculator: "RunsOrder" output_stream: "a" input_side_packet: "NOTE:made"
                     source_layer: 0 }
    node { name: "high" calculator: "RunsMaker" output_stream: "b" output_side_packet: "made" source_layer: 1 }"""

    class Maker(Calculator, name="RunsMaker"):
        out = Output[int]()
        made = SideOutput[object]()

        def process(self, cc: Context) -> None:
            raise StopGraph

    with pytest.raises(
        RunError, match="source nodes cannot be activated when a source node at a lower layer"
    ):
        Graph(text).run()


def test_a_named_executor_has_threads_of_its_own() -> None:
    """S-1, S-4, S-6."""
    text = """input_stream: "in" executor { name: "mine" type: "ThreadPoolExecutor"
      options { [mediapipe.ThreadPoolExecutorOptions.ext] { num_threads: 1 } } }
    node { calculator: "RunsWhere" input_stream: "in" output_stream: "there" executor: "mine" }
    node { calculator: "RunsWhere" input_stream: "in" output_stream: "here" }"""
    found = where(text)
    assert found["there"] == {"mpgraph-mine-0"}
    assert found["here"].isdisjoint(found["there"])


def where(text: str, **arguments: Any) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {"there": set(), "here": set()}
    with Graph(text, **arguments) as graph:
        for name, threads in found.items():
            graph.observe(name, lambda packet, threads=threads: threads.add(packet.value))  # type: ignore[misc]
        graph.start()
        for t in range(30):
            graph.process({"in": t}, t)
    return found


GIVEN = """input_stream: "in" executor { name: "given" }
node { calculator: "RunsWhere" input_stream: "in" output_stream: "there" executor: "given" }
node { calculator: "RunsWhere" input_stream: "there" output_stream: "here" }""".replace(
    '"RunsWhere" input_stream: "there"', '"RunsWhereElse" input_stream: "there"'
)


class WhereElse(Calculator, name="RunsWhereElse"):
    before = Input[str]()
    thread = Output[str]()

    def process(self, cc: Context) -> None:
        cc.send(self.thread, threading.current_thread().name)


@pytest.mark.parametrize("threads", [1, 3])
def test_an_executor_of_the_applications(threads: int) -> None:
    """S-4: whoever has `submit` will do."""
    with ThreadPoolExecutor(threads, thread_name_prefix="app") as executor:
        found = where(GIVEN, executors={"given": executor})
    assert {name.partition("_")[0] for name in found["there"]} == {"app"}
    assert not any(name.startswith("app") for name in found["here"])


class ThreadPerTask:
    """An executor whose `submit` returns only after the new thread has come as far as it can."""

    def submit(self, function: Callable[[], object], /) -> None:
        thread = threading.Thread(target=function, name="app_one")
        thread.start()
        thread.join(0.001)


def test_an_executor_that_begins_at_once() -> None:
    """S-4: its thread waits for the one that submits, and the run for all of its threads."""
    for _ in range(10):
        found = where(GIVEN, executors={"given": ThreadPerTask()})
        assert set(found["there"]) == {"app_one"}


def test_an_executor_that_the_graph_does_not_declare_is_refused() -> None:
    """V-25."""
    with pytest.raises(RunError, match=r'an executor "other" is given, .* \(it has: "given"\)'):
        Graph(GIVEN, executors={"other": ThreadPoolExecutor(1)})


def test_the_application_thread_does_all_the_work() -> None:
    """S-6: nothing runs in the background; a waiting call does it."""
    before = threading.active_count()
    text = 'input_stream: "in" executor { type: "ApplicationThreadExecutor" }'
    text += 'node { calculator: "RunsWhere" input_stream: "in" output_stream: "here" }'
    found: list[str] = []
    with Graph(text) as graph:
        graph.observe("here", lambda packet: found.append(packet.value))
        graph.start()
        graph.add_packet("in", 1, 1)
        assert found == []
        graph.wait_until_idle()
        assert found == [threading.current_thread().name]
        assert threading.active_count() == before


class Endless(Calculator, name="RunsEndless", timestamp_offset=None):
    number = Output[int]()
    event = Output[int]("EVENT")

    def open(self, cc: Context) -> None:
        self.next = 0
        cc.send(self.event, 1, 1)

    def process(self, cc: Context) -> None:
        cc.send(self.number, self.next, self.next)
        self.next += 1

    def close(self, cc: Context) -> None:
        cc.send(self.event, 2, 2)


@pytest.mark.parametrize("threads", [1, 4])
def test_closing_all_sources(threads: int) -> None:
    """A-12, C-10: an endless source ends, and what it sends in Close arrives."""
    text = """max_queue_size: 5 input_stream: "in"
    node { calculator: "RunsEndless" output_stream: "numbers" output_stream: "EVENT:events" }
    node { calculator: "PassThroughCalculator" input_stream: "numbers" output_stream: "passed" }
    node { calculator: "PassThroughCalculator" input_stream: "in" output_stream: "same" }"""
    found: dict[str, list[int]] = {name: [] for name in ("events", "passed", "same")}
    enough = threading.Event()

    def note(name: str) -> Callable[[Packet], None]:
        def observe(packet: Packet) -> None:
            found[name].append(packet.value)
            if name == "passed" and len(found[name]) == 8:
                enough.set()

        return observe

    graph = Graph(text, num_threads=threads)
    for name in found:
        graph.observe(name, note(name))
    graph.start()
    for t in range(8):
        graph.add_packet("in", t, t)
    assert enough.wait(60)
    graph.close_all_inputs()
    graph.wait_until_done()
    assert found["same"] == list(range(8))
    assert found["passed"] == list(range(len(found["passed"])))
    assert len(found["passed"]) >= 8
    assert found["events"] == [1, 2]


def test_nodes_without_streams_open_and_close_once() -> None:
    """C-5, S-13."""
    called = order('node { name: "alone" calculator: "RunsOrder" input_side_packet: "NOTE:note" }')
    assert called == ["open alone", "close alone"]
    assert {DONE, MIN, ONE_OVER_POSTSTREAM} == {2**63 - 1, -(2**63) + 3, 2**63 - 2}


def test_the_source_that_is_furthest_behind_goes_first() -> None:
    """S-3."""
    called = order(SOURCE % ("one", "a", "") + SOURCE % ("two", "b", ""))
    assert [call for call in called if call.startswith("process")][:4] == [
        "process one",
        "process two",
        "process one",
        "process two",
    ]


def test_branches_run_side_by_side_from_the_first_packet_to_the_last() -> None:
    """Of two nodes that are ready at once the caller takes one and a thread the other, each time."""
    meeting = threading.Barrier(2)

    @calculator("RunsMeets")
    def meets(value: int) -> int:
        meeting.wait(timeout=20)
        return value

    text = """input_stream: "in" output_stream: "a" output_stream: "b"
    node { calculator: "RunsMeets" input_stream: "VALUE:in" output_stream: "a" }
    node { calculator: "RunsMeets" input_stream: "VALUE:in" output_stream: "b" }"""
    with Graph(text, num_threads=2) as graph:
        a, b = graph.poll("a"), graph.poll("b")
        graph.start()
        for time in range(20):
            graph.process({"in": time}, time)
            found = [poller.next() for poller in (a, b)]
            assert [packet and packet.get() for packet in found] == [time, time]
