"""LandmarkVisibilityCalculator: how visible a point is."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.formats.landmark import NormalizedLandmarkList
from mpgraph.ports import Input, Output

__all__ = ["LandmarkVisibility"]


class LandmarkVisibility(Calculator, name="LandmarkVisibilityCalculator"):
    """Sends the visibility of a single point.

    Input: NORM_LANDMARKS (`NormalizedLandmarkList` of one point). Output: VISIBILITY (float), 0 if
    it is not set.

    Raises:
        ValueError: There is not exactly one point.

    Upstream: calculators/util/landmark_visibility_calculator.cc.

    Example::

        node {
          calculator: "LandmarkVisibilityCalculator"
          input_stream: "NORM_LANDMARKS:wrist"
          output_stream: "VISIBILITY:wrist_visibility"
        }
    """

    landmarks = Input[NormalizedLandmarkList]("NORM_LANDMARKS")
    visibility = Output[float]("VISIBILITY")

    def process(self, cc: Context) -> None:
        """Sends the number."""
        landmarks = cc[self.landmarks].landmark
        if len(landmarks) != 1:
            msg = f"expected one landmark, got {len(landmarks)}"
            raise ValueError(msg)
        cc.send(self.visibility, landmarks[0].visibility)
