"""ImageCroppingCalculator's work on the GPU."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from mpgraph.formats.image_format import ImageFormat
from mpgraph.gpu import GpuBuffer

from ..tensor.roi import Roi

__all__ = ["crop"]

_SHADER: Final = """
fn pixel(uv: vec2f, place: vec2f) -> vec4f {
  let at = uv - 0.5;
  return linear(image0, number.center.xy + vec2f(dot(number.turn.xy, at), dot(number.turn.zw, at)));
}
"""


def crop(image: GpuBuffer, region: Roi, max_size: tuple[float, float]) -> GpuBuffer:
    """What is in a region, stretched to the size of the upright rectangle around it; SRGBA.

    Args:
        image: The image; beyond its border the border's pixels go on.
        region: In pixels of the image.
        max_size: Width and height to which the output is scaled down.

    Raises:
        ValueError: What is cut out is too large for a texture.
    """
    cos, sin = math.cos(region.rotation), math.sin(region.rotation)
    x, y = (
        np.array([region.width * cos, -region.height * sin]),
        np.array([region.width * sin, region.height * cos]),
    )
    wide, high = (max(1, math.floor(float(np.abs(side).sum()) + 0.5)) for side in (x, y))
    scale = min(1.0, max_size[0] / wide, max_size[1] / high)
    size = (
        max(1, int(np.float32(wide) * np.float32(scale))),
        max(1, int(np.float32(high) * np.float32(scale))),
    )
    numbers = {
        "center": np.array([region.x_center / image.width, region.y_center / image.height, 0, 0], np.float32),
        "turn": np.array([*(x / image.width), *(y / image.height)], np.float32),
    }
    return image.device.draw(_SHADER, ImageFormat.SRGBA, *size, image, numbers=numbers)
