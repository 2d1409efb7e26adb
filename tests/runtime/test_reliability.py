"""Whatever fails, wherever: the run ends, what was opened is closed once, and one error tells it all."""

from __future__ import annotations

import re
import threading
import traceback
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from mpgraph import (
    Calculator,
    Context,
    Contract,
    Graph,
    Input,
    Output,
    Packet,
    SideInput,
    SideOutput,
)
from mpgraph.errors import CalculatorError, ConfigError, PacketTypeError, RunError
from mpgraph.packet_generator import PacketGenerator
from mpgraph.status_handler import StatusHandler

KINDS = (ZeroDivisionError, MemoryError, RecursionError, PacketTypeError, KeyboardInterrupt, SystemExit)
THREADS = (0, 1, 4)
FAILS_AT = 3
"""The timestamp of the call of `process` that fails."""


class Fault:
    """Where to fail, and with what; and what the nodes lived through."""

    def __init__(self, place: str, kind: type[BaseException]) -> None:
        self.place = place
        self.kind = kind
        self.lives: list[tuple[str, str]] = []

    def reach(self, place: str) -> None:
        """Fails if this is the place."""
        if place == self.place:
            raise self.kind("on purpose")  # the author's line

    def check_lives(self) -> None:
        """All whose Open succeeded were closed, once, and nothing else was."""
        counts = Counter(self.lives)
        assert {count for (what, _), count in counts.items() if what == "opened"} <= {1}
        assert {name for what, name in counts if what == "opened"} == {
            name for what, name in counts if what == "closed"
        }
        assert {count for (what, _), count in counts.items() if what == "closed"} <= {1}


class Node(Calculator, name="ReliabilityNode"):
    packet = Input[object]()
    passed = Output[object]()
    fault = SideInput[Fault]("FAULT")

    def open(self, cc: Context) -> None:
        cc[self.fault].reach(f"open of {cc.node_name}")
        cc[self.fault].lives.append(("opened", cc.node_name))

    def process(self, cc: Context) -> None:
        if cc.timestamp == FAILS_AT:
            cc[self.fault].reach(f"process of {cc.node_name}")
        cc.send_packet(self.passed, cc.packet(self.packet))

    def close(self, cc: Context) -> None:
        cc[self.fault].lives.append(("closed", cc.node_name))
        cc[self.fault].reach(f"close of {cc.node_name}")


class Source(Calculator, name="ReliabilitySource", timestamp_offset=None):
    """Sends for ever."""

    number = Output[object]()
    fault = SideInput[Fault]("FAULT")

    def open(self, cc: Context) -> None:
        cc[self.fault].reach(f"open of {cc.node_name}")
        cc[self.fault].lives.append(("opened", cc.node_name))
        self.next = 0

    def process(self, cc: Context) -> None:
        if self.next == FAILS_AT:
            cc[self.fault].reach(f"process of {cc.node_name}")
        cc.send(self.number, self.next, self.next)
        self.next += 1

    def close(self, cc: Context) -> None:
        cc[self.fault].lives.append(("closed", cc.node_name))
        cc[self.fault].reach(f"close of {cc.node_name}")


class Maker(Calculator, name="ReliabilityMaker"):
    """Makes a side packet, which the node after it waits for."""

    fault = SideInput[Fault]("FAULT")
    made = SideOutput[Fault]("MADE")

    def open(self, cc: Context) -> None:
        cc[self.fault].reach(f"open of {cc.node_name}")
        cc[self.fault].lives.append(("opened", cc.node_name))
        cc.send(self.made, cc[self.fault])

    def close(self, cc: Context) -> None:
        cc[self.fault].lives.append(("closed", cc.node_name))
        cc[self.fault].reach(f"close of {cc.node_name}")


