"""SegmentationSmoothingCalculator's work on the GPU."""

from __future__ import annotations

from typing import Final

import numpy as np

from mpgraph.gpu import GpuBuffer

__all__ = ["smoothed"]

_SHADER: Final = """
fn pixel(uv: vec2f, place: vec2f) -> vec4f {
  let mask = linear(image0, uv).r;
  let before = linear(image1, uv).r;
  let t = mask - 0.5;
  let x = t * t;
  let sure = x * (5.68842 + x * (-0.748699 + x * (-57.8051 + x * (291.309 + x * -624.717))));
  let unsure = 1.0 - min(1.0, sure);
  let value = mask + (before - mask) * (unsure * number.how.x);
  return vec4f(value, 0.0, 0.0, value);
}
"""


def smoothed(mask: GpuBuffer, previous: GpuBuffer, ratio: float) -> GpuBuffer:
    """The blend of a mask with the one before, in red and alpha; of the mask's format and size."""
    numbers = {"how": np.array([ratio, 0, 0, 0], np.float32)}
    return mask.device.draw(
        _SHADER, mask.image_format, mask.width, mask.height, mask, previous, numbers=numbers
    )
