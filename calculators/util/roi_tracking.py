"""RoiTrackingCalculator: the last region as long as it still fits."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.formats.landmark import NormalizedLandmarkList
from mpgraph.formats.rect import NormalizedRect
from mpgraph.options import option, options
from mpgraph.ports import Input, Output

from ..angles import cos_sin
from ..boxes import Box

__all__ = [
    "IouRequirements",
    "LandmarksRequirements",
    "RectRequirements",
    "RoiTracking",
    "RoiTrackingOptions",
]

_F: Final = np.float32
_MESSAGE: Final = "mediapipe.RoiTrackingCalculatorOptions"
Size = tuple[np.float32, np.float32]


@options(message=f"{_MESSAGE}.IouRequirements")
class IouRequirements:
    """How much both regions must overlap.

    Attributes:
        min_iou: The common area by the area of both.
    """

    min_iou: float = option(1, default=0.5)


@options(message=f"{_MESSAGE}.RectRequirements")
class RectRequirements:
    """How much both regions may differ.

    Attributes:
        rotation_degrees: Their rotations.
        translation: Their centres, in sizes of the new region, along its sides.
        scale: Their sizes, likewise.
    """

    rotation_degrees: float = option(1, default=10.0)
    translation: float = option(2, default=0.1)
    scale: float = option(3, default=0.1)


@options(message=f"{_MESSAGE}.LandmarksRequirements")
class LandmarksRequirements:
    """The last points must lie in the new region.

    Attributes:
        recrop_rect_margin: By how much of its size the new region is made larger before.
    """

    recrop_rect_margin: float = option(1)


@options(message=_MESSAGE, extension=329994630)
class RoiTrackingOptions:
    """What the last region must fulfil; each that is set."""

    iou_requirements: IouRequirements | None = option(1)
    rect_requirements: RectRequirements | None = option(2)
    landmarks_requirements: LandmarksRequirements | None = option(3)


class RoiTracking(Calculator, name="RoiTrackingCalculator"):
    """Sends the region of the last frame while it fits the new one, else the new one.

    Inputs: RECROP_RECT (`NormalizedRect`), the new region; PREV_LANDMARKS_RECT (`NormalizedRect`), the last
    one; PREV_LANDMARKS (`NormalizedLandmarkList`), the points of the last frame; IMAGE_SIZE (width and
    height). Output: TRACKING_RECT. Without a last region the new one is sent, without a new one nothing.

    As in upstream, regions that have nothing in common at all count as overlapping.

    Raises:
        EmptyPacketError: The size, or points that are needed, do not come with the last region.

    Upstream: modules/holistic_landmark/calculators/roi_tracking_calculator.cc.

    Example::

        node {
          calculator: "RoiTrackingCalculator"
          input_stream: "PREV_LANDMARKS:last_landmarks"
          input_stream: "PREV_LANDMARKS_RECT:last_rect"
          input_stream: "RECROP_RECT:new_rect"
          input_stream: "IMAGE_SIZE:image_size"
          output_stream: "TRACKING_RECT:rect"
          options {
            [mediapipe.RoiTrackingCalculatorOptions.ext] {
              rect_requirements { rotation_degrees: 40.0 translation: 0.2 scale: 0.4 }
              landmarks_requirements { recrop_rect_margin: -0.1 }
            }
          }
        }
    """

    options: RoiTrackingOptions
    last_landmarks = Input[NormalizedLandmarkList]("PREV_LANDMARKS")
    last_rect = Input[NormalizedRect]("PREV_LANDMARKS_RECT")
    new_rect = Input[NormalizedRect]("RECROP_RECT")
    image_size = Input[tuple[int, int]]("IMAGE_SIZE")
    rect = Output[NormalizedRect]("TRACKING_RECT")

    def process(self, cc: Context) -> None:
        """Sends one of both."""
        if self.new_rect not in cc:
            return
        chosen = self.new_rect
        if self.last_rect in cc:
            with np.errstate(all="ignore"):
                if self._keeps(cc, cc[self.last_rect], cc[self.new_rect]):
                    chosen = self.last_rect
        cc.send_packet(self.rect, cc.packet(chosen))

    def _keeps(self, cc: Context, last: NormalizedRect, new: NormalizedRect) -> bool:
        options = self.options
        width, height = cc[self.image_size]
        size = _F(width), _F(height)
        return (
            (options.iou_requirements is None or _overlap(last, new, size, options.iou_requirements))
            and (options.rect_requirements is None or _similar(last, new, size, options.rect_requirements))
            and (
                options.landmarks_requirements is None
                or _inside(cc[self.last_landmarks], new, size, options.landmarks_requirements)
            )
        )


def _overlap(last: NormalizedRect, new: NormalizedRect, size: Size, wanted: IouRequirements) -> bool:
    one, other = _box(last, size), _box(new, size)
    common = one.intersection(other)
    if common.is_empty():
        return True
    union = one.area + other.area - common.area
    return not common.area < union * _F(wanted.min_iou)


def _box(rect: NormalizedRect, size: Size) -> Box:
    """The upright rectangle in pixels that upstream compares: its corner lies in the centre."""
    x, y = _F(rect.x_center) * size[0], _F(rect.y_center) * size[1]
    return Box(x, y, x + _F(rect.width) * size[0], y + _F(rect.height) * size[1])


def _similar(last: NormalizedRect, new: NormalizedRect, size: Size, wanted: RectRequirements) -> bool:
    degrees = [_F(rect.rotation / math.pi * 180) for rect in (last, new)]
    turned = degrees[0] - degrees[1]
    if turned > 180:
        turned -= _F(360)
    if turned < -180:
        turned += _F(360)
    last_at, new_at = (_turned(rect.x_center, rect.y_center, new, size) for rect in (last, new))
    sides = ((last.width, new.width), (last.height, new.height))
    return not (
        abs(turned) > _F(wanted.rotation_degrees)
        or any(
            abs(last_at[axis] - new_at[axis]) > _F(now) * size[axis] * _F(wanted.translation)
            or abs(_F(before) * size[axis] - _F(now) * size[axis]) > _F(now) * size[axis] * _F(wanted.scale)
            for axis, (before, now) in enumerate(sides)
        )
    )


def _inside(
    points: NormalizedLandmarkList, new: NormalizedRect, size: Size, wanted: LandmarksRequirements
) -> bool:
    x, y = _turned(new.x_center, new.y_center, new, size)
    larger = _F(1) + _F(wanted.recrop_rect_margin)
    half_width = _F(new.width) * size[0] * larger * _F(0.5)
    half_height = _F(new.height) * size[1] * larger * _F(0.5)
    places = (_turned(point.x, point.y, new, size) for point in points.landmark)
    return all(
        x - half_width < across < x + half_width and y - half_height < down < y + half_height
        for across, down in places
    )


def _turned(x: float, y: float, rect: NormalizedRect, size: Size) -> tuple[np.float32, np.float32]:
    """A point in pixels, turned as if the rectangle were upright."""
    cos, sin = cos_sin(_F(-rect.rotation))
    across, down = _F(x) * size[0], _F(y) * size[1]
    return across * cos - down * sin, across * sin + down * cos
