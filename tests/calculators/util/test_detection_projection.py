"""DetectionProjectionCalculator: detections moved by a matrix."""

from __future__ import annotations

import numpy as np
import pytest
from face_detector import compare_detectors, detector, noise
from graph_steps import add, node, play
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_client import needs_oracle

from mpgraph import Graph
from mpgraph.errors import CalculatorError, ContractError
from mpgraph.formats.detection import Detection
from mpgraph.formats.location_data import LocationData

TEXT = node("DetectionProjection", ["DETECTIONS:a", "PROJECTION_MATRIX:m"], ["DETECTIONS:o"])
NUMBERS = st.floats(-4, 4, width=16)


def detection(x: float, y: float, w: float, h: float) -> Detection:
    location = LocationData(format=LocationData.RELATIVE_BOUNDING_BOX)
    box = location.relative_bounding_box
    box.xmin, box.ymin, box.width, box.height = x, y, w, h
    location.relative_keypoints.add(x=x, y=y, keypoint_label="nose")
    return Detection(score=[0.5], label=["cat"], location_data=location)


def matrix(*six: float) -> tuple[float, ...]:
    """The matrix of x and y; z stays."""
    a, b, c, d, e, f = six
    return (a, b, 0.0, c, d, e, 0.0, f, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0)


@given(
    st.tuples(*[NUMBERS] * 6),
    st.tuples(NUMBERS, NUMBERS),
    st.tuples(st.floats(0, 4, width=16), st.floats(0, 4, width=16)),
)
@settings(max_examples=50, deadline=None)
def test_corners_and_keypoints_are_moved(
    six: tuple[float, ...], at: tuple[float, float], size: tuple[float, float]
) -> None:
    steps = [add("a", 1, [detection(*at, *size)]), add("m", 1, matrix(*six))]
    ((_, (moved,)),) = play(TEXT, steps, ["o"])["o"]
    corners = np.array([(at[0] + i * size[0], at[1] + j * size[1], 1) for i in (0, 1) for j in (0, 1)])
    x, y = np.array(six).reshape(2, 3) @ corners.T
    box = moved.location_data.relative_bounding_box
    assert np.allclose(
        [box.xmin, box.ymin, box.width, box.height], [x.min(), y.min(), np.ptp(x), np.ptp(y)], atol=1e-4
    )
    point = moved.location_data.relative_keypoints[0]
    assert np.allclose((point.x, point.y), (x[0], y[0]), atol=1e-4)
    assert (list(moved.label), list(moved.score), point.keypoint_label) == (["cat"], [0.5], "nose")


def test_the_input_stays_as_it_is() -> None:
    given = detection(0, 0, 1, 1)
    play(TEXT, [add("a", 1, [given]), add("m", 1, matrix(2, 0, 0, 0, 2, 0))], ["o"])
    assert given == detection(0, 0, 1, 1)


def test_without_a_matrix_or_detections_nothing_is_sent() -> None:
    steps = [add("a", 1, [detection(0, 0, 1, 1)]), add("m", 1, None)]
    steps += [
        add("a", 2, None),
        add("m", 2, matrix(1, 0, 0, 0, 1, 0)),
        add("a", 3, []),
        add("m", 3, matrix(1, 0, 0, 0, 1, 0)),
    ]
    assert play(TEXT, steps, ["o"])["o"] == [(1, None), (2, None), (3, [])]


def test_each_input_has_its_output() -> None:
    text = node(
        "DetectionProjection",
        ["DETECTIONS:0:a", "DETECTIONS:1:b", "PROJECTION_MATRIX:m"],
        ["DETECTIONS:0:o", "DETECTIONS:1:p"],
    )
    steps = [add("a", 1, None), add("b", 1, [detection(0, 0, 1, 1)]), add("m", 1, matrix(1, 0, 1, 0, 1, 2))]
    found = play(text, steps, ["o", "p"])
    assert found["o"] == [(1, None)]
    assert found["p"][0][1][0].location_data.relative_bounding_box.xmin == 1
    with pytest.raises(
        ContractError, match="2 DETECTIONS input streams need as many DETECTIONS output streams"
    ):
        Graph(text.replace('output_stream: "DETECTIONS:1:p"', ""))


def test_a_box_in_pixels_is_refused() -> None:
    item = Detection(location_data=LocationData(format=LocationData.BOUNDING_BOX))
    with pytest.raises(CalculatorError, match="needs a RELATIVE_BOUNDING_BOX, got BOUNDING_BOX"):
        play(TEXT, [add("a", 1, [item]), add("m", 1, matrix(1, 0, 0, 0, 1, 0))], ["o"])


@needs_oracle
def test_against_the_oracle() -> None:
    """By the matrix of an image that was padded to a square."""
    text = detector(suppress="overlap_type: JACCARD min_suppression_threshold: 0.3")
    assert compare_detectors(text, noise(), ("out",)) > 5
