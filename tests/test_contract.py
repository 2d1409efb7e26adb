"""Contracts (spec rules PT-6, PT-7, V-10, V-11)."""

from __future__ import annotations

from typing import Any

import pytest

from mpgraph.contract import Contract, PortTypes
from mpgraph.packet_type import ANY, INT, STRING
from mpgraph.port_map import PortId, PortMap
from mpgraph.ports import Input, Inputs, Kind, Output, Outputs, SideInput, SideOutput

KINDS: list[Kind] = ["input", "output", "side_input", "side_output"]


def contract(inputs: list[str] = [], outputs: list[str] = [], **sides: list[str]) -> Contract:  # noqa: B006
    return Contract(
        "node",
        "TestCalculator",
        PortMap(inputs),
        PortMap(outputs),
        PortMap(sides.get("side_inputs", [])),
        PortMap(sides.get("side_outputs", [])),
        lambda cls: cls(),
    )


def problems(types: PortTypes) -> list[tuple[str, int | None]]:
    return types.problems("input stream")


def test_the_four_kinds_of_ports() -> None:
    made = contract(["a"], ["b"], side_inputs=["c"], side_outputs=["d"])
    assert [made.ports(kind).map.names for kind in KINDS] == [("a",), ("b",), ("c",), ("d",)]


def test_what_a_contract_says_at_first() -> None:
    made = contract()
    assert made.timestamp_offset is None
    assert made.input_policy is None
    assert made.process_timestamp_bounds is False
    assert made.options(list) == []


def test_a_node_without_ports_has_no_problem() -> None:
    assert problems(PortTypes(PortMap())) == []


def test_what_is_declared_and_connected_fits() -> None:
    types = PortTypes(PortMap(["A:a", "b"]))
    types.declare("A", type=int)
    types.declare(type=str)
    assert problems(types) == []
    assert [slot.type for slot in types.slots if slot] == [STRING, INT]


def test_a_required_port_that_is_missing() -> None:
    """PT-6."""
    types = PortTypes(PortMap(["A:a"]))
    types.declare("A")
    types.declare("B", 1)
    types.declare()
    assert problems(types) == [
        ("input stream B:1 is required but not connected (connected: A)", None),
        ("untagged input stream 0 is required but not connected (connected: A)", None),
    ]


def test_an_optional_port_may_be_missing() -> None:
    """V-10."""
    types = PortTypes(PortMap())
    types.declare("A", optional=True)
    assert problems(types) == []


def test_a_port_that_nobody_declares() -> None:
    """PT-6: with what there is and what may have been meant."""
    types = PortTypes(PortMap(["IMG:x", "y"]))
    types.declare("IMAGE", optional=True)
    types.declare("IMAGE", 1, optional=True)
    assert problems(types) == [
        ('untagged input stream 0 ("y") is not a port of this calculator (it has: IMAGE, IMAGE:1)', 0),
        (
            'input stream IMG ("x") is not a port of this calculator (it has: IMAGE, IMAGE:1); '
            'did you mean "IMAGE"?',
            1,
        ),
    ]


def test_a_calculator_without_ports_has_none() -> None:
    types = PortTypes(PortMap(["A:x"]))
    assert problems(types) == [('input stream A ("x") is not a port of this calculator (it has: none)', 0)]


def test_a_misspelt_tag_is_one_port_too_many_and_one_too_few() -> None:
    types = PortTypes(PortMap(["IMAGE_:x"]))
    types.declare("IMAGE")
    assert [text for text, _ in problems(types)] == [
        "input stream IMAGE is required but not connected (connected: IMAGE_)",
        'input stream IMAGE_ ("x") is not a port of this calculator (it has: IMAGE); did you mean "IMAGE"?',
    ]


def test_an_index_too_many_has_no_other_tag_as_hint() -> None:
    types = PortTypes(PortMap(["A:0:x", "A:1:y"]))
    types.declare("A")
    assert problems(types) == [('input stream A:1 ("y") is not a port of this calculator (it has: A)', 1)]


def test_the_last_declaration_of_a_port_counts() -> None:
    """So that a subclass may extend the contract of its base."""
    types = PortTypes(PortMap(["A:a"]))
    types.declare("A", type=int)
    types.declare("A", type=str)
    types.declare("B")
    types.declare("B", optional=True)
    assert types.slots[0] is not None
    assert types.slots[0].type is STRING
    assert problems(types) == []


def test_declaring_all_indexes_of_a_tag() -> None:
    types = PortTypes(PortMap(["A:0:a", "A:1:b", "c"]))
    types.declare_all("A", int)
    types.declare_all()
    assert [slot.type for slot in types.slots if slot] == [ANY, INT, INT]
    assert problems(types) == []


def test_all_indexes_may_have_the_types_of_another_tag() -> None:
    types = PortTypes(PortMap(["OUT:0:a", "OUT:1:b"]))
    types.declare_all("OUT", same_as="input", same_tag="IN")
    assert [slot.same_as for slot in types.slots if slot] == [
        ("input", PortId("IN", 0)),
        ("input", PortId("IN", 1)),
    ]
    types.declare_all("OUT", same_as="input")
    assert types.slots[1] is not None
    assert types.slots[1].same_as == ("input", PortId("OUT", 1))


def test_a_contract_sees_what_is_connected() -> None:
    """V-11."""
    types = PortTypes(PortMap(["A:0:a", "A:1:b", "c"]))
    assert types.has("A", 1)
    assert not types.has("A", 2)
    assert types.has()
    assert (types.count("A"), types.count(), types.count("B")) == (2, 1, 0)
    assert types.tags() == ("", "A")


def test_ports_of_class_attributes() -> None:
    """PT-7."""
    made = contract(["A:a"], ["a2"], side_inputs=["P:p"])
    source = Input[int]("A")
    made.declare(source)
    made.declare(Output[object](same_as=source))
    made.declare(SideInput[str]("P"))
    made.declare(SideOutput[str]("Q", optional=True))
    assert [made.ports(kind).problems(kind) for kind in KINDS] == [[], [], [], []]
    slot = made.outputs.slots[0]
    assert slot is not None
    assert slot.same_as == ("input", PortId("A", 0))


@pytest.mark.parametrize(
    ("entries", "missing"), [([], 2), (["A:a"], 1), (["A:0:a", "A:1:b"], 0), (["A:0:a", "A:1:b", "A:2:c"], 0)]
)
def test_repeated_ports_of_class_attributes(entries: list[str], missing: int) -> None:
    """PT-7: as many as are connected, and not fewer than needed."""
    made = contract(entries)
    made.declare(Inputs[Any]("A", at_least=2))
    assert len(made.inputs.problems("input")) == missing


def test_repeated_ports_of_the_same_type() -> None:
    made = contract(["a", "b"], ["c", "d"])
    inputs = Inputs[object]()
    made.declare(inputs)
    made.declare(Outputs[object](same_as=inputs))
    assert [slot.same_as for slot in made.outputs.slots if slot] == [
        ("input", PortId("")),
        ("input", PortId("", 1)),
    ]
