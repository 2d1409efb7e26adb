"""Calculators as classes and as functions (spec rules C-1, PT-7)."""

from __future__ import annotations

from typing import Any

import pytest
from graph_runs import run_graph

from mpgraph import Calculator, CalculatorBase, Context, Contract, Graph, calculator, registry
from mpgraph.errors import ConfigError, RunError
from mpgraph.options import option, options
from mpgraph.packet_type import ANY, INT, STRING
from mpgraph.ports import Input, Inputs, Output, Port, SideInput


@options(message="calctest.Scale", extension=31_001)
class Scale:
    """Options of a calculator."""

    factor: int = option(1, default=2)


class Scaled(Calculator, name="CalcTestScaled"):
    """Multiplies."""

    options: Scale
    number = Input[int]("NUMBER")
    scaled = Output[int]("NUMBER")

    def process(self, cc: Context) -> None:
        cc.send(self.scaled, cc[self.number] * self.options.factor)


def names(cls: type[Calculator]) -> list[str]:
    return [port.attribute for port in cls.ports()]


def node(name: str, inputs: str = "in", output: str | None = "out", more: str = "") -> str:
    listed = " ".join(f'input_stream: "{entry}"' for entry in inputs.split())
    graph = " ".join(f'input_stream: "{entry.rpartition(":")[2]}"' for entry in inputs.split())
    out = f'output_stream: "{output}"' if output else ""
    return f'{graph} node {{ calculator: "{name}" {listed} {out} {more} }}'


# Classes.


def test_the_class_argument_registers_the_class() -> None:
    assert registry.find("CalcTestScaled") is Scaled
    assert Scaled.registered_name == "CalcTestScaled"


def test_a_class_without_a_name_is_not_registered() -> None:
    class Base(Calculator):
        """No name."""

    assert Base.registered_name == ""


def test_a_subclass_does_not_take_the_name_away() -> None:
    class Faster(Scaled):
        """No name of its own."""

    class Other(Scaled, name="CalcTestOther"):
        """A name of its own."""

    assert registry.find("CalcTestScaled") is Scaled
    assert registry.find("CalcTestOther") is Other


def test_ports_are_inherited_in_order() -> None:
    class More(Scaled):
        """One more."""

        extra = Input[str]("EXTRA", optional=True)

    assert names(Scaled) == ["number", "scaled"]
    assert names(More) == ["number", "scaled", "extra"]


def test_a_subclass_may_replace_a_port_or_drop_it() -> None:
    class Replaced(Scaled):
        """Another tag, in the same place."""

        number = Input[int]("FLAG")

    class Dropped(Scaled):
        """A sink."""

        scaled = None  # type: ignore[assignment]

    assert [(port.tag, port.type) for port in Replaced.ports()] == [("FLAG", INT), ("NUMBER", INT)]
    assert names(Dropped) == ["number"]


def test_ports_of_a_mixin_are_found() -> None:
    class Mixin:
        """No calculator."""

        extra = Input[str]("EXTRA")

    class Mixed(Mixin, Scaled):
        """Both."""

    assert sorted(names(Mixed)) == ["extra", "number", "scaled"]


def test_two_attributes_for_one_port_are_refused() -> None:
    with pytest.raises(TypeError, match="Twice: one and other are the same input IMAGE"):

        class Twice(Calculator):
            """Wrong."""

            one = Input[int]("IMAGE")
            other = Input[str]("IMAGE")


def test_one_tag_may_be_input_output_and_side_packet() -> None:
    class Same(Calculator):
        """Right."""

        one = Input[int]("IMAGE")
        two = Input[int]("IMAGE", 1)
        out = Output[int]("IMAGE")
        side = SideInput[int]("IMAGE")

    assert names(Same) == ["one", "two", "out", "side"]


def test_class_arguments_are_inherited_and_end_in_the_contract() -> None:
    class Lazy(
        Calculator,
        timestamp_offset=None,
        input_policy="ImmediateInputStreamHandler",
        process_timestamp_bounds=True,
    ):
        """Moves nothing by itself."""

    class Settled(Lazy, timestamp_offset=5):
        """But for this."""

    found = []
    for cls in (Scaled, Lazy, Settled):
        contract = empty_contract()
        cls.get_contract(contract)
        found.append((contract.timestamp_offset, contract.input_policy, contract.process_timestamp_bounds))
    assert found == [
        (0, None, False),
        (None, "ImmediateInputStreamHandler", True),
        (5, "ImmediateInputStreamHandler", True),
    ]


def empty_contract() -> Contract:
    from mpgraph.port_map import PortMap

    return Contract("n", "c", PortMap(), PortMap(), PortMap(), PortMap(), lambda cls: cls())


