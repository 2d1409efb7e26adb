"""WorldLandmarkProjectionCalculator: points in metres turned as the region that they were found in."""

from __future__ import annotations

import numpy as np

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.formats.landmark import LandmarkList
from mpgraph.formats.rect import NormalizedRect
from mpgraph.ports import Input, Output

from ..angles import cos_sin

__all__ = ["WorldLandmarkProjection"]


class WorldLandmarkProjection(Calculator, name="WorldLandmarkProjectionCalculator"):
    """Turns points around the origin by the rotation of a region, in x and y.

    Inputs: LANDMARKS (`LandmarkList`); NORM_RECT (`NormalizedRect`, optional), without which points stay as
    they are. Output: LANDMARKS. Where an input has no packet nothing is sent.

    Upstream: calculators/util/world_landmark_projection_calculator.cc.

    Example::

        node {
          calculator: "WorldLandmarkProjectionCalculator"
          input_stream: "LANDMARKS:landmarks_in_region"
          input_stream: "NORM_RECT:region"
          output_stream: "LANDMARKS:landmarks"
        }
    """

    landmarks = Input[LandmarkList]("LANDMARKS")
    rect = Input[NormalizedRect]("NORM_RECT", optional=True)
    turned = Output[LandmarkList]("LANDMARKS")

    def process(self, cc: Context) -> None:
        """Sends the turned points."""
        if self.landmarks not in cc:
            return
        if not cc.is_connected(self.rect):
            cc.send_packet(self.turned, cc.packet(self.landmarks))
        elif self.rect in cc:
            cos, sin = cos_sin(np.float32(cc[self.rect].rotation))
            made = LandmarkList()
            made.CopyFrom(cc[self.landmarks])
            with np.errstate(all="ignore"):
                for point in made.landmark:
                    x, y = np.float32(point.x), np.float32(point.y)
                    point.x, point.y = float(cos * x - sin * y), float(sin * x + cos * y)
            cc.send(self.turned, made)
