"""ImageToTensorCalculator's work on the GPU."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from mpgraph.formats.image_format import ImageFormat
from mpgraph.gpu import GpuBuffer

__all__ = ["convert"]

_SHADER: Final = """
fn pixel(uv: vec2f, place: vec2f) -> vec4f {
  var source = (number.matrix * vec4f(uv, 0.0, 1.0)).xy;
  if (number.how.z > 0.5) { source.y = 1.0 - source.y; }
  let color = between(image0, source, i32(number.how.w));
  return color * number.how.x + number.how.y;
}
"""


def convert(
    image: GpuBuffer,
    size: tuple[int, int],
    matrix: Sequence[float],
    values: tuple[float, float],
    *,
    from_bottom: bool,
    zero: bool,
) -> npt.NDArray[Any]:
    """The tensor of a region, (1, height, width, 3) float32, read back to memory.

    Args:
        image: An image of format SRGB, SRGBA or VEC32F4.
        size: Width and height of the tensor.
        matrix: 4x4 numbers, row by row, from tensor to image coordinates, both 0 to 1.
        values: What 0 and 1 of the image become.
        from_bottom: Whether row 0 of the image is its last.
        zero: Whether the image is 0 outside, instead of as its border.

    Raises:
        ValueError: The image has another format.
    """
    if image.image_format not in (ImageFormat.SRGB, ImageFormat.SRGBA, ImageFormat.VEC32F4):
        msg = f"unsupported image {image!r}; expected RGBA8 or RGBA32F"
        raise ValueError(msg)
    low, high = np.float32(values[0]), np.float32(values[1])
    numbers = {
        "matrix": np.asarray(matrix, np.float32),
        "how": np.array([high - low, low, from_bottom, zero], np.float32),
    }
    drawn = image.device.draw(_SHADER, ImageFormat.VEC32F4, *size, image, numbers=numbers)
    return image.device.read(drawn, 3)[None]
