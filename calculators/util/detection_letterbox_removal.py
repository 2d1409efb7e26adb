"""DetectionLetterboxRemovalCalculator: detections in a padded image, as in the image without padding."""

from __future__ import annotations

from typing import Final

import numpy as np

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.formats.arrays import LETTERBOX_PADDING
from mpgraph.formats.detection import Detection
from mpgraph.packet import Packet
from mpgraph.packet_type import packet_type
from mpgraph.ports import Input, Output

__all__ = ["DetectionLetterboxRemoval"]

_F: Final = np.float32
_ONE: Final = np.float32(1)
_DETECTIONS: Final = packet_type(list[Detection])


class DetectionLetterboxRemoval(Calculator, name="DetectionLetterboxRemovalCalculator"):
    """Takes the padding of a letterbox out of relative boxes and keypoints.

    Inputs: DETECTIONS (a list of `Detection`); LETTERBOX_PADDING (left, top, right, bottom, in fractions of
    the padded image), at each timestamp with detections. Output: DETECTIONS.

    Raises:
        EmptyPacketError: Detections come without a padding.

    Upstream: calculators/util/detection_letterbox_removal_calculator.cc.

    Example::

        node {
          calculator: "DetectionLetterboxRemovalCalculator"
          input_stream: "DETECTIONS:detections_in_letterbox"
          input_stream: "LETTERBOX_PADDING:padding"
          output_stream: "DETECTIONS:detections"
        }
    """

    detections = Input[list[Detection]]("DETECTIONS")
    padding = Input[tuple[float, ...]]("LETTERBOX_PADDING", type=LETTERBOX_PADDING)
    adjusted = Output[list[Detection]]("DETECTIONS")

    def process(self, cc: Context) -> None:
        """Sends the detections."""
        if self.detections in cc:
            padding: tuple[np.float32, ...] = tuple(_F(number) for number in cc[self.padding])
            with np.errstate(all="ignore"):
                made = [_adjusted(detection, *padding) for detection in cc[self.detections]]
            cc.send_packet(self.adjusted, Packet(made, cc.timestamp, _DETECTIONS))


def _adjusted(
    detection: Detection, left: np.float32, top: np.float32, right: np.float32, bottom: np.float32
) -> Detection:
    made = Detection()
    made.CopyFrom(detection)
    width, height = _ONE - (left + right), _ONE - (top + bottom)
    box = made.location_data.relative_bounding_box
    box.xmin, box.ymin = float((_F(box.xmin) - left) / width), float((_F(box.ymin) - top) / height)
    box.width, box.height = float(_F(box.width) / width), float(_F(box.height) / height)
    for point in made.location_data.relative_keypoints:
        point.x, point.y = float((_F(point.x) - left) / width), float((_F(point.y) - top) / height)
    return made
