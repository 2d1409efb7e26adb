"""RectToRenderDataCalculator: rectangles as drawings."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.rect import NormalizedRect, Rect
from mpgraph.formats.render_data import RenderAnnotation, RenderData
from mpgraph.options import has, option, options
from mpgraph.ports import Input, Output

from ..color import ColorOption
from ..port_rules import exactly_one
from .set_color import set_color

__all__ = ["RectToRenderData", "RectToRenderDataOptions"]

_F: Final = np.float32


@options(message="mediapipe.RectToRenderDataCalculatorOptions", extension=262270380)
class RectToRenderDataOptions:
    """How rectangles are drawn.

    Attributes:
        filled: Whether what is within is drawn, too.
        color: Of all.
        thickness: Of lines, in pixels.
        oval: Whether the oval within the rectangle is drawn.
        top_left_thickness: Of the point at the top left corner; only of rectangles that are not filled.
    """

    filled: bool = option(1)
    color: ColorOption = option(2, default=ColorOption())
    thickness: float = option(3, default=1.0, wire="double")
    oval: bool = option(4)
    top_left_thickness: float = option(5, wire="double")


class RectToRenderData(Calculator, name="RectToRenderDataCalculator"):
    """Draws rectangles, turned by their rotation; of those that are beside the image nothing.

    Inputs, one of: NORM_RECT, RECT, NORM_RECTS, RECTS (`NormalizedRect`, `Rect`, or lists of them). Output:
    RENDER_DATA.

    Raises:
        ContractError: None or several of the inputs, or a corner's thickness of ovals or what is filled.

    Upstream: calculators/util/rect_to_render_data_calculator.cc.

    Example::

        node {
          calculator: "RectToRenderDataCalculator"
          input_stream: "NORM_RECTS:hand_rects"
          output_stream: "RENDER_DATA:render_data"
          options {
            [mediapipe.RectToRenderDataCalculatorOptions.ext] {
              color { r: 255 g: 0 b: 0 }
              thickness: 4.0
            }
          }
        }
    """

    options: RectToRenderDataOptions
    norm_rect = Input[NormalizedRect]("NORM_RECT", optional=True)
    rect = Input[Rect]("RECT", optional=True)
    norm_rects = Input[list[NormalizedRect]]("NORM_RECTS", optional=True)
    rects = Input[list[Rect]]("RECTS", optional=True)
    render_data = Output[RenderData]("RENDER_DATA")

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks the options."""
        super().get_contract(contract)
        exactly_one(contract, "input", "NORM_RECT", "RECT", "NORM_RECTS", "RECTS")
        options = contract.options(RectToRenderDataOptions)
        if has(options, "top_left_thickness") and (options.oval or options.filled):
            msg = "top_left_thickness excludes oval and filled"
            raise ContractError(msg)

    def open(self, cc: Context) -> None:
        """Learns which input there is."""
        ports: list[Input[Any]] = [self.norm_rect, self.rect, self.norm_rects, self.rects]
        (self._input,) = (port for port in ports if cc.is_connected(port))

    def process(self, cc: Context) -> None:
        """Sends the drawing."""
        value: Any = cc[self._input]
        data = RenderData()
        for rect in value if isinstance(value, list) else [value]:
            self._draw(data, rect)
        cc.send(self.render_data, data)

    def _draw(self, data: RenderData, rect: Rect | NormalizedRect) -> None:
        options = self.options
        annotation = data.render_annotations.add(thickness=options.thickness)
        set_color(annotation.color, options.color)
        shape = self._shape(annotation)
        shape.SetInParent()
        if has(options, "top_left_thickness"):
            shape.top_left_thickness = options.top_left_thickness
        normalized = isinstance(rect, NormalizedRect)
        width, height = rect.width, rect.height
        left = float(_F(rect.x_center) - _F(width) / _F(2))
        top = float(_F(rect.y_center) - _F(height) / _F(2))
        if rect.rotation == 0 and (left + width < 0 or top + height < 0):
            return
        if rect.rotation == 0 and normalized and (left > 1 or top > 1):
            return
        shape.normalized = normalized
        shape.left, shape.top, shape.right, shape.bottom = left, top, left + width, top + height
        shape.rotation = rect.rotation

    def _shape(self, annotation: RenderAnnotation) -> RenderAnnotation.Rectangle:
        if self.options.oval:
            oval = annotation.filled_oval.oval if self.options.filled else annotation.oval
            return oval.rectangle
        return annotation.filled_rectangle.rectangle if self.options.filled else annotation.rectangle
