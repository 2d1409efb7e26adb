"""SetAlphaCalculator's work on the GPU."""

from __future__ import annotations

from typing import Final

import numpy as np

from mpgraph.formats.image_format import ImageFormat
from mpgraph.gpu import GpuBuffer

__all__ = ["with_alpha"]

_MASK: Final = """
fn pixel(uv: vec2f, place: vec2f) -> vec4f {
  return vec4f(texel(image0, vec2i(place)).rgb, linear(image1, uv).r);
}
"""
_VALUE: Final = """
fn pixel(uv: vec2f, place: vec2f) -> vec4f {
  return vec4f(texel(image0, vec2i(place)).rgb, number.alpha.x);
}
"""


def with_alpha(image: GpuBuffer, alpha: GpuBuffer | int) -> GpuBuffer:
    """An image, SRGB or SRGBA, with another alpha: a mask's red, scaled to its size, or 0 to 255 for all.

    Raises:
        ValueError: The image has another format.
    """
    if image.image_format not in (ImageFormat.SRGB, ImageFormat.SRGBA):
        msg = f"the image must be RGBA8, got {image!r}"
        raise ValueError(msg)
    size = image.width, image.height
    if isinstance(alpha, GpuBuffer):
        return image.device.draw(_MASK, ImageFormat.SRGBA, *size, image, alpha)
    numbers = {"alpha": np.array([alpha / 255, 0, 0, 0], np.float32)}
    return image.device.draw(_VALUE, ImageFormat.SRGBA, *size, image, numbers=numbers)
