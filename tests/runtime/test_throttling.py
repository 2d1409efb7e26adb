"""Full queues hold back what feeds them (spec Q-1 to Q-9)."""

from __future__ import annotations

import threading
from typing import Any, ClassVar

import pytest

from mpgraph import (
    Calculator,
    Context,
    Graph,
    Inputs,
    Output,
)
from mpgraph.errors import (
    CancelledError,
    RunError,
    ThrottledError,
)


class Held(Calculator, name="RunsHeld"):
    """Is held in its calls until `go`."""

    numbers = Inputs[int]()
    go = threading.Event()
    entered = threading.Event()

    def process(self, cc: Context) -> None:
        self.entered.set()
        assert self.go.wait(60)


def held(text: str, **arguments: Any) -> Graph:
    Held.go.clear()
    Held.entered.clear()
    graph = Graph(text, num_threads=1, **arguments)
    graph.start()
    graph.add_packet("in", 0, 0)
    assert Held.entered.wait(60)
    return graph


@pytest.mark.parametrize(
    ("line", "hint", "size"),
    [("", 0, 100), ("max_queue_size: 1", 0, 1), ("max_queue_size: 3", 0, 3), ("max_queue_size: 3", 5, 5)],
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


def test_queues_that_all_wait_for_never_refuse_a_packet() -> None:
    """Q-8: an input that waits for the other one takes all that is added."""
    config = """input_stream: "a" input_stream: "b" max_queue_size: 2
    node { calculator: "PassThroughCalculator" input_stream: "a" input_stream: "b" output_stream: "c" output_stream: "d" }"""
    with Graph(config) as graph:
        found: list[int] = []
        graph.observe("c", lambda packet: found.append(packet.time))
        graph.start()
        graph.wait_until_idle()
        for t in range(20):
            graph.add_packet("a", t, t, wait=False)
        graph.add_packet("b", 100, 100)
        graph.wait_until_idle()
        assert found == list(range(20))


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
