"""Side packets of a run: made in every phase, given by the application, or missing (spec C-50 to C-53)."""

from __future__ import annotations

import pytest

from mpgraph import (
    Calculator,
    Context,
    Graph,
    Input,
    Output,
    Packet,
    SideInput,
    SideOutput,
    StopGraph,
    registry,
)
from mpgraph.errors import (
    CalculatorError,
    SidePacketError,
)


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


def test_stopping_is_no_error() -> None:
    """E-8, S-16: a source that stops ends the run well; a run can be started again."""
    graph = Graph('node { calculator: "RunsTelling" input_side_packet: "s" output_stream: "told" }')
    for _ in range(3):
        graph.run({"s": 1})
        assert graph.errors == ()
