"""Graph services: rules SV-1 to SV-5."""

from __future__ import annotations

import gc
import weakref

import pytest

from mpgraph import Calculator, Context, Contract, Graph, Input, Output, SideOutput
from mpgraph.errors import CalculatorError, RunError
from mpgraph.resources import Resources
from mpgraph.service import GraphService


class Clock:
    def __init__(self, now: int = 0) -> None:
        self.now = now


CLOCK = GraphService("clock", Clock, Clock)
PRINTER = GraphService("printer", Clock)


class Telling(Calculator, name="ServiceTelling"):
    tick = Input[int]()
    now = Output[int]()

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        super().get_contract(contract)
        contract.use_service(CLOCK)
        contract.use_service(PRINTER, optional=True)

    def process(self, cc: Context) -> None:
        printer = cc.service(PRINTER).now if cc.has_service(PRINTER) else 0
        cc.send(self.now, cc.service(CLOCK).now + printer)


class Needing(Calculator, name="ServiceNeeding", services=(PRINTER,)):
    tick = Input[int]()

    def process(self, cc: Context) -> None:
        cc.service(CLOCK)


class Wanting(Calculator, name="ServiceWanting"):
    tick = Input[int]()

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        super().get_contract(contract)
        contract.use_service(PRINTER, optional=True)

    def process(self, cc: Context) -> None:
        cc.service(PRINTER)


def text(calculator: str, outputs: str = "") -> str:
    return f'input_stream: "in" node {{ calculator: "{calculator}" input_stream: "in" {outputs} }}'


def told(**arguments: object) -> list[int]:
    found: list[int] = []
    with Graph(text("ServiceTelling", 'output_stream: "out"'), **arguments) as graph:  # type: ignore[arg-type]
        graph.observe("out", lambda packet: found.append(packet.value))
        graph.start()
        graph.process({"in": 1}, 1)
    return found


def test_the_applications_object_is_used() -> None:
    """SV-1."""
    assert told(services={"clock": Clock(5)}) == [5]
    assert told(services={"clock": Clock(5), "printer": Clock(2)}) == [7]


def test_a_default_is_made_where_there_is_one() -> None:
    """SV-2."""
    assert told() == [0]


def test_it_goes_with_its_graph() -> None:
    """At once, not when garbage is collected: it may be a device."""
    graph = Graph(text("ServiceTelling", 'output_stream: "out"'))
    gc.collect()
    gc.disable()
    try:
        graph.start()
        graph.process({"in": 1}, 1)
        graph.close()
        made = weakref.ref(graph._services["clock"])
        assert made() is not None
        del graph
        assert made() is None
    finally:
        gc.enable()


def test_defaults_can_be_disallowed() -> None:
    """SV-2: also then the graph can be started once it has what it needs."""
    graph = Graph(text("ServiceTelling", 'output_stream: "out"'), make_services=False)
    with pytest.raises(RunError, match="default initialization is disallowed") as failure:
        graph.start()
    assert 'Service "clock", required by node "ServiceTelling", was not provided' in str(failure.value)


def test_a_required_service_must_be_given() -> None:
    """SV-2."""
    with pytest.raises(RunError, match="Graph service 'printer' does not support default initialization"):
        Graph(text("ServiceNeeding")).start()


@pytest.mark.parametrize(
    ("calculator", "message"),
    [
        ("ServiceNeeding", 'service "clock" .* was not asked for: call contract.use_service'),
        ("ServiceWanting", 'service "printer" .* is not available; test with has_service'),
    ],
)
def test_using_what_was_not_asked_for_or_is_not_there(calculator: str, message: str) -> None:
    """SV-3."""
    services = {"printer": Clock()} if calculator == "ServiceNeeding" else {}
    graph = Graph(text(calculator), services=services)
    graph.start()
    with pytest.raises(CalculatorError, match=message):
        graph.process({"in": 1}, 1)
    with pytest.raises(CalculatorError):
        graph.close()


@pytest.mark.parametrize("wrong", [None, 3])
def test_an_object_of_another_class_is_refused(wrong: object) -> None:
    """SV-3."""
    with pytest.raises(TypeError, match='service "clock" takes a Clock, got'):
        Graph(text("ServiceTelling", 'output_stream: "out"'), services={"clock": wrong})


class Shelf(Resources):
    """Resources that are no files."""

    def read(self, resource_id: str) -> bytes:
        return f"the {resource_id}".encode()


class Reading(Calculator, name="ServiceReading"):
    text = SideOutput[str]()

    def open(self, cc: Context) -> None:
        cc.send(self.text, cc.resources.read_text("book"))


def test_the_applications_resources_are_used() -> None:
    """SV-5: they can be overridden as a whole."""
    graph = Graph('node { calculator: "ServiceReading" output_side_packet: "text" }', resources=Shelf())
    graph.run()
    assert graph.output_side_packet("text").value == "the book"
