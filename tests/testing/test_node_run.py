"""`run_node` and `NodeRunner`: one node and all that it makes (spec OB-7)."""

from __future__ import annotations

from pathlib import Path

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
)
from mpgraph.config.schema import GraphConfig
from mpgraph.errors import CalculatorError, ConfigError, ContractError, SidePacketError
from mpgraph.testing import NodeRunner, StreamData, run_node
from mpgraph.timestamp import POSTSTREAM, PRESTREAM


class Scale(Calculator, name="NodeRunScale"):
    """Scales its inputs; the header is that of the first input, and the side packet how it was called."""

    numbers = Inputs[int]("NUMBER", at_least=1)
    plain = Input[int](optional=True)
    factor = SideInput[int]("FACTOR", optional=True)
    scaled = Outputs[int]("NUMBER")
    plain_scaled = Output[int](optional=True)
    name = SideOutput[str]("NAME", optional=True)

    def open(self, cc: Context) -> None:
        self.calls = 0
        cc.set_header(self.scaled[0], cc.header(self.numbers[0]))
        if cc.get(self.factor, 1) != 0:
            cc.send(self.name, f"by {cc.get(self.factor, 1)}")

    def process(self, cc: Context) -> None:
        self.calls += 1
        factor = cc.get(self.factor, 1)
        for index in range(cc.count(self.numbers)):
            if self.numbers[index] in cc:
                cc.send(self.scaled[index], cc[self.numbers[index]] * factor)
        if self.plain in cc:
            cc.send(self.plain_scaled, cc[self.plain] * factor)


ONE = 'calculator: "NodeRunScale" input_stream: "NUMBER:a" output_stream: "NUMBER:b"'
TWO = """node { calculator: "NodeRunScale" input_stream: "NUMBER:0:a" input_stream: "NUMBER:1:b" input_stream: "c"
  output_stream: "NUMBER:0:d" output_stream: "NUMBER:1:e" output_stream: "f"
  input_side_packet: "FACTOR:factor" output_side_packet: "NAME:name" }"""


@pytest.mark.parametrize("threads", [0, 1, 4])
def test_ports_are_named_by_tag_and_index(threads: int) -> None:
    found = run_node(
        TWO, {"NUMBER": [(0, 1), (2, 3)], "NUMBER:1": [(2, 5)], "": [(7, 9)]}, {"FACTOR": 10}, threads=threads
    )
    assert dict(found) == {"NUMBER": [(0, 10), (2, 30)], "NUMBER:1": [(2, 50)], "": [(7, 90)]}
    assert found["NUMBER:0"] == found["NUMBER"]
    assert len(found) == 3
    assert found.side_packet("NAME").value == "by 10"


def test_headers_go_in_and_come_out() -> None:
    data = StreamData([(0, 1)], header=Packet("the header"))
    found = run_node(ONE, {"NUMBER": data})
    assert found["NUMBER"] == [(0, 1)]
    assert found["NUMBER"].header.value == "the header"
    assert run_node(ONE, {"NUMBER": [(0, 1)]})["NUMBER"].header.is_empty()


def test_a_side_packet_that_was_not_made_is_empty() -> None:
    assert run_node(TWO, {}, {"FACTOR": 0}).side_packet("NAME").is_empty()


def test_special_timestamps_and_packets_as_items() -> None:
    for time in (PRESTREAM, POSTSTREAM):
        assert run_node(ONE, {"NUMBER": [Packet(4).at(time)]})["NUMBER"] == [(time, 4)]


def test_many_packets_do_not_throttle() -> None:
    """More than a queue holds: sources send all in one call."""
    items = [(t, t) for t in range(1000)]
    assert run_node(ONE, {"NUMBER": items})["NUMBER"] == items


def test_runs_can_be_repeated_and_keep_their_own_outputs() -> None:
    runner = NodeRunner(TWO)
    first = runner.run({"NUMBER": [(0, 1)]}, {"FACTOR": 2})
    second = runner.run({"NUMBER": [(3, 1)]}, {"FACTOR": 3})
    assert runner.run({}, {"FACTOR": 1})["NUMBER"] == []
    assert first["NUMBER"] == [(0, 2)]
    assert second["NUMBER"] == [(3, 3)]
    assert (first.side_packet("NAME").value, second.side_packet("NAME").value) == ("by 2", "by 3")


