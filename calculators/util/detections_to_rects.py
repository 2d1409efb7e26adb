"""DetectionsToRectsCalculator: rectangles of detections."""

from __future__ import annotations

import math
from enum import IntEnum
from typing import Any, Final

import numpy as np

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.detection import Detection
from mpgraph.formats.location_data import LocationData
from mpgraph.formats.rect import NormalizedRect, Rect
from mpgraph.options import has, option, options
from mpgraph.ports import Input, Output

from ..angles import atan2, normalized, radians
from ..port_rules import exactly_one

__all__ = ["ConversionMode", "DetectionsToRects", "DetectionsToRectsOptions", "Size"]

_F: Final = np.float32
Size = tuple[int, int]


class ConversionMode(IntEnum):
    """What a rectangle is made of."""

    DEFAULT = 0
    USE_BOUNDING_BOX = 1
    USE_KEYPOINTS = 2


@options(message="mediapipe.DetectionsToRectsCalculatorOptions", extension=262691807)
class DetectionsToRectsOptions:
    """How to make rectangles.

    Attributes:
        rotation_vector_start_keypoint_index, rotation_vector_end_keypoint_index: Keypoints between which a
            line shows how far a rectangle is turned.
        rotation_vector_target_angle, rotation_vector_target_angle_degrees: The line's angle in an upright
            one, counterclockwise from the right, in radians or degrees.
        output_zero_rect_for_empty_detections: An empty vector makes a rectangle of nothing.
        conversion_mode: Of the detection's box, which is the default, or of the box around its keypoints.
    """

    rotation_vector_start_keypoint_index: int = option(1)
    rotation_vector_end_keypoint_index: int = option(2)
    rotation_vector_target_angle: float = option(3)
    rotation_vector_target_angle_degrees: float = option(4)
    output_zero_rect_for_empty_detections: bool = option(5)
    conversion_mode: ConversionMode = option(6)

    def problem(self, *, image_size: bool) -> str | None:
        """What does not go together, if anything."""
        if not has(self, "rotation_vector_start_keypoint_index"):
            return None
        if not has(self, "rotation_vector_end_keypoint_index"):
            return "a rotation vector needs rotation_vector_end_keypoint_index too"
        angles = ("rotation_vector_target_angle", "rotation_vector_target_angle_degrees")
        if sum(has(self, name) for name in angles) != 1:
            return f"a rotation vector needs one of {' and '.join(angles)}"
        return None if image_size else "a rotation vector needs IMAGE_SIZE"


