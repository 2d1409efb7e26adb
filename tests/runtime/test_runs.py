"""Runs: executors, order of tasks, errors, throttling (spec section 9 and Appendix A)."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

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
    registry,
)
from mpgraph.errors import (
    CalculatorError,
    CancelledError,
    GraphClosedError,
    RunError,
    SidePacketError,
    ThrottledError,
)
from mpgraph.timestamp import DONE, MAX, MIN, ONE_OVER_POSTSTREAM, POSTSTREAM, PRESTREAM, UNSTARTED


class Where(Calculator, name="RunsWhere"):
    """Sends the name of the thread that it runs on."""

    number = Input[int]()
    thread = Output[str]()

    def process(self, cc: Context) -> None:
        cc.send(self.thread, threading.current_thread().name)


class Held(Calculator, name="RunsHeld"):
    """Is held in its calls until `go`."""

    numbers = Inputs[int]()
    go = threading.Event()
    entered = threading.Event()

    def process(self, cc: Context) -> None:
        self.entered.set()
        assert self.go.wait(60)


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


def held(text: str, **arguments: Any) -> Graph:
    Held.go.clear()
    Held.entered.clear()
    graph = Graph(text, num_threads=1, **arguments)
    graph.start()
    graph.add_packet("in", 0, 0)
    assert Held.entered.wait(60)
    return graph


@pytest.mark.parametrize(
    ("line", "hint", "size"), [("", 0, 100), ("max_queue_size: 3", 0, 3), ("max_queue_size: 3", 5, 5)]
)
def test_the_size_of_queues(line: str, hint: int, size: int) -> None:
    """Q-1, Q-2, Q-5: the packet that is being processed is not in the queue any more."""
    graph = held(
        f'{line} input_stream: "in" node {{ calculator: "RunsHeld" input_stream: "in" buffer_size_hint: {hint} }}'
    )
    assert graph.max_queue_size == size
    for t in range(1, size + 1):
        graph.add_packet("in", t, t, wait=False)
    with pytest.raises(ThrottledError, match=r"Graph is throttled"):
        graph.add_packet("in", size + 1, size + 1, wait=False)
    Held.go.set()
    graph.close()


def test_no_limit_without_a_hint() -> None:
    """Q-2: a hint removes the unlimited setting."""
    text = 'max_queue_size: -1 input_stream: "in" node { calculator: "RunsHeld" input_stream: "in" %s }'
    assert Graph(text % "").max_queue_size == -1
    assert Graph(text % "buffer_size_hint: 2").max_queue_size == 2


def test_the_queues_behind_one_input_can_be_set() -> None:
    """Q-3, Q-4."""
    text = 'input_stream: "in" node { calculator: "RunsHeld" input_stream: "in" }'
    Held.go.clear()
    Held.entered.clear()
    graph = Graph(text, num_threads=1)
    graph.set_max_queue_size("in", 1)
    graph.start()
    graph.add_packet("in", 0, 0)
    assert Held.entered.wait(60)
    graph.add_packet("in", 1, 1, wait=False)
    with pytest.raises(ThrottledError):
        graph.add_packet("in", 2, 2, wait=False)
    Held.go.set()
    graph.close()
    with pytest.raises(RunError, match=r'"nope" is not a graph input stream \(there are: in\)'):
        graph.set_max_queue_size("nope", 1)
    with pytest.raises(ValueError, match="at least -1"):
        graph.set_max_queue_size("in", -2)


class Pair(Calculator, name="RunsPair"):
    """Takes two streams and counts its calls; the second call and later ones are held until `go`."""

    numbers = Inputs[int]()
    sums = Output[int]()
    go = threading.Event()
    entered = threading.Event()
    calls: ClassVar[list[int]] = []

    def process(self, cc: Context) -> None:
        self.calls.append(cc.timestamp)
        if cc.timestamp > 9:
            self.entered.set()
            assert self.go.wait(60)
        cc.send(self.sums, 0)


PAIR = 'max_queue_size: 2 input_stream: ["in_1", "in_2"] node { calculator: "RunsPair" input_stream: ["in_1", "in_2"] output_stream: "sum" }'


def test_a_deadlock_is_resolved_by_growing_queues() -> None:
    """A-5, Q-8: what waits for another input grows while nothing else can run."""
    Pair.calls.clear()
    Pair.go.clear()
    Pair.entered.clear()
    graph = Graph(PAIR, num_threads=1)
    sums: list[int] = []
    graph.observe("sum", lambda packet: sums.append(packet.time))
    graph.start()
    for t in range(1, 10):
        graph.add_packet("in_1", t, t)
        graph.wait_until_idle()
    graph.add_packet("in_2", 30, 30)
    graph.wait_until_idle()
    assert Pair.calls == list(range(1, 10))
    graph.add_packet("in_1", 10, 10)
    assert Pair.entered.wait(60)
    accepted = 0
    for t in range(11, 40):
        try:
            graph.add_packet("in_1", t, t, wait=False)
        except ThrottledError:
            break
        accepted += 1
    assert accepted >= 9  # the queue has grown to what it held before
    Pair.go.set()
    graph.close()
    assert sums == [*range(1, 10 + accepted + 1), *([30] if 10 + accepted < 30 else [])]


def test_a_deadlock_can_be_reported() -> None:
    """A-5, Q-9."""
    graph = Graph("report_deadlock: true " + PAIR)
    graph.start()
    graph.wait_until_idle()
    graph.add_packet("in_1", 1, 1)
    graph.add_packet("in_1", 2, 2)
    with pytest.raises(
        RunError,
        match='Detected a deadlock due to input throttling for input stream: "in_1" of a node "RunsPair"',
    ):
        graph.add_packet("in_1", 3, 3)
    with pytest.raises(RunError, match="Detected a deadlock"):
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


def test_cancelling_wakes_who_waits() -> None:
    """S-22, S-10, S-15, S-26: what is queued is dropped; the node is closed once."""
    graph = held('input_stream: "in" node { calculator: "RunsHeld" input_stream: "in" }')
    for t in range(1, 50):
        graph.add_packet("in", t, t)
    raised: list[RunError] = []

    def wait() -> None:
        try:
            graph.wait_until_done()
        except RunError as error:
            raised.append(error)

    waiting = threading.Thread(target=wait)
    waiting.start()
    graph.cancel()
    Held.go.set()
    waiting.join(60)
    assert isinstance(raised[0], CancelledError)


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


class Withholding(Calculator, name="RunsWithholding"):
    """Promises a side packet and never makes it."""

    side = SideOutput[list[str]]()


def test_a_node_whose_side_packet_is_never_made_never_opens() -> None:
    """C-52: the run ends without an error."""
    graph = Graph("""node { calculator: "RunsWithholding" output_side_packet: "note" }
    node { calculator: "RunsOrder" input_side_packet: "NOTE:note" output_stream: "out" }""")
    graph.run()
    assert graph.errors == ()
    with pytest.raises(SidePacketError, match="not available yet"):
        graph.output_side_packet("note")


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


def test_nodes_without_streams_open_and_close_once() -> None:
    """C-5, S-13."""
    called = order('node { name: "alone" calculator: "RunsOrder" input_side_packet: "NOTE:note" }')
    assert called == ["open alone", "close alone"]
    assert {DONE, MIN, ONE_OVER_POSTSTREAM} == {2**63 - 1, -(2**63) + 3, 2**63 - 2}


class Naming(Calculator, name="RunsNaming"):
    """Makes side packets, in Open, Process and Close."""

    number = Input[int]()
    opened = SideOutput[str]("OPENED", optional=True)
    processed = SideOutput[int]("PROCESSED", optional=True)
    closed = SideOutput[str]("CLOSED", optional=True)

    def open(self, cc: Context) -> None:
        cc.send(self.opened, cc.node_name)

    def process(self, cc: Context) -> None:
        cc.send(self.processed, cc[self.number])

    def close(self, cc: Context) -> None:
        cc.send(self.closed, cc.calculator)


NAMING = """input_stream: "in" node { name: "the_node" calculator: "RunsNaming" input_stream: "in"
  output_side_packet: "OPENED:a" output_side_packet: "PROCESSED:b" output_side_packet: "CLOSED:c" }
