"""Graphs as an application runs them: spec sections 7 to 9."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from mpgraph import Calculator, Context, Contract, Graph, Input, Inputs, Output, Outputs, Packet
from mpgraph.errors import (
    CalculatorError,
    CancelledError,
    GraphClosedError,
    PacketTypeError,
    RunError,
    SidePacketError,
    TimestampError,
)
from mpgraph.ports import SideInput, SideOutput
from mpgraph.timestamp import DONE, MAX, POSTSTREAM, PRESTREAM, UNSTARTED

THREADS = [0, 1, 4]


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    left = [t for t in threading.enumerate() if t not in before and t.name.startswith("mpgraph")]
    assert not left


class Pass(Calculator, name="TestPass"):
    """Passes packets through."""

    packets = Inputs[object]()
    passed = Outputs[object](same_as=packets)

    def process(self, cc: Context) -> None:
        for packet, out in zip(cc.inputs, cc.outputs, strict=True):
            if not packet.is_empty():
                out.send_packet(packet)


class Fail(Calculator, name="TestFail"):
    """Fails where it is told to."""

    value = Input[int]()
    result = Output[int]()
    phase = SideInput[str]("PHASE")
    closed: ClassVar[list[str]] = []

    def _fail(self, cc: Context, phase: str) -> None:
        if cc[self.phase] == phase:
            raise ValueError(f"on purpose in {phase}")

    def open(self, cc: Context) -> None:
        self._fail(cc, "open")

    def process(self, cc: Context) -> None:
        cc.send(self.result, cc[self.value])
        if cc[self.value] == 2:
            self._fail(cc, "process")

    def close(self, cc: Context) -> None:
        Fail.closed.append(cc.node_name)
        self._fail(cc, "close")


class MakeSide(Calculator, name="TestMakeSide"):
    """Makes a side packet in Open."""

    value = SideOutput[int]("VALUE")

    def open(self, cc: Context) -> None:
        cc.send(self.value, 7)


class AddSide(Calculator, name="TestAddSide"):
    """Adds a side packet to each input."""

    number = Input[int]()
    addend = SideInput[int]("ADDEND")
    total = Output[int]()

    def process(self, cc: Context) -> None:
        cc.send(self.total, cc[self.number] + cc[self.addend])


def chain(length: int, calculator: str = "TestPass") -> str:
    nodes = "".join(
        f'node {{ calculator: "{calculator}" input_stream: "s{i}" output_stream: "s{i + 1}" }}\n'
        for i in range(length)
    )
    return f'input_stream: "s0" output_stream: "s{length}"\n{nodes}'


def collect(graph: Graph, stream: str, *, bounds: bool = False) -> list[tuple[int, Any]]:
    found: list[tuple[int, Any]] = []
    graph.observe(
        stream,
        lambda packet: found.append((packet.timestamp, None if packet.is_empty() else packet.value)),
        bounds=bounds,
    )
    return found


@pytest.mark.parametrize("threads", THREADS)
@pytest.mark.parametrize("length", [1, 3, 50])
def test_a_chain_passes_everything_in_order(length: int, threads: int) -> None:
    with Graph(chain(length), num_threads=threads) as graph:
        found = collect(graph, f"s{length}")
        graph.start()
        for t in range(20):
            graph.add_packet("s0", t * t, t)
        graph.wait_until_idle()
        assert found == [(t, t * t) for t in range(20)]


def test_an_empty_graph_is_done_at_once() -> None:
    graph = Graph("")
    graph.run()


def test_inputs_are_aligned_on_timestamps() -> None:
    """I-V1: the default policy runs a timestamp once all inputs are settled there."""
    config = """input_stream: "a" input_stream: "c"
    node { calculator: "TestPass" input_stream: "a" input_stream: "c" output_stream: "b" output_stream: "d" }"""
    with Graph(config) as graph:
        b, d = collect(graph, "b", bounds=True), collect(graph, "d", bounds=True)

        def idle() -> tuple[list[tuple[int, Any]], list[tuple[int, Any]]]:
            graph.wait_until_idle()
            result = b[:], d[:]
            b.clear()
            d.clear()
            return result

        graph.start()
        graph.add_packet("a", "a1", 1)
        graph.add_packet("a", "a2", 2)
        assert idle() == ([], [])
        graph.add_packet("c", "c2", 2)
        assert idle() == ([(1, "a1"), (2, "a2")], [(1, None), (2, "c2")])
        graph.add_packet("c", "c5", 5)
        graph.add_packet("c", "c6", 6)
        assert idle() == ([], [])
        graph.add_packet("a", "a10", 10)
        assert idle() == ([(5, None), (6, None)], [(5, "c5"), (6, "c6")])
        graph.close_input("a")
        assert idle() == ([], [])
        graph.close_input("c")
        assert idle() == ([(10, "a10")], [(10, None)])


@pytest.mark.parametrize(
    ("timestamp", "seen"),
    [
        (PRESTREAM, [(PRESTREAM, "x"), (MAX, None)]),
        (POSTSTREAM, [(POSTSTREAM, "x")]),
        (MAX, [(MAX, "x")]),
    ],
)
def test_a_lone_packet_at_a_special_timestamp(timestamp: int, seen: list[tuple[int, Any]]) -> None:
    """I-V5."""
    with Graph(chain(1)) as graph:
        found = collect(graph, "s1", bounds=True)
        graph.start()
        graph.add_packet("s0", "x", timestamp)
        graph.wait_until_idle()
    assert found == seen


def test_a_timestamp_that_does_not_increase_surfaces_at_the_next_call() -> None:
    """I-6."""
    graph = Graph(chain(1))
    graph.start()
    graph.add_packet("s0", 1, 5)
    graph.wait_until_idle()
    graph.add_packet("s0", 2, 5)
    with pytest.raises(TimestampError, match=r"s0.*minimum expected timestamp is 6 but received 5"):
        graph.wait_until_idle()
    with pytest.raises(TimestampError):
        graph.close()
    graph.close()


@pytest.mark.parametrize("phase", ["open", "process", "close"])
@pytest.mark.parametrize("threads", THREADS)
def test_an_error_names_node_phase_timestamp_and_line(phase: str, threads: int) -> None:
    """C-8, C-9: the author's exception is the cause; what was sent in the failing call is dropped."""
    config = """input_stream: "in" node { name: "bad" calculator: "TestFail"
    input_stream: "in" output_stream: "out" input_side_packet: "PHASE:phase" }"""
    Fail.closed.clear()
    graph = Graph(config, num_threads=threads)
    found = collect(graph, "out")
    with pytest.raises(CalculatorError, match="on purpose") as caught, graph:
        graph.start({"phase": phase})
        for t in range(5):
            graph.add_packet("in", t, t * 10)
            graph.wait_until_idle()
    error = caught.value
    assert (error.node, error.calculator, error.phase) == ("bad", "TestFail", phase)
    assert error.timestamp == (20 if phase == "process" else None)
    assert isinstance(error.__cause__, ValueError)
    assert "test_graph.py:" in str(error)
    assert "ValueError: on purpose" in str(error)
    assert found == {"open": [], "process": [(0, 0), (10, 1)]}.get(phase, [(t * 10, t) for t in range(5)])
    assert Fail.closed == ([] if phase == "open" else ["bad"])  # C-6: once, if Open succeeded


