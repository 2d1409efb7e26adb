"""RecolorCalculator's work on the GPU."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from mpgraph.formats.image_format import ImageFormat
from mpgraph.gpu import GpuBuffer

__all__ = ["recolor"]

_SHADER: Final = """
fn pixel(uv: vec2f, place: vec2f) -> vec4f {
  let color = texel(image0, vec2i(place));
  let mask = linear(image1, uv);
  var weight = select(mask.r, mask.a, number.how.x > 0.5);
  if (number.how.y > 0.5) { weight = 1.0 - weight; }
  if (number.how.z > 0.5) { weight *= dot(color.rgb, vec3f(0.299, 0.587, 0.114)); }
  return mix(color, number.color, weight);
}
"""


def recolor(
    image: GpuBuffer, mask: GpuBuffer, color: Sequence[int], *, alpha: bool, invert: bool, luminance: bool
) -> GpuBuffer:
    """Blends a colour into an image by a mask, which is scaled to the image's size.

    Args:
        image: The image.
        mask: Its weights, 0 to 1.
        color: Red, green and blue, 0 to 255.
        alpha: Whether the weight is the mask's fourth channel, not its first.
        invert: Whether the colour comes where the mask is 0.
        luminance: Whether dark pixels take less of it.

    Returns:
        ``image * (1 - weight) + color * weight`` per channel, rounded once; SRGBA, whose alpha, too, goes to
        1 with the weight.
    """
    numbers = {
        "color": np.array([*(component / 255 for component in color), 1], np.float32),
        "how": np.array([alpha, invert, luminance, 0], np.float32),
    }
    return image.device.draw(
        _SHADER, ImageFormat.SRGBA, image.width, image.height, image, mask, numbers=numbers
    )
