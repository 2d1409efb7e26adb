"""Drawings, after upstream's drawing_utils_test.py; pixels are compared with upstream's in test_side_by_side.py."""

from __future__ import annotations

import sys
from typing import Any

import cv2
import numpy as np
import pytest

from mpgraph.formats.detection import Detection
from mpgraph.formats.landmark import NormalizedLandmarkList
from mpgraph.formats.location_data import LocationData
from mpgraph.solutions import drawing_utils
from mpgraph.solutions.drawing_utils import RED_COLOR, WHITE_COLOR, DrawingSpec


def landmarks(*points: dict[str, float]) -> NormalizedLandmarkList:
    made = NormalizedLandmarkList()
    for point in points:
        made.landmark.add(**point)
    return made


def blank() -> Any:
    return np.zeros((100, 100, 3), np.uint8)


def circled(image: Any, point: tuple[int, int], spec: DrawingSpec) -> None:
    cv2.circle(image, point, spec.circle_radius + 1, WHITE_COLOR, spec.thickness)
    cv2.circle(image, point, spec.circle_radius, spec.color, spec.thickness)


def test_corners_are_inside_and_lines_lie_below() -> None:
    image, expected = blank(), blank()
    cv2.line(expected, (0, 99), (99, 0), WHITE_COLOR, 2)
    for point in ((0, 99), (99, 0)):
        circled(expected, point, DrawingSpec(color=RED_COLOR))
    drawing_utils.draw_landmarks(image, landmarks({"x": 0, "y": 1}, {"x": 1, "y": 0}), [(0, 1)])
    np.testing.assert_array_equal(image, expected)


@pytest.mark.parametrize("hidden", [{"visibility": 0.49}, {"presence": 0.0}, {"x": 1.01}, {"y": -0.01}])
def test_what_is_not_to_be_seen_is_left_out(hidden: dict[str, float]) -> None:
    image, expected = blank(), blank()
    circled(expected, (10, 10), DrawingSpec(color=RED_COLOR))
    listed = landmarks({"x": 0.1, "y": 0.1}, {"x": 0.5, "y": 0.5, **hidden})
    drawing_utils.draw_landmarks(image, listed, [(0, 1)])
    np.testing.assert_array_equal(image, expected)


def test_only_lines_are_drawn_when_asked_so() -> None:
    image, expected = blank(), blank()
    cv2.line(expected, (10, 10), (80, 80), (255, 0, 0), 3)
    listed = landmarks({"x": 0.1, "y": 0.1}, {"x": 0.8, "y": 0.8})
    lines = {(0, 1): DrawingSpec(color=(255, 0, 0), thickness=3)}
    drawing_utils.draw_landmarks(image, listed, [(0, 1)], None, lines)
    np.testing.assert_array_equal(image, expected)
    image = blank()
    drawing_utils.draw_landmarks(
        image, listed, [(0, 1)], connection_drawing_spec=lines, is_drawing_landmarks=False
    )
    np.testing.assert_array_equal(image, expected)


def test_a_detection() -> None:
    detection = Detection()
    detection.location_data.format = LocationData.RELATIVE_BOUNDING_BOX
    box = detection.location_data.relative_bounding_box
    box.width = box.height = 1
    image, expected = blank(), blank()
    cv2.rectangle(expected, (0, 0), (99, 99), WHITE_COLOR, 2)
    drawing_utils.draw_detection(image, detection)
    np.testing.assert_array_equal(image, expected)


def test_axes_without_translation_are_clipped() -> None:
    image, expected = blank(), blank()
    for tip, color in (((0, 50), RED_COLOR), ((50, 100), (0, 128, 0)), ((50, 50), (255, 0, 0))):
        cv2.arrowedLine(expected, (50, 50), tip, color, 2)
    drawing_utils.draw_axis(image, np.eye(3, dtype=np.float32), np.zeros(3, np.float32))
    np.testing.assert_array_equal(image, expected)


@pytest.mark.parametrize(
    "draw",
    [
        lambda image: drawing_utils.draw_landmarks(image, NormalizedLandmarkList()),
        lambda image: drawing_utils.draw_detection(image, Detection()),
        lambda image: drawing_utils.draw_axis(image, np.eye(3), np.zeros(3)),
    ],
)
def test_only_three_channels(draw: Any) -> None:
    with pytest.raises(ValueError, match=r"Input image must contain three channel bgr data."):
        draw(np.zeros((4, 4, 4), np.uint8))


def test_plotting_names_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match="pip install matplotlib"):
        drawing_utils.plot_landmarks(landmarks({"x": 0.5}))
    drawing_utils.plot_landmarks(None)  # type: ignore[arg-type]