def test_an_exception_in_the_with_block_ends_the_run() -> None:
    with pytest.raises(KeyError), Graph(chain(3)) as graph:
        graph.start()
        graph.add_packet("s0", 1, 1)
        raise KeyError


def test_keyboard_interrupt_from_a_calculator_reaches_the_caller() -> None:
    class Interrupt(Calculator, name="TestInterrupt"):
        value = Input[object]()

        def process(self, cc: Context) -> None:
            raise KeyboardInterrupt

    graph = Graph('input_stream: "in" node { calculator: "TestInterrupt" input_stream: "in" }', num_threads=0)
    with pytest.raises(KeyboardInterrupt), graph:
        graph.start()
        graph.add_packet("in", 1, 1)
        graph.wait_until_idle()


def test_observer_errors_end_the_run() -> None:
    """OB-2."""

    def callback(packet: Packet) -> None:
        raise LookupError("observer")

    graph = Graph(chain(1))
    graph.observe("s1", callback)
    graph.start()
    graph.add_packet("s0", 1, 1)
    with pytest.raises(RunError, match=r'observer of stream "s1".*LookupError: observer.*test_graph.py:\d+'):
        graph.wait_until_idle()
    with pytest.raises(RunError):
        graph.close()


def test_an_observer_cannot_wait_for_its_own_graph() -> None:
    graph = Graph(chain(1), num_threads=0)
    graph.observe("s1", lambda packet: graph.wait_until_idle())
    graph.start()
    graph.add_packet("s0", 1, 1)
    with pytest.raises(RunError, match="cannot wait for the graph"):
        graph.wait_until_idle()
    with pytest.raises(RunError):
        graph.close()


