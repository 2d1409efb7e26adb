"""Draws landmarks, detections and axes into images, as upstream's ``drawing_utils`` does, pixel by pixel."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from mpgraph.formats.detection import Detection
from mpgraph.formats.landmark import NormalizedLandmarkList
from mpgraph.formats.location_data import LocationData
from mpgraph.lazy import cv2

__all__ = [
    "BLACK_COLOR",
    "BLUE_COLOR",
    "GREEN_COLOR",
    "RED_COLOR",
    "WHITE_COLOR",
    "DrawingSpec",
    "draw_axis",
    "draw_detection",
    "draw_landmarks",
    "plot_landmarks",
]

Pixels = npt.NDArray[Any]
Color = tuple[int, int, int]

WHITE_COLOR: Final[Color] = (224, 224, 224)
BLACK_COLOR: Final[Color] = (0, 0, 0)
RED_COLOR: Final[Color] = (0, 0, 255)
GREEN_COLOR: Final[Color] = (0, 128, 0)
BLUE_COLOR: Final[Color] = (255, 0, 0)

_SEEN: Final = 0.5  # from which visibility and presence on a landmark is drawn


@dataclass
class DrawingSpec:
    """How something is drawn.

    Attributes:
        color: Blue, green, red.
        thickness: Of lines, in pixels; negative fills.
        circle_radius: Of points, in pixels.
    """

    color: Color = WHITE_COLOR
    thickness: int = 2
    circle_radius: int = 2


_WHITE: Final = DrawingSpec()
_RED: Final = DrawingSpec(color=RED_COLOR)
_THICK_RED: Final = DrawingSpec(color=RED_COLOR, thickness=5)
_THICK_BLACK: Final = DrawingSpec(color=BLACK_COLOR, thickness=5)


def draw_detection(
    image: Pixels,
    detection: Detection,
    keypoint_drawing_spec: DrawingSpec = _RED,
    bbox_drawing_spec: DrawingSpec = _WHITE,
) -> None:
    """Draws a detection's box and keypoints into the image.

    Args:
        image: uint8 BGR array (height, width, 3), which is changed.
        detection: Its location must be relative.
        keypoint_drawing_spec: How points are drawn.
        bbox_drawing_spec: How the box is drawn.

    Raises:
        ValueError: The image has not three channels, or the location is not relative.
    """
    height, width = _size(image)
    location = detection.location_data
    if location.format != LocationData.RELATIVE_BOUNDING_BOX:
        msg = "LocationData must be relative for this drawing funtion to work."
        raise ValueError(msg)
    for keypoint in location.relative_keypoints:
        point = _pixel(keypoint.x, keypoint.y, width, height)
        spec = keypoint_drawing_spec
        if point is not None:
            cv2.circle(image, point, spec.circle_radius, spec.color, spec.thickness)
    if location.HasField("relative_bounding_box"):
        box = location.relative_bounding_box
        start = _pixel(box.xmin, box.ymin, width, height)
        end = _pixel(box.xmin + box.width, box.ymin + box.height, width, height)
        if start is not None and end is not None:
            cv2.rectangle(image, start, end, bbox_drawing_spec.color, bbox_drawing_spec.thickness)


def draw_landmarks(
    image: Pixels,
    landmark_list: NormalizedLandmarkList,
    connections: Collection[tuple[int, int]] | None = None,
    landmark_drawing_spec: DrawingSpec | Mapping[int, DrawingSpec] | None = _RED,
    connection_drawing_spec: DrawingSpec | Mapping[tuple[int, int], DrawingSpec] = _WHITE,
    is_drawing_landmarks: bool = True,
) -> None:
    """Draws landmarks and the lines between them into the image.

    What lies outside of the image, or has a visibility or presence below 0.5, is left out.

    Args:
        image: uint8 BGR array (height, width, 3), which is changed.
        landmark_list: The landmarks; none for nothing to do.
        connections: Pairs of landmark indexes.
        landmark_drawing_spec: How landmarks are drawn, all alike or each; None for not at all.
        connection_drawing_spec: How lines are drawn, all alike or each.
        is_drawing_landmarks: Whether to draw more than the lines.

    Raises:
        ValueError: The image has not three channels, or a connection names no landmark.
    """
    if not landmark_list:
        return
    height, width = _size(image)
    points = {
        number: point
        for number, landmark in _seen(landmark_list)
        if (point := _pixel(landmark.x, landmark.y, width, height)) is not None
    }
    for connection in _checked(connections, len(landmark_list.landmark)):
        start, end = connection
        if start in points and end in points:
            line = _spec(connection_drawing_spec, connection)
            cv2.line(image, points[start], points[end], line.color, line.thickness)
    if is_drawing_landmarks and landmark_drawing_spec:
        for number, point in points.items():
            spec = _spec(landmark_drawing_spec, number)
            border = max(spec.circle_radius + 1, int(spec.circle_radius * 1.2))
            cv2.circle(image, point, border, WHITE_COLOR, spec.thickness)
            cv2.circle(image, point, spec.circle_radius, spec.color, spec.thickness)


def draw_axis(
    image: Pixels,
    rotation: Pixels,
    translation: Pixels,
    focal_length: tuple[float, float] = (1.0, 1.0),
    principal_point: tuple[float, float] = (0.0, 0.0),
    axis_length: float = 0.1,
    axis_drawing_spec: DrawingSpec = _WHITE,
) -> None:
    """Draws the axes of an object's coordinates: x red, y green, z blue.

    Args:
        image: uint8 BGR array (height, width, 3), which is changed.
        rotation: Array (3, 3) from the object's to the camera's coordinates.
        translation: Array (3,), likewise.
        focal_length: Of the camera in x and y, in normalised device coordinates.
        principal_point: Likewise.
        axis_length: Of each axis, in the object's units.
        axis_drawing_spec: How thick the arrows are.

    Raises:
        ValueError: The image has not three channels.
    """
    height, width = _size(image)
    ends = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32)
    x, y, z = (np.matmul(rotation, axis_length * ends.T).T + translation).T
    across = np.clip(-focal_length[0] * x / (z + 1e-5) + principal_point[0], -1.0, 1.0)
    up = np.clip(-focal_length[1] * y / (z + 1e-5) + principal_point[1], -1.0, 1.0)
    columns = ((1 + across) * 0.5 * width).astype(np.int32)
    rows = ((1 - up) * 0.5 * height).astype(np.int32)
    origin, *tips = ((int(column), int(row)) for column, row in zip(columns, rows, strict=True))
    for tip, color in zip(tips, (RED_COLOR, GREEN_COLOR, BLUE_COLOR), strict=True):
        cv2.arrowedLine(image, origin, tip, color, axis_drawing_spec.thickness)


def plot_landmarks(
    landmark_list: NormalizedLandmarkList,
    connections: Collection[tuple[int, int]] | None = None,
    landmark_drawing_spec: DrawingSpec = _THICK_RED,
    connection_drawing_spec: DrawingSpec = _THICK_BLACK,
    elevation: int = 10,
    azimuth: int = 10,
) -> None:
    """Plots landmarks and the lines between them in space, with matplotlib.

    Args:
        landmark_list: The landmarks; none for nothing to do.
        connections: Pairs of landmark indexes.
        landmark_drawing_spec: Colour and thickness of the points.
        connection_drawing_spec: Colour and thickness of the lines.
        elevation: How high to look from, in degrees.
        azimuth: From which side to look, in degrees.

    Raises:
        ValueError: A connection names no landmark.
        ImportError: matplotlib is not installed.
    """
    if not landmark_list:
        return
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        msg = "plot_landmarks draws with matplotlib: pip install matplotlib"
        raise ImportError(msg) from error
    plt.figure(figsize=(10, 10))
    axes: Any = plt.axes(projection="3d")
    axes.view_init(elev=elevation, azim=azimuth)
    points = {}
    for number, landmark in _seen(landmark_list):
        points[number] = point = (-landmark.z, landmark.x, -landmark.y)
        axes.scatter3D(
            xs=[point[0]],
            ys=[point[1]],
            zs=[point[2]],
            color=_fractions(landmark_drawing_spec.color),
            linewidth=landmark_drawing_spec.thickness,
        )
    for start, end in _checked(connections, len(landmark_list.landmark)):
        if start in points and end in points:
            xs, ys, zs = zip(points[start], points[end], strict=True)
            axes.plot3D(
                xs=xs,
                ys=ys,
                zs=zs,
                color=_fractions(connection_drawing_spec.color),
                linewidth=connection_drawing_spec.thickness,
            )
    plt.show()


def _size(image: Pixels) -> tuple[int, int]:
    if image.shape[2] != 3:
        msg = "Input image must contain three channel bgr data."
        raise ValueError(msg)
    return image.shape[0], image.shape[1]


def _pixel(x: float, y: float, width: int, height: int) -> tuple[int, int] | None:
    """The pixel of a point in fractions of the image; None outside of it."""
    if not all((v > 0 or math.isclose(0, v)) and (v < 1 or math.isclose(1, v)) for v in (x, y)):
        return None
    return min(math.floor(x * width), width - 1), min(math.floor(y * height), height - 1)


def _seen(landmark_list: NormalizedLandmarkList) -> Iterator[tuple[int, Any]]:
    for number, landmark in enumerate(landmark_list.landmark):
        if not any(
            landmark.HasField(field) and getattr(landmark, field) < _SEEN
            for field in ("visibility", "presence")
        ):
            yield number, landmark


def _checked(connections: Collection[tuple[int, int]] | None, count: int) -> Iterator[tuple[int, int]]:
    for connection in connections or ():
        start, end = connection[0], connection[1]
        if not (0 <= start < count and 0 <= end < count):
            msg = (
                "Landmark index is out of range. Invalid connection from landmark "
                f"#{start} to landmark #{end}."
            )
            raise ValueError(msg)
        yield connection


def _spec(specs: DrawingSpec | Mapping[Any, DrawingSpec], key: Any) -> DrawingSpec:
    return specs[key] if isinstance(specs, Mapping) else specs


def _fractions(color: Sequence[int]) -> tuple[float, ...]:
    return tuple(part / 255.0 for part in reversed(color))
