"""HandLandmarksToRectCalculator: the turned rectangle around a hand."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.formats.landmark import NormalizedLandmarkList
from mpgraph.formats.rect import NormalizedRect
from mpgraph.ports import Input, Output

from ..angles import atan2, cos_sin, normalized
from .landmark_points import points_of

__all__ = ["HandLandmarksToRect"]

_F: Final = np.float32
_TWO: Final = np.float32(2)
_TINY: Final = np.finfo(np.float32).tiny
_UP: Final = np.float32(math.pi / 2)
_WHOLE_HAND: Final = 21
_PALM: Final = (0, 1, 2, 3, 5, 6, 9, 10, 13, 14, 17, 18)  # of a whole hand: without the fingertips
_WRIST, _INDEX, _MIDDLE, _RING = 0, 4, 6, 8  # in the palm: the middle joints of three fingers
Floats = npt.NDArray[np.float32]


class HandLandmarksToRect(Calculator, name="HandLandmarksToRectCalculator"):
    """Makes the rectangle around a hand's palm, turned so that the fingers point up in it.

    Inputs: NORM_LANDMARKS (`NormalizedLandmarkList`), the 21 of a hand, or the 12 of its palm; IMAGE_SIZE
    (width and height), at each timestamp with landmarks. Output: NORM_RECT.

    Raises:
        ValueError: There are too few points.
        EmptyPacketError: Landmarks come without a size.

    Upstream: modules/hand_landmark/calculators/hand_landmarks_to_rect_calculator.cc.

    Example::

        node {
          calculator: "HandLandmarksToRectCalculator"
          input_stream: "NORM_LANDMARKS:hand"
          input_stream: "IMAGE_SIZE:image_size"
          output_stream: "NORM_RECT:palm"
        }
    """

    landmarks = Input[NormalizedLandmarkList]("NORM_LANDMARKS")
    image_size = Input[tuple[int, int]]("IMAGE_SIZE")
    rect = Output[NormalizedRect]("NORM_RECT")

    def process(self, cc: Context) -> None:
        """Sends the rectangle."""
        if self.landmarks not in cc:
            return
        size = np.array(cc[self.image_size], np.float32)
        points = points_of(cc[self.landmarks])[:, :2]
        if len(points) == _WHOLE_HAND:
            points = points[list(_PALM)]
        if len(points) <= _RING:
            msg = f"expected {_WHOLE_HAND} landmarks of a hand or {len(_PALM)} of a palm, got {len(points)}"
            raise ValueError(msg)
        with np.errstate(all="ignore"):
            cc.send(self.rect, _rect(points, size))


def _rect(points: Floats, size: Floats) -> NormalizedRect:
    rotation = _rotation(points, size)
    middle = _middle(points)
    cos, sin = cos_sin(normalized(-rotation))
    x, y = ((points - middle) * size).T
    turned = np.stack((x * cos - y * sin, x * sin + y * cos), axis=1)
    width, height = (_high(turned) - turned.min(axis=0)) / size
    x_middle, y_middle = _middle(turned)
    cos, sin = cos_sin(rotation)
    x_center = x_middle * cos - y_middle * sin + size[0] * middle[0]
    y_center = x_middle * sin + y_middle * cos + size[1] * middle[1]
    return NormalizedRect(
        x_center=float(x_center / size[0]),
        y_center=float(y_center / size[1]),
        width=float(width),
        height=float(height),
        rotation=float(rotation),
    )


def _rotation(points: Floats, size: Floats) -> np.float32:
    """How far the line from the wrist to the fingers is turned from upright."""
    x0, y0 = points[_WRIST] * size
    fingers = (points[_INDEX] + points[_RING]) / _TWO
    x1, y1 = (fingers + points[_MIDDLE]) / _TWO * size
    return normalized(_UP - atan2(-(y1 - y0), x1 - x0))


def _high(points: Floats) -> Floats:
    """The highest x and y; as in upstream never below 0."""
    highest: Floats = np.maximum(points.max(axis=0), _F(_TINY))
    return highest


def _middle(points: Floats) -> Floats:
    middle: Floats = (_high(points) + points.min(axis=0)) / _TWO
    return middle
