"""What ScaleImageCalculator works out: the part of an image to keep, its new size, and the scaled pixels."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mpgraph.lazy import cv2

from .resize import resize

__all__ = ["Crop", "Target", "find_crop", "parse_ratio", "rescale_in_linear_light", "shrink"]

Pixels = npt.NDArray[Any]


class Crop(NamedTuple):
    """A part of an image, in pixels."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Target:
    """The size that is asked for.

    Attributes:
        width, height: In pixels; not asked for if not positive.
        max_area: The most pixels, if it is positive; then the aspect ratio is kept.
        keep_ratio: Whether width and height are limits and the aspect ratio stays.
        multiple: What width and height must be multiples of; 2 if the aspect ratio is kept.
    """

    width: int
    height: int
    max_area: int
    keep_ratio: bool
    multiple: int

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Width and height that an image of the size gets.

        Raises:
            ValueError: The multiple is not 2 though the aspect ratio is kept.
        """
        wanted_width, wanted_height, keep_ratio = self.width, self.height, self.keep_ratio
        if 0 < self.max_area < width * height:
            keep_ratio = True
            wanted_width, wanted_height = -1, int(math.sqrt(self.max_area / (width / height)))
        if keep_ratio and self.multiple != 2:
            msg = f"scale_to_multiple_of must be 2 where the aspect ratio is kept, got {self.multiple}"
            raise ValueError(msg)
        if not keep_ratio or (wanted_width <= 0 and wanted_height <= 0):
            multiple = max(1, self.multiple)
            sides = (
                wanted_width if wanted_width > 0 else width,
                wanted_height if wanted_height > 0 else height,
            )
            return sides[0] - sides[0] % multiple, sides[1] - sides[1] % multiple
        if wanted_width > 0:
            other = _even(int(wanted_width / width * height))
            if wanted_height <= 0 or other <= wanted_height:
                return _even(wanted_width), other
        return _even(int(wanted_height / height * width)), _even(wanted_height)


def _even(side: int) -> int:
    return max(1, side // 2 * 2)


def parse_ratio(text: str) -> float:
    """``16/9`` as a number; 0 if the text is empty, infinite or NaN if the second number is 0.

    Raises:
        ValueError: It is not two numbers with a slash between.
    """
    if not text:
        return 0.0
    upper, slash, lower = text.partition("/")
    try:
        if not slash:
            raise ValueError
        with np.errstate(all="ignore"):
            return float(np.float64(upper) / np.float64(lower))
    except ValueError:
        msg = f'an aspect ratio is two numbers with a slash between, as in "16/9"; got "{text}"'
        raise ValueError(msg) from None


def find_crop(width: int, height: int, min_ratio: float, max_ratio: float) -> Crop:
    """The middle part of an image of the size whose aspect ratio is within limits.

    A limit of 0 is none, and so are both if one of them is infinite.
    """
    ratio = width / height
    if not (math.isinf(min_ratio) or math.isinf(max_ratio)):
        if 0 < max_ratio < ratio:
            kept = int(height * max_ratio) // 2 * 2
            return Crop((width - kept) // 2, 0, kept, height)
        if min_ratio > 0 and ratio < min_ratio:
            kept = int(width / min_ratio) // 2 * 2
            return Crop(0, (height - kept) // 2, width, kept)
    return Crop(0, 0, width, height)


def shrink(image: Pixels, width: int, height: int) -> Pixels:
    """The image in a smaller size, averaged."""
    return resize(image, width, height, cv2.INTER_AREA)


def rescale_in_linear_light(image: Pixels, width: int, height: int, interpolation: int) -> Pixels:
    """The sRGB image (uint8) in another size; its values are blended as amounts of light, in 16 bits."""
    to_light, to_srgb = _tables()
    light = resize(cv2.LUT(image, to_light), width, height, interpolation)
    return to_srgb.take(light)


@functools.cache
def _tables() -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.uint8]]:
    """Tables from sRGB values to 16-bit light, and back."""
    values = np.arange(256) / 255
    light = np.where(np.arange(256) < 0.04045 * 255, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    amounts = np.arange(65536) / 65535
    srgb = np.where(
        np.arange(65536) < 0.0031308 * 65535, amounts * 12.92, 1.055 * amounts ** (1 / 2.4) - 0.055
    )
    return (light * 65535 + 0.5).astype(np.uint16), (srgb * 255 + 0.5).astype(np.uint8)
