"""MaskOverlayCalculator's work on the GPU."""

from __future__ import annotations

from typing import Final

import numpy as np

from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.gpu import GpuBuffer

__all__ = ["mix"]

_BY_MASK: Final = """
fn pixel(uv: vec2f, place: vec2f) -> vec4f {
  let mask = linear(image2, uv);
  let weight = select(mask.r, mask.a, number.how.x > 0.5);
  return mix(linear(image0, uv), linear(image1, uv), weight);
}
"""
_BY_NUMBER: Final = """
fn pixel(uv: vec2f, place: vec2f) -> vec4f {
  return mix(linear(image0, uv), linear(image1, uv), number.how.x);
}
"""


def mix(
    first: GpuBuffer, second: GpuBuffer | ImageFrame, mask: GpuBuffer | ImageFrame | float, *, by_alpha: bool
) -> GpuBuffer:
    """``first * (1 - mask) + second * mask`` per number, of the first one's size; SRGBA.

    Args:
        first: The one video.
        second: The other, scaled to the size of the first.
        mask: The weights, likewise; or one for all pixels.
        by_alpha: Whether they are in the fourth channel, not in the first.

    Raises:
        ValueError: One of them is not on the GPU.
    """
    size = first.width, first.height
    for image in (second, mask):
        if isinstance(image, ImageFrame):
            msg = f"the videos and the mask must all be in memory or all on the GPU, got {image!r}"
            raise ValueError(msg)
    assert isinstance(second, GpuBuffer)
    if isinstance(mask, GpuBuffer):
        numbers = {"how": np.array([by_alpha, 0, 0, 0], np.float32)}
        return first.device.draw(_BY_MASK, ImageFormat.SRGBA, *size, first, second, mask, numbers=numbers)
    numbers = {"how": np.array([mask, 0, 0, 0], np.float32)}
    return first.device.draw(_BY_NUMBER, ImageFormat.SRGBA, *size, first, second, numbers=numbers)
