"""VisibilityCopyCalculator: visibility and presence from some points to others."""

from __future__ import annotations

from typing import Any

import pytest
from graph_steps import add, close, compare, node, play
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_client import needs_oracle

from mpgraph import Graph
from mpgraph.errors import CalculatorError, ContractError
from mpgraph.formats.landmark import Landmark, LandmarkList, NormalizedLandmark, NormalizedLandmarkList


def copy(
    source: str = "NORM_LANDMARKS_FROM", target: str = "LANDMARKS_TO", options: str = "", output: str = ""
) -> str:
    return node("VisibilityCopy", [f"{source}:a", f"{target}:b"], [f"{output or target}:o"], options)


FROM = NormalizedLandmarkList(
    landmark=[NormalizedLandmark(x=9, visibility=0.5, presence=0.25), NormalizedLandmark(x=9)]
)
TO = LandmarkList(landmark=[Landmark(x=1, visibility=1), Landmark(x=2, presence=1), Landmark(x=3)])


@pytest.mark.parametrize(
    ("options", "first"),
    [
        ("", Landmark(x=1, visibility=0.5, presence=0.25)),
        ("copy_visibility: false", Landmark(x=1, visibility=1, presence=0.25)),
        ("copy_presence: false", Landmark(x=1, visibility=0.5)),
    ],
)
def test_what_is_copied(options: str, first: Landmark) -> None:
    """As many points as there are to copy from; what is not set is 0."""
    ((_, made),) = play(copy(options=options), [add("a", 1, FROM), add("b", 1, TO)], ["o"])["o"]
    assert made.landmark[0] == first
    assert len(made.landmark) == 2
    assert made.landmark[1].visibility == 0
    assert TO.landmark[0].visibility == 1


def test_both_are_needed() -> None:
    steps = [add("a", 1, FROM), add("b", 1, None), add("a", 2, None), add("b", 2, TO)]
    assert play(copy(), steps, ["o"])["o"] == [(1, None), (2, None)]


def test_too_few_to_copy_to() -> None:
    with pytest.raises(CalculatorError, match="2 points to copy from need as many to copy to, got 0"):
        play(copy(), [add("a", 1, FROM), add("b", 1, LandmarkList())], ["o"])


def test_the_output_is_of_the_inputs_tag() -> None:
    with pytest.raises(
        ContractError, match="the output must be LANDMARKS_TO, as the input is; got NORM_LANDMARKS_TO"
    ):
        Graph(copy(output="NORM_LANDMARKS_TO"))


numbers = st.none() | st.floats(0, 1, width=32)
rows = st.lists(st.tuples(numbers, numbers, numbers, numbers), max_size=3)


@needs_oracle
@given(
    rows,
    st.booleans(),
    st.booleans(),
    st.sampled_from(["", "copy_visibility: false", "copy_presence: false"]),
)
@settings(max_examples=20, deadline=None)
def test_against_the_oracle(
    rows: list[tuple[float | None, ...]], norm_from: bool, norm_to: bool, options: str
) -> None:
    kinds: Any = ((LandmarkList, Landmark, ""), (NormalizedLandmarkList, NormalizedLandmark, "NORM_"))
    (from_list, from_item, source), (to_list, to_item, target) = kinds[norm_from], kinds[norm_to]
    given = from_list(landmark=[from_item(visibility=row[0], presence=row[1]) for row in rows])
    points = to_list(landmark=[to_item(visibility=row[2], presence=row[3], x=1) for row in rows])
    text = copy(f"{source}LANDMARKS_FROM", f"{target}LANDMARKS_TO", options)
    compare(text, [add("a", 1, given), add("b", 1, points), close("a"), close("b")], ["o"])
