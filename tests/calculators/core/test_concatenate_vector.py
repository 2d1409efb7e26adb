"""Concatenate<T>VectorCalculator and Concatenate<T>ListCalculator (spec calculators.md 6)."""

from __future__ import annotations

from typing import Any

import pytest
from graph_steps import Step, add, close, compare, play
from hypothesis import given, settings
from hypothesis import strategies as st
from item_samples import items_of
from mpgraph.calculators.core.concatenate_vector import LISTS, VECTORS
from oracle_client import needs_oracle

from mpgraph import Graph, Packet
from mpgraph.errors import ContractError, PacketTypeError
from mpgraph.formats.landmark import NormalizedLandmarkList
from mpgraph.packet_type import vector_of

ALL = "options { [mediapipe.ConcatenateVectorCalculatorOptions.ext] { only_emit_if_all_present: true } }"


def concatenate(name: str = "ConcatenateFloatVectorCalculator", more: str = "") -> str:
    return f"""input_stream: "a" input_stream: "b" node {{ calculator: "{name}" input_stream: "a"
        input_stream: "b" output_stream: "o" {more} }}"""


@pytest.mark.parametrize("name", VECTORS)
def test_every_member_joins_items_and_vectors(name: str) -> None:
    items = items_of(VECTORS[name].item)
    ((at, got),) = play(concatenate(name), [add("a", 5, items[0]), add("b", 5, items[1:])], ["o"])["o"]
    assert at == 5
    assert all(a is b for a, b in zip(got, items, strict=True))


@pytest.mark.parametrize("name", LISTS)
def test_every_member_joins_lists(name: str) -> None:
    holds, items = LISTS[name], items_of(LISTS[name].item)
    steps = [add("a", 5, holds.pack(items[:2])), add("b", 5, holds.pack(items[2:]))]
    assert play(concatenate(name), steps, ["o"])["o"] == [(5, holds.pack(items))]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_joins_no_items(name: str) -> None:
    with pytest.raises(PacketTypeError, match="List"):
        play(concatenate(name), [add("a", 5, items_of(LISTS[name].item)[0])], ["o"])


def test_what_is_not_there_is_passed_over() -> None:
    steps = [add("a", 1, None), add("b", 1, [2.0]), add("a", 2, 1.5), add("b", 2, None)]
    assert play(concatenate(), steps, ["o"])["o"] == [(1, [2.0]), (2, [1.5])]


def test_or_holds_all_back() -> None:
    steps = [add("a", 1, None), add("b", 1, [2.0]), add("a", 2, 1.5), add("b", 2, [])]
    assert play(concatenate(more=ALL), steps, ["o"])["o"] == [(1, None), (2, [1.5])]


def test_an_empty_vector_is_sent_but_not_for_a_bound() -> None:
    steps = [add("a", 1, []), add("b", 1, []), add("a", 2, None), add("b", 2, None)]
    assert play(concatenate(), steps, ["o"])["o"] == [(1, []), (2, None)]


def test_an_empty_list_is_sent() -> None:
    steps = [add("a", 1, NormalizedLandmarkList()), add("b", 1, None)]
    found = play(concatenate("ConcatenateNormalizedLandmarkListCalculator"), steps, ["o"])
    assert found["o"] == [(1, NormalizedLandmarkList())]


def test_an_input_is_needed() -> None:
    with pytest.raises(ContractError, match="is required but not connected"):
        Graph('node { calculator: "ConcatenateFloatVectorCalculator" output_stream: "o" }')


def test_a_vector_of_another_type_is_refused() -> None:
    with pytest.raises(PacketTypeError, match='one of "float", "::std::vector<float>" was requested'):
        play(concatenate(), [add("a", 1, ["x"])], ["o"])


def test_the_old_name_means_the_same() -> None:
    old, new = (f"Concatenate{name}VectorCalculator" for name in ("LandmarList", "NormalizedLandmarkList"))
    assert VECTORS[old].type == VECTORS[new].type


values: dict[str, Any] = {
    "Float": st.floats(-8, 8, width=16),
    "Int32": st.integers(-9, 9),
    "Bool": st.booleans(),
    "String": st.text("aß", max_size=2),
}


@needs_oracle
@pytest.mark.parametrize("kind", values)
@given(data=st.data())
@settings(max_examples=10, deadline=None)
def test_vectors_against_the_oracle(kind: str, data: st.DataObject) -> None:
    name = {"Float": float, "Int32": int, "Bool": bool, "String": str}[kind]
    vector = st.lists(values[kind], max_size=3).map(lambda items: Packet(items, declared=vector_of(name)))
    steps: list[Step] = []
    for timestamp in range(4):
        steps += [add(stream, timestamp, data.draw(st.none() | values[kind] | vector)) for stream in "ab"]
    text = concatenate(f"Concatenate{kind}VectorCalculator", data.draw(st.sampled_from(["", ALL])))
    compare(text, [*steps, close("a"), close("b")], ["o"])


@needs_oracle
@pytest.mark.parametrize("more", ["", ALL])
@pytest.mark.parametrize(
    "name",
    [
        "ConcatenateLandmarkListVectorCalculator",
        "ConcatenateLandmarListVectorCalculator",
        "ConcatenateLandmarkVectorCalculator",
        "ConcatenateClassificationListVectorCalculator",
    ],
)
def test_messages_against_the_oracle(name: str, more: str) -> None:
    items = items_of(VECTORS[name].item)
    steps = [add("a", 1, items[0]), add("b", 1, items[1]), add("a", 2, None), add("b", 2, items[2])]
    compare(concatenate(name, more), [*steps, close("a"), close("b")], ["o"])
