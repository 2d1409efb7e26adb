"""RectToRenderScaleCalculator: how thick to draw something of that size."""

from __future__ import annotations

from typing import Final

import numpy as np

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.formats.rect import NormalizedRect
from mpgraph.options import option, options
from mpgraph.ports import Input, Output

__all__ = ["RectToRenderScale", "RectToRenderScaleOptions"]

_F: Final = np.float32


@options(message="mediapipe.RectToRenderScaleCalculatorOptions", extension=299463409)
class RectToRenderScaleOptions:
    """What the size is multiplied by.

    Attributes:
        multiplier: That; 1 by the size, in pixels, at which the scale is 1.
        process_timestamp_bounds: Whether there is a scale, too, for timestamps that are settled without a
            packet.
    """

    multiplier: float = option(1, default=0.01)
    process_timestamp_bounds: bool = option(2)


class RectToRenderScale(Calculator, name="RectToRenderScaleCalculator"):
    """Makes a scale of the longer side of a rectangle, for LandmarksToRenderDataCalculator.

    Inputs: NORM_RECT (`NormalizedRect`); IMAGE_SIZE (width and height), at each timestamp with a rectangle.
    Output: RENDER_SCALE, a float, the side in pixels times the multiplier; the multiplier where there is no
    rectangle.

    Raises:
        EmptyPacketError: A rectangle comes without a size.

    Upstream: calculators/util/rect_to_render_scale_calculator.cc.

    Example::

        node {
          calculator: "RectToRenderScaleCalculator"
          input_stream: "NORM_RECT:pose_rect"
          input_stream: "IMAGE_SIZE:image_size"
          output_stream: "RENDER_SCALE:render_scale"
          options {
            [mediapipe.RectToRenderScaleCalculatorOptions.ext] { multiplier: 0.0008 }
          }
        }
    """

    options: RectToRenderScaleOptions
    norm_rect = Input[NormalizedRect]("NORM_RECT")
    image_size = Input[tuple[int, int]]("IMAGE_SIZE")
    render_scale = Output[float]("RENDER_SCALE")

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and whether bounds are processed."""
        super().get_contract(contract)
        options = contract.options(RectToRenderScaleOptions)
        contract.process_timestamp_bounds = options.process_timestamp_bounds

    def process(self, cc: Context) -> None:
        """Sends the scale."""
        multiplier = _F(self.options.multiplier)
        if self.norm_rect not in cc:
            cc.send(self.render_scale, float(multiplier))
            return
        width, height = cc[self.image_size]
        rect = cc[self.norm_rect]
        side = max(_F(rect.width) * _F(width), _F(rect.height) * _F(height))
        cc.send(self.render_scale, float(side * multiplier))
