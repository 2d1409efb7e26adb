"""SobelEdgesCalculator: how much frames change from pixel to pixel."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mpgraph.formats.image_frame import ImageFrame
from mpgraph.lazy import cv2

from .video_filter import VideoFilter, as_rgba

__all__ = ["SobelEdges"]


class SobelEdges(VideoFilter, name="SobelEdgesCalculator"):
    """Gives each pixel the length of its red channel's gradient, by Sobel's 3x3 kernels, at most 255.

    Inputs:
        VIDEO or untagged: ImageFrame, GRAY8, SRGB or SRGBA; or GpuBuffer, R8 or RGBA8.

    Outputs:
        VIDEO or untagged: ImageFrame, SRGBA, or GpuBuffer, RGBA8, gray and opaque. Beyond the border the
            border pixels go on.

    Raises:
        ContractError: Both a stream VIDEO and an untagged one are connected, or neither.
        ValueError: The frame has no pixels or another format.

    Upstream: calculators/image/sobel_edges_calculator.cc (for the GPU); spec calculators.md 4.

    Example::

        node {
          calculator: "SobelEdgesCalculator"
          input_stream: "luma_video"
          output_stream: "output_video"
        }
    """

    shader = """
fn red(place: vec2i) -> f32 { return texel(image0, place).r; }

fn pixel(uv: vec2f, place: vec2f) -> vec4f {
  let at = vec2i(place);
  let right = red(at + vec2i(1, -1)) + 2.0 * red(at + vec2i(1, 0)) + red(at + vec2i(1, 1));
  let left = red(at + vec2i(-1, -1)) + 2.0 * red(at + vec2i(-1, 0)) + red(at + vec2i(-1, 1));
  let below = red(at + vec2i(-1, 1)) + 2.0 * red(at + vec2i(0, 1)) + red(at + vec2i(1, 1));
  let above = red(at + vec2i(-1, -1)) + 2.0 * red(at + vec2i(0, -1)) + red(at + vec2i(1, -1));
  return vec4f(vec3f(length(vec2f(right - left, below - above))), 1.0);
}
"""

    def filtered(self, frame: ImageFrame) -> npt.NDArray[np.uint8]:
        """The length of the gradient three times, and alpha."""
        red = cv2.extractChannel(as_rgba(frame), 0) if frame.channels > 1 else as_rgba(frame)[:, :, 0]
        across, down = (
            cv2.Sobel(red, cv2.CV_32F, x, 1 - x, ksize=3, borderType=cv2.BORDER_REPLICATE) for x in (1, 0)
        )
        length: Any = cv2.convertScaleAbs(cv2.magnitude(across, down))
        return np.asarray(cv2.cvtColor(length, cv2.COLOR_GRAY2RGBA), np.uint8)
