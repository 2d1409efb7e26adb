"""AnnotationOverlayCalculator's work on the GPU: what was drawn in memory is laid over the image."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.gpu import GpuBuffer

__all__ = ["blank", "lay_over"]

_BLANK: Final = 2  # upstream's: where red, green and blue are so, the image is seen
_ALIGNMENT: Final = 4
_SHADER: Final = """
fn pixel(uv: vec2f, place: vec2f) -> vec4f {
  let drawn = nearest(image1, select(uv, vec2f(uv.x, 1.0 - uv.y), number.how.x > 0.5)).rgb;
  let blank = distance(drawn, number.how.yyy) <= 0.001;
  return vec4f(select(drawn, texel(image0, vec2i(place)).rgb, blank), 1.0);
}
"""


def blank(width: int, height: int, scale: float) -> npt.NDArray[np.uint8]:
    """What is drawn on for an image of this size: uint8 RGB, each side a multiple of four."""
    sides = (_aligned(int(_aligned(side) * scale)) for side in (height, width))
    return np.full((*sides, 3), _BLANK, np.uint8)


def lay_over(image: GpuBuffer, drawn: npt.NDArray[np.uint8], *, from_bottom: bool) -> GpuBuffer:
    """Lays a drawing over an image.

    Args:
        image: The image.
        drawn: uint8 RGB, of any size; brought to the image's by taking the nearest pixel.
        from_bottom: Whether row 0 of the image is the last that is seen.

    Returns:
        An opaque image of format SRGBA.
    """
    over = image.device.upload(ImageFrame.adopt(drawn))
    numbers = {"how": (from_bottom, _BLANK / 255, 0, 0)}
    return image.device.draw(
        _SHADER, ImageFormat.SRGBA, image.width, image.height, image, over, numbers=numbers
    )


def _aligned(side: int) -> int:
    return -(-side // _ALIGNMENT) * _ALIGNMENT
