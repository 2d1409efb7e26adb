"""VisibilitySmoothingCalculator: visibility without its flicker."""

from __future__ import annotations

import pytest
from graph_steps import Step, add, close, compare, node, play
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_client import needs_oracle

from mpgraph import Graph
from mpgraph.errors import CalculatorError, ContractError
from mpgraph.formats.landmark import Landmark, LandmarkList, NormalizedLandmark, NormalizedLandmarkList


def smooth(filter_: str = "low_pass_filter { alpha: 0.25 }", kind: str = "") -> str:
    return node("VisibilitySmoothing", [f"{kind}LANDMARKS:a"], [f"{kind}FILTERED_LANDMARKS:o"], filter_)


def landmarks(*visibilities: float) -> LandmarkList:
    return LandmarkList(landmark=[Landmark(x=2, visibility=number, presence=0.5) for number in visibilities])


def test_it_follows_slowly() -> None:
    steps = [add("a", 1, landmarks(0, 1)), add("a", 2, landmarks(1, 1)), add("a", 3, landmarks(1, 0))]
    found = play(smooth(), steps, ["o"])["o"]
    assert found == [(1, landmarks(0, 1)), (2, landmarks(0.25, 1)), (3, landmarks(0.4375, 0.75))]


def test_or_not_at_all() -> None:
    steps = [add("a", 1, landmarks(0)), add("a", 2, landmarks(1)), add("a", 3, None)]
    assert play(smooth("no_filter {}"), steps, ["o"])["o"] == [
        (1, landmarks(0)),
        (2, landmarks(1)),
        (3, None),
    ]


def test_the_number_of_points_stays() -> None:
    with pytest.raises(CalculatorError, match="the number of points changed from 1 to 2"):
        play(smooth(), [add("a", 1, landmarks(0)), add("a", 2, landmarks(0, 0))], ["o"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (smooth(""), "no_filter or low_pass_filter must be set"),
        (smooth("low_pass_filter { alpha: 1.5 }"), r"alpha must be from 0 to 1, got 1\.5"),
        (smooth().replace('"FILTERED', '"NORM_FILTERED'), "the output must be FILTERED_LANDMARKS"),
    ],
)
def test_what_does_not_go_together_is_refused(text: str, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        Graph(text)


@needs_oracle
@given(
    st.lists(st.tuples(*[st.none() | st.floats(0, 1, width=32)] * 2), max_size=6),
    st.sampled_from(["low_pass_filter {}", "low_pass_filter { alpha: 0.7 }", "no_filter {}"]),
)
@settings(max_examples=20, deadline=None)
def test_against_the_oracle(rows: list[tuple[float | None, float | None]], filter_: str) -> None:
    steps: list[Step] = [
        add(
            "a", t, NormalizedLandmarkList(landmark=[NormalizedLandmark(visibility=number) for number in row])
        )
        for t, row in enumerate(rows)
    ]
    compare(smooth(filter_, "NORM_"), [*steps, close("a")], ["o"])
