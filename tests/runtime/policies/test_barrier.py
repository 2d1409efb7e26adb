"""BarrierInputStreamHandler: rules I-29 and I-9."""

from __future__ import annotations

from mpgraph import Calculator, Context, Graph, Inputs, Output
from mpgraph.packet import Packet
from mpgraph.runtime.policies.barrier import BarrierPolicy
from mpgraph.runtime.readiness import CLOSE, NOT_READY, READY
from mpgraph.runtime.stream import InputStream
from mpgraph.timestamp import DONE


class Owner:
    def notify(self) -> None:
        pass


def test_one_packet_of_each_whatever_the_timestamps() -> None:
    a, b = InputStream("a", Owner()), InputStream("b", Owner())
    barrier = BarrierPolicy([a, b])
    a.add(Packet("a9", 9))
    a.add(Packet("a3", 3))  # back in time: nobody minds
    assert barrier.readiness()[0] is NOT_READY
    b.add(Packet("b5", 5))
    assert barrier.readiness() == (READY, 5)
    assert [packet.value for packet in barrier.fill(5)] == ["a9", "b5"]
    assert barrier.readiness()[0] is NOT_READY
    b.set_bound(DONE)
    assert barrier.readiness() == (CLOSE, DONE)


def test_an_ended_stream_gives_what_it_has() -> None:
    a, b = InputStream("a", Owner()), InputStream("b", Owner())
    barrier = BarrierPolicy([a, b])
    a.add(Packet("a1", 1))
    a.set_bound(DONE)
    assert barrier.readiness()[0] is NOT_READY
    b.add(Packet("b2", 2))
    assert barrier.readiness() == (READY, 1)
    barrier.fill(1)
    assert barrier.readiness() == (CLOSE, DONE)


class Pair(Calculator, name="MakePairForBarrier", timestamp_offset=None):
    packets = Inputs[int]()
    pair = Output[object]()

    def process(self, cc: Context) -> None:
        cc.send(self.pair, tuple(packet.value for packet in cc.inputs))


def test_a_graph_that_pairs_streams_with_clocks_of_their_own() -> None:
    found = []
    text = """input_stream: "a" input_stream: "b"
    node { calculator: "MakePairForBarrier" input_stream: "a" input_stream: "b" output_stream: "pair"
           input_stream_handler { input_stream_handler: "BarrierInputStreamHandler" } }"""
    with Graph(text) as graph:
        graph.observe("pair", lambda packet: found.append(packet.value))
        graph.start()
        for a, b in ((1, 100), (5, 50), (6, 200)):
            graph.add_packet("a", a, a)
            if b != 50:  # graph inputs themselves must increase
                graph.add_packet("b", b, b)
    assert found == [(1, 100), (5, 200)]