node { calculator: "RunsTelling" input_side_packet: "b" output_stream: "told" }"""


class Telling(Calculator, name="RunsTelling", timestamp_offset=None):
    """A source that sends its side packet once."""

    side = SideInput[int]()
    out = Output[int]()

    def process(self, cc: Context) -> None:
        cc.send(self.out, cc[self.side], 0)
        cc.close(self.out)
        raise StopGraph


def test_side_packets_can_be_made_in_every_phase() -> None:
    """C-12, C-50, C-52, C-53: who needs one opens when it is there."""
    told: list[int] = []
    graph = Graph(NAMING, num_threads=0)
    graph.observe("told", lambda packet: told.append(packet.value))
    graph.start()
    graph.wait_until_idle()
    assert graph.output_side_packet("a").value == "the_node"
    for name in ("b", "c"):
        with pytest.raises(SidePacketError, match=f'"{name}" is (not available yet|unavailable)'):
            graph.output_side_packet(name)
    graph.process({"in": 7}, 1)
    assert graph.output_side_packet("b").value == 7
    assert told == [7]
    graph.close()
    assert graph.output_side_packet("c").value == "RunsNaming"
    with pytest.raises(SidePacketError, match='"zz"'):
        graph.output_side_packet("zz")


def test_a_side_packet_that_never_comes_lets_the_run_end() -> None:
    """C-52: whoever waits for it never opens."""
    graph = Graph(NAMING, num_threads=0)
    graph.start()
    graph.close()
    with pytest.raises(SidePacketError):
        graph.output_side_packet("b")


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (Packet(8), "was already set"),
        (Packet(), "Empty packet set on output side packet"),
        (Packet(8, 3), "has a timestamp 3"),
        (Packet("x"), "Packet type mismatch on calculator output side packet"),
    ],
)
def test_side_packets_that_will_not_do(second: Packet, message: str) -> None:
    """C-50, C-51, P-20: set twice, empty, with a timestamp, of another type."""

    class Wrong(Calculator):
        number = Input[int]()
        made = SideOutput[int]("MADE")

        def process(self, cc: Context) -> None:
            if message == "was already set":
                cc.send(self.made, 7)
            cc.send_packet(self.made, second)

    registry.register("RunsWrong", Wrong)
    graph = Graph(
        'input_stream: "in" node { calculator: "RunsWrong" input_stream: "in" output_side_packet: "MADE:m" }'
    )
    graph.start()
    with pytest.raises(CalculatorError, match=message):
        graph.process({"in": 1}, 1)
    with pytest.raises(CalculatorError):
        graph.close()


def test_side_packets_of_the_application() -> None:
    """P-20, P-21, P-22, V-32: any timestamp will do, what nobody needs is no error, an empty one is."""
    text = 'node { calculator: "RunsTelling" input_side_packet: "s" output_stream: "told" }'
    told: list[int] = []
    graph = Graph(text, side_packets={"unused": 1})
    graph.observe("told", lambda packet: told.append(packet.value))
    graph.run({"s": Packet(5, 77), "unused too": 2})
    assert told == [5]
    with pytest.raises(
        SidePacketError, match='"s" failed validation: Empty packets are not allowed for type: int'
    ):
        graph.run({"s": Packet()})
    graph.run({"s": 6})  # a start that failed leaves it startable
    assert told == [5, 6]


def test_the_source_that_is_furthest_behind_goes_first() -> None:
    """S-3."""
    called = order(SOURCE % ("one", "a", "") + SOURCE % ("two", "b", ""))
    assert [call for call in called if call.startswith("process")][:4] == [
        "process one",
        "process two",
        "process one",
        "process two",
    ]


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


def test_stopping_is_no_error() -> None:
    """E-8, S-16: a source that stops ends the run well; a run can be started again."""
    graph = Graph('node { calculator: "RunsTelling" input_side_packet: "s" output_stream: "told" }')
    for _ in range(3):
        graph.run({"s": 1})
        assert graph.errors == ()


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
