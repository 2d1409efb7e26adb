"""Upstream's pose tracking, with all subgraphs, on the calculators of this project."""

from __future__ import annotations

import numpy as np
import pytest
from graph_runs import run_graph
from graph_steps import Step, add, close, compare
from model_files import model_path
from oracle_client import needs_oracle, needs_shared, oracle
from photographs import as_if_moved

from mpgraph.registry import find

pytestmark = pytest.mark.skipif(
    find("PacketPresenceCalculator") is None, reason="PacketPresenceCalculator is not there yet"
)
POSE = """input_stream: "in"
    node { calculator: "ConstantSidePacketCalculator"
      output_side_packet: "PACKET:0:c" output_side_packet: "PACKET:1:yes"
      options { [mediapipe.ConstantSidePacketCalculatorOptions.ext] {
        packet { int_value: 1 } packet { bool_value: true } } } }
    node { calculator: "PoseLandmarkCpu" input_stream: "IMAGE:in" input_side_packet: "MODEL_COMPLEXITY:c"
      input_side_packet: "SMOOTH_LANDMARKS:yes" input_side_packet: "ENABLE_SEGMENTATION:yes"
      input_side_packet: "SMOOTH_SEGMENTATION:yes" input_side_packet: "USE_PREV_LANDMARKS:yes"
      output_stream: "LANDMARKS:landmarks" output_stream: "WORLD_LANDMARKS:world"
      output_stream: "DETECTION:detection" output_stream: "ROI_FROM_LANDMARKS:tracked"
      output_stream: "SEGMENTATION_MASK:mask" }"""
PERIOD = 33_000


@pytest.fixture(autouse=True)
def models() -> None:
    """Skips where the models are not on this machine."""
    for name in ("pose_detection", "pose_landmark_full"):
        model_path(name)


@needs_shared
@needs_oracle
@pytest.mark.parametrize("name", ["full_body_back.png", "none_lake.jpg"])
def test_a_pose_is_found_and_tracked_as_by_the_oracle(name: str) -> None:
    """Smoothed over time; nothing where there is nobody."""
    steps: list[Step] = [add("in", PERIOD * t, frame) for t, frame in enumerate(as_if_moved(name))]
    outputs = ["landmarks", "world", "detection", "tracked"]
    compare(oracle.expand(POSE), [*steps, close("in")], outputs, rounding=True)


@needs_shared
@needs_oracle
def test_the_mask_is_the_oracles() -> None:
    frames = list(enumerate(as_if_moved("half_body_desk.jpg")))
    ours = run_graph(oracle.expand(POSE), {"in": [(PERIOD * t, frame) for t, frame in frames]}, ["mask"])[
        "mask"
    ]
    given = {"in": [(PERIOD * t, frame.numpy_view()) for t, frame in frames]}
    theirs = oracle.run_graph(POSE, given, ["mask"])["mask"]
    assert [t for t, _ in ours] == [t for t, _ in theirs] == [0, PERIOD, 2 * PERIOD]
    for (_, mask), (_, expected) in zip(ours, theirs, strict=True):
        assert np.allclose(mask.numpy_view().squeeze(), expected.data.squeeze(), atol=1e-4)
