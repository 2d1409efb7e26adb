"""`run_graph`: a graph on packets that are known beforehand."""

from __future__ import annotations

import pytest

from mpgraph import Calculator, Context, Input, Output, Packet, SideInput
from mpgraph.errors import PacketTypeError, RunError, TimestampError
from mpgraph.packet import NOTHING
from mpgraph.packet_type import UINT64
from mpgraph.testing import run_graph


class Add(Calculator, name="GraphRunAdd"):
    a = Input[int]("A")
    b = Input[int]("B", optional=True)
    more = SideInput[int]("MORE", optional=True)
    total = Output[int]()

    def process(self, cc: Context) -> None:
        if self.a in cc:
            cc.send(self.total, cc[self.a] + cc.get(self.b, 0) + cc.get(self.more, 0))


ADD = """input_stream: "a" input_stream: "b" output_stream: "total"
node { calculator: "GraphRunAdd" input_stream: "A:a" input_stream: "B:b" output_stream: "total" %s }"""
WITH_SIDE = ADD % 'input_side_packet: "MORE:more"'


@pytest.mark.parametrize("threads", [None, 0, 1, 4])
def test_packets_meet_by_timestamp(threads: int | None) -> None:
    inputs = {"a": [(0, 1), (5, 2), (9, 3)], "b": [(5, 10), (7, 20)]}
    assert run_graph(ADD % "", inputs, threads=threads) == {"total": [(0, 1), (5, 12), (9, 3)]}


def test_any_stream_can_be_watched_and_none_need_come() -> None:
    found = run_graph(ADD % "", {"a": iter([(3, 1)])}, outputs=["a", "total", "b"])
    assert found == {"a": [(3, 1)], "total": [(3, 1)], "b": []}


def test_side_packets() -> None:
    assert run_graph(WITH_SIDE, {"a": [(0, 1)]}, {"more": 100}) == {"total": [(0, 101)]}
    assert run_graph(WITH_SIDE, {"a": [(0, 1)]}, {"more": Packet(5)}) == {"total": [(0, 6)]}


def test_bounds_are_told_apart_from_packets() -> None:
    """Also from packets whose value is None."""
    text = 'input_stream: "in" output_stream: "in" '
    items = [Packet(None).at(1), Packet.empty(4), Packet(7).at(6)]
    found = run_graph(text, {"in": items}, outputs=["in"], bounds=True, threads=0)
    assert [item for item in found["in"] if item[1] is not NOTHING] == [(1, None), (6, 7)]
    assert (4, NOTHING) in found["in"]


def test_a_packet_keeps_its_declared_type() -> None:
    """Which a port of another type then refuses."""
    with pytest.raises(PacketTypeError, match="int64_t"):
        run_graph(ADD % "", {"a": [(0, Packet(3, declared=UINT64))]})


def test_a_stream_that_goes_backwards_fails_as_it_does_in_a_graph() -> None:
    """The merge of the streams does not sort a stream."""
    with pytest.raises(TimestampError):
        run_graph(ADD % "", {"a": [(5, 1), (4, 1)]})


def test_unknown_streams_are_refused() -> None:
    with pytest.raises(RunError, match='"c" is not an input stream'):
        run_graph(ADD % "", {"c": [(0, 1)]})
    with pytest.raises(RunError, match='cannot observe stream "c"'):
        run_graph(ADD % "", outputs=["c"])
