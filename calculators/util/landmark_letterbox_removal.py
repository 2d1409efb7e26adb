"""LandmarkLetterboxRemovalCalculator: points of a padded image, as of the image without padding."""

from __future__ import annotations

from typing import Final

import numpy as np

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.formats.arrays import LETTERBOX_PADDING
from mpgraph.formats.landmark import NormalizedLandmarkList
from mpgraph.ports import Input, Inputs, Outputs

from ..port_rules import same_number
from .landmark_points import points_of, with_points

__all__ = ["LandmarkLetterboxRemoval"]

_ONE: Final = np.float32(1)


class LandmarkLetterboxRemoval(Calculator, name="LandmarkLetterboxRemovalCalculator"):
    """Takes the padding of a letterbox out of points.

    Inputs: LANDMARKS, one or more (`NormalizedLandmarkList`); LETTERBOX_PADDING (left, top, right, bottom, in
    fractions of the padded image). Outputs: as many LANDMARKS. z is scaled as x is. Without a padding nothing
    is sent.

    Raises:
        ContractError: Another number of LANDMARKS outputs than inputs.

    Upstream: calculators/util/landmark_letterbox_removal_calculator.cc.

    Example::

        node {
          calculator: "LandmarkLetterboxRemovalCalculator"
          input_stream: "LANDMARKS:landmarks_in_letterbox"
          input_stream: "LETTERBOX_PADDING:padding"
          output_stream: "LANDMARKS:landmarks"
        }
    """

    landmarks = Inputs[NormalizedLandmarkList]("LANDMARKS", at_least=1)
    padding = Input[tuple[float, ...]]("LETTERBOX_PADDING", type=LETTERBOX_PADDING)
    adjusted = Outputs[NormalizedLandmarkList]("LANDMARKS")

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports."""
        super().get_contract(contract)
        same_number(contract, "LANDMARKS", "LANDMARKS")

    def process(self, cc: Context) -> None:
        """Sends the points."""
        if self.padding not in cc:
            return
        left, top, right, bottom = np.array(cc[self.padding], np.float32)
        with np.errstate(all="ignore"):
            width, height = _ONE - (left + right), _ONE - (top + bottom)
            for index in range(cc.count(self.landmarks)):
                if self.landmarks[index] in cc:
                    landmarks = cc[self.landmarks[index]]
                    x, y, z = points_of(landmarks).T
                    points = np.stack(((x - left) / width, (y - top) / height, z / width), axis=1)
                    cc.send(self.adjusted[index], with_points(landmarks, points))
