"""Split<T>VectorCalculator and Split<T>ListCalculator (spec calculators.md 6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from graph_steps import add, compare, play
from hypothesis import given, settings
from hypothesis import strategies as st
from item_samples import items_of
from mpgraph.calculators.core.split_vector import LISTS, VECTORS
from oracle_client import needs_oracle

from mpgraph import Graph, Packet
from mpgraph.errors import CalculatorError, ContractError
from mpgraph.formats.landmark import Landmark, LandmarkList
from mpgraph.packet_type import vector_of

HOLDS = {**VECTORS, **LISTS}


def split(
    ranges: Sequence[tuple[int, int]], options: str = "", *, name: str = "SplitFloatVector", outputs: int = -1
) -> str:
    """A graph that splits the stream ``a`` into ``o0``, ``o1``, …"""
    outputs = len(ranges) if outputs < 0 else outputs
    parts = " ".join(f"ranges {{ begin: {begin} end: {end} }}" for begin, end in ranges)
    ports = " ".join(f'output_stream: "o{index}"' for index in range(outputs))
    return f"""input_stream: "a" node {{ calculator: "{name}Calculator" input_stream: "a" {ports}
        options {{ [mediapipe.SplitVectorCalculatorOptions.ext] {{ {parts} {options} }} }} }}"""


def same(got: Sequence[Any], expected: Sequence[Any]) -> bool:
    """Equal, or where the type knows no equality, identical."""
    return len(got) == len(expected) and all(a is b or a == b for a, b in zip(got, expected, strict=True))


@pytest.mark.parametrize("name", HOLDS)
def test_every_member_splits(name: str) -> None:
    holds, items = HOLDS[name], items_of(HOLDS[name].item)
    text = split([(0, 1), (1, 3)], name=name.removesuffix("Calculator"))
    found = play(text, [add("a", 5, holds.pack(items))], ["o0", "o1"])
    ((at, first),), ((other_at, rest),) = found["o0"], found["o1"]
    assert (at, other_at) == (5, 5)
    assert same(list(holds.unpack(first)), items[:1])
    assert same(list(holds.unpack(rest)), items[1:])


@pytest.mark.parametrize("name", HOLDS)
def test_every_member_gives_single_items(name: str) -> None:
    holds, items = HOLDS[name], items_of(HOLDS[name].item)
    text = split([(2, 3), (0, 1)], "element_only: true", name=name.removesuffix("Calculator"))
    found = play(text, [add("a", 5, holds.pack(items))], ["o0", "o1"])
    assert same([found["o0"][0][1], found["o1"][0][1]], [items[2], items[0]])
    assert Graph(text).plan.streams["o0"].type == holds.item


@pytest.mark.parametrize("name", HOLDS)
def test_every_member_combines(name: str) -> None:
    holds, items = HOLDS[name], items_of(HOLDS[name].item)
    text = split([(2, 3), (0, 1)], "combine_outputs: true", name=name.removesuffix("Calculator"), outputs=1)
    ((_, got),) = play(text, [add("a", 5, holds.pack(items))], ["o0"])["o0"]
    assert same(list(holds.unpack(got)), [items[2], items[0]])


def test_combine_outputs_goes_before_element_only() -> None:
    text = split([(0, 2)], "combine_outputs: true element_only: true")
    assert play(text, [add("a", 1, [1.0, 2.0])], ["o0"])["o0"] == [(1, [1.0, 2.0])]


def test_ranges_may_overlap_where_items_are_copied() -> None:
    found = play(split([(0, 2), (1, 3)]), [add("a", 1, [1.0, 2.0, 3.0])], ["o0", "o1"])
    assert found == {"o0": [(1, [1.0, 2.0])], "o1": [(1, [2.0, 3.0])]}


@pytest.mark.parametrize("name", ["SplitTensorVector", "MovableSplitImageFrameVector"])
def test_ranges_may_not_overlap_where_items_are_moved(name: str) -> None:
    with pytest.raises(
        ContractError, match=f"{name}Calculator needs ranges that do not overlap, got 0 to 2 and 1 to 3"
    ):
        Graph(split([(0, 2), (1, 3)], name=name))


@pytest.mark.parametrize(
    "ranges", [[(0, 2), (1, 3)], [(1, 3), (0, 2)], [(0, 1), (5, 6), (0, 1)], [(0, 0), (0, 2)]]
)
def test_ranges_that_are_combined_may_not_overlap(ranges: list[tuple[int, int]]) -> None:
    with pytest.raises(ContractError, match="combine_outputs needs ranges that do not overlap"):
        Graph(split(ranges, "combine_outputs: true", outputs=1))


@pytest.mark.parametrize("ranges", [(-1, 1), (0, 0), (2, 1), (-3, -2)])
def test_a_range_runs_forward_from_0(ranges: tuple[int, int]) -> None:
    with pytest.raises(
        ContractError, match=r"ranges\[1\] \(begin: .*\) must begin at 0 or later and end after"
    ):
        Graph(split([(0, 1), ranges]))


def test_a_single_item_is_a_range_of_one() -> None:
    with pytest.raises(ContractError, match=r"ranges\[0\] \(begin: 0 end: 2\) must be of one item"):
        Graph(split([(0, 2)], "element_only: true"))


@pytest.mark.parametrize(("ranges", "outputs"), [([(0, 1)], 2), ([(0, 1), (1, 2)], 1), ([], 1)])
def test_each_range_has_an_output(ranges: list[tuple[int, int]], outputs: int) -> None:
    with pytest.raises(ContractError, match=rf"{len(ranges)} ranges need as many .*, got {outputs}"):
        Graph(split(ranges, outputs=outputs))


def test_combined_ranges_have_one_output() -> None:
    with pytest.raises(ContractError, match=r"combine_outputs makes 1 output .*, got 2"):
        Graph(split([(0, 1), (1, 2)], "combine_outputs: true"))


def test_a_short_vector_fails_the_run() -> None:
    with pytest.raises(CalculatorError, match="the ranges need 3 items, but the vector has 2"):
        play(split([(0, 1), (1, 3)]), [add("a", 1, [1.0, 2.0])], ["o0"])


def test_what_is_not_there_is_settled() -> None:
    assert play(split([(0, 1)]), [add("a", 1, None)], ["o0"])["o0"] == [(1, None)]


def test_no_ranges_combined_are_an_empty_vector() -> None:
    """As of upstream's lists; its vectors fail at the first packet, by a comparison of -1 without sign."""
    found: list[Packet] = []
    with Graph(split([], "combine_outputs: true", outputs=1)) as graph:
        graph.observe("o0", found.append)
        graph.start()
        graph.add_packet("a", [1.0], 3)
        graph.wait_until_idle()
    assert [(packet.time, packet.value, packet.type) for packet in found] == [(3, [], vector_of(float))]


