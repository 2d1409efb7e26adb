"""MuxInputStreamHandler: rule I-27, vector A-10."""

from __future__ import annotations

from typing import Any

import pytest

from mpgraph import Graph
from mpgraph.errors import ContractError, RunError
from mpgraph.packet import Packet
from mpgraph.runtime.policies.multiplex import MuxPolicy
from mpgraph.runtime.readiness import CLOSE, NOT_READY, READY
from mpgraph.runtime.stream import InputStream
from mpgraph.timestamp import DONE


class Owner:
    def notify(self) -> None:
        pass


def policy() -> tuple[InputStream, InputStream, InputStream, MuxPolicy]:
    a, b, select = (InputStream(name, Owner()) for name in ("a", "b", "select"))
    return a, b, select, MuxPolicy([a, b, select])


def stamps(packets: Any) -> list[tuple[Any, int]]:
    return [(None if p.is_empty() else p.value, p.time) for p in packets]


def test_the_selected_stream_is_waited_for() -> None:
    a, b, select, mux = policy()
    assert mux.readiness()[0] is NOT_READY
    select.add(Packet(1, 5))
    assert mux.readiness() == (NOT_READY, 5)
    a.add(Packet("a5", 5))
    assert mux.readiness() == (NOT_READY, 5)
    b.add(Packet("b5", 5))
    assert mux.readiness() == (READY, 5)
    packets = mux.fill(5)
    assert stamps(packets)[1:] == [("b5", 5), (1, 5)]
    assert packets[0].is_empty()
    assert not a.queue  # outdated


def test_a_bound_or_a_later_packet_of_the_selected_stream_will_do() -> None:
    a, b, select, mux = policy()
    select.add(Packet(0, 5))
    a.set_bound(6)
    assert mux.readiness() == (READY, 5)
    assert stamps(mux.fill(5))[::2] == [(None, 5), (0, 5)]
    select.add(Packet(1, 6))
    b.add(Packet("b9", 9))
    assert mux.readiness() == (READY, 6)
    assert stamps(mux.fill(6))[1:] == [(None, 8), (1, 6)]
    assert len(b.queue) == 1


def test_it_ends_with_the_selecting_stream() -> None:
    a, b, select, mux = policy()
    select.add(Packet(0, 5))
    select.set_bound(DONE)
    a.add(Packet("a5", 5))
    b.add(Packet("b9", 9))
    assert mux.readiness() == (READY, 5)
    mux.fill(5)
    assert mux.readiness() == (CLOSE, DONE)


TEXT = """
input_stream: "i0" input_stream: "i1" input_stream: "select"
node { calculator: "MuxCalculator" input_stream: "INPUT:0:i0" input_stream: "INPUT:1:i1"
       input_stream: "SELECT:select" output_stream: "OUTPUT:chosen" }
node { calculator: "PassThroughCalculator" input_stream: "select" input_stream: "chosen"
       output_stream: "o0" output_stream: "o1" }
"""


def test_a_mux_in_a_graph() -> None:
    """A-10, with its packets."""
    found: list[tuple[str, Any, int]] = []
    with Graph(TEXT) as graph:
        graph.observe("o0", lambda packet: found.append(("o0", packet.value, packet.time)))
        graph.observe("o1", lambda packet: found.append(("o1", packet.value, packet.time)))
        graph.start()

        def step(name: str, t: int, value: int) -> list[tuple[str, Any, int]]:
            before = len(found)
            graph.add_packet(name, value, t)
            graph.wait_until_idle()
            return sorted(found[before:])

        assert step("select", 1, 0) == []
        assert step("i0", 2, 1000) == [("o0", 0, 1)]
        assert step("i1", 1, 600) == []
        assert step("i1", 4, 800) == []
        assert step("select", 2, 0) == [("o0", 0, 2), ("o1", 1000, 2)]
        assert step("select", 3, 1) == [("o0", 1, 3)]
        assert step("select", 4, 1) == [("o0", 1, 4), ("o1", 800, 4)]


def test_late_packets_that_are_not_selected_do_not_stay() -> None:
    """A-10: they never fill a queue."""
    a, b, select, mux = policy()
    for t in range(20):
        select.add(Packet(0, t))
        a.add(Packet("a", t))
        assert mux.readiness() == (READY, t)
        mux.fill(t)
        b.add(Packet("b", t))
        assert mux.readiness()[0] is NOT_READY
        assert not b.queue


@pytest.mark.parametrize("selected", [-1, 2])
def test_a_selection_out_of_range_fails_the_run(selected: int) -> None:
    """I-27: where upstream aborts."""
    graph = Graph(TEXT)
    graph.start()
    with pytest.raises(RunError, match=f'"select" selects input {selected}, but there are 2') as failure:
        graph.process({"select": selected}, 1)
    assert failure.value.__notes__ == ['input policy of node "MuxCalculator"']
    with pytest.raises(RunError):
        graph.close()


def test_a_node_with_one_input_has_nothing_to_select() -> None:
    with pytest.raises(ContractError, match="at least one to be selected"):
        Graph(
            """input_stream: "a" node { calculator: "PassThroughCalculator" input_stream: "a" output_stream: "b"
            input_stream_handler { input_stream_handler: "MuxInputStreamHandler" } }"""
        )