def test_side_packets_come_from_application_and_nodes() -> None:
    """C-2: a node opens when all its side packets are there."""
    config = """input_stream: "in"
    node { calculator: "TestAddSide" input_stream: "in" output_stream: "out" input_side_packet: "ADDEND:seven" }
    node { calculator: "TestMakeSide" output_side_packet: "VALUE:seven" }"""
    with Graph(config) as graph:
        found = collect(graph, "out")
        graph.start()
        graph.add_packet("in", 1, 1)
        graph.wait_until_idle()
        assert found == [(1, 8)]
        assert graph.output_side_packet("seven").value == 7
        with pytest.raises(SidePacketError, match="does not exist"):
            graph.output_side_packet("eight")


def test_missing_and_wrong_side_packets_are_all_listed() -> None:
    """V-31, V-33."""
    config = """input_stream: "in"
    node { calculator: "TestAddSide" input_stream: "in" output_stream: "out" input_side_packet: "ADDEND:a" }
    node { calculator: "TestAddSide" input_stream: "in" output_stream: "out2" input_side_packet: "ADDEND:b" }
    node { calculator: "TestMakeSide" output_side_packet: "VALUE:made" }"""
    graph = Graph(config)
    with pytest.raises(SidePacketError) as caught:
        graph.start({"b": "text", "made": 1})
    assert 'Side packet "a" is required' in str(caught.value)
    assert 'Side packet "b" failed validation: The Packet stores "string", but "int" was' in str(caught.value)
    assert '"made" is given, but node "TestMakeSide" produces it' in str(caught.value)
    graph.start({"a": 1, "b": 2})  # a failed start leaves the graph startable
    graph.close()


def test_what_a_graph_input_takes_is_checked_at_once() -> None:
    """C-41, Q-5."""
    config = """input_stream: "in"
    node { calculator: "TestAddSide" input_stream: "in" output_stream: "out" input_side_packet: "ADDEND:a" }"""
    with Graph(config, side_packets={"a": 1}) as graph:
        with pytest.raises(GraphClosedError):
            graph.add_packet("in", 1, 1)
        graph.start()
        with pytest.raises(PacketTypeError, match='stream "in": The Packet stores "string", but "int" was'):
            graph.add_packet("in", "text", 1)
        with pytest.raises(TimestampError, match=r"Timestamp::Unset\(\)"):
            graph.add_packet("in", 1)
        with pytest.raises(RunError, match='"nope" is not an input stream of the graph'):
            graph.add_packet("nope", 1, 1)
        with pytest.raises(RunError, match="running"):
            graph.start()
        graph.add_packet("in", Packet(1, 5))
        with pytest.raises(RunError, match="running"):
            graph.observe("out", print)
    with pytest.raises(GraphClosedError):
        graph.add_packet("in", 1, 10)


def test_packets_for_a_closed_input_are_dropped() -> None:
    """Q-6, Q-7."""
    config = """input_stream: "a" input_stream: "b"
    node { calculator: "TestPass" input_stream: "a" output_stream: "c" }
    node { calculator: "TestPass" input_stream: "b" output_stream: "d" }"""
    with Graph(config) as graph:
        found = collect(graph, "c")
        graph.start()
        graph.add_packet("a", 1, 1)
        graph.close_input("a")
        graph.close_input("a")
        graph.add_packet("a", 2, 2)
        graph.wait_until_idle()
        assert found == [(1, 1)]


def test_bounds_of_graph_inputs_cannot_go_back() -> None:
    """C-33: empty packets at 50, then 20."""
    with Graph(chain(1)) as graph:
        graph.start()
        graph.add_packet("s0", Packet.empty(50))
        with pytest.raises(TimestampError, match="minimum expected timestamp is 51 but received 21"):
            graph.add_packet("s0", Packet.empty(20))


def test_cancel_ends_a_run_with_open_inputs() -> None:
    """S-22."""
    graph = Graph(chain(2))
    graph.start()
    graph.add_packet("s0", 1, 1)
    graph.cancel()
    with pytest.raises(CancelledError):
        graph.wait_until_done()
    graph.start()  # and the graph can run again
    graph.close()


def test_pause_holds_everything_back_until_resume() -> None:
    """S-21."""
    with Graph(chain(2)) as graph:
        found = collect(graph, "s2")
        graph.start()
        graph.wait_until_idle()
        graph.pause()
        graph.add_packet("s0", 1, 1)
        assert found == []
        graph.resume()
        graph.wait_until_idle()
        assert found == [(1, 1)]