def test_a_part_of_a_message_is_a_copy() -> None:
    whole = LandmarkList(landmark=[Landmark(x=1), Landmark(x=2)])
    text = split([(0, 1)], name="SplitLandmarkList")
    ((_, part),) = play(text, [add("a", 1, whole)], ["o0"])["o0"]
    part.landmark[0].x = 9
    assert whole.landmark[0].x == 1


spans = st.tuples(st.integers(0, 4), st.integers(1, 3)).map(lambda span: (span[0], span[0] + span[1]))
options = st.sampled_from(
    ["", "element_only: true", "combine_outputs: true", "combine_outputs: true element_only: true"]
)


@needs_oracle
@given(st.lists(spans, min_size=1, max_size=3), options, st.lists(st.integers(0, 7), max_size=3))
@settings(max_examples=25, deadline=None)
def test_vectors_against_the_oracle(ranges: list[tuple[int, int]], options: str, sizes: list[int]) -> None:
    """Also whether the graph is refused, and whether the run fails."""
    outputs = 1 if "combine" in options else len(ranges)
    vectors = [Packet([float(i) for i in range(size)], declared=vector_of(float)) for size in sizes]
    steps = [add("a", t, vector) for t, vector in enumerate(vectors)] + [add("a", 10, None)]
    compare(split(ranges, options, outputs=outputs), steps, [f"o{i}" for i in range(outputs)])


@needs_oracle
@given(st.lists(spans, max_size=3), options, st.lists(st.integers(0, 7), max_size=2))
@settings(max_examples=15, deadline=None)
def test_lists_against_the_oracle(ranges: list[tuple[int, int]], options: str, sizes: list[int]) -> None:
    outputs = 1 if "combine" in options else max(len(ranges), 1)
    messages = [LandmarkList(landmark=[Landmark(x=i) for i in range(size)]) for size in sizes]
    steps = [add("a", t, message) for t, message in enumerate(messages)]
    text = split(ranges, options, name="SplitLandmarkList", outputs=outputs)
    compare(text, steps, [f"o{i}" for i in range(outputs)])
