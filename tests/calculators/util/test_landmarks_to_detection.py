"""LandmarksToDetectionCalculator: the box around points."""

from __future__ import annotations

import pytest
from graph_steps import add, close, compare, node, play
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_client import needs_oracle

from mpgraph.errors import CalculatorError
from mpgraph.formats.landmark import NormalizedLandmark, NormalizedLandmarkList


def landmarks(*points: tuple[float, float]) -> NormalizedLandmarkList:
    return NormalizedLandmarkList(landmark=[NormalizedLandmark(x=x, y=y, z=9) for x, y in points])


def text(options: str = "") -> str:
    return node("LandmarksToDetection", ["NORM_LANDMARKS:a"], ["DETECTION:o"], options)


def test_the_box_around_all_points() -> None:
    given = landmarks((0.25, 0.75), (0.5, 0.25), (0.375, 0.5))
    ((at, found),) = play(text(), [add("a", 7, given)], ["o"])["o"]
    box = found.location_data.relative_bounding_box
    assert (at, box.xmin, box.ymin, box.width, box.height) == (7, 0.25, 0.25, 0.25, 0.5)
    points = [(point.x, point.y) for point in found.location_data.relative_keypoints]
    assert points == [(0.25, 0.75), (0.5, 0.25), (0.375, 0.5)]


def test_or_around_some_in_their_order() -> None:
    given = landmarks((0.25, 0.75), (0.5, 0.25), (0.375, 0.5))
    options = "selected_landmark_indices: 2 selected_landmark_indices: 0"
    ((_, found),) = play(text(options), [add("a", 7, given)], ["o"])["o"]
    assert [point.x for point in found.location_data.relative_keypoints] == [0.375, 0.25]
    assert found.location_data.relative_bounding_box.height == 0.25


@pytest.mark.parametrize("index", [3, -1])
def test_a_point_that_is_not_there(index: int) -> None:
    with pytest.raises(CalculatorError, match=f"landmark {index} is selected, but there are 3"):
        play(text(f"selected_landmark_indices: {index}"), [add("a", 7, landmarks(*[(0, 0)] * 3))], ["o"])


def test_no_points_are_an_error() -> None:
    with pytest.raises(CalculatorError, match="expected landmarks, got an empty list"):
        play(text(), [add("a", 7, landmarks())], ["o"])


coordinates = st.floats(-2, 2, width=32)


@needs_oracle
@given(st.lists(st.tuples(coordinates, coordinates), max_size=4), st.lists(st.integers(0, 4), max_size=2))
@settings(max_examples=25, deadline=None)
def test_against_the_oracle(points: list[tuple[float, float]], selected: list[int]) -> None:
    options = " ".join(f"selected_landmark_indices: {index}" for index in selected)
    compare(text(options), [add("a", 1, landmarks(*points)), close("a")], ["o"])
