"""LandmarksToDetectionCalculator: the box around points."""

from __future__ import annotations

from typing import Final

import numpy as np

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.formats.detection import Detection
from mpgraph.formats.landmark import NormalizedLandmarkList
from mpgraph.formats.location_data import LocationData
from mpgraph.options import option, options
from mpgraph.ports import Input, Output

__all__ = ["LandmarksToDetection", "LandmarksToDetectionOptions"]

_TINY: Final = float(np.finfo(np.float32).tiny)


@options(message="mediapipe.LandmarksToDetectionCalculatorOptions", extension=260199669)
class LandmarksToDetectionOptions:
    """Which points count.

    Attributes:
        selected_landmark_indices: Their indices, in this order; all if there are none.
    """

    selected_landmark_indices: tuple[int, ...] = option(1)


class LandmarksToDetection(Calculator, name="LandmarksToDetectionCalculator"):
    """Makes a detection of points: the upright box around them, and the points as keypoints.

    Input: NORM_LANDMARKS (`NormalizedLandmarkList`). Output: DETECTION. As in upstream, the right and the
    lower edge are never left of or above the image's corner, even if all points are.

    Raises:
        ValueError: There are no points.
        IndexError: A selected point is not there.

    Upstream: calculators/util/landmarks_to_detection_calculator.cc.

    Example::

        node {
          calculator: "LandmarksToDetectionCalculator"
          input_stream: "NORM_LANDMARKS:landmarks"
          output_stream: "DETECTION:detection"
        }
    """

    options: LandmarksToDetectionOptions
    landmarks = Input[NormalizedLandmarkList]("NORM_LANDMARKS")
    detection = Output[Detection]("DETECTION")

    def process(self, cc: Context) -> None:
        """Sends the detection."""
        landmarks = cc[self.landmarks].landmark
        if not landmarks:
            msg = "expected landmarks, got an empty list"
            raise ValueError(msg)
        selected = self.options.selected_landmark_indices
        for index in selected:
            if not 0 <= index < len(landmarks):
                msg = f"landmark {index} is selected, but there are {len(landmarks)}"
                raise IndexError(msg)
        points = [landmarks[index] for index in selected] or landmarks
        location = LocationData(format=LocationData.RELATIVE_BOUNDING_BOX)
        for point in points:
            location.relative_keypoints.add(x=point.x, y=point.y)
        box = location.relative_bounding_box
        low_x, width = _extent([point.x for point in points])
        low_y, height = _extent([point.y for point in points])
        box.xmin, box.ymin, box.width, box.height = low_x, low_y, width, height
        cc.send(self.detection, Detection(location_data=location))


def _extent(numbers: list[float]) -> tuple[float, float]:
    """The lowest number, and how far the highest is away; of equal ones the first counts, as of 0 and -0."""
    low, high = min(numbers), max(_TINY, *numbers)
    with np.errstate(all="ignore"):
        return low, float(np.float32(high) - np.float32(low))
