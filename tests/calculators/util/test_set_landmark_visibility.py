"""SetLandmarkVisibilityCalculator: a point with another visibility; the released MediaPipe has none."""

from __future__ import annotations

import pytest
from graph_steps import add, node, play

from mpgraph.errors import CalculatorError
from mpgraph.formats.landmark import NormalizedLandmark, NormalizedLandmarkList

TEXT = node("SetLandmarkVisibility", ["NORM_LANDMARKS:a", "VISIBILITY:v"], ["NORM_LANDMARKS:o"])


def point(visibility: float, count: int = 1) -> NormalizedLandmarkList:
    return NormalizedLandmarkList(
        landmark=[NormalizedLandmark(x=2, visibility=visibility, presence=1)] * count
    )


STEPS = [add("a", 1, point(0.5)), add("v", 1, 0.25), add("a", 2, None), add("v", 2, 0.25)]
STEPS += [add("a", 3, point(0.5)), add("v", 3, None)]


def test_the_point_gets_it() -> None:
    assert play(TEXT, STEPS, ["o"])["o"] == [(1, point(0.25)), (2, None), (3, None)]


@pytest.mark.parametrize("count", [0, 2])
def test_one_point_is_expected(count: int) -> None:
    with pytest.raises(CalculatorError, match=f"expected one landmark, got {count}"):
        play(TEXT, [add("a", 1, point(1, count)), add("v", 1, 0.5)], ["o"])
