"""Sampling an image along a grid, with the very numbers of OpenCV 4's ``warpPerspective`` and ``warpAffine``.

OpenCV 4 computes where an output pixel lies in the source in steps of 1/32 pixel and blends the four
pixels around with 15-bit weights; OpenCV 5 does otherwise, except in ``remap`` with fixed-point maps,
which is what `sample` uses (spec calculators.md 2.4 and 2.8).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mpgraph.lazy import cv2

__all__ = [
    "MAX_SIDE",
    "SamplingMap",
    "affine_map",
    "nearest_map",
    "perspective_map",
    "sample",
    "sample_nearest",
]

MAX_SIDE = 32766
_STEPS = 32
_FINE = 32  # per step


class SamplingMap(NamedTuple):
    """Where each output pixel lies in the source.

    Attributes:
        pixel: int16 (height, width, 2): x and y of the pixel to the upper left.
        fraction: uint16 (height, width): how far from there, ``32 * y + x`` in steps of 1/32 pixel.
    """

    pixel: npt.NDArray[np.int16]
    fraction: npt.NDArray[np.uint16]


def perspective_map(inverse: npt.NDArray[np.float64], width: int, height: int) -> SamplingMap:
    """The map of a perspective transformation, for an output of the size.

    `inverse` is the 3x3 matrix from output to source pixels.
    """
    return _from_steps(*_projected(inverse, width, height, _STEPS))


def nearest_map(inverse: npt.NDArray[np.float64], width: int, height: int) -> npt.NDArray[np.int16]:
    """The nearest source pixels, x and y as int16 (height, width, 2); else as `perspective_map`."""
    return _pixels(*_projected(inverse, width, height, 1))


def _projected(
    inverse: npt.NDArray[np.float64], width: int, height: int, steps: int
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Where output pixels lie in the source, x and y (height, width), in steps of 1/steps pixel."""
    # Sums are taken from the left edge of tiles, as OpenCV does: that decides ties.
    tile = min(1024 // min(16, height), width)
    x = np.arange(width)
    left = x // tile * tile
    inside = (x - left).astype(np.float64)
    y = np.arange(height, dtype=np.float64)[:, None]
    across, down, depth = (a * left + b * y + c + a * inside for a, b, c in inverse)
    scale = np.divide(steps, depth, out=np.zeros_like(depth), where=depth != 0)
    return _round(across * scale), _round(down * scale)


def _round(steps: npt.NDArray[np.float64]) -> npt.NDArray[np.int32]:
    np.clip(steps, -(2.0**31), 2.0**31 - 1, out=steps)
    return np.rint(steps, out=steps).astype(np.int32)


def affine_map(inverse: npt.NDArray[np.float64], width: int, height: int) -> SamplingMap:
    """The map of an affine transformation, for an output of the size.

    `inverse` is the 2x3 matrix from output to source pixels.
    """
    # Products with x and with y are rounded each by itself to 1/1024 pixel, as OpenCV does.
    x, y = np.arange(width), np.arange(height)[:, None]
    fine = _FINE * _STEPS
    across, down = (
        (np.rint((b * y + c) * fine) + _FINE // 2 + np.rint(a * x * fine)) // _FINE for a, b, c in inverse
    )
    return _from_steps(_round(across), _round(down))


def _from_steps(x: npt.NDArray[np.int32], y: npt.NDArray[np.int32]) -> SamplingMap:
    """The map of coordinates (height, width) in steps of 1/32 pixel."""
    fraction = (y & (_STEPS - 1)) * _STEPS + (x & (_STEPS - 1))
    return SamplingMap(_pixels(x >> 5, y >> 5), fraction.astype(np.uint16))


def _pixels(x: npt.NDArray[np.int32], y: npt.NDArray[np.int32]) -> npt.NDArray[np.int16]:
    """Coordinates (height, width) as one map; what is far outside comes as near as int16 is large."""
    pixel = np.empty((*x.shape, 2), np.int16)
    for axis, whole in enumerate((x, y)):
        np.clip(whole, -(2**15), 2**15 - 1, out=pixel[..., axis], casting="unsafe")
    return pixel


def sample(
    image: npt.NDArray[Any], where: SamplingMap, *, replicate: bool, cubic: bool = False
) -> npt.NDArray[Any]:
    """The values of an image (height, width[, channels]) along the map, interpolated, linearly or by cubics.

    Outside the image its border pixels go on if `replicate`; otherwise there is 0.

    Raises:
        ValueError: The image is empty or has a side of more than 32766 pixels.
    """
    _check_size(image)
    kind = cv2.INTER_CUBIC if cubic else cv2.INTER_LINEAR
    return cv2.remap(image, where.pixel, where.fraction, kind, borderMode=_border(replicate))


def sample_nearest(
    image: npt.NDArray[Any], where: npt.NDArray[np.int16], *, replicate: bool
) -> npt.NDArray[Any]:
    """The pixels of an image (height, width[, channels]) at the places of a `nearest_map`.

    Outside the image its border pixels go on if `replicate`; otherwise there is 0.

    Raises:
        ValueError: The image is empty or has a side of more than 32766 pixels.
    """
    _check_size(image)
    no_fraction = np.empty((0, 0), np.uint16)
    return cv2.remap(image, where, no_fraction, cv2.INTER_NEAREST, borderMode=_border(replicate))


def _check_size(image: npt.NDArray[Any]) -> None:
    height, width = image.shape[:2]
    if not 0 < min(height, width) <= max(height, width) <= MAX_SIDE:
        msg = f"an image of {width}x{height} pixels cannot be sampled: each side must be 1 to {MAX_SIDE}"
        raise ValueError(msg)


def _border(replicate: bool) -> int:
    return cv2.BORDER_REPLICATE if replicate else cv2.BORDER_CONSTANT
