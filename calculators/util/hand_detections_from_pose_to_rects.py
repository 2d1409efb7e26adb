"""HandDetectionsFromPoseToRectsCalculator: squares around the hands of a pose."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.location_data import LocationData
from mpgraph.formats.rect import NormalizedRect

from .alignment_points_rects import square_at
from .detections_to_rects import DetectionsToRects, Size

__all__ = ["HandDetectionsFromPoseToRects"]

_F: Final = np.float32
_KEYPOINTS: Final = 3


class HandDetectionsFromPoseToRects(DetectionsToRects, name="HandDetectionsFromPoseToRectsCalculator"):
    """Makes squares of the three keypoints that a pose has of a hand: wrist, little finger, index finger.

    Ports and options are those of DetectionsToRects, of which IMAGE_SIZE is needed and the rotation vector is
    not heeded. The centre lies between the fingers, nearer to the index finger; a side is twice its distance
    from the wrist, and upright is where the wrist is below. RECT and RECTS are made as there.

    Raises:
        ContractError: As of DetectionsToRects; or no IMAGE_SIZE.
        IndexError: There are fewer than three keypoints.

    Upstream: modules/holistic_landmark/calculators/hand_detections_from_pose_to_rects_calculator.cc.

    Example::

        node {
          calculator: "HandDetectionsFromPoseToRectsCalculator"
          input_stream: "DETECTION:hand_of_pose"
          input_stream: "IMAGE_SIZE:image_size"
          output_stream: "NORM_RECT:hand_rect"
        }
    """

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks that there is a size."""
        super().get_contract(contract)
        if not contract.inputs.has("IMAGE_SIZE"):
            msg = "IMAGE_SIZE must be connected"
            raise ContractError(msg)

    def open(self, cc: Context) -> None:
        """Learns what is connected; up is where the fingers point."""
        super().open(cc)
        self._rotates, self._upright = True, _F(math.pi / 2)

    def normalized_rect(self, location: LocationData, size: Size | None) -> NormalizedRect:
        """The square around the middle of the hand."""
        assert size is not None  # process waits for it
        wrist, middle = self.rotation_vector(location, size)
        return square_at(middle, wrist, size)

    def rotation_vector(self, location: LocationData, size: Size) -> list[tuple[np.float32, np.float32]]:
        """From the wrist to the middle of the hand, in pixels."""
        points = location.relative_keypoints
        if len(points) < _KEYPOINTS:
            msg = f"expected {_KEYPOINTS} keypoints, wrist, little finger and index finger, got {len(points)}"
            raise IndexError(msg)
        wrist, little, index = ((_F(p.x) * _F(size[0]), _F(p.y) * _F(size[1])) for p in points[:_KEYPOINTS])
        x, y = ((_F(2) * near + far) / _F(3) for near, far in zip(index, little, strict=True))
        return [wrist, (x, y)]
