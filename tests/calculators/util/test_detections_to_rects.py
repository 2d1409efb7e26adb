"""DetectionsToRectsCalculator: rectangles of boxes and keypoints."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from graph_steps import Step, add, close, compare, play
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_client import needs_oracle

from mpgraph import Graph
from mpgraph.errors import CalculatorError, ContractError
from mpgraph.formats.detection import Detection
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.location_data import LocationData
from mpgraph.formats.rect import NormalizedRect, Rect

UPRIGHT = """rotation_vector_start_keypoint_index: 0 rotation_vector_end_keypoint_index: 1
    rotation_vector_target_angle_degrees: 90"""
KEYPOINTS = "conversion_mode: USE_KEYPOINTS"


def rects(
    output: str,
    options: str = "",
    *,
    inputs: str = "DETECTIONS",
    size: bool = False,
    name: str = "DetectionsToRects",
) -> str:
    port, head = ('input_stream: "IMAGE_SIZE:s"', 'input_stream: "s"') if size else ("", "")
    return f"""input_stream: "d" {head} node {{ calculator: "{name}Calculator"
        input_stream: "{inputs}:d" {port} output_stream: "{output}:o"
        options {{ [mediapipe.DetectionsToRectsCalculatorOptions.ext] {{ {options} }} }} }}"""


def detection(
    box: tuple[float, ...] = (0, 0, 0, 0), points: tuple[tuple[float, float], ...] = ()
) -> Detection:
    location = LocationData(format=LocationData.RELATIVE_BOUNDING_BOX)
    relative = location.relative_bounding_box
    relative.xmin, relative.ymin, relative.width, relative.height = box
    for x, y in points:
        location.relative_keypoints.add(x=x, y=y)
    return Detection(location_data=location)


def in_pixels(*box: int) -> Detection:
    location = LocationData(format=LocationData.BOUNDING_BOX)
    pixels = location.bounding_box
    pixels.xmin, pixels.ymin, pixels.width, pixels.height = box
    return Detection(location_data=location)


BOX = detection((0.25, 0.5, 0.5, 0.25), ((0.5, 0.5), (0.5, 0.25)))
NORM = NormalizedRect(x_center=0.5, y_center=0.625, width=0.5, height=0.25)


@pytest.mark.parametrize(("output", "expected"), [("NORM_RECT", NORM), ("NORM_RECTS", [NORM, NORM])])
def test_fractions_of_relative_boxes(output: str, expected: Any) -> None:
    assert play(rects(output), [add("d", 1, [BOX, BOX])], ["o"])["o"] == [(1, expected)]


def test_pixels_of_boxes_in_pixels() -> None:
    found = play(rects("RECTS"), [add("d", 1, [in_pixels(10, 20, 5, 8)])], ["o"])["o"]
    assert found == [(1, [Rect(x_center=12, y_center=24, width=5, height=8)])]


def test_a_single_detection() -> None:
    assert play(rects("NORM_RECT", inputs="DETECTION"), [add("d", 1, BOX)], ["o"])["o"] == [(1, NORM)]


def test_around_keypoints() -> None:
    points = detection(points=((0.25, 0.5), (0.75, 0.25), (0.5, 0.375)))
    ((_, found),) = play(rects("NORM_RECT", KEYPOINTS), [add("d", 1, [points])], ["o"])["o"]
    assert found == NormalizedRect(x_center=0.5, y_center=0.375, width=0.5, height=0.25)
    steps = [add("d", 1, [points]), add("s", 1, (10, 10))]
    ((_, found),) = play(rects("RECT", KEYPOINTS, size=True), steps, ["o"])["o"]
    assert found == Rect(x_center=5, y_center=4, width=5, height=3)  # 2.5 goes up


@pytest.mark.parametrize(
    ("end", "turned"),
    [((0.5, 0.25), 0), ((0.75, 0.5), math.pi / 2), ((0.25, 0.5), -math.pi / 2), ((0.5, 0.75), -math.pi)],
)
def test_two_keypoints_tell_the_rotation(end: tuple[float, float], turned: float) -> None:
    item = detection((0, 0, 1, 1), ((0.5, 0.5), end))
    steps = [add("d", 1, [item]), add("s", 1, (200, 100))]
    ((_, found),) = play(rects("NORM_RECT", UPRIGHT, size=True), steps, ["o"])["o"]
    assert found.rotation == pytest.approx(turned, abs=1e-6)


def test_without_the_size_nothing_is_turned_nor_sent() -> None:
    steps = [add("d", 1, [BOX]), add("s", 1, None), add("d", 2, None), add("s", 2, (2, 2))]
    assert play(rects("NORM_RECT", UPRIGHT, size=True), steps, ["o"])["o"] == [(1, None), (2, None)]


@pytest.mark.parametrize(
    ("output", "zero"),
    [("RECT", Rect()), ("NORM_RECT", NormalizedRect()), ("NORM_RECTS", [NormalizedRect()]), ("RECTS", None)],
)
def test_no_detections_give_nothing_or_a_rectangle_of_nothing(output: str, zero: Any) -> None:
    assert play(rects(output), [add("d", 1, [])], ["o"])["o"] == [(1, None)]
    options = "output_zero_rect_for_empty_detections: true"
    assert play(rects(output, options), [add("d", 1, [])], ["o"])["o"] == [(1, zero)]


@pytest.mark.parametrize(
    ("text", "item", "message"),
    [
        (rects("RECT"), BOX, "needs a BOUNDING_BOX here, got RELATIVE_BOUNDING_BOX"),
        (rects("NORM_RECT"), in_pixels(0, 0, 1, 1), "needs a RELATIVE_BOUNDING_BOX here, got BOUNDING_BOX"),
        (rects("NORM_RECT", KEYPOINTS), detection(points=((0, 0),)), "needs two keypoints or more, got 1"),
        (rects("RECT", KEYPOINTS), BOX, "RECT of keypoints needs IMAGE_SIZE"),
    ],
)
def test_detections_of_another_kind_are_refused(text: str, item: Detection, message: str) -> None:
    with pytest.raises(CalculatorError, match=message):
        play(text, [add("d", 1, [item])], ["o"])


def test_a_keypoint_that_is_not_there() -> None:
    steps = [add("d", 1, [detection(points=((0, 0),))]), add("s", 1, (2, 2))]
    with pytest.raises(CalculatorError, match="keypoint 1 is asked for, but there are 1"):
        play(rects("NORM_RECT", UPRIGHT, size=True), steps, ["o"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (rects("NORM_RECT", UPRIGHT), "a rotation vector needs IMAGE_SIZE"),
        (
            rects("NORM_RECT", "rotation_vector_start_keypoint_index: 0"),
            "needs rotation_vector_end_keypoint_index",
        ),
        (rects("NORM_RECT", UPRIGHT + " rotation_vector_target_angle: 1", size=True), "needs one of"),
        (
            rects("NORM_RECT").replace('"NORM_RECT:o"', '"RECT:p" output_stream: "NORM_RECT:o"'),
            "connected: RECT, NORM_RECT",
        ),
        (rects("NORM_RECT").replace("DETECTIONS:d", "IMAGE_SIZE:d"), "connected: none"),
    ],
)
def test_what_does_not_go_together_is_refused(text: str, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        Graph(text)


fractions = st.floats(-2, 2, width=32)
pairs = st.tuples(fractions, fractions)


@needs_oracle
@given(
    st.tuples(*[fractions] * 4),
    st.lists(pairs, min_size=2, max_size=4),
    st.sampled_from(["NORM_RECT", "NORM_RECTS", "RECT", "RECTS"]),
    st.sampled_from(["", UPRIGHT, UPRIGHT.replace("_degrees: 90", ": -1.5")]),
    st.sampled_from(["", KEYPOINTS]),
    st.sampled_from(["DetectionsToRects", "AlignmentPointsRects"]),
)
@settings(max_examples=40, deadline=None)
def test_against_the_oracle(
    box: tuple[float, ...], points: list[tuple[float, float]], output: str, turn: str, mode: str, name: str
) -> None:
    """Also whether the graph is refused; the size comes of an image and the vector of two detections."""
    item = detection(box, tuple(points))
    text = rects(output, f"{turn} {mode}", size=True, name=name)
    text = text.replace(
        'input_stream: "d" input_stream: "s"', 'input_stream: "i" input_stream: "x" input_stream: "y"', 1
    )
    text += 'node { calculator: "ImagePropertiesCalculator" input_stream: "IMAGE:i" output_stream: "SIZE:s" }'
    text += """node { calculator: "MergeDetectionsToVectorCalculator" input_stream: "x" input_stream: "y"
        output_stream: "d" }"""
    frame = ImageFrame(ImageFormat.GRAY8, np.zeros((7, 13), np.uint8))
    steps: list[Step] = [add("i", 1, frame), add("x", 1, item), add("y", 1, item)]
    compare(text, [*steps, close("i"), close("x"), close("y")], ["o"], rounding=True)
