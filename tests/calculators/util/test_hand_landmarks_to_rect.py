"""HandLandmarksToRectCalculator: the turned rectangle around a hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from graph_steps import Step, add, close, compare, node, play
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_client import needs_oracle

from mpgraph.errors import CalculatorError
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.landmark import NormalizedLandmark, NormalizedLandmarkList

TEXT = node("HandLandmarksToRect", ["NORM_LANDMARKS:a", "IMAGE_SIZE:s"], ["NORM_RECT:o"])
Point = tuple[float, float]


def landmarks(points: list[Point]) -> NormalizedLandmarkList:
    return NormalizedLandmarkList(landmark=[NormalizedLandmark(x=x, y=y) for x, y in points])


def palm(turn: float) -> list[Point]:
    """Twelve points of a palm 0.2 wide and 0.4 high, turned clockwise around the middle of a square image."""
    upright = [(0.0, 0.2), *[(-0.1, -0.2), (0.1, -0.2)], (0.0, 0.0), *[(0.0, -0.2)] * 5, *[(0.0, 0.0)] * 3]
    cos, sin = math.cos(turn), math.sin(turn)
    return [(0.5 + x * cos - y * sin, 0.5 + x * sin + y * cos) for x, y in upright]


@pytest.mark.parametrize("turn", [0.0, 0.5, -2.0, math.pi / 2])
def test_the_rectangle_is_turned_as_the_palm(turn: float) -> None:
    steps = [add("a", 7, landmarks(palm(turn))), add("s", 7, (100, 100))]
    ((at, rect),) = play(TEXT, steps, ["o"])["o"]
    found = [rect.x_center, rect.y_center, rect.width, rect.height, rect.rotation]
    assert at == 7
    assert found == pytest.approx([0.5, 0.5, 0.2, 0.4, turn], abs=1e-5)


def test_of_a_whole_hand_fingertips_do_not_count() -> None:
    order = (0, 1, 2, 3, 5, 6, 9, 10, 13, 14, 17, 18)
    hand: list[Point] = [(9.0, 9.0)] * 21
    for index, point in zip(order, palm(0.5), strict=True):
        hand[index] = point
    whole = play(TEXT, [add("a", 1, landmarks(hand)), add("s", 1, (100, 100))], ["o"])["o"]
    part = play(TEXT, [add("a", 1, landmarks(palm(0.5))), add("s", 1, (100, 100))], ["o"])["o"]
    assert whole == part


def test_without_landmarks_nothing_is_sent() -> None:
    assert play(TEXT, [add("a", 1, None), add("s", 1, (1, 1))], ["o"])["o"] == [(1, None)]


def test_too_few_points_or_no_size() -> None:
    with pytest.raises(CalculatorError, match="expected 21 landmarks of a hand or 12 of a palm, got 8"):
        play(TEXT, [add("a", 1, landmarks([(0.0, 0.0)] * 8)), add("s", 1, (1, 1))], ["o"])
    with pytest.raises(CalculatorError, match="IMAGE_SIZE"):
        play(TEXT, [add("a", 1, landmarks(palm(0))), add("s", 1, None)], ["o"])


fractions = st.floats(-1, 2, width=32)


@needs_oracle
@given(
    st.integers(9, 21).flatmap(
        lambda count: st.lists(st.tuples(fractions, fractions), min_size=count, max_size=count)
    )
)
@settings(max_examples=25, deadline=None)
def test_against_the_oracle(points: list[Point]) -> None:
    """The size comes of an image."""
    text = TEXT.replace('input_stream: "s"', 'input_stream: "i"', 1)
    text += 'node { calculator: "ImagePropertiesCalculator" input_stream: "IMAGE:i" output_stream: "SIZE:s" }'
    frame = ImageFrame(ImageFormat.GRAY8, np.zeros((7, 13), np.uint8))
    steps: list[Step] = [add("a", 1, landmarks(points)), add("i", 1, frame), close("a"), close("i")]
    compare(text, steps, ["o"], rounding=True)
