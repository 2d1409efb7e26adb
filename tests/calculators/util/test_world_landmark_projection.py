"""WorldLandmarkProjectionCalculator: points in metres turned as their region."""

from __future__ import annotations

import math

import pytest
from graph_steps import add, close, compare, node, play
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_client import needs_oracle

from mpgraph.formats.landmark import Landmark, LandmarkList
from mpgraph.formats.rect import NormalizedRect

TURN = node("WorldLandmarkProjection", ["LANDMARKS:a", "NORM_RECT:r"], ["LANDMARKS:o"])


def rect(rotation: float) -> NormalizedRect:
    return NormalizedRect(x_center=0, y_center=0, width=1, height=1, rotation=rotation)


def landmarks(*points: tuple[float, float, float]) -> LandmarkList:
    return LandmarkList(landmark=[Landmark(x=x, y=y, z=z, visibility=0.5) for x, y, z in points])


def test_a_quarter_turn() -> None:
    given = landmarks((1, 2, 3))
    ((at, made),) = play(TURN, [add("a", 7, given), add("r", 7, rect(math.pi / 2))], ["o"])["o"]
    (point,) = made.landmark
    assert (at, point.x, point.y, point.z, point.visibility) == (
        7,
        pytest.approx(-2),
        pytest.approx(1),
        3,
        0.5,
    )
    assert given.landmark[0].x == 1


def test_both_are_needed() -> None:
    steps = [add("a", 1, landmarks()), add("r", 1, None), add("a", 2, None), add("r", 2, rect(0))]
    assert play(TURN, steps, ["o"])["o"] == [(1, None), (2, None)]


def test_without_a_region_points_stay() -> None:
    text = node("WorldLandmarkProjection", ["LANDMARKS:a"], ["LANDMARKS:o"])
    given = landmarks((1, 2, 3))
    assert play(text, [add("a", 1, given), add("a", 2, None)], ["o"])["o"] == [(1, given), (2, None)]


numbers = st.floats(-9, 9, width=32)


@needs_oracle
@given(st.lists(st.tuples(numbers, numbers, numbers), max_size=3), numbers)
@settings(max_examples=20, deadline=None)
def test_against_the_oracle(points: list[tuple[float, float, float]], rotation: float) -> None:
    steps = [add("a", 1, landmarks(*points)), add("r", 1, rect(rotation)), close("a"), close("r")]
    compare(TURN, steps, ["o"], rounding=True)
