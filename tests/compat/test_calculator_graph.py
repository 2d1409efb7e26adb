"""`CalculatorGraph` (PY-G1 to PY-G4), after upstream's calculator_graph_test.py; more in test_side_by_side.py."""

from __future__ import annotations

import gc
import threading
import weakref
from pathlib import Path

import pytest

from mpgraph import Calculator, Context, Input, Output
from mpgraph.compat import packet_creator, packet_getter
from mpgraph.compat.calculator_graph import ADD_IF_NOT_FULL, CalculatorGraph, GraphInputStreamAddMode
from mpgraph.compat.validated_graph_config import ValidatedGraphConfig
from mpgraph.errors import CalculatorError
from mpgraph.formats.protos.framework import calculator_pb2
from mpgraph.packet import Packet
from mpgraph.timestamp import Timestamp

PASS = """
max_queue_size: 1 input_stream: 'in' output_stream: 'out'
node { calculator: 'PassThroughCalculator' input_stream: 'in' output_stream: 'out' }
"""


class Fussy(Calculator, name="CompatFussyCalculator"):
    """Refuses some packets."""

    value = Input[str]()
    out = Output[str](same_as=value)

    def process(self, cc: Context) -> None:
        if cc[self.value] == "value":
            raise ValueError("no such value")
        if cc[self.value] == "other":
            raise OSError("no such file")
        cc.send(self.out, cc[self.value])


FUSSY = """
input_stream: "in" output_stream: "out"
node { name: "f" calculator: "CompatFussyCalculator" input_stream: "in" output_stream: "out" }
"""


def as_message() -> CalculatorGraph:
    from google.protobuf import text_format

    return CalculatorGraph(graph_config=text_format.Parse(PASS, calculator_pb2.CalculatorGraphConfig()))


def as_validated() -> CalculatorGraph:
    config = ValidatedGraphConfig()
    config.initialize(graph_config=PASS)
    return CalculatorGraph(validated_graph_config=config)


@pytest.mark.parametrize(
    "make",
    [as_message, as_validated, lambda: CalculatorGraph(graph_config=PASS)],
    ids=["message", "validated", "text"],
)
def test_packets_go_through(make: type[CalculatorGraph]) -> None:
    graph = make()
    hello = packet_creator.create_string("hello world")
    out: list[Packet] = []
    graph.observe_output_stream("out", lambda _, packet: out.append(packet))
    graph.start_run()
    graph.add_packet_to_input_stream(stream="in", packet=hello, timestamp=0)
    graph.add_packet_to_input_stream(stream="in", packet=hello.at(1))
    graph.add_packet_to_input_stream("in", hello, Timestamp(2))
    graph.close()
    assert graph.graph_input_stream_add_mode == GraphInputStreamAddMode.WAIT_TILL_NOT_FULL
    assert graph.max_queue_size == 1
    assert not graph.has_error()
    assert [packet.timestamp for packet in out] == [0, 1, 2]
    assert [packet_getter.get_str(packet) for packet in out] == ["hello world"] * 3


def test_a_binary_file(tmp_path: Path) -> None:
    path = tmp_path / "ünïcode.binarypb"
    path.write_bytes(CalculatorGraph(graph_config=PASS).binary_config)
    assert (
        CalculatorGraph(binary_graph_path=str(path)).text_config
        == CalculatorGraph(graph_config=PASS).text_config
    )
    path.write_bytes(b"\xff\xff not a graph")
    with pytest.raises(RuntimeError, match="Failed to parse the binary graph: "):
        CalculatorGraph(binary_graph_path=str(path))


@pytest.mark.parametrize("empty", [True, False])
def test_options_that_the_message_keeps_as_bytes(empty: bool) -> None:
    """An Any whose type nobody has loaded prints as bytes; GateCalculatorOptions.empty_packets_as_allow is 1."""
    config = calculator_pb2.CalculatorGraphConfig(input_stream=["in", "allow"], output_stream=["out"])
    node = config.node.add(calculator="GateCalculator", output_stream=["out"])
    node.input_stream.extend(["in", "ALLOW:allow"])
    node.node_options.add(
        type_url="type.googleapis.com/mediapipe.GateCalculatorOptions", value=bytes([8, empty])
    )
    graph = CalculatorGraph(graph_config=config)
    out: list[Packet] = []
    graph.observe_output_stream("out", lambda _, packet: out.append(packet))
    graph.start_run()
    graph.add_packet_to_input_stream("in", packet_creator.create_int(1), 0)
    graph.add_packet_to_input_stream("allow", Packet(), 0)
    graph.close()
    assert len(out) == empty


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [("value", ValueError, "no such value"), ("other", RuntimeError, "no such file")],
)
def test_what_a_calculator_raises(value: str, kind: type[Exception], text: str) -> None:
    graph = CalculatorGraph(graph_config=FUSSY)
    graph.start_run()
    graph.add_packet_to_input_stream("in", packet_creator.create_string("fine"), 1)
    graph.add_packet_to_input_stream("in", packet_creator.create_string(value), 7)
    with pytest.raises(kind) as caught:
        graph.wait_until_idle()
    told = str(caught.value)
    assert told.startswith(
        f'CalculatorGraph::Run() failed: \nCalculator::Process() for node "f" failed: {text}'
    )
    assert "at timestamp 7" in told
    assert "test_calculator_graph.py:" in told
    assert isinstance(caught.value.__cause__, CalculatorError)
    assert caught.value.__cause__.node == "f"
    code = "INVALID_ARGUMENT" if kind is ValueError else "UNKNOWN"
    assert graph.has_error()
    assert graph.get_combined_error_message().startswith(f"{code}: CalculatorGraph::Run() failed: \n")
    with pytest.raises(kind, match=r"^Graph has errors: \n"):
        graph.add_packet_to_input_stream("in", packet_creator.create_string("fine"), 9)
    with pytest.raises(kind):
        graph.close()
    assert (graph.has_error(), graph.get_combined_error_message()) == (False, "")
    graph.start_run()
    graph.close()


