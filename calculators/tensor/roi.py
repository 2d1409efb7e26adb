"""Regions of interest in images: from rectangles, with padding, as matrices (spec calculators.md 2.2, 2.7).

All numbers are float32, computed in upstream's order, so that they are upstream's to the bit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from mpgraph.formats.rect import NormalizedRect
from mpgraph.lazy import cv2

from ..angles import cos_sin

__all__ = ["Roi", "box_corners"]

_HALF = np.float32(0.5)
_ONE = np.float32(1)


def box_corners(
    center: tuple[np.float32, np.float32], size: tuple[np.float32, np.float32], degrees: np.float32
) -> npt.NDArray[np.float32]:
    """The corners of a box turned clockwise, as of ``cv::RotatedRect`` in OpenCV 4; see `Roi.corners`."""
    angle = float(degrees) * math.pi / 180
    cos = np.float32(math.cos(angle)) * _HALF
    sin = np.float32(math.sin(angle)) * _HALF
    (x, y), (w, h) = center, size
    bottom_left = (x - sin * h - cos * w, y + cos * h - sin * w)
    top_left = (x + sin * h - cos * w, y - cos * h - sin * w)
    top_right = (2 * x - bottom_left[0], 2 * y - bottom_left[1])
    bottom_right = (2 * x - top_left[0], 2 * y - top_left[1])
    return np.array((bottom_left, top_left, top_right, bottom_right), np.float32)


@dataclass(frozen=True, slots=True)
class Roi:
    """A rotated rectangle in an image, in pixels; `rotation` in radians, clockwise."""

    x_center: np.float32
    y_center: np.float32
    width: np.float32
    height: np.float32
    rotation: np.float32

    @classmethod
    def of(cls, rect: NormalizedRect | None, width: int, height: int) -> Roi:
        """The region that the rectangle, or None for the whole image, is in an image of the size.

        Raises:
            ValueError: The rectangle is not finite, or its width or height is not positive.
        """
        w, h = np.float32(width), np.float32(height)
        if rect is None:
            return cls(_HALF * w, _HALF * h, w, h, np.float32(0))
        with np.errstate(all="ignore"):
            roi = cls(
                np.float32(rect.x_center) * w,
                np.float32(rect.y_center) * h,
                np.float32(rect.width) * w,
                np.float32(rect.height) * h,
                np.float32(rect.rotation),
            )
        numbers = (roi.x_center, roi.y_center, roi.width, roi.height, roi.rotation)
        if not all(map(math.isfinite, numbers)) or roi.width <= 0 or roi.height <= 0:
            msg = f"the region of interest must be finite and have a positive width and height, got {rect}"
            raise ValueError(msg)
        return roi

    def padded(self, width: int, height: int) -> tuple[Roi, tuple[float, float, float, float]]:
        """The region grown to the aspect ratio of width : height, and the padding that it got.

        The padding (left, top, right, bottom) is in fractions of the grown region.
        """
        wanted = np.float32(height) / np.float32(width)
        ratio = self.height / self.width
        if wanted > ratio:
            vertical = float((_ONE - ratio / wanted) / np.float32(2))
            return replace(self, height=self.width * wanted), (0.0, vertical, 0.0, vertical)
        horizontal = float((_ONE - wanted / ratio) / np.float32(2))
        return replace(self, width=self.height / wanted), (horizontal, 0.0, horizontal, 0.0)

    def corners(self) -> npt.NDArray[np.float32]:
        """The corners, float32 (4, 2): bottom left, top left, top right, bottom right before rotation."""
        degrees = np.float32(float(self.rotation * np.float32(180)) / math.pi)
        return box_corners((self.x_center, self.y_center), (self.width, self.height), degrees)

    def inverse_warp(self, width: int, height: int) -> npt.NDArray[np.float64]:
        """The 3x3 matrix from pixels of an output of the size, which shows the region, to image pixels."""
        target = np.array(((0, height), (0, 0), (width, 0), (width, height)), np.float32)
        matrix = cv2.getPerspectiveTransform(self.corners(), target)
        return np.asarray(cv2.invert(matrix)[1], np.float64)

    def matrix(self, width: int, height: int) -> tuple[float, ...]:
        """The 4x4 matrix, row by row, from coordinates in the region to those in an image of the size.

        Both are in fractions: (0, 0) is the top left corner, (1, 1) the bottom right one.
        """
        a, b, e, f = self.width, self.height, self.x_center, self.y_center
        c, d = cos_sin(self.rotation)
        g, h = _ONE / np.float32(width), _ONE / np.float32(height)
        rows = (
            (a * c * g, -b * d * g, 0, (-_HALF * a * c + _HALF * b * d + e) * g),
            (a * d * h, b * c * h, 0, (-_HALF * b * c - _HALF * a * d + f) * h),
            (0, 0, a * g, 0),
            (0, 0, 0, 1),
        )
        return tuple(float(number) for row in rows for number in row)
