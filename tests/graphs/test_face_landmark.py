"""Upstream's face mesh, detection and tracking, with all subgraphs, on the calculators of this project."""

from __future__ import annotations

from typing import Any

import pytest
from graph_steps import Step, add, close, compare, plain
from model_files import model_path
from oracle_client import needs_oracle, needs_shared, oracle
from photographs import as_if_moved

from mpgraph import Graph
from mpgraph.formats.image_frame import ImageFrame

FACES = """input_stream: "in"
    node { calculator: "ConstantSidePacketCalculator"
      output_side_packet: "PACKET:0:n" output_side_packet: "PACKET:1:p" output_side_packet: "PACKET:2:a"
      options { [mediapipe.ConstantSidePacketCalculatorOptions.ext] {
        packet { int_value: 2 } packet { bool_value: true } packet { bool_value: false } } } }
    node { calculator: "FaceLandmarkFrontCpu" input_stream: "IMAGE:in" input_side_packet: "NUM_FACES:n"
      input_side_packet: "USE_PREV_LANDMARKS:p" input_side_packet: "WITH_ATTENTION:a"
      output_stream: "LANDMARKS:landmarks" output_stream: "DETECTIONS:detections"
      output_stream: "ROIS_FROM_LANDMARKS:tracked" output_stream: "ROIS_FROM_DETECTIONS:found" }"""
OUTPUTS = ["landmarks", "detections", "tracked", "found"]


@needs_shared
@needs_oracle
@pytest.mark.parametrize("name", ["half_body_suit.png", "dark_thumb.jpg", "full_body_back.png"])
def test_faces_are_found_and_tracked_as_by_the_oracle(name: str) -> None:
    """Loops over faces, and a back edge from each frame's landmarks to the next; also where there is no face."""
    for model in ("face_detection_short_range", "face_landmark"):
        model_path(model)
    text = oracle.expand(FACES)
    steps: list[Step] = [add("in", t, frame) for t, frame in enumerate(as_if_moved(name))]
    compare(text, [*steps, close("in")], OUTPUTS, rounding=True)


@needs_shared
@needs_oracle
def test_threads_do_not_change_what_is_found() -> None:
    model_path("face_landmark")
    text, images = oracle.expand(FACES), as_if_moved("half_body_suit.png")
    one, four = (landmarks(text, images, threads) for threads in (1, 4))
    assert [(t, len(faces)) for t, faces in one] == [(0, 1), (1, 1), (2, 1)]
    assert one == four


def landmarks(text: str, images: list[ImageFrame], threads: int) -> list[tuple[int, Any]]:
    found: list[tuple[int, Any]] = []
    with Graph(text, num_threads=threads) as graph:
        graph.observe("landmarks", lambda packet: found.append((packet.time, plain(packet.value))))
        graph.start()
        for timestamp, frame in enumerate(images):
            graph.add_packet("in", frame, timestamp)
        graph.close_all_inputs()
        graph.wait_until_done()
    return found