def test_an_unknown_class_argument_is_refused() -> None:
    with pytest.raises(TypeError, match="keyword argument"):

        class Typo(Calculator, timestamp_ofset=0):
            """Wrong."""


def test_the_options_class_is_that_of_the_annotation() -> None:
    class Inherits(Scaled):
        """That of its base."""

        more: int = 3

    class Without(Calculator):
        """None."""

    assert Scaled.options_class() is Scale
    assert Inherits.options_class() is Scale
    assert Without.options_class() is None
    assert CalculatorBase.options_class() is None


@pytest.mark.parametrize(
    ("more", "out"),
    [
        ("", 6),
        ("node_options: { [type.googleapis.com/calctest.Scale] { factor: 5 } }", 15),
        ("options: { [calctest.Scale.ext] { factor: 7 } }", 21),
    ],
)
def test_options_are_there_before_open(more: str, out: int) -> None:
    """G-8."""
    text = node("CalcTestScaled", "NUMBER:in", "NUMBER:out", more)
    assert run_graph(text, {"in": [(0, 3)]}, ["out"]) == {"out": [(0, out)]}


def test_each_run_has_an_instance_of_its_own() -> None:
    """C-1."""
    seen: list[object] = []

    class Remembers(Calculator, name="CalcTestRemembers"):
        """Tells who it is."""

        packets = Inputs[object]()

        def open(self, cc: Context) -> None:
            seen.append(self)

    with Graph(node("CalcTestRemembers", output=None)) as graph:
        for _ in range(2):
            graph.start()
            graph.close_all_inputs()
            graph.wait_until_done()
    assert len(seen) == 2
    assert seen[0] is not seen[1]


def test_the_plain_base_needs_a_contract() -> None:
    with pytest.raises(NotImplementedError):
        CalculatorBase.get_contract(empty_contract())


# Functions.


@calculator("CalcTestAdd", output="SUM")
def add(a: int, b: int) -> int:
    """Adds two numbers."""
    return a + b


@calculator("CalcTestLimit", side_inputs=("high", "low"))
def limit(x: int, high: int, low: int = 0) -> int:
    return max(low, min(x, high))


@calculator("CalcTestGreet")
def greet(name: str, title: str | None = None, *, times: int = 1) -> str | None:
    return None if name == "nobody" else f"{title or 'Dear'} {name}" * times


@calculator("CalcTestScaleFunction", output="OUT")
def scale(x: int, options: Scale, timestamp: int) -> tuple[int, int]:
    return x * options.factor, timestamp


@calculator("CalcTestLoose")
def loose(x, output=None):  # type: ignore[no-untyped-def]
    return [x, output]


LOGGED: list[Any] = []


@calculator("CalcTestLog")
def log(x: object) -> None:
    LOGGED.append(x)


def class_of(name: str) -> type[Calculator]:
    cls = registry.find(name)
    assert cls is not None
    assert issubclass(cls, Calculator)
    return cls


def ports(name: str) -> dict[str, Port[Any]]:
    return {port.tag: port for port in class_of(name).ports() if isinstance(port, Port)}


def test_the_function_stays_a_function() -> None:
    assert add(1, 2) == 3
    assert class_of("CalcTestAdd").__doc__ == "Adds two numbers."
    assert class_of("CalcTestAdd").__module__ == __name__


def test_parameters_are_inputs_and_the_result_is_the_output() -> None:
    made = ports("CalcTestAdd")
    assert [(tag, port.kind, port.type, port.optional) for tag, port in made.items()] == [
        ("A", "input", INT, False),
        ("B", "input", INT, False),
        ("SUM", "output", INT, False),
    ]


def test_a_default_makes_an_input_optional_and_none_is_no_type() -> None:
    made = ports("CalcTestGreet")
    assert {tag: (port.type, port.optional) for tag, port in made.items()} == {
        "NAME": (STRING, False),
        "TITLE": (STRING, True),
        "TIMES": (INT, True),
        "": (STRING, False),
    }


def test_what_is_not_annotated_is_of_any_type() -> None:
    made = ports("CalcTestLoose")
    assert {tag: (port.kind, port.type) for tag, port in made.items()} == {
        "X": ("input", ANY),
        "OUTPUT": ("input", ANY),
        "": ("output", ANY),
    }


def test_annotations_may_be_local_to_a_function() -> None:
    class Local:
        """A payload that only this function knows."""

    @calculator("CalcTestLocalAnnotation")
    def same(value: Local) -> Local:
        return value

    item = Local()
    text = node("CalcTestLocalAnnotation", "VALUE:in", "out")
    assert run_graph(text, {"in": [(0, item)]}, ["out"]) == {"out": [(0, item)]}
    with pytest.raises(RunError, match="Local"):
        run_graph(text, {"in": [(0, 1)]}, ["out"])


