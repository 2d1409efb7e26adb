"""Outlines of ellipses one pixel wide, as OpenCV 4 draws them; OpenCV 5 draws them otherwise.

OpenCV 4 makes a polygon of the ellipse, its corners in steps of 1/65536 pixel, and walks along each of its
sides from pixel to pixel in whole steps of the longer direction.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from mpgraph.lazy import cv2

__all__ = ["draw_thin_ellipse"]

Pixel = tuple[int, int]

_BITS = 16
_ONE = 1 << _BITS
_HALF = _ONE >> 1
_FOUR = 4  # the kind of line whose pixels lie beside, above or below each other


def draw_thin_ellipse(
    image: npt.NDArray[np.uint8],
    center: Pixel,
    axes: Pixel,
    turn: float,
    end: int,
    color: tuple[int, int, int],
    kind: int,
) -> None:
    """Draws the arc from the angle 0 to `end`, in degrees, of an ellipse that is turned clockwise.

    Args:
        image: uint8 (height, width, channels), each side below 32768, to draw on; channels beyond the third
            become 0.
        center: x and y, within 16384 of 0.
        axes: Half of the width and of the height, below 16384.
        turn: In degrees.
        end: The last angle, 0 to 360.
        color: Red, green and blue.
        kind: 4 or 8, OpenCV's types of lines.
    """
    height, width = image.shape[:2]
    whole = (0, 0, width * _ONE, height * _ONE)
    full = np.zeros(image.shape[2], np.uint8)
    full[:3] = color
    for start, stop in pairwise(_polygon(center, axes, round(turn) % 360, end)):
        if kind == _FOUR:
            first, last = (((x + _HALF) >> _BITS, (y + _HALF) >> _BITS) for x, y in (start, stop))
            cv2.line(image, first, last, color, 1, _FOUR)
            continue
        inside, clipped_start, clipped_stop = cv2.clipLine(whole, start, stop)
        if inside:
            x, y = _pixels(np.array(clipped_start, np.int64), np.array(clipped_stop, np.int64))
            within = (x >= 0) & (x < width) & (y >= 0) & (y < height)
            image[y[within], x[within]] = full


def _polygon(center: Pixel, axes: Pixel, turn: int, end: int) -> Iterator[Pixel]:
    """The corners in steps of 1/65536 pixel."""
    longer = max(axes)
    step = next(degrees for limit, degrees in ((3, 90), (10, 30), (15, 18), (1 << 31, 5)) if longer < limit)
    cos, sin = _sine(90 - turn), _sine(turn)
    before: Pixel | None = None
    count = 0
    for angle in (*range(0, end, step), end):
        x, y = axes[0] * _ONE * _sine(90 - angle), axes[1] * _ONE * _sine(angle)
        across = center[0] * _ONE + x * cos - y * sin
        down = center[1] * _ONE + x * sin + y * cos
        corner = (round(across), round(down))
        if corner != before:
            before, count = corner, count + 1
            yield corner
    if count == 1 and before is not None:
        yield before


@functools.cache
def _sine(degrees: int) -> float:
    """The sine to seven digits, in single precision."""
    return float(np.float32(round(float(np.sin(np.radians(degrees % 360))), 7)))


def _pixels(
    start: npt.NDArray[np.int64], stop: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Where the pixels along a side are, and the one of its end: x and y."""
    length = np.abs(stop - start)
    along = 0 if length[0] > length[1] else 1  # the longer direction
    if stop[along] < start[along]:
        start, stop = stop, start
    rise = int(stop[1 - along] - start[1 - along]) * _ONE
    slope = abs(rise) // (int(length[along]) | 1) * (1 if rise >= 0 else -1)
    count = np.arange((int(stop[along] - start[along]) >> _BITS) + 1)
    pixels = np.empty((2, len(count) + 1), np.int64)
    pixels[along, :-1] = (int(start[along] + _HALF) >> _BITS) + count
    pixels[1 - along, :-1] = (int(start[1 - along]) + _HALF + slope * count) >> _BITS
    pixels[:, -1] = (stop + _HALF) >> _BITS
    return pixels[0], pixels[1]
