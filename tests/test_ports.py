"""Ports as class attributes (spec rule PT-7)."""

from __future__ import annotations

from typing import Any

import pytest

from mpgraph.packet_type import ANY, INT, INT64, STRING
from mpgraph.ports import (
    Input,
    Inputs,
    Output,
    Outputs,
    SideInput,
    SideInputs,
    SideOutput,
    SideOutputs,
)

SINGLE: list[Any] = [Input, Output, SideInput, SideOutput]
REPEATED: list[Any] = [Inputs, Outputs, SideInputs, SideOutputs]
KINDS = ["input", "output", "side_input", "side_output"]


@pytest.mark.parametrize(("cls", "kind"), list(zip(SINGLE + REPEATED, KINDS * 2, strict=True)))
def test_every_class_has_its_kind(cls: Any, kind: str) -> None:
    assert cls.kind == kind
    assert cls("A").kind == kind


@pytest.mark.parametrize("cls", SINGLE + REPEATED)
def test_the_type_is_that_in_brackets(cls: Any) -> None:
    assert cls[int]("A").type is INT
    assert cls("A").type is ANY
    assert cls[object]("A").type is ANY
    assert cls[int]("A", type=INT64).type is INT64


@pytest.mark.parametrize("cls", SINGLE + REPEATED)
@pytest.mark.parametrize("tag", ["image", "Image", "1A", "A:0", "A B", "É", " "])
def test_a_tag_that_no_graph_can_write_is_refused(cls: Any, tag: str) -> None:
    """N-1."""
    with pytest.raises(ValueError, match='is no tag: expected upper-case letters, digits and "_"'):
        cls(tag)


@pytest.mark.parametrize("cls", SINGLE)
def test_a_port_says_what_it_is(cls: Any) -> None:
    port = cls[int]("IMAGE", 2, optional=True)
    assert (port.tag, port.index, port.optional) == ("IMAGE", 2, True)
    assert repr(port) == f"{cls.__name__}[int]('IMAGE', 2)"
    assert (cls().tag, cls().index, cls().optional) == ("", 0, False)


def test_a_port_knows_its_attribute() -> None:
    class Owner:
        image = Input[int]("IMAGE")
        more = Inputs[int]("MORE")

    assert (Owner.image.attribute, Owner.more.attribute) == ("image", "more")


@pytest.mark.parametrize(("cls", "item"), list(zip(REPEATED, SINGLE, strict=True)))
def test_an_index_of_repeated_ports_is_a_key(cls: Any, item: Any) -> None:
    """The same one each time, since contexts look keys up by identity."""
    ports = cls[str]("A", at_least=2)
    third = ports[2]
    assert isinstance(third, item)
    assert ports[2] is third
    assert (third.tag, third.index, third.type) == ("A", 2, STRING)
    assert [ports[index].optional for index in range(4)] == [False, False, True, True]
    assert repr(ports) == f"{cls.__name__}[string]('A')"


@pytest.mark.parametrize("cls", SINGLE + REPEATED)
def test_a_port_of_another_type_is_the_same_else(cls: Any) -> None:
    class Owner:
        first = cls("A", optional=True) if cls in SINGLE else cls("A", at_least=2)

    port = Owner.first.of(INT)
    assert (type(port), port.tag, port.attribute, port.type) == (cls, "A", "first", INT)
    assert Owner.first.type is ANY
    if cls in SINGLE:
        assert port.optional
    else:
        assert (port.at_least, port[0].type, Owner.first[0].type) == (2, INT, ANY)


def test_repeated_ports_of_the_same_type_go_by_index() -> None:
    inputs = Inputs[object]("IN")
    outputs = Outputs[object]("OUT", same_as=inputs)
    assert outputs[1].same_as is inputs[1]
    assert inputs[1].same_as is None


@pytest.mark.parametrize("index", [-1, -3])
def test_repeated_ports_have_no_negative_index(index: int) -> None:
    with pytest.raises(IndexError):
        Inputs[int]("A")[index]


def test_repeated_ports_have_no_end_and_so_cannot_be_iterated() -> None:
    with pytest.raises(TypeError, match="not iterable"):
        list(Inputs[int]("A"))  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="not iterable"):
        Input[int]("A") in Inputs[int]("A")  # type: ignore[operator]  # noqa: B015