TEXT = """input_stream: "in"
node { name: "maker" calculator: "ReliabilityMaker" input_side_packet: "FAULT:fault"
  output_side_packet: "MADE:made" }
node { name: "first" calculator: "ReliabilityNode" input_stream: "in" output_stream: "a"
  input_side_packet: "FAULT:fault" }
node { name: "middle" calculator: "ReliabilityNode" input_stream: "a" output_stream: "b"
  input_side_packet: "FAULT:made" }
node { name: "parallel" calculator: "ReliabilityNode" input_stream: "b" output_stream: "c"
  input_side_packet: "FAULT:fault" max_in_flight: 3 }
"""
WITH_SOURCE = f"""{TEXT}max_queue_size: 5
node {{ name: "source" calculator: "ReliabilitySource" output_stream: "s" input_side_packet: "FAULT:fault" }}
node {{ name: "after" calculator: "ReliabilityNode" input_stream: "s" output_stream: "t"
  input_side_packet: "FAULT:fault" }}
"""
PLACES = [
    *("open of maker", "open of first", "open of middle", "open of parallel"),
    *("process of first", "process of middle", "process of parallel"),
    *("close of maker", "close of first", "close of middle", "close of parallel"),
]
PLACES_OF_SOURCES = ["open of source", "process of source", "open of after", "process of after"]


def use(graph: Graph, fault: Fault) -> None:
    """What an application does with it."""
    graph.start({"fault": Packet(fault)})
    for time in range(6):
        graph.add_packet("in", time, time)
    graph.close_input("in")
    graph.wait_until_done()


def failure(graph: Graph, fault: Fault, call: Callable[[], object]) -> RunError:
    """What the run failed with; what is no `Exception` may reach the caller as it is."""
    try:
        call()
    except RunError as error:
        return error
    except BaseException as error:
        if type(error) is not fault.kind or isinstance(error, Exception):
            raise
        (recorded,) = graph.errors
        return recorded
    pytest.fail("nothing was raised")


def check_ended(graph: Graph) -> None:
    """The run is over once the graph is closed, and closing it once more is harmless."""
    with suppress(RunError):
        graph.close()
    assert not graph.is_running()
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("mpgraph")]
    graph.close()


