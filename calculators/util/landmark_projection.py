"""LandmarkProjectionCalculator: points of a region, as of the whole image."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.arrays import MATRIX
from mpgraph.formats.landmark import NormalizedLandmarkList
from mpgraph.formats.rect import NormalizedRect
from mpgraph.options import option, options
from mpgraph.ports import Input, Inputs, Outputs

from ..angles import cos_sin
from ..port_rules import exactly_one, same_number
from ..tensor.roi import Roi
from .landmark_points import points_of, with_points

__all__ = ["LandmarkProjection", "LandmarkProjectionOptions"]

_F: Final = np.float32
Points = npt.NDArray[np.float32]


@options(message="mediapipe.LandmarkProjectionCalculatorOptions", extension=263371892)
class LandmarkProjectionOptions:
    """How to project.

    Attributes:
        ignore_rotation: Take the rectangle as upright.
    """

    ignore_rotation: bool = option(1)


class LandmarkProjection(Calculator, name="LandmarkProjectionCalculator"):
    """Moves points from a region's coordinates to those of the image, both in fractions.

    Inputs: NORM_LANDMARKS, one or more (`NormalizedLandmarkList`); one of NORM_RECT (`NormalizedRect`), the
    region, and PROJECTION_MATRIX (16 floats, row by row); IMAGE_DIMENSIONS (width and height, optional), with
    NORM_RECT only: without it, a region must be square in fractions. Outputs: as many NORM_LANDMARKS. z is
    scaled as x is. Without a region nothing is sent.

    Raises:
        ContractError: Neither or both of NORM_RECT and PROJECTION_MATRIX, IMAGE_DIMENSIONS with the matrix,
            or another number of outputs than inputs.

    Upstream: calculators/util/landmark_projection_calculator.cc; spec calculators.md 2.7.

    Example::

        node {
          calculator: "LandmarkProjectionCalculator"
          input_stream: "NORM_LANDMARKS:landmarks_in_region"
          input_stream: "NORM_RECT:region"
          output_stream: "NORM_LANDMARKS:landmarks"
        }
    """

    options: LandmarkProjectionOptions
    landmarks = Inputs[NormalizedLandmarkList]("NORM_LANDMARKS", at_least=1)
    rect = Input[NormalizedRect]("NORM_RECT", optional=True)
    matrix = Input[tuple[float, ...]]("PROJECTION_MATRIX", optional=True, type=MATRIX)
    image_size = Input[tuple[int, int]]("IMAGE_DIMENSIONS", optional=True)
    projected = Outputs[NormalizedLandmarkList]("NORM_LANDMARKS")

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks them."""
        super().get_contract(contract)
        exactly_one(contract, "input", "NORM_RECT", "PROJECTION_MATRIX")
        same_number(contract, "NORM_LANDMARKS", "NORM_LANDMARKS")
        if contract.inputs.has("IMAGE_DIMENSIONS") and not contract.inputs.has("NORM_RECT"):
            msg = "IMAGE_DIMENSIONS goes with NORM_RECT only"
            raise ContractError(msg)

    def process(self, cc: Context) -> None:
        """Sends the moved points."""
        wanted: list[Input[Any]] = [self.rect, self.matrix, self.image_size]
        if any(cc.is_connected(port) and port not in cc for port in wanted):
            return
        with np.errstate(all="ignore"):
            if self.matrix in cc:
                matrix = np.array(cc[self.matrix], np.float32).reshape(4, 4)
            elif self.image_size in cc:
                matrix = self._matrix(cc[self.rect], cc[self.image_size])
            else:
                matrix = None
            for index in range(cc.count(self.landmarks)):
                if self.landmarks[index] in cc:
                    landmarks = cc[self.landmarks[index]]
                    points = points_of(landmarks)
                    if matrix is None:
                        moved = self._by_rect(points, cc[self.rect])
                    else:
                        moved = _by_matrix(points, matrix)
                    cc.send(self.projected[index], with_points(landmarks, moved))

    def _matrix(self, rect: NormalizedRect, size: tuple[int, int]) -> Points:
        width, height = _F(size[0]), _F(size[1])
        roi = Roi(
            _F(rect.x_center) * width,
            _F(rect.y_center) * height,
            _F(rect.width) * width,
            _F(rect.height) * height,
            _F(0 if self.options.ignore_rotation else rect.rotation),
        )
        return np.array(roi.matrix(*size), np.float32).reshape(4, 4)

    def _by_rect(self, points: Points, rect: NormalizedRect) -> Points:
        x, y = points[:, 0] - _F(0.5), points[:, 1] - _F(0.5)
        cos, sin = cos_sin(_F(0 if self.options.ignore_rotation else rect.rotation))
        width, height = _F(rect.width), _F(rect.height)
        turned_x, turned_y = cos * x - sin * y, sin * x + cos * y
        columns = (
            turned_x * width + _F(rect.x_center),
            turned_y * height + _F(rect.y_center),
            points[:, 2] * width,
        )
        return np.stack(columns, axis=1)


def _by_matrix(points: Points, matrix: Points) -> Points:
    x, y, z = points.T
    unit = matrix[:2, 0] + matrix[:2, 3] - matrix[:2, 3]  # from (0, 0) to (1, 0), rounded as upstream does
    wide = unit.astype(np.float64)
    scale = _F(np.sqrt(wide[0] ** 2 + wide[1] ** 2))
    columns = [x * row[0] + y * row[1] + z * row[2] + row[3] for row in matrix[:2]]
    return np.stack((*columns, scale * z), axis=1)
