"""DetectionProjectionCalculator: detections of a region, as of the whole image."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.formats.arrays import MATRIX
from mpgraph.formats.detection import Detection
from mpgraph.formats.location_data import LocationData
from mpgraph.packet import Packet
from mpgraph.packet_type import packet_type
from mpgraph.ports import Input, Inputs, Outputs

from ..port_rules import same_number

__all__ = ["DetectionProjection"]

_DETECTIONS: Final = packet_type(list[Detection])


class DetectionProjection(Calculator, name="DetectionProjectionCalculator"):
    """Moves detections by a matrix: from a region's coordinates, say, to those of the image.

    Inputs: DETECTIONS, one or more, lists of `Detection` with relative boxes; PROJECTION_MATRIX (16 floats,
    row by row). Outputs: as many DETECTIONS. A box becomes the upright one around its four moved corners.
    Without a matrix nothing is sent.

    Raises:
        ContractError: Another number of DETECTIONS outputs than inputs.
        ValueError: A detection has a box of another kind.

    Upstream: calculators/util/detection_projection_calculator.cc.

    Example::

        node {
          calculator: "DetectionProjectionCalculator"
          input_stream: "DETECTIONS:detections_in_region"
          input_stream: "PROJECTION_MATRIX:region_matrix"
          output_stream: "DETECTIONS:detections"
        }
    """

    detections = Inputs[list[Detection]]("DETECTIONS", at_least=1)
    matrix = Input[tuple[float, ...]]("PROJECTION_MATRIX", type=MATRIX)
    projected = Outputs[list[Detection]]("DETECTIONS")

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports."""
        super().get_contract(contract)
        same_number(contract, "DETECTIONS", "DETECTIONS")

    def process(self, cc: Context) -> None:
        """Sends the moved detections."""
        if self.matrix not in cc:
            return
        matrix = np.array(cc[self.matrix], np.float32).reshape(4, 4)
        for index in range(cc.count(self.detections)):
            if self.detections[index] in cc:
                moved = [_project(item, matrix) for item in cc[self.detections[index]]]
                cc.send_packet(self.projected[index], Packet(moved, cc.timestamp, _DETECTIONS))


def _project(detection: Detection, matrix: npt.NDArray[np.float32]) -> Detection:
    moved = Detection()
    moved.CopyFrom(detection)
    location = moved.location_data
    if location.format != LocationData.RELATIVE_BOUNDING_BOX:
        name = LocationData.Format.Name(location.format)
        msg = f"a detection needs a RELATIVE_BOUNDING_BOX, got {name}"
        raise ValueError(msg)
    box = location.relative_bounding_box
    left, top = np.float32(box.xmin), np.float32(box.ymin)
    with np.errstate(all="ignore"):
        right, bottom = left + np.float32(box.width), top + np.float32(box.height)
        points = [(left, top), (right, top), (right, bottom), (left, bottom)]
        points += [
            (np.float32(keypoint.x), np.float32(keypoint.y)) for keypoint in location.relative_keypoints
        ]
        x, y = np.array(points, np.float32).T
        xs = x * matrix[0, 0] + y * matrix[0, 1] + matrix[0, 3]
        ys = x * matrix[1, 0] + y * matrix[1, 1] + matrix[1, 3]
        left, top = min(xs[:4]), min(ys[:4])  # of equal numbers, 0 and -0, the first counts
        box.xmin, box.ymin = float(left), float(top)
        box.width, box.height = float(max(xs[:4]) - left), float(max(ys[:4]) - top)
    for keypoint, x_moved, y_moved in zip(location.relative_keypoints, xs[4:], ys[4:], strict=True):
        keypoint.x, keypoint.y = float(x_moved), float(y_moved)
    return moved
