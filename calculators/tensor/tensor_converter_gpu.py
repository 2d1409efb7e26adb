"""TensorConverterCalculator's work on the GPU."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from mpgraph.formats.image_format import ImageFormat
from mpgraph.gpu import GpuBuffer

__all__ = ["convert"]

_SHADER: Final = """
fn pixel(uv: vec2f, place: vec2f) -> vec4f {
  var at = vec2i(place);
  if (number.how.z > 0.5) { at.y = i32(textureDimensions(image0).y) - 1 - at.y; }
  return texel(image0, at) * number.how.x + number.how.y;
}
"""


def convert(image: GpuBuffer, channels: int, low: float, high: float, *, flipped: bool) -> npt.NDArray[Any]:
    """The tensor of an image, (1, height, width, channels) float32, read back to memory.

    Args:
        image: The image; gray if it is GRAY8; channels that other formats lack are 0 before the range
            is applied.
        channels: 1, 3 or 4.
        low: What 0 becomes.
        high: What 1 becomes.
        flipped: Whether the last row comes first.

    Raises:
        ValueError: Four channels of an image that has fewer, or one of format VEC32F2.
    """
    has_four = image.image_format in (ImageFormat.SRGB, ImageFormat.SRGBA, ImageFormat.VEC32F4)
    if image.image_format is ImageFormat.VEC32F2 or (channels == 4 and not has_four):
        msg = f"unsupported image {image!r} for {channels} channels"
        raise ValueError(msg)
    numbers = {"how": np.array([high - low, low, flipped, 0], np.float32)}
    drawn = image.device.draw(_SHADER, ImageFormat.VEC32F4, image.width, image.height, image, numbers=numbers)
    return image.device.read(drawn, channels).reshape(1, image.height, image.width, channels)
