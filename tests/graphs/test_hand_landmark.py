"""Upstream's hand tracking, with all subgraphs, on the calculators of this project."""

from __future__ import annotations

import pytest
from graph_steps import Step, add, close, compare
from model_files import model_path
from oracle_client import needs_oracle, needs_shared, oracle
from photographs import as_if_moved

HANDS = """input_stream: "in"
    node { calculator: "ConstantSidePacketCalculator"
      output_side_packet: "PACKET:0:n" output_side_packet: "PACKET:1:c" output_side_packet: "PACKET:2:p"
      options { [mediapipe.ConstantSidePacketCalculatorOptions.ext] {
        packet { int_value: 2 } packet { int_value: 1 } packet { bool_value: true } } } }
    node { calculator: "HandLandmarkTrackingCpu" input_stream: "IMAGE:in" input_side_packet: "NUM_HANDS:n"
      input_side_packet: "MODEL_COMPLEXITY:c" input_side_packet: "USE_PREV_LANDMARKS:p"
      output_stream: "LANDMARKS:landmarks" output_stream: "WORLD_LANDMARKS:world"
      output_stream: "HANDEDNESS:handedness" output_stream: "PALM_DETECTIONS:palms"
      output_stream: "HAND_ROIS_FROM_LANDMARKS:tracked" output_stream: "HAND_ROIS_FROM_PALM_DETECTIONS:found" }"""
OUTPUTS = ["landmarks", "world", "handedness", "palms", "tracked", "found"]


@needs_shared
@needs_oracle
@pytest.mark.parametrize("name", ["hands.jpg", "half_body_desk.jpg", "none_lake.jpg"])
def test_hands_are_found_and_tracked_as_by_the_oracle(name: str) -> None:
    for model in ("palm_detection_full", "hand_landmark_full", "handedness"):
        model_path(model)
    steps: list[Step] = [add("in", t, frame) for t, frame in enumerate(as_if_moved(name))]
    compare(oracle.expand(HANDS), [*steps, close("in")], OUTPUTS, rounding=True)
