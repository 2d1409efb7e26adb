"""BilateralFilterCalculator's work on the GPU."""

from __future__ import annotations

from typing import Final

import numpy as np

from mpgraph.formats.image_format import ImageFormat
from mpgraph.gpu import GpuBuffer

__all__ = ["smooth"]

_SHADER: Final = """
fn weight(x: f32, sigma: f32) -> f32 { return exp(x * x * -0.5 / (4.0 * sigma * sigma + 1.0e-6)); }

fn pixel(uv: vec2f, place: vec2f) -> vec4f {
  let one = 1.0 / vec2f(textureDimensions(image0));
  let color = number.how.x;
  let space = number.how.y;
  let step = max(1.0, 0.66 * sqrt(space));
  let first = -space + select(0.0, step * 0.5, step > 1.0);
  let centre = linear(image0, uv).rgb;
  var sum = vec3f(0.0);
  var weights = 0.0;
  for (var down = first; down <= space; down += step) {
    for (var across = first; across <= space; across += step) {
      let away = vec2f(across, down) * one;
      let near = weight(length(away), max(one.x, one.y) * space);
      let like = weight(length(linear(image0, uv + away).rgb - centre), color);
      sum += near * like * linear(image1, uv + away).rgb;
      weights += near * like;
    }
  }
  return vec4f(sum / weights, 1.0);
}
"""


def smooth(image: GpuBuffer, guide: GpuBuffer, sigma_color: float, sigma_space: float) -> GpuBuffer:
    """Each pixel's mean over those near it and, in the guide, like it; SRGBA of the guide's size, alpha 1.

    Args:
        image: What is averaged.
        guide: What tells which pixels are alike; the image itself if there is none.
        sigma_color: How different they may be, 0 to 1.
        sigma_space: How far away they may be, in pixels; more than 3 skips some in between.
    """
    numbers = {"how": np.array([sigma_color, sigma_space, 0, 0], np.float32)}
    return image.device.draw(
        _SHADER, ImageFormat.SRGBA, guide.width, guide.height, guide, image, numbers=numbers
    )
