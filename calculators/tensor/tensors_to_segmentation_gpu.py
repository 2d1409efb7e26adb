"""TensorsToSegmentationCalculator's work on the GPU."""

from __future__ import annotations

from typing import Any, Final

import numpy.typing as npt

from mpgraph.formats.image_format import ImageFormat
from mpgraph.gpu import GpuBuffer, GpuDevice

__all__ = ["mask_of"]

_SMALL: Final = """
fn pixel(uv: vec2f, place: vec2f) -> vec4f {
  let value = texel(image0, vec2i(place)).r;
  return vec4f(value, 0.0, 0.0, value);
}
"""
_SHRUNK: Final = "fn pixel(uv: vec2f, place: vec2f) -> vec4f { return nearest(image0, uv); }"
_GROWN: Final = """
// As upstream's texture repeats.
fn pixel(uv: vec2f, place: vec2f) -> vec4f { return between(image0, uv, OPPOSITE); }
"""


def mask_of(
    gpu: GpuDevice, values: npt.NDArray[Any], size: tuple[int, int], *, from_bottom: bool
) -> GpuBuffer:
    """A mask of format SRGBA, its value in red and alpha, in steps of 1/255.

    Args:
        gpu: Where to make it.
        values: float32 (height, width); clamped to 0 to 1.
        size: The mask's width and height. Where it is smaller than the values, the nearest is taken.
        from_bottom: Whether row 0 of the values is the mask's last.
    """
    height, width = values.shape
    given = gpu.upload_array(values[::-1] if from_bottom else values)
    small = gpu.draw(_SMALL, ImageFormat.SRGBA, width, height, given)
    shader = _SHRUNK if width > size[0] or height > size[1] else _GROWN
    return gpu.draw(shader, ImageFormat.SRGBA, *size, small)