def test_a_dropped_graph_ends_its_threads() -> None:
    graph = Graph(chain(2), num_threads=2)
    graph.start()
    graph.add_packet("s0", 1, 1)
    graph.wait_until_idle()
    reference = weakref.ref(graph)
    del graph
    gc.collect()
    assert reference() is None


def test_pollers_hand_out_packets_and_end() -> None:
    """OB-4."""
    with Graph(chain(1)) as graph:
        poller = graph.poll("s1")
        with pytest.raises(RunError, match="start the graph first"):
            poller.next()
        graph.start()
        graph.add_packet("s0", "a", 1)
        graph.add_packet("s0", "b", 2)
        graph.close_all_inputs()
        assert [(p.timestamp, p.value) for p in poller] == [(1, "a"), (2, "b")]
        assert poller.next() is None


@pytest.mark.parametrize("threads", THREADS)
def test_process_feeds_inputs_and_waits(threads: int) -> None:
    config = """input_stream: "a" input_stream: "c"
    node { calculator: "TestPass" input_stream: "a" input_stream: "c" output_stream: "b" output_stream: "d" }"""
    with Graph(config, num_threads=threads) as graph:
        b, d = collect(graph, "b"), collect(graph, "d")
        graph.start()
        graph.process({"a": "x", "c": "y"}, 1)
        assert (b, d) == ([(1, "x")], [(1, "y")])
        graph.process({"a": "z"}, 2)
        assert len(b) == 1  # "c" may still come
        graph.process({"c": Packet.empty(5)})
        assert b[1:] == [(2, "z")]
        with pytest.raises(RunError, match='"nope" is not an input stream'):
            graph.process({"a": "last", "nope": 1}, 3)
        assert b[2:] == [(3, "last")]  # what was added before the mistake is done nevertheless
        with pytest.raises(TimestampError):
            graph.process({"a": "again"}, 3)
        graph.cancel()
        with pytest.raises(RunError):
            graph.wait_until_done()