class DetectionsToRects(Calculator, name="DetectionsToRectsCalculator"):
    """Makes rectangles of detections: of their boxes, or around their keypoints, turned as two of these say.

    Inputs: DETECTION or DETECTIONS (a list); IMAGE_SIZE (width and height), which rotation, and keypoints in
    pixels, need. Outputs, one of: RECT and NORM_RECT, of the first detection; RECTS and NORM_RECTS, of all.
    `Rect` is in pixels, of boxes in pixels or of keypoints; `NormalizedRect` in fractions of the image, of
    relative boxes or keypoints. An empty vector of detections sends nothing, unless the options say so.

    Raises:
        ContractError: None or several of the inputs or outputs, or options that do not go together.
        ValueError: A detection has a box of another kind, fewer than two keypoints, or no image size comes.
        IndexError: A keypoint is not there.

    Upstream: calculators/util/detections_to_rects_calculator.cc.

    Example::

        node {
          calculator: "DetectionsToRectsCalculator"
          input_stream: "DETECTIONS:detections"
          input_stream: "IMAGE_SIZE:image_size"
          output_stream: "NORM_RECTS:rects"
          options {
            [mediapipe.DetectionsToRectsCalculatorOptions.ext] {
              rotation_vector_start_keypoint_index: 0
              rotation_vector_end_keypoint_index: 1
              rotation_vector_target_angle_degrees: 0
            }
          }
        }
    """

    options: DetectionsToRectsOptions
    detection = Input[Detection]("DETECTION", optional=True)
    detections = Input[list[Detection]]("DETECTIONS", optional=True)
    image_size = Input[Size]("IMAGE_SIZE", optional=True)
    rect = Output[Rect]("RECT", optional=True)
    norm_rect = Output[NormalizedRect]("NORM_RECT", optional=True)
    rects = Output[list[Rect]]("RECTS", optional=True)
    norm_rects = Output[list[NormalizedRect]]("NORM_RECTS", optional=True)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks the options."""
        super().get_contract(contract)
        exactly_one(contract, "input", "DETECTION", "DETECTIONS")
        exactly_one(contract, "output", "RECT", "NORM_RECT", "RECTS", "NORM_RECTS")
        options = contract.options(DetectionsToRectsOptions)
        problem = options.problem(image_size=contract.inputs.has("IMAGE_SIZE"))
        if problem is not None:
            raise ContractError(problem)

    def open(self, cc: Context) -> None:
        """Learns what is connected, and the angle of what stands upright."""
        options = self.options
        self._rotates = has(options, "rotation_vector_start_keypoint_index")
        self._upright = _F(options.rotation_vector_target_angle)
        if has(options, "rotation_vector_target_angle_degrees"):
            self._upright = _F(radians(options.rotation_vector_target_angle_degrees))
        ports: list[Output[Any]] = [self.rect, self.norm_rect, self.rects, self.norm_rects]
        (self._output,) = (port for port in ports if cc.is_connected(port))

    def process(self, cc: Context) -> None:
        """Sends the rectangles."""
        if self._rotates and self.image_size not in cc:
            return
        if self.detection in cc:
            found = [cc[self.detection]]
        elif self.detections in cc:
            found = cc[self.detections]
        else:
            return
        output, several = self._output, self._output.tag.endswith("RECTS")
        if not found:
            if self.options.output_zero_rect_for_empty_detections and output.tag != "RECTS":
                zero = Rect() if output.tag == "RECT" else NormalizedRect()
                cc.send(output, [zero] if several else zero)
            return
        size: Size | None = cc.packet(self.image_size).value if self.image_size in cc else None
        with np.errstate(all="ignore"):
            made = [self._made(item, size) for item in (found if several else found[:1])]
        cc.send(output, made if several else made[0])

    def _made(self, detection: Detection, size: Size | None) -> Rect | NormalizedRect:
        location = detection.location_data
        if self._output.tag.startswith("NORM"):
            made: Rect | NormalizedRect = self.normalized_rect(location, size)
        else:
            made = self.pixel_rect(location, size)
        if self._rotates and size is not None:
            (x0, y0), (x1, y1) = self.rotation_vector(location, size)
            made.rotation = float(normalized(self._upright - atan2(-(y1 - y0), x1 - x0)))
        return made

    def pixel_rect(self, location: LocationData, size: Size | None) -> Rect:
        """The rectangle in pixels."""
        if self.options.conversion_mode is ConversionMode.USE_KEYPOINTS:
            if size is None:
                msg = "RECT of keypoints needs IMAGE_SIZE"
                raise ValueError(msg)
            x, y, w, h = _around_keypoints(location)
            width, height = _F(size[0]), _F(size[1])
            numbers = [_rounded(number) for number in (x * width, y * height, w * width, h * height)]
            return Rect(x_center=numbers[0], y_center=numbers[1], width=numbers[2], height=numbers[3])
        _expect(location, LocationData.BOUNDING_BOX)
        box = location.bounding_box
        x_center, y_center = box.xmin + int(box.width / 2), box.ymin + int(box.height / 2)
        return Rect(x_center=x_center, y_center=y_center, width=box.width, height=box.height)

    def normalized_rect(self, location: LocationData, size: Size | None) -> NormalizedRect:
        """The rectangle in fractions of the image, of a size if it is known."""
        if self.options.conversion_mode is ConversionMode.USE_KEYPOINTS:
            x, y, w, h = map(float, _around_keypoints(location))
        else:
            _expect(location, LocationData.RELATIVE_BOUNDING_BOX)
            box = location.relative_bounding_box
            x, y = float(_F(box.xmin) + _F(box.width) / _F(2)), float(_F(box.ymin) + _F(box.height) / _F(2))
            w, h = box.width, box.height
        return NormalizedRect(x_center=x, y_center=y, width=w, height=h)

    def rotation_vector(self, location: LocationData, size: Size) -> list[tuple[np.float32, np.float32]]:
        """Start and end of the line that shows the rotation, in pixels."""
        options, points = self.options, []
        for index in (
            options.rotation_vector_start_keypoint_index,
            options.rotation_vector_end_keypoint_index,
        ):
            if not 0 <= index < len(location.relative_keypoints):
                msg = f"keypoint {index} is asked for, but there are {len(location.relative_keypoints)}"
                raise IndexError(msg)
            point = location.relative_keypoints[index]
            points.append((_F(point.x) * _F(size[0]), _F(point.y) * _F(size[1])))
        return points


def _expect(location: LocationData, kind: int) -> None:
    if location.format != kind:
        wanted, got = (LocationData.Format.Name(number) for number in (kind, location.format))
        msg = f"a detection needs a {wanted} here, got {got}"
        raise ValueError(msg)


def _around_keypoints(location: LocationData) -> tuple[np.float32, np.float32, np.float32, np.float32]:
    """Centre and size of the upright box around the keypoints."""
    if len(location.relative_keypoints) < 2:
        msg = f"a rectangle needs two keypoints or more, got {len(location.relative_keypoints)}"
        raise ValueError(msg)
    xs = [point.x for point in location.relative_keypoints]  # of equal numbers, 0 and -0, the first counts
    ys = [point.y for point in location.relative_keypoints]
    x_low, x_high, y_low, y_high = _F(min(xs)), _F(max(xs)), _F(min(ys)), _F(max(ys))
    return (x_low + x_high) / _F(2), (y_low + y_high) / _F(2), x_high - x_low, y_high - y_low


def _rounded(number: np.float32) -> int:
    """The nearest integer, halves away from zero."""
    return int(math.copysign(math.floor(abs(float(number)) + 0.5), float(number)))
