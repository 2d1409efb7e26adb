"""LandmarkVisibilityCalculator: how visible a point is."""

from __future__ import annotations

import pytest
from graph_steps import add, close, compare, node, play
from oracle_client import needs_oracle

from mpgraph.errors import CalculatorError
from mpgraph.formats.landmark import NormalizedLandmark, NormalizedLandmarkList

TEXT = node("LandmarkVisibility", ["NORM_LANDMARKS:a"], ["VISIBILITY:o"])
POINTS = [NormalizedLandmarkList(landmark=[NormalizedLandmark(visibility=0.25)])]
POINTS.append(NormalizedLandmarkList(landmark=[NormalizedLandmark(x=1)]))


def test_the_visibility_of_a_point() -> None:
    steps = [add("a", 1, POINTS[0]), add("a", 2, POINTS[1]), add("a", 3, None)]
    assert play(TEXT, steps, ["o"])["o"] == [(1, 0.25), (2, 0.0), (3, None)]


@pytest.mark.parametrize("count", [0, 2])
def test_one_point_is_expected(count: int) -> None:
    with pytest.raises(CalculatorError, match=f"expected one landmark, got {count}"):
        play(TEXT, [add("a", 1, NormalizedLandmarkList(landmark=[NormalizedLandmark()] * count))], ["o"])


@needs_oracle
def test_against_the_oracle() -> None:
    compare(TEXT, [add("a", 1, POINTS[0]), add("a", 2, POINTS[1]), add("a", 3, None), close("a")], ["o"])