def test_a_callback_that_raises_fails_the_run() -> None:
    """Where upstream ends the process."""
    graph = CalculatorGraph(graph_config=PASS)
    graph.observe_output_stream("out", lambda name, packet: 1 / 0)
    graph.start_run()
    graph.add_packet_to_input_stream("in", packet_creator.create_int(1), 0)
    with pytest.raises(RuntimeError, match='observer of stream "out" failed: ZeroDivisionError'):
        graph.close()


def test_bounds_are_observed_as_empty_packets() -> None:
    graph = CalculatorGraph(graph_config=PASS)
    seen: list[tuple[bool, int]] = []
    graph.observe_output_stream("out", lambda _, packet: seen.append((packet.is_empty(), packet.time)), True)
    graph.start_run()
    graph.add_packet_to_input_stream("in", Packet().at(3))
    graph.wait_until_idle()
    graph.add_packet_to_input_stream("in", packet_creator.create_bool(True), 5)
    graph.close()
    assert seen == [(True, 3), (False, 5)]


def test_a_full_graph_refuses_or_waits() -> None:
    graph = CalculatorGraph(graph_config=PASS)
    entered, go = threading.Event(), threading.Event()

    def block(name: str, packet: Packet) -> None:
        entered.set()
        assert go.wait(20)

    graph.observe_output_stream("out", block)
    graph.graph_input_stream_add_mode = ADD_IF_NOT_FULL
    graph.start_run()
    packet = packet_creator.create_int(1)
    graph.add_packet_to_input_stream("in", packet, 0)
    assert entered.wait(20)
    with pytest.raises(RuntimeError, match=r"Graph is throttled."):
        for time in range(1, 50):
            graph.add_packet_to_input_stream("in", packet, time)
    go.set()
    graph.close()


def test_unknown_streams_raise_where_upstream_crashes() -> None:
    graph = CalculatorGraph(graph_config=PASS)
    with pytest.raises(RuntimeError, match="between start"):
        graph.close_input_stream("in")
    graph.start_run()
    with pytest.raises(
        RuntimeError, match='AddPacketToInputStream called on input stream "zz" which is not a graph'
    ):
        graph.add_packet_to_input_stream("zz", packet_creator.create_int(1), 0)
    with pytest.raises(RuntimeError, match='"zz" is not an input stream of the graph'):
        graph.close_input_stream("zz")
    with pytest.raises(RuntimeError, match="is running"):
        graph.observe_output_stream("out", print)
    with pytest.raises(RuntimeError, match="is running"):
        graph.start_run()
    graph.close_input_stream("in")
    graph.close_input_stream("in")
    graph.wait_until_done()


def test_waiting_for_output() -> None:
    graph = CalculatorGraph(graph_config=PASS)
    with pytest.raises(RuntimeError, match="start"):
        graph.wait_for_observed_output()
    out: list[Packet] = []
    graph.observe_output_stream("out", lambda _, packet: out.append(packet))
    graph.start_run()
    graph.add_packet_to_input_stream("in", packet_creator.create_int(1), 0)
    graph.wait_for_observed_output()
    assert len(out) == 1
    graph.close()
    with pytest.raises(RuntimeError, match=r"Graph is done."):
        for _ in range(3):
            graph.wait_for_observed_output()


def test_a_graph_is_freed_at_once() -> None:
    graph = CalculatorGraph(graph_config=PASS)
    graph.observe_output_stream("out", lambda name, packet: None)
    graph.start_run()
    graph.add_packet_to_input_stream("in", packet_creator.create_int(1), 0)
    graph.wait_until_idle()
    kept = weakref.ref(graph)
    gc.disable()
    try:
        del graph
        assert kept() is None
    finally:
        gc.enable()