@pytest.mark.parametrize("threads", THREADS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", [*PLACES, *PLACES_OF_SOURCES])
def test_a_calculator_that_fails(place: str, kind: type[BaseException], threads: int) -> None:
    """C-6, C-8, C-9: and the graph can be run again."""
    graph = Graph(WITH_SOURCE if place in PLACES_OF_SOURCES else TEXT, num_threads=threads)
    fault = Fault(place, kind)
    error = failure(graph, fault, lambda: use(graph, fault))
    phase, _, node = place.partition(" of ")
    assert isinstance(error, CalculatorError)
    assert (error.node, error.phase) == (node, phase)
    assert error.timestamp == (None if phase != "process" else 0 if node == "source" else FAILS_AT)
    assert type(error.__cause__) is kind
    assert re.search(
        rf'node "{node}" .*failed in {phase}.*{kind.__name__}: on purpose .*test_reliability\.py:\d+',
        str(error),
    )
    assert "".join(traceback.format_exception(error)).count("# the author's line") == 1
    check_ended(graph)
    fault.check_lives()
    if place not in PLACES_OF_SOURCES:
        healthy = Fault("", kind)
        use(graph, healthy)
        healthy.check_lives()
        assert len(healthy.lives) == 8


@pytest.mark.parametrize("threads", THREADS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", ["close of source", "close of after"])
def test_an_end_that_fails(place: str, kind: type[BaseException], threads: int) -> None:
    """Of a source that the application stops, and of the node after it."""
    graph = Graph(WITH_SOURCE, num_threads=threads)
    fault = Fault(place, kind)

    def stop() -> None:
        graph.start({"fault": Packet(fault)})
        graph.close_all_inputs()
        graph.wait_until_done()

    error = failure(graph, fault, stop)
    assert isinstance(error, CalculatorError)
    assert (f"{error.phase} of {error.node}", error.timestamp) == (place, None)
    check_ended(graph)
    fault.check_lives()


@pytest.mark.parametrize("threads", THREADS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bounds", [False, True])
def test_an_observer_that_fails(bounds: bool, kind: type[BaseException], threads: int) -> None:
    """OB-2."""
    fault = Fault("observer", kind)
    graph = Graph(TEXT, num_threads=threads)
    graph.observe("c", lambda _: fault.reach("observer"), bounds=bounds)
    error = failure(graph, fault, lambda: use(graph, fault))
    assert re.search(rf'observer of stream "c" failed: {kind.__name__}: on purpose .*\.py:\d+', str(error))
    assert type(error.__cause__) is kind
    check_ended(graph)
    fault.check_lives()


@pytest.mark.parametrize("threads", THREADS)
@pytest.mark.parametrize("kind", KINDS)
def test_an_error_callback_that_fails(
    kind: type[BaseException], threads: int, caplog: pytest.LogCaptureFixture
) -> None:
    """S-25: it is logged, and what the run failed with stays what it was."""
    fault, told = Fault("process of middle", ValueError), Fault("on_error", kind)
    graph = Graph(TEXT, num_threads=threads, on_error=lambda _: told.reach("on_error"))
    with pytest.raises((CalculatorError, kind), match="on purpose"):
        use(graph, fault)
    (error,) = graph.errors
    assert isinstance(error, CalculatorError)
    assert (error.node, type(error.__cause__)) == ("middle", ValueError)
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [kind]
    check_ended(graph)
    fault.check_lives()


@pytest.mark.parametrize("kind", KINDS)
def test_an_executor_that_fails(kind: type[BaseException]) -> None:
    """S-4: its own error reaches whoever made it submit, and the graph can still be ended."""

    class Refuses(ThreadPoolExecutor):
        def submit(self, *arguments: Any, **named: Any) -> Any:
            raise kind("on purpose")

    text = TEXT.replace('name: "middle"', 'name: "middle" executor: "given"') + 'executor { name: "given" }'
    fault = Fault("", kind)
    with Refuses(1) as executor:
        graph = Graph(text, num_threads=0, executors={"given": executor})
        with pytest.raises(kind, match="on purpose"):
            use(graph, fault)
        graph.cancel()
        with pytest.raises(RunError):
            graph.wait_until_done()
    check_ended(graph)
    fault.check_lives()


class FailingContract(Calculator, name="ReliabilityContract"):
    packet = Input[object]()

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        raise CONTRACT.kind("on purpose")


CONTRACT = Fault("contract", Exception)


@pytest.mark.parametrize("kind", KINDS)
def test_a_contract_that_fails(kind: type[BaseException]) -> None:
    """An error of the config names the node; what is no `Exception` is nobody's to hold back."""
    CONTRACT.kind = kind
    text = 'input_stream: "in"\nnode { name: "bad" calculator: "ReliabilityContract" input_stream: "in" }'
    if not issubclass(kind, Exception):
        with pytest.raises(kind, match="on purpose"):
            Graph(text)
        return
    with pytest.raises(ConfigError, match="on purpose") as caught:
        Graph(text)
    assert "bad" in str(caught.value)
    assert ":2:" in str(caught.value)


class Generator(PacketGenerator, name="ReliabilityGenerator"):
    fault = SideInput[Fault]("FAULT")
    made = SideOutput[Fault]("MADE")

    def generate(self, cc: Context) -> None:
        cc[self.fault].reach("generator")
        cc.send(self.made, cc[self.fault])


class Handler(StatusHandler, name="ReliabilityHandler"):
    fault = SideInput[Fault]("FAULT")

    def handle_pre_run_status(self, cc: Context, error: Exception | None) -> None:
        cc[self.fault].lives.append(("opened", "handler"))
        cc[self.fault].reach("handler before")

    def handle_status(self, cc: Context, error: Exception | None) -> None:
        cc[self.fault].lives.append(("closed", "handler"))
        cc[self.fault].reach("handler after")


JOBS = f"""{TEXT.replace('"FAULT:made"', '"FAULT:generated"')}
packet_generator {{ packet_generator: "ReliabilityGenerator" input_side_packet: "FAULT:fault"
  output_side_packet: "MADE:generated" }}
status_handler {{ status_handler: "ReliabilityHandler" input_side_packet: "FAULT:fault" }}
"""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", ["generator", "handler before", "handler after"])
def test_a_generator_or_handler_that_fails(place: str, kind: type[BaseException]) -> None:
    """PG-1, SH-1."""
    graph = Graph(JOBS, num_threads=1)
    fault = Fault(place, kind)
    with pytest.raises(RunError if issubclass(kind, Exception) else kind, match="on purpose") as caught:
        use(graph, fault)
    if issubclass(kind, Exception):
        assert type(caught.value.__cause__) is kind
    check_ended(graph)
    counts = Counter(fault.lives)
    nodes = {name for _, name in counts if name != "handler"}
    assert all(counts["opened", name] == counts["closed", name] == 1 for name in nodes)
    healthy = Fault("", kind)
    use(graph, healthy)
    healthy.check_lives()
