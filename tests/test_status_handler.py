"""Status handlers (spec SH-1)."""

from __future__ import annotations

import pytest

from mpgraph import Calculator, Context, Graph, Input, SideInput, SideOutput
from mpgraph.errors import CalculatorError, CancelledError, ConfigError, RunError
from mpgraph.packet_generator import PacketGenerator
from mpgraph.status_handler import StatusHandler

CALLS: list[str] = []


@pytest.fixture(autouse=True)
def _calls() -> None:
    CALLS.clear()


class Note(StatusHandler, name="ShNote"):
    """Notes what it hears; fails where it is told to."""

    word = SideInput[str]("WORD", optional=True)
    fail = SideInput[str]("FAIL", optional=True)

    def handle_pre_run_status(self, cc: Context, error: Exception | None) -> None:
        self._note(cc, "before", error)

    def handle_status(self, cc: Context, error: Exception | None) -> None:
        self._note(cc, "after", error)

    def _note(self, cc: Context, when: str, error: Exception | None) -> None:
        CALLS.append(f"{when} {cc.get(self.word, '')} {type(error).__name__ if error else 'well'}")
        if cc.get(self.fail, "") == when:
            msg = "no luck"
            raise ValueError(msg)


class Needs(StatusHandler, name="ShNeeds"):
    """Takes a side packet that must be there."""

    word = SideInput[str]()

    def handle_status(self, cc: Context, error: Exception | None) -> None:
        CALLS.append(f"needs {cc[self.word]}")


class Word(Calculator, name="ShWord"):
    """Makes a side packet."""

    word = SideOutput[str]()

    def open(self, cc: Context) -> None:
        CALLS.append("open")
        cc.send(self.word, "made")

    def close(self, cc: Context) -> None:
        CALLS.append("close")


class Fails(Calculator, name="ShFails"):
    """Fails at a packet."""

    value = Input[int]()

    def process(self, cc: Context) -> None:
        msg = "boom"
        raise OSError(msg)

    def close(self, cc: Context) -> None:
        CALLS.append("close")


class Broken(PacketGenerator, name="ShBroken"):
    """Fails."""

    def generate(self, cc: Context) -> None:
        msg = "no packet"
        raise ValueError(msg)


NOTE = 'status_handler { status_handler: "ShNote" input_side_packet: "WORD:w" input_side_packet: "FAIL:f" } '
FAILS = 'input_stream: "in" node { calculator: "ShFails" input_stream: "in" } '


def test_handlers_hear_of_each_run_in_order() -> None:
    """Pins HandlersRun."""
    graph = Graph(
        NOTE + 'node { calculator: "ShWord" output_side_packet: "s" }' + NOTE.replace("WORD:w", "WORD:v")
    )
    graph.run({"w": "one", "v": "two"})
    assert CALLS == [
        "before one well",
        "before two well",
        "open",
        "close",
        "after one well",
        "after two well",
    ]
    CALLS.clear()
    graph.run({"w": "three"})
    assert CALLS[0] == "before three well"
    assert CALLS[-2:] == ["after three well", "after  well"]


def test_a_failed_run_is_told_before_its_nodes_are_closed() -> None:
    graph = Graph(NOTE + FAILS)
    graph.start()
    with pytest.raises(CalculatorError, match="boom"):
        graph.process({"in": 1}, 0)
    with pytest.raises(CalculatorError, match="boom"):
        graph.wait_until_done()
    assert CALLS == ["before  well", "after  CalculatorError", "close"]
    assert CALLS.count("after  CalculatorError") == 1
    graph.wait_until_done()
    assert len(CALLS) == 3


def test_a_cancelled_run_is_told_too() -> None:
    with pytest.raises(KeyError), Graph(NOTE + 'input_stream: "in"') as graph:
        graph.start()
        raise KeyError
    assert ["before  well", f"after  {CancelledError.__name__}"] == CALLS


def test_a_handler_that_fails_makes_the_run_fail() -> None:
    graph = Graph(NOTE)
    with pytest.raises(
        CalculatorError, match=r"ShNote::HandlePreRunStatus failed: ValueError: no luck"
    ) as failure:
        graph.run({"f": "before"})
    assert isinstance(failure.value.__cause__, ValueError)
    assert CALLS == ["before  well"]  # it did not begin
    with pytest.raises(CalculatorError, match=r"ShNote::HandleStatus failed: ValueError: no luck"):
        graph.run({"f": "after"})
    graph.run()


def test_a_handler_without_its_side_packet_is_left_out() -> None:
    """What a calculator makes is not there before the run; afterwards it is."""
    text = """
        status_handler { status_handler: "ShNeeds" input_side_packet: "s" }
        node { calculator: "ShWord" output_side_packet: "s" }
    """
    graph = Graph(text)
    with pytest.raises(RunError) as failure:
        graph.run()
    assert (
        str(failure.value) == "Skipping run of ShNeeds: FillPacketSet failed:\nMissing input side packet: s"
    )


def test_a_generator_that_fails_is_told_before_the_run() -> None:
    graph = Graph(NOTE + 'packet_generator { packet_generator: "ShLater" input_side_packet: "x" }')
    with pytest.raises(CalculatorError, match="no packet"):
        graph.start({"x": 1})
    assert CALLS == ["before  CalculatorError"]


class Later(Broken, name="ShLater"):
    """Fails when the run begins: it has an input that comes late."""

    late = SideInput[int](optional=True)


def test_what_is_no_handler() -> None:
    """V-7, V-8, PT-6; Pins StatusHandlerInputVerification."""
    with pytest.raises(ConfigError, match='Unable to find StatusHandler "ShNothing"'):
        Graph('status_handler { status_handler: "ShNothing" }')
    with pytest.raises(ConfigError, match='"ShWord" is a Calculator, not a StatusHandler'):
        Graph('status_handler { status_handler: "ShWord" }')
    with pytest.raises(ConfigError, match='"ShNote" is a StatusHandler, not a Calculator'):
        Graph('node { calculator: "ShNote" }')
    with pytest.raises(ConfigError, match=r"input side packet TAG .* is not a port of this calculator"):
        Graph('status_handler { status_handler: "ShNote" input_side_packet: "TAG:w" }')
