"""AlignmentPointsRectsCalculator: squares around keypoints of detections."""

from __future__ import annotations

from typing import Final

import numpy as np

from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.location_data import LocationData
from mpgraph.formats.rect import NormalizedRect
from mpgraph.options import has

from .detections_to_rects import DetectionsToRects, DetectionsToRectsOptions, Size

__all__ = ["AlignmentPointsRects", "square_at"]

_F: Final = np.float32
Point = tuple[np.float32, np.float32]


class AlignmentPointsRects(DetectionsToRects, name="AlignmentPointsRectsCalculator"):
    """Makes squares of detections: the first keypoint is the centre, the second a corner's distance away.

    Ports, options and errors are those of DetectionsToRects; a side is twice the distance of both keypoints
    in pixels. RECT and RECTS are made as there.

    Upstream: calculators/util/alignment_points_to_rects_calculator.cc.

    Example::

        node {
          calculator: "AlignmentPointsRectsCalculator"
          input_stream: "DETECTIONS:detections"
          input_stream: "IMAGE_SIZE:image_size"
          output_stream: "NORM_RECT:rect"
          options {
            [mediapipe.DetectionsToRectsCalculatorOptions.ext] {
              rotation_vector_start_keypoint_index: 0
              rotation_vector_end_keypoint_index: 1
              rotation_vector_target_angle_degrees: 90
            }
          }
        }
    """

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks that there are two keypoints."""
        super().get_contract(contract)
        if not has(contract.options(DetectionsToRectsOptions), "rotation_vector_start_keypoint_index"):
            msg = "rotation_vector_start_keypoint_index and _end_keypoint_index must be set"
            raise ContractError(msg)

    def normalized_rect(self, location: LocationData, size: Size | None) -> NormalizedRect:
        """The square around the first keypoint."""
        assert size is not None  # process waits for it, since the options have a rotation vector
        center, end = self.rotation_vector(location, size)
        return square_at(center, end, size)


def square_at(center: Point, end: Point, size: Size) -> NormalizedRect:
    """The square of pixels around a point, as wide as twice the distance of another."""
    (x, y), (x_end, y_end) = center, end
    side = np.sqrt((x - x_end) * (x - x_end) + (y - y_end) * (y - y_end)) * _F(2)
    width, height = _F(size[0]), _F(size[1])
    numbers = [float(number) for number in (x / width, y / height, side / width, side / height)]
    return NormalizedRect(x_center=numbers[0], y_center=numbers[1], width=numbers[2], height=numbers[3])
