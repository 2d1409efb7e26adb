"""DetectionLetterboxRemovalCalculator; against the oracle in test_landmark_letterbox_removal.py."""

from __future__ import annotations

import pytest
from graph_steps import add, node, play

from mpgraph.errors import CalculatorError
from mpgraph.formats.detection import Detection
from mpgraph.formats.location_data import LocationData

TEXT = node("DetectionLetterboxRemoval", ["DETECTIONS:d", "LETTERBOX_PADDING:p"], ["DETECTIONS:o"])


def detection(x: float, y: float, w: float, h: float) -> Detection:
    location = LocationData(format=LocationData.RELATIVE_BOUNDING_BOX)
    box = location.relative_bounding_box
    box.xmin, box.ymin, box.width, box.height = x, y, w, h
    location.relative_keypoints.add(x=x, y=y)
    return Detection(score=[0.5], location_data=location)


def test_the_padding_is_taken_out() -> None:
    given = detection(0.25, 0.25, 0.25, 0.25)
    steps = [add("d", 1, [given]), add("p", 1, (0.25, 0.0, 0.25, 0.5))]
    assert play(TEXT, steps, ["o"])["o"] == [(1, [detection(0, 0.5, 0.5, 0.5)])]
    assert given == detection(0.25, 0.25, 0.25, 0.25)


def test_no_detections_are_an_empty_vector_and_no_packet_is_none() -> None:
    steps = [add("d", 1, []), add("p", 1, (0.0,) * 4), add("d", 2, None), add("p", 2, (0.0,) * 4)]
    assert play(TEXT, steps, ["o"])["o"] == [(1, []), (2, None)]


def test_detections_need_a_padding() -> None:
    with pytest.raises(CalculatorError, match=r"LETTERBOX_PADDING .* has no packet at 1"):
        play(TEXT, [add("d", 1, [detection(0, 0, 1, 1)]), add("p", 1, None)], ["o"])
