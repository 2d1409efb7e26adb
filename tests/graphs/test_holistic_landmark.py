"""Upstream's holistic graph, face, hands and pose in one, on the calculators of this project."""

from __future__ import annotations

import pytest
from graph_steps import Step, add, close, compare
from model_files import model_path
from oracle_client import needs_oracle, needs_shared, oracle
from photographs import as_if_moved

from mpgraph.registry import find

HOLISTIC = """input_stream: "in"
    node { calculator: "HolisticLandmarkCpu" input_stream: "IMAGE:in"
      output_stream: "POSE_LANDMARKS:pose" output_stream: "FACE_LANDMARKS:face"
      output_stream: "LEFT_HAND_LANDMARKS:left" output_stream: "RIGHT_HAND_LANDMARKS:right" }"""
MODELS = (
    "pose_detection",
    "pose_landmark_full",
    "face_detection_short_range",
    "face_landmark",
    "hand_landmark_full",
    "hand_recrop",
)


@pytest.mark.skipif(
    find("PacketPresenceCalculator") is None, reason="PacketPresenceCalculator is not there yet"
)
@needs_shared
@needs_oracle
@pytest.mark.parametrize("name", ["half_body_desk.jpg", "none_lake.jpg"])
def test_all_is_found_and_tracked_as_by_the_oracle(name: str) -> None:
    for model in MODELS:
        model_path(model)
    steps: list[Step] = [add("in", 33_000 * t, frame) for t, frame in enumerate(as_if_moved(name))]
    outputs = ["pose", "face", "left", "right"]
    compare(oracle.expand(HOLISTIC), [*steps, close("in")], outputs, rounding=True)
