"""LuminanceCalculator: frames in shades of gray."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from mpgraph.formats.image_frame import ImageFrame
from mpgraph.lazy import cv2

from .video_filter import VideoFilter, as_rgba

__all__ = ["Luminance"]

_WEIGHTS: Final = np.array([[0.2125, 0.7154, 0.0721, 0]], np.float32)


class Luminance(VideoFilter, name="LuminanceCalculator"):
    """Gives red, green and blue the pixel's luminance: ``0.2125 red + 0.7154 green + 0.0721 blue``.

    Inputs:
        VIDEO or untagged: ImageFrame, GRAY8, SRGB or SRGBA; or GpuBuffer, R8 or RGBA8.

    Outputs:
        VIDEO or untagged: ImageFrame, SRGBA, or GpuBuffer, RGBA8; alpha is kept.

    Raises:
        ContractError: Both a stream VIDEO and an untagged one are connected, or neither.
        ValueError: The frame has no pixels or another format.

    Upstream: calculators/image/luminance_calculator.cc (for the GPU); spec calculators.md 4.

    Example::

        node {
          calculator: "LuminanceCalculator"
          input_stream: "input_video"
          output_stream: "luma_video"
        }
    """

    shader = """
fn pixel(uv: vec2f, place: vec2f) -> vec4f {
  let color = texel(image0, vec2i(place));
  return vec4f(vec3f(dot(color.rgb, vec3f(0.2125, 0.7154, 0.0721))), color.a);
}
"""

    def filtered(self, frame: ImageFrame) -> npt.NDArray[np.uint8]:
        """The luminance three times, and alpha."""
        rgba = as_rgba(frame)
        gray: Any = cv2.transform(rgba, _WEIGHTS)
        return np.asarray(cv2.merge((gray, gray, gray, cv2.extractChannel(rgba, 3))), np.uint8)
