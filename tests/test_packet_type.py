"""Packet types: names, what fits, and which streams fit together (spec rules PT-1 to PT-5, P-8)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Optional, Union

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpgraph import Packet, packet_type
from mpgraph.packet_type import (
    ANY,
    BOOL,
    DOUBLE,
    FLOAT,
    FLOAT_ARRAY,
    INT,
    INT8,
    INT16,
    INT64,
    INT_ARRAY,
    NONE,
    STRING,
    UINT8,
    UINT16,
    UINT32,
    UINT64,
    PacketType,
    one_of,
    register_packet_type,
    type_of,
    vector_of,
)
from mpgraph.timestamp import Timestamp

as_type = packet_type.packet_type


class Shape:
    """A payload."""


class Circle(Shape):
    """A payload that is one of another class, too."""


@pytest.fixture
def registered() -> Iterator[None]:
    before = dict(packet_type._REGISTERED)
    yield
    packet_type._REGISTERED.clear()
    packet_type._REGISTERED.update(before)
    packet_type._BUILT.clear()
    packet_type._BUILT.update({object: ANY, Any: ANY})


@pytest.mark.parametrize(
    ("annotation", "name"),
    [
        (int, "int"),
        (float, "float"),
        (bool, "bool"),
        (str, "string"),
        (bytes, "string"),
        (object, "[Any Type]"),
        (Any, "[Any Type]"),
        (NONE, "[No Type]"),
        (INT64, "int64_t"),
        (INT8, "signed char"),
        (INT16, "short"),
        (UINT8, "unsigned char"),
        (UINT16, "unsigned short"),
        (UINT32, "unsigned int"),
        (UINT64, "uint64_t"),
        (INT_ARRAY, "int []"),
        (FLOAT_ARRAY, "float []"),
        (Packet, "::mediapipe::Packet"),
        (Timestamp, "::mediapipe::Timestamp"),
        (list[bool], "::std::vector<bool>"),
        (list[str], "::std::vector<std::string>"),
        (list[Packet], "::std::vector<::mediapipe::Packet>"),
        (list[INT64], "::std::vector<int64_t>"),  # type: ignore[valid-type]
        (dict[str, Packet], "::std::map<std::string,::mediapipe::Packet>"),
        (dict[str, int], "::std::map<std::string,int>"),
        (dict, "dict"),
        (Shape, f"{__name__}.Shape"),
        (list[int], "::std::vector<int>"),
        (list[list[float]], "::std::vector<::std::vector<float>>"),
        (tuple[int, int], "::std::pair<int, int>"),
        (tuple[int, float, str], "::std::tuple<int, float, string>"),
        (int | str, "OneOf<int, string>"),
        (Union[int, str], "OneOf<int, string>"),  # noqa: UP007 - the other spelling
        (int | bool | str, "OneOf<int, bool, string>"),
    ],
)
def test_names(annotation: Any, name: str) -> None:
    """P-8, PT-1, PT-5."""
    assert as_type(annotation).name == name
    assert str(as_type(annotation)) == name


def test_a_packet_type_stands_for_itself_and_types_are_made_once() -> None:
    assert as_type(INT64) is INT64
    assert as_type(list[int]) is as_type(list[int])


def test_exact_types_make_vectors_and_alternatives() -> None:
    """Where no Python type says it."""
    assert vector_of(UINT64).name == "::std::vector<uint64_t>"
    assert vector_of(float) == as_type(list[float])
    assert vector_of(STRING) == vector_of(str)
    assert one_of(int, UINT64).name == "OneOf<int, uint64_t>"
    assert one_of(float, vector_of(float)) == as_type(float | list[float])
    assert one_of(one_of(INT, BOOL), INT).members == (INT, BOOL)


def test_a_timestamp_is_a_type_of_its_own() -> None:
    assert as_type(Timestamp).name == "::mediapipe::Timestamp"
    assert type_of(Timestamp(5)) is as_type(Timestamp)
    assert not as_type(Timestamp).check(5)


def test_one_of_one_is_that_one_and_with_any_it_is_any() -> None:
    """PT-1."""
    assert as_type(str | bytes) is STRING
    assert as_type(int | object) is ANY
    assert as_type(int | bool | str | bytes).members == (INT, BOOL, STRING)


@pytest.mark.parametrize("annotation", [3, "int", None, tuple[int, ...], list["Shape"], Optional["Shape"]])
def test_what_is_no_type_is_refused(annotation: Any) -> None:
    with pytest.raises(TypeError, match="is not a packet type: "):
        as_type(annotation)


@pytest.mark.parametrize(
    ("annotation", "fits", "does_not"),
    [
        (int, [0, -1, 2**70], [True, 1.0, "1", None, Timestamp(3)]),
        (float, [0.5, 1, float("nan")], [True, "1.0", None]),
        (bool, [True, False], [0, 1, "true"]),
        (str, ["a", b"a"], [1, None, ["a"]]),
        (UINT64, [0, 2**64 - 1], [-1, 2**64, True, 1.0]),
        (UINT32, [0, 2**32 - 1], [-1, 2**32]),
        (INT8, [-128, 127], [-129, 128, True]),
        (INT16, [-(2**15), 2**15 - 1], [2**15]),
        (Timestamp, [Timestamp(3), Timestamp.DONE], [3]),
        (INT_ARRAY, [(), (1, 2)], [[1], (1, 0.5), 1]),
        (FLOAT_ARRAY, [(), (1, 0.5)], [[0.5], ("a",)]),
        (dict[str, Packet], [{}, {"a": Packet()}], [{"a": 1}, {1: Packet()}, [("a", Packet())]]),
        (object, [None, 1, Shape()], []),
        (NONE, [], [None, 1]),
        (Shape, [Shape(), Circle()], [None, 1]),
        (Circle, [Circle()], [Shape()]),
        (list[int], [[], [1]], [(1,), 1, ["a"], [True]]),
        (tuple[int, str], [(1, "a")], [(1,), (1, 2), [1, "a"], (1, "a", 2)]),
        (int | str, [1, "a"], [1.5, True]),
        (list[int] | int, [[1], 1], ["a", ["a"]]),
    ],
)
def test_which_payloads_fit(annotation: Any, fits: list[Any], does_not: list[Any]) -> None:
    """PT-3 for packets that declare no type of their own."""
    kind = as_type(annotation)
    assert [value for value in fits if not kind.accepts(Packet(value))] == []
    assert [value for value in does_not if kind.accepts(Packet(value))] == []


def test_a_packet_may_hold_a_packet() -> None:
    """In a vector, say; the constructor makes a copy of a packet that it is given (12.2)."""
    assert as_type(Packet).check(Packet(3))
    assert not as_type(Packet).check(3)


@pytest.mark.parametrize("kind", [ANY, NONE, INT, as_type(int | str)])
def test_an_empty_packet_fits_nothing(kind: PacketType) -> None:
    """PT-3."""
    assert not kind.accepts(Packet.empty(3))


def test_a_declared_type_fits_itself_and_the_alternatives_with_it() -> None:
    """P-12."""
    packet = Packet(1, declared=INT64)
    assert INT64.accepts(packet)
    assert ANY.accepts(packet)
    assert not INT.accepts(packet)
    assert PacketType("OneOf", INT.check, (INT, INT64)).accepts(packet)
    assert not PacketType("OneOf", INT.check, (INT, UINT64)).accepts(packet)


kinds = st.sampled_from(
    [ANY, NONE, INT, INT64, FLOAT, STRING, as_type(int | str), as_type(str | float), as_type(list[int])]
)


@given(kinds, kinds)
def test_matching_does_not_depend_on_the_order(one: PacketType, other: PacketType) -> None:
    """PT-4."""
    assert one.matches(other) == other.matches(one)


@given(kinds)
def test_every_type_matches_itself_and_any(kind: PacketType) -> None:
    """PT-4."""
    assert kind.matches(kind)
    assert kind.matches(ANY)


@pytest.mark.parametrize(
    ("one", "other", "match"),
    [
        (INT, INT64, False),
        (INT, BOOL, False),
        (FLOAT, DOUBLE, False),
        (as_type(int | str), STRING, True),
        (as_type(int | str), as_type(str | bool), True),
        (as_type(int | str), as_type(float | bool), False),
        (NONE, INT, False),
        (NONE, ANY, True),
        (as_type(list[int]), as_type(list[float]), False),
        (as_type(Shape), as_type(Circle), False),
    ],
)
def test_types_match_if_they_share_an_alternative(one: PacketType, other: PacketType, match: bool) -> None:
    """PT-4: exact types, as upstream; a subclass is another type."""
    assert one.matches(other) is match


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (1, INT),
        (True, BOOL),
        (1.5, FLOAT),
        ("a", STRING),
        (b"a", STRING),
        ([1], as_type(list[int])),
        (Timestamp(1), as_type(Timestamp)),
        ([Packet(1)], as_type(list[Packet])),
        ({"a": Packet(1)}, as_type(dict[str, Packet])),
        ({}, as_type(dict)),
    ],
)
def test_the_type_of_a_payload(value: object, kind: PacketType) -> None:
    """P-8."""
    assert type_of(value) == kind
    assert kind.accepts(Packet(value))


def test_an_empty_list_is_a_vector_of_anything() -> None:
    assert type_of([]).name == "::std::vector<[Any Type]>"


@pytest.mark.usefixtures("registered")
def test_a_registered_name_is_that_of_subclasses_too() -> None:
    """P-8: types made before are made again with the name."""
    assert as_type(list[Shape]).name == f"::std::vector<{__name__}.Shape>"
    assert not packet_type.is_registered(Shape)
    register_packet_type(Shape, "::acme::Shape")
    assert packet_type.is_registered(Shape)
    assert as_type(Shape).name == "::acme::Shape"
    assert as_type(list[Shape]).name == "::std::vector<::acme::Shape>"
    assert type_of(Circle()).name == "::acme::Shape"
    assert as_type(Shape).accepts(Packet(Circle()))
