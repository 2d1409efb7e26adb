"""SetLandmarkVisibilityCalculator: a point with another visibility."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.formats.landmark import NormalizedLandmarkList
from mpgraph.ports import Input, Output

__all__ = ["SetLandmarkVisibility"]


class SetLandmarkVisibility(Calculator, name="SetLandmarkVisibilityCalculator"):
    """Gives a single point a visibility.

    Inputs: NORM_LANDMARKS (`NormalizedLandmarkList` of one point); VISIBILITY (float). Output:
    NORM_LANDMARKS. Where an input has no packet nothing is sent.

    Raises:
        ValueError: There is not exactly one point.

    Upstream: calculators/util/set_landmark_visibility_calculator.cc.

    Example::

        node {
          calculator: "SetLandmarkVisibilityCalculator"
          input_stream: "NORM_LANDMARKS:wrist"
          input_stream: "VISIBILITY:smooth_visibility"
          output_stream: "NORM_LANDMARKS:visible_wrist"
        }
    """

    landmarks = Input[NormalizedLandmarkList]("NORM_LANDMARKS")
    visibility = Input[float]("VISIBILITY")
    made = Output[NormalizedLandmarkList]("NORM_LANDMARKS")

    def process(self, cc: Context) -> None:
        """Sends the point."""
        if self.landmarks not in cc or self.visibility not in cc:
            return
        made = NormalizedLandmarkList()
        made.CopyFrom(cc[self.landmarks])
        if len(made.landmark) != 1:
            msg = f"expected one landmark, got {len(made.landmark)}"
            raise ValueError(msg)
        made.landmark[0].visibility = cc[self.visibility]
        cc.send(self.made, made)