def test_a_parameter_may_be_called_as_the_output_is() -> None:
    text = node("CalcTestLoose", "X:x OUTPUT:y")
    assert run_graph(text, {"x": [(0, 1)], "y": [(0, 2)]}, ["out"]) == {"out": [(0, [1, 2])]}


def test_it_is_called_when_every_required_input_has_a_packet() -> None:
    text = node("CalcTestAdd", "A:a B:b", "SUM:sum")
    inputs = {"a": [(0, 1), (1, 2), (3, 4)], "b": [(0, 10), (2, 20), (3, 30)]}
    assert run_graph(text, inputs, ["sum"]) == {"sum": [(0, 11), (3, 34)]}


def test_optional_inputs_keep_their_default_where_they_have_no_packet() -> None:
    text = node("CalcTestGreet", "NAME:name TITLE:title")
    inputs = {"name": [(0, "Ada"), (1, "Bob"), (2, "nobody")], "title": [(1, "Mr"), (3, "Ms")]}
    assert run_graph(text, inputs, ["out"]) == {"out": [(0, "Dear Ada"), (1, "Mr Bob")]}
    assert run_graph(node("CalcTestGreet", "NAME:name"), {"name": [(0, "Ada")]}, ["out"]) == {
        "out": [(0, "Dear Ada")]
    }


def test_side_packets_of_a_function() -> None:
    text = node("CalcTestLimit", "X:x", more='input_side_packet: "HIGH:high" input_side_packet: "LOW:low"')
    assert run_graph(text, {"x": [(0, 9)]}, ["out"], {"high": 5}) == {"out": [(0, 5)]}
    assert run_graph(text, {"x": [(0, 1)]}, ["out"], {"high": 5, "low": 3}) == {"out": [(0, 3)]}


def test_a_required_side_packet_must_be_connected() -> None:
    with pytest.raises(ConfigError, match="input side packet HIGH is required but not connected"):
        Graph(node("CalcTestLimit", "X:x"))


def test_options_and_timestamp_of_a_function() -> None:
    assert set(ports("CalcTestScaleFunction")) == {"X", "OUT"}
    assert class_of("CalcTestScaleFunction").options_class() is Scale
    more = "options { [calctest.Scale.ext] { factor: 4 } }"
    text = node("CalcTestScaleFunction", "X:x", "OUT:out", more)
    assert run_graph(text, {"x": [(7, 3)]}, ["out"]) == {"out": [(7, (12, 7))]}


def test_a_function_that_returns_nothing_has_no_output() -> None:
    assert set(ports("CalcTestLog")) == {"X"}
    LOGGED.clear()
    run_graph(node("CalcTestLog", "X:x", None), {"x": [(0, "a"), (1, None)]}, [])
    assert LOGGED == ["a", None]


def _variadic(*x: int) -> int:
    return 0


def _keywords(**x: int) -> int:
    return 0


def _positional(x: int, /) -> int:
    return x


def _no_input() -> int:
    return 1


def _bare_options(x: int, options) -> int:  # type: ignore[no-untyped-def]
    return x


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (_variadic, {}, 'parameter ".x: .?int.?" cannot be a port'),
        (_keywords, {}, 'parameter "..x: .?int.?" cannot be a port'),
        (_positional, {}, 'parameter "x: .?int.?" cannot be a port'),
        (_no_input, {}, "_no_input has no parameter that is an input stream: write a source as a class"),
        (limit, {"side_inputs": ("x", "high", "low")}, "has no parameter that is an input stream"),
        (
            limit,
            {"side_inputs": ("hgh",)},
            'side_inputs names "hgh", which is no parameter; did you mean "high"',
        ),
        (_bare_options, {}, "annotate the parameter options with the options class"),
    ],
)
def test_functions_that_are_no_calculators(function: Any, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        calculator("CalcTestWrong", **arguments)(function)
    assert registry.find("CalcTestWrong") is None


def test_an_output_tag_must_be_one() -> None:
    with pytest.raises(ValueError, match='"sum" is no tag'):
        calculator("CalcTestWrong", output="sum")(_add_for_tag)


def _add_for_tag(a: int) -> int:
    return a


def test_the_name_of_another_class_is_refused_and_both_are_named() -> None:
    with pytest.raises(ConfigError) as failure:
        calculator("CalcTestScaled")(_add_for_tag)
    message = str(failure.value)
    assert '"CalcTestScaled" is registered twice' in message
    assert f"{__name__}.Scaled" in message
    assert f"{__name__}._add_for_tag" in message
