"""HandDetectionsFromPoseToRectsCalculator: squares around the hands of a pose."""

from __future__ import annotations

import math

import numpy as np
import pytest
from graph_steps import Step, add, close, compare, node, play
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_client import needs_oracle

from mpgraph import Graph
from mpgraph.errors import CalculatorError, ContractError
from mpgraph.formats.detection import Detection
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.location_data import LocationData

TEXT = node("HandDetectionsFromPoseToRects", ["DETECTION:d", "IMAGE_SIZE:s"], ["NORM_RECT:o"])
Point = tuple[float, float]


def hand(*points: Point) -> Detection:
    location = LocationData()
    for x, y in points:
        location.relative_keypoints.add(x=x, y=y)
    return Detection(location_data=location)


def test_the_middle_is_nearer_to_the_index_finger() -> None:
    """Wrist at (50, 40) of 100 by 50; the fingers at (20, 40) and (35, 40): the middle is (30, 40)."""
    steps = [add("d", 1, hand((0.5, 0.8), (0.2, 0.8), (0.35, 0.8))), add("s", 1, (100, 50))]
    ((_, rect),) = play(TEXT, steps, ["o"])["o"]
    found = [rect.x_center, rect.y_center, rect.width, rect.height, rect.rotation]
    assert found == pytest.approx([0.3, 0.8, 0.4, 0.8, -math.pi / 2], abs=1e-6)


def test_three_keypoints_are_needed() -> None:
    with pytest.raises(
        CalculatorError, match="expected 3 keypoints, wrist, little finger and index finger, got 2"
    ):
        play(TEXT, [add("d", 1, hand((0, 0), (1, 1))), add("s", 1, (2, 2))], ["o"])


def test_the_size_is_needed() -> None:
    with pytest.raises(ContractError, match="IMAGE_SIZE must be connected"):
        Graph(TEXT.replace('input_stream: "IMAGE_SIZE:s"', ""))


fractions = st.floats(-1, 2, width=32)


@needs_oracle
@given(st.lists(st.tuples(fractions, fractions), min_size=3, max_size=4))
@settings(max_examples=20, deadline=None)
def test_against_the_oracle(points: list[Point]) -> None:
    """The size comes of an image."""
    text = TEXT.replace('input_stream: "s"', 'input_stream: "i"', 1)
    text += 'node { calculator: "ImagePropertiesCalculator" input_stream: "IMAGE:i" output_stream: "SIZE:s" }'
    frame = ImageFrame(ImageFormat.GRAY8, np.zeros((7, 13), np.uint8))
    steps: list[Step] = [add("d", 1, hand(*points)), add("i", 1, frame), close("d"), close("i")]
    compare(text, steps, ["o"], rounding=True)