def test_observed_output_is_a_flag() -> None:
    """S-20."""
    with Graph(chain(1)) as graph:
        collect(graph, "s1")
        graph.start()
        graph.add_packet("s0", 1, 1)
        graph.wait_until_idle()
        assert graph.wait_for_observed_output()
        graph.close_all_inputs()
        graph.wait_for_observed_output()
        assert not graph.wait_for_observed_output()


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_parallel_calls_deliver_in_order(threads: int) -> None:
    """I-41: max_in_flight invocations run at once; their outputs come in the order of timestamps."""
    barrier = threading.Barrier(min(threads, 3))

    class Meet(Calculator, name=f"TestMeet{threads}"):
        value = Input[int]()
        result = Output[int]()

        def process(self, cc: Context) -> None:
            if cc[self.value] < 3 - 3 % barrier.parties:
                barrier.wait(60)
            cc.send(self.result, cc[self.value])

    config = f"""input_stream: "in" num_threads: {threads}
    node {{ calculator: "TestMeet{threads}" input_stream: "in" output_stream: "out" max_in_flight: 3 }}"""
    graph = Graph(config)
    found = collect(graph, "out")
    graph.start()
    for t in range(12 // barrier.parties * barrier.parties):
        graph.add_packet("in", t, t)
    graph.close_all_inputs()
    graph.close()
    assert [value for _, value in found] == list(range(len(found)))
    assert len(found) == 12


def test_sent_values_are_checked_where_they_are_sent() -> None:
    class Wrong(Calculator, name="TestWrongType"):
        value = Input[object]()
        result = Output[int]()

        def process(self, cc: Context) -> None:
            cc.send(self.result, "text")  # type: ignore[misc]

    graph = Graph(
        'input_stream: "in" node { calculator: "TestWrongType" input_stream: "in" output_stream: "o" }'
    )
    graph.start()
    graph.add_packet("in", 1, 1)
    with pytest.raises(CalculatorError, match='"string", but "int"') as caught:
        graph.wait_until_idle()
    assert isinstance(caught.value.__cause__, PacketTypeError)
    with pytest.raises(CalculatorError):
        graph.close()


def test_bounds_pass_nodes_that_send_nothing() -> None:
    """C-37, C-38: a join goes on although one branch drops all its packets."""

    class Drop(Calculator, name="TestDrop"):
        value = Input[object]()
        kept = Output[object](same_as=value)

    config = """input_stream: "in"
    node { calculator: "TestDrop" input_stream: "in" output_stream: "none" }
    node { calculator: "TestPass" input_stream: "in" input_stream: "none" output_stream: "a" output_stream: "b" }"""
    with Graph(config) as graph:
        found = collect(graph, "a")
        graph.start()
        graph.add_packet("in", 1, 1)
        graph.wait_until_idle()
        assert found == [(1, 1)]


def test_open_and_close_see_their_timestamps() -> None:
    """C-3, C-6."""
    seen: list[tuple[str, int]] = []

    class Note(Calculator, name="TestNote"):
        value = Input[object]()

        def open(self, cc: Context) -> None:
            seen.append(("open", cc.timestamp))

        def close(self, cc: Context) -> None:
            seen.append(("close", cc.timestamp))

    graph = Graph('input_stream: "in" node { calculator: "TestNote" input_stream: "in" }')
    graph.start()
    graph.close()
    assert seen == [("open", UNSTARTED), ("close", DONE)]


def test_contract_of_a_node_sees_its_ports() -> None:
    class Dynamic(Calculator, name="TestDynamic"):
        @classmethod
        def get_contract(cls, contract: Contract) -> None:
            super().get_contract(contract)
            for tag in contract.inputs.tags():
                contract.inputs.declare_all(tag)

        def process(self, cc: Context) -> None:
            seen.extend(str(port) for port in cc.input_map)

    seen: list[str] = []
    with Graph(
        'input_stream: "a" node { calculator: "TestDynamic" input_stream: "B:1:a" input_stream: "B:0:a" }'
    ) as g:
        g.start()
        g.add_packet("a", 1, 1)
        g.wait_until_idle()
    assert seen == ["B", "B:1"]


def test_three_thousand_nodes_in_a_row() -> None:
    """Neither building nor running a long chain recurses."""
    with Graph(chain(3_000), num_threads=1) as graph:
        found = collect(graph, "s3000")
        graph.start()
        graph.add_packet("s0", 1, 1)
        graph.wait_until_idle()
        assert found == [(1, 1)]


def test_a_node_without_streams_is_not_opened_again_for_the_same_side_packets() -> None:
    """C-11."""
    opened: list[object] = []

    class Double(Calculator, name="TestDouble"):
        number = SideInput[object]("NUMBER", optional=True)
        doubled = SideOutput[object]("DOUBLED")

        def open(self, cc: Context) -> None:
            value = cc.get(self.number, 1)
            opened.append(value)
            cc.send(self.doubled, [value, value])

    graph = Graph(
        """node { calculator: "TestDouble" input_side_packet: "NUMBER:a" output_side_packet: "DOUBLED:b" }
        node { calculator: "TestDouble" input_side_packet: "NUMBER:b" output_side_packet: "DOUBLED:c" }"""
    )
    first = object()
    for given, runs in (({"a": first}, 2), ({"a": first}, 2), ({"a": object()}, 4), ({}, 6), ({}, 6)):
        graph.run(given)
        assert len(opened) == runs
        made = graph.output_side_packet("c").value
        assert made[0] is graph.output_side_packet("b").value
        assert made[0][0] is given.get("a", 1)


def test_a_failed_call_settles_nothing_downstream() -> None:
    """C-9: what a call sent, and the bound that it stands for, is dropped when it fails."""
    config = """input_stream: "in"
    node { calculator: "TestFail" input_stream: "in" output_stream: "a" input_side_packet: "PHASE:phase" }
    node { calculator: "TestPass" input_stream: "in" input_stream: "a" output_stream: "b" output_stream: "c" }"""
    graph = Graph(config, side_packets={"phase": "process"})
    found, bounds = collect(graph, "b"), collect(graph, "a", bounds=True)
    graph.start()
    with pytest.raises(CalculatorError), graph:
        graph.process({"in": 2}, 10)
    assert (found, bounds) == ([], [])


class LettingGo(Calculator, name="TestLettingGo"):
    """Lets the last reference to its own graph vanish."""

    packet = Input[int]()
    graphs: ClassVar[list[Graph]] = []
    go = threading.Event()
    closed = threading.Event()

    def process(self, cc: Context) -> None:
        assert self.go.wait(60)
        self.graphs.clear()
        gc.collect()

    def close(self, cc: Context) -> None:
        self.closed.set()


def test_a_graph_that_its_own_thread_lets_go_of_ends() -> None:
    """S-22: destroying a running graph ends it, also where its own thread cannot wait for itself."""
    graph = Graph('input_stream: "in" node { calculator: "TestLettingGo" input_stream: "in" }', num_threads=1)
    LettingGo.graphs.append(graph)
    graph.start()
    graph.add_packet("in", 1, 0)
    del graph
    LettingGo.go.set()
    assert LettingGo.closed.wait(60)
    for thread in threading.enumerate():
        if thread.name.startswith("mpgraph"):
            thread.join(60)