def test_a_run_can_follow_a_failed_one() -> None:
    runner = NodeRunner(ONE)
    with pytest.raises(CalculatorError):
        runner.run({"NUMBER": [(0, 1), (1, None)]})
    assert runner.run({"NUMBER": [(0, 1)]})["NUMBER"] == [(0, 1)]


def test_unknown_ports_are_refused() -> None:
    with pytest.raises(ContractError, match=r"the node has no input stream IMAGE \(it has: NUMBER\)"):
        run_node(ONE, {"IMAGE": []})
    with pytest.raises(ContractError, match=r"no input stream NUMBER:1 \(it has: NUMBER\)"):
        run_node(ONE, {"NUMBER:1": []})
    with pytest.raises(ContractError, match=r"no input side packet FACTOR \(it has: none\)"):
        run_node(ONE, {}, {"FACTOR": 1})
    found = run_node(ONE)
    with pytest.raises(KeyError, match=r"no output stream MASK \(it has: NUMBER\)"):
        found["MASK"]
    with pytest.raises(KeyError, match=r"no output side packet NAME \(it has: none\)"):
        found.side_packet("NAME")


def test_a_required_side_packet_must_be_given() -> None:
    class Needs(Calculator, name="NodeRunNeeds"):
        number = SideInput[int]("N")
        made = SideOutput[int]("N")

        def open(self, cc: Context) -> None:
            cc.send(self.made, cc[self.number])

    node = 'calculator: "NodeRunNeeds" input_side_packet: "N:n" output_side_packet: "N:m"'
    assert run_node(node, side_packets={"N": 4}).side_packet("N").value == 4
    with pytest.raises(SidePacketError, match='"n" is required'):
        run_node(node)


def test_external_input_is_an_alias() -> None:
    """OB-7: here only, and not together with input_side_packet."""
    node = ONE + ' external_input: "FACTOR:factor"'
    assert run_node(node, {"NUMBER": [(0, 2)]}, {"FACTOR": 5})["NUMBER"] == [(0, 10)]
    with pytest.raises(ContractError, match="not both"):
        NodeRunner(node + ' input_side_packet: "FACTOR:other"')


def test_what_is_not_one_node_is_refused() -> None:
    with pytest.raises(ContractError, match="got 2 nodes"):
        NodeRunner(f"node {{ {ONE} }} node {{ {ONE} }}")
    with pytest.raises(ContractError, match="one node and nothing else"):
        NodeRunner(f'node {{ {ONE} }} input_stream: "a"')
    with pytest.raises(ConfigError, match='"a" is connected to several ports'):
        NodeRunner('calculator: "NodeRunScale" input_stream: "NUMBER:a" input_stream: "a"')
    with pytest.raises(ConfigError):
        NodeRunner('calculator: "NodeRunNobody"')


def test_a_source_runs_until_it_stops() -> None:
    class Count(Calculator, name="NodeRunCount", timestamp_offset=None):
        numbers = Outputs[int]()
        left = 3

        def process(self, cc: Context) -> None:
            if not self.left:
                raise StopGraph
            self.left -= 1
            cc.outputs[0].send(self.left, 10 - self.left)

    assert run_node('calculator: "NodeRunCount" output_stream: "a"')[""] == [(8, 2), (9, 1), (10, 0)]


def test_a_subgraph_is_a_node_too(tmp_path: Path) -> None:
    (
        tmp_path / "twice.pbtxt"
    ).write_text("""type: "NodeRunTwice" input_stream: "IN:in" output_stream: "OUT:out"
        node { calculator: "NodeRunScale" input_stream: "NUMBER:in" output_stream: "NUMBER:out" }""")
    node = 'calculator: "NodeRunTwice" input_stream: "IN:x" output_stream: "OUT:y"'
    assert run_node(node, {"IN": [(0, 1)]}, graph_path=[tmp_path])["OUT"] == [(0, 1)]


def test_it_gives_what_the_graph_gives() -> None:
    node = GraphConfig.from_text(f"node {{ {ONE} }}").node[0]
    items = [(t * t, t) for t in range(20)]
    found = []
    with Graph(GraphConfig(input_stream=("a",), node=(node,))) as graph:
        graph.observe("b", lambda packet: found.append((packet.time, packet.value)))
        graph.start()
        for time, value in items:
            graph.add_packet("a", value, time)
    assert run_node(node, {"NUMBER": items})["NUMBER"] == found
