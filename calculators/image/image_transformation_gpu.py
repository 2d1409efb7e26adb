"""ImageTransformationCalculator's work on the GPU."""

from __future__ import annotations

from typing import Final

import numpy as np

from mpgraph.gpu import GpuBuffer

__all__ = ["transform"]

_SHADER: Final = """
fn pixel(uv: vec2f, place: vec2f) -> vec4f {
  let source = vec2f(dot(number.turn.xy, uv), dot(number.turn.zw, uv)) + number.shift.xy;
  if (any(abs(source - 0.5) > vec2f(0.500001))) { return number.padding; }
  if (number.shift.z > 0.5) { return nearest(image0, source); }
  return linear(image0, source);
}
"""
_TURNS: Final = {
    0: ((1, 0), (0, 1)),
    90: ((0, -1), (1, 0)),
    180: ((-1, 0), (0, -1)),
    270: ((0, 1), (-1, 0)),
}
"""From places in the output to places in the source, both from -1 to 1."""


def transform(
    image: GpuBuffer,
    size: tuple[int, int],
    *,
    degrees: int,
    flips: tuple[bool, bool],
    fit: bool,
    padding: tuple[int, int, int],
    nearest: bool,
) -> GpuBuffer:
    """Scales, turns counter-clockwise, then mirrors an image.

    Args:
        image: The image.
        size: Width and height of what comes out.
        degrees: 0, 90, 180 or 270.
        flips: Whether columns, and rows, are mirrored.
        fit: Whether the aspect ratio is kept and the rest padded, instead of stretching.
        padding: Red, green and blue of the padding.
        nearest: Whether pixels are taken as they are, instead of in between.

    Returns:
        An image of the same format.
    """
    width, height = (image.height, image.width) if degrees in (90, 270) else (image.width, image.height)
    scale = np.array([width / size[0], height / size[1]])
    scale = scale / scale.max() if fit else np.ones(2)
    scale[list(flips)] *= -1
    turn = np.array(_TURNS[degrees]) @ np.diag(1 / scale)
    shift = 0.5 - turn @ np.array([0.5, 0.5])
    numbers = {
        "turn": turn.reshape(-1),
        "shift": np.array([*shift, nearest, 0]),
        "padding": np.array([*(component / 255 for component in padding), 1]),
    }
    return image.device.draw(_SHADER, image.image_format, *size, image, numbers=numbers)
