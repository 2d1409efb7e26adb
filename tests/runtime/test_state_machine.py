"""Any order of calls to a graph against a model of it: what comes out, what raises, what is closed."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from mpgraph import Calculator, Context, Graph, Inputs, Outputs, Packet, SideInput
from mpgraph.errors import CancelledError, GraphClosedError, RunError, TimestampError

STREAMS = st.sampled_from(["a", "b"])
TEXT = """input_stream: "a" input_stream: "b"
node { calculator: "MachineForward" input_stream: "a" input_stream: "b" output_stream: "c" output_stream: "d"
  input_side_packet: "LIVES:lives" }
node { calculator: "MachineForward" input_stream: "c" output_stream: "e" input_side_packet: "LIVES:lives"
  max_in_flight: 2 }
node { calculator: "MachineForward" input_stream: "e" input_stream: "d" output_stream: "x" output_stream: "y"
  input_side_packet: "LIVES:lives" }"""


class Forward(Calculator, name="MachineForward"):
    packets = Inputs[object]()
    passed = Outputs[object](same_as=packets)
    lives = SideInput[object]("LIVES")

    def open(self, cc: Context) -> None:
        cc[self.lives].append(("open", cc.node_name))  # type: ignore[attr-defined]

    def process(self, cc: Context) -> None:
        for packet, out in zip(cc.inputs, cc.outputs, strict=True):
            if not packet.is_empty():
                out.send_packet(packet)

    def close(self, cc: Context) -> None:
        cc[self.lives].append(("close", cc.node_name))  # type: ignore[attr-defined]


class GraphMachine(RuleBasedStateMachine):
    """A graph that forwards two inputs in step; `sent` and `bound` are all that its model needs."""

    def __init__(self) -> None:
        super().__init__()
        self.threads_before = threading.active_count()
        self.running = False
        self.paused = False
        self.late = False  # whether a packet came below its bound
        self.cancelled = False
        self.sent: dict[str, list[tuple[int, int]]] = {"a": [], "b": []}
        self.bound = {"a": 0, "b": 0}
        self.closed: set[str] = set()
        self.found: dict[str, list[tuple[int, Any]]] = {"a": [], "b": []}
        self.lives: list[tuple[str, str]] = []

    @initialize(threads=st.sampled_from([0, 1, 4]))
    def make(self, threads: int) -> None:
        self.graph = Graph(TEXT, num_threads=threads)
        for name, stream in (("a", "x"), ("b", "y")):
            self.graph.observe(stream, lambda p, n=name: self.found[n].append((p.time, p.value)))  # type: ignore[misc]

    # The model.

    def settled(self) -> float:
        """Below which timestamp all is known of both inputs."""
        return min(float("inf") if name in self.closed else self.bound[name] for name in ("a", "b"))

    def expected(self) -> dict[str, list[tuple[int, int]]]:
        return {name: [p for p in sent if p[0] < self.settled()] for name, sent in self.sent.items()}

    @property
    def failed(self) -> bool:
        return self.late or self.cancelled

    def end(self, call: Callable[[], None]) -> None:
        """The call raises what the run failed with; then all that was opened is closed, once."""
        error = None
        try:
            call()
        except RunError as raised:
            error = raised
        if self.late:
            assert type(error) is TimestampError
        elif self.cancelled:  # a run whose inputs are closed may have ended before
            assert type(error) is CancelledError or (error is None and len(self.closed) == 2)
        else:
            assert error is None
        assert not self.graph.is_running()
        assert threading.active_count() == self.threads_before
        counts = Counter(self.lives)
        names = {name for _, name in self.lives}
        assert all(counts["open", name] == counts["close", name] == 1 for name in names)
        if not self.failed:
            assert self.found == self.sent
            assert len(names) == 3
        self.running = self.paused = False

    # What an application does.

    @precondition(lambda self: not self.running)
    @rule()
    def start(self) -> None:
        self.sent = {"a": [], "b": []}
        self.bound = {"a": 0, "b": 0}
        self.found["a"], self.found["b"] = [], []
        self.closed, self.late, self.cancelled, self.paused = set(), False, False, False
        self.lives = []
        self.graph.start({"lives": Packet(self.lives)})
        self.running = True

    @precondition(lambda self: self.running)
    @rule()
    def start_again(self) -> None:
        with pytest.raises(RunError, match="the graph is running"):
            self.graph.start()

    @precondition(lambda self: self.running and not self.failed)
    @rule(stream=STREAMS, gap=st.integers(0, 5), value=st.integers())
    def add(self, stream: str, gap: int, value: int) -> None:
        time = self.bound[stream] + gap
        self.graph.add_packet(stream, value, time)
        if stream in self.closed:  # then it is dropped
            return
        self.sent[stream].append((time, value))
        self.bound[stream] = time + 1

    @precondition(lambda self: self.running and not self.failed)
    @rule(stream=STREAMS, gap=st.integers(0, 5), packet=st.booleans())
    def set_bound(self, stream: str, gap: int, packet: bool) -> None:
        if stream in self.closed:
            return
        self.bound[stream] += gap
        if packet and gap:
            self.graph.add_packet(stream, Packet.empty(self.bound[stream] - 1))
        else:
            self.graph.set_bound(stream, self.bound[stream])

    @precondition(lambda self: self.running and not self.failed)
    @rule(stream=STREAMS)
    def set_bound_back(self, stream: str) -> None:
        if stream not in self.closed and self.bound[stream]:
            with pytest.raises(TimestampError):
                self.graph.set_bound(stream, self.bound[stream] - 1)

    @precondition(lambda self: self.running and not self.failed)
    @rule(stream=STREAMS)
    def add_too_late(self, stream: str) -> None:
        """A packet below the bound fails the run."""
        if stream in self.closed or self.bound[stream] == 0:
            return
        self.graph.add_packet(stream, 0, self.bound[stream] - 1)
        self.late = True

    @precondition(lambda self: self.running)
    @rule(stream=STREAMS)
    def close_input(self, stream: str) -> None:
        self.graph.close_input(stream)
        self.closed.add(stream)

    @precondition(lambda self: self.running and not self.paused and not self.failed)
    @rule()
    def wait_until_idle(self) -> None:
        self.graph.wait_until_idle()
        assert self.found == self.expected()

    @precondition(lambda self: self.running and not self.failed)
    @rule(stream=STREAMS, gap=st.integers(0, 3))
    def process(self, stream: str, gap: int) -> None:
        if self.paused or stream in self.closed:
            return
        time = self.bound[stream] + gap
        self.graph.process({stream: gap}, time)
        self.sent[stream].append((time, gap))
        self.bound[stream] = time + 1
        assert self.found == self.expected()

    @precondition(lambda self: self.running)
    @rule()
    def pause(self) -> None:
        self.graph.pause()
        self.paused = True

    @precondition(lambda self: self.running)
    @rule()
    def resume(self) -> None:
        self.graph.resume()
        self.paused = False

    @precondition(lambda self: self.running)
    @rule()
    def cancel(self) -> None:
        """Harmless when the run has ended by itself, which it may have when all inputs are closed."""
        self.graph.cancel()
        self.cancelled = True
        self.paused = False

    @precondition(lambda self: self.running and (self.failed or len(self.closed) == 2))
    @rule()
    def wait_until_done(self) -> None:
        self.graph.resume()
        self.end(self.graph.wait_until_done)

    @precondition(lambda self: self.running)
    @rule()
    def close(self) -> None:
        self.closed |= {"a", "b"} if not self.failed else set()
        self.end(self.graph.close)
        self.graph.close()

    @precondition(lambda self: not self.running)
    @rule(stream=STREAMS)
    def use_after_the_end(self, stream: str) -> None:
        with pytest.raises(GraphClosedError):
            self.graph.add_packet(stream, 1, 1)
        with pytest.raises(GraphClosedError):
            self.graph.set_bound(stream, 1)
        with pytest.raises(GraphClosedError):
            self.graph.close_input(stream)

    @invariant()
    def what_came_is_a_beginning_of_what_must_come(self) -> None:
        if self.running and not self.late:
            for name, expected in self.expected().items():
                found = list(self.found[name])
                assert found == expected[: len(found)]

    def teardown(self) -> None:
        if self.running:
            self.graph.cancel()
            self.cancelled = True
            self.end(self.graph.wait_until_done)


TestGraphMachine = GraphMachine.TestCase
TestGraphMachine.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
