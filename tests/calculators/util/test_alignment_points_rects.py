"""AlignmentPointsRectsCalculator; more, also against the oracle, in test_detections_to_rects.py."""

from __future__ import annotations

import pytest
from graph_steps import add, play

from mpgraph import Graph
from mpgraph.errors import ContractError
from mpgraph.formats.detection import Detection
from mpgraph.formats.location_data import LocationData

TEXT = """input_stream: "d" input_stream: "s" node { calculator: "AlignmentPointsRectsCalculator"
    input_stream: "DETECTION:d" input_stream: "IMAGE_SIZE:s" output_stream: "NORM_RECT:o"
    options { [mediapipe.DetectionsToRectsCalculatorOptions.ext] { %s } } }"""
UPRIGHT = """rotation_vector_start_keypoint_index: 0 rotation_vector_end_keypoint_index: 1
    rotation_vector_target_angle_degrees: 90"""


def test_a_square_of_pixels_around_the_first_keypoint() -> None:
    location = LocationData()
    location.relative_keypoints.add(x=0.5, y=0.5)
    location.relative_keypoints.add(x=0.53, y=0.42)  # 3 to the right and 4 up, of 100 by 50
    steps = [add("d", 1, Detection(location_data=location)), add("s", 1, (100, 50))]
    ((_, rect),) = play(TEXT % UPRIGHT, steps, ["o"])["o"]
    found = [rect.x_center, rect.y_center, rect.width, rect.height]
    assert found == pytest.approx([0.5, 0.5, 0.1, 0.2])
    assert rect.rotation == pytest.approx(0.6435, abs=1e-4)


def test_keypoints_must_be_named() -> None:
    with pytest.raises(
        ContractError, match="rotation_vector_start_keypoint_index and _end_keypoint_index must be set"
    ):
        Graph(TEXT % "")
