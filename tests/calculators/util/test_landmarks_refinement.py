"""LandmarksRefinementCalculator: finer points of parts put into a whole."""

from __future__ import annotations

import re

import pytest
from graph_steps import add, close, compare, node, play
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_client import needs_oracle

from mpgraph import Graph
from mpgraph.errors import CalculatorError, ContractError
from mpgraph.formats.landmark import NormalizedLandmark, NormalizedLandmarkList

Point = tuple[float, float, float]


def part(mapping: list[int], z: str = "copy {}") -> str:
    return f"refinement {{ indexes_mapping: {mapping} z_refinement {{ {z} }} }}"


def refine(*parts: str, count: int = -1) -> str:
    inputs = [f"LANDMARKS:{index}:l{index}" for index in range(len(parts) if count < 0 else count)]
    return node("LandmarksRefinement", inputs, ["REFINED_LANDMARKS:o"], " ".join(parts))


def landmarks(*points: Point) -> NormalizedLandmarkList:
    return NormalizedLandmarkList(
        landmark=[NormalizedLandmark(x=x, y=y, z=z, visibility=1) for x, y, z in points]
    )


MESH = landmarks((1, 1, 1), (2, 2, 2), (3, 3, 6))
EYE = landmarks((8, 9, 10), (11, 12, 13))


@pytest.mark.parametrize(
    ("z", "expected"),
    [
        ("none {}", [6, 2]),
        ("copy {}", [10, 13]),
        ("assign_average { indexes_for_average: [0, 2] }", [3.5, 3.5]),
    ],
)
def test_points_go_where_the_mapping_says(z: str, expected: list[float]) -> None:
    steps = [add("l0", 1, MESH), add("l1", 1, EYE)]
    ((at, whole),) = play(refine(part([0, 1, 2]), part([2, 1], z)), steps, ["o"])["o"]
    points = [(point.x, point.y, point.z) for point in whole.landmark]
    assert (at, points) == (1, [(1, 1, 1), (11, 12, expected[1]), (8, 9, expected[0])])
    assert not whole.landmark[0].HasField("visibility")


def test_z_that_nobody_gives_is_not_set() -> None:
    ((_, whole),) = play(refine(part([0, 1, 2], "none {}")), [add("l0", 1, MESH)], ["o"])["o"]
    assert not any(point.HasField("z") for point in whole.landmark)


def test_all_inputs_are_needed() -> None:
    steps = [add("l0", 1, MESH), add("l1", 1, None), add("l0", 2, MESH), add("l1", 2, EYE)]
    found = play(refine(part([0, 1, 2]), part([2, 1])), steps, ["o"])["o"]
    assert [(t, value is None) for t, value in found] == [(1, True), (2, False)]


def test_another_number_of_points() -> None:
    with pytest.raises(CalculatorError, match="LANDMARKS:0 needs 2 points, got 3"):
        play(refine(part([0, 1])), [add("l0", 1, MESH)], ["o"])


def test_a_mean_of_a_point_that_is_not_there() -> None:
    text = refine(part([0, 1, 2], "assign_average { indexes_for_average: 3 }"))
    with pytest.raises(CalculatorError, match="indexes_for_average names point 3, but there are 3"):
        play(text, [add("l0", 1, MESH)], ["o"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (refine(part([])), "refinement 0 needs indexes_mapping"),
        (refine("refinement { indexes_mapping: 0 }"), "refinement 0 needs a z_refinement"),
        (refine(part([0], "assign_average {}")), "refinement 0 needs indexes_for_average"),
        (refine(part([0, 2])), "without a gap, got [0, 2]"),
        (refine(part([1])), "without a gap, got [1]"),
        (refine(part([0]), count=2), "2 LANDMARKS inputs need as many refinements, got 1"),
    ],
)
def test_what_does_not_go_together_is_refused(text: str, message: str) -> None:
    with pytest.raises(ContractError, match=re.escape(message)):
        Graph(text)


numbers = st.floats(-2, 2, width=32)
points = st.tuples(numbers, numbers, numbers)


@needs_oracle
@given(
    st.lists(points, min_size=2, max_size=4),
    st.tuples(points, points),
    st.sampled_from(["none {}", "copy {}", "assign_average { indexes_for_average: [1, 0, 1] }"]),
    st.booleans(),
)
@settings(max_examples=20, deadline=None)
def test_against_the_oracle(mesh: list[Point], eye: tuple[Point, Point], z: str, first: bool) -> None:
    parts = [part(list(range(len(mesh)))), part([1, 0], z)]
    lists = [landmarks(*mesh), landmarks(*eye)]
    if first:
        parts.reverse()
        lists.reverse()
    steps = [add("l0", 1, lists[0]), add("l1", 1, lists[1]), close("l0"), close("l1")]
    compare(refine(*parts), steps, ["o"])
