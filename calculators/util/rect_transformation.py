"""RectTransformationCalculator: rectangles moved, squared and scaled."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.rect import NormalizedRect, Rect
from mpgraph.options import has, option, options
from mpgraph.packet import Packet
from mpgraph.packet_type import packet_type
from mpgraph.ports import Input, Output

from ..angles import cos_sin, normalized, radians
from ..port_rules import exactly_one

__all__ = ["RectTransformation", "RectTransformationOptions"]

_F: Final = np.float32
_TYPES: Final[dict[str, Any]] = {
    "NORM_RECT": NormalizedRect,
    "NORM_RECTS": list[NormalizedRect],
    "RECT": Rect,
    "RECTS": list[Rect],
}


@options(message="mediapipe.RectTransformationCalculatorOptions", extension=262226312)
class RectTransformationOptions:
    """What is done, in this order: shift, square, scale.

    Attributes:
        scale_x, scale_y: What width and height are multiplied by.
        rotation, rotation_degrees: How far the direction of the shift is turned, clockwise; not both.
        shift_x, shift_y: How far the centre is moved, in widths and heights, along the rectangle's sides.
        square_long, square_short: Both sides become as long as the longer, or the shorter, one; not both.
    """

    scale_x: float = option(1, default=1.0)
    scale_y: float = option(2, default=1.0)
    rotation: float = option(3)
    rotation_degrees: int = option(4)
    shift_x: float = option(5)
    shift_y: float = option(6)
    square_long: bool = option(7)
    square_short: bool = option(8)


class RectTransformation(Calculator, name="RectTransformationCalculator"):
    """Transforms rectangles; their own rotation is kept, whatever the options turn.

    Inputs, one of: RECT, RECTS, NORM_RECT, NORM_RECTS (`Rect`, `NormalizedRect`, or lists of them);
    IMAGE_SIZE (width and height), which the normalized ones need, for lengths are those in pixels. Output:
    one untagged, of the input's type.

    Raises:
        ContractError: None or several of the inputs, no IMAGE_SIZE, or options that exclude each other.

    Upstream: calculators/util/rect_transformation_calculator.cc.

    Example::

        node {
          calculator: "RectTransformationCalculator"
          input_stream: "NORM_RECT:face_rect"
          input_stream: "IMAGE_SIZE:image_size"
          output_stream: "larger_rect"
          options {
            [mediapipe.RectTransformationCalculatorOptions.ext] {
              scale_x: 1.5
              scale_y: 1.5
              square_long: true
            }
          }
        }
    """

    options: RectTransformationOptions
    norm_rect = Input[NormalizedRect]("NORM_RECT", optional=True)
    norm_rects = Input[list[NormalizedRect]]("NORM_RECTS", optional=True)
    rect = Input[Rect]("RECT", optional=True)
    rects = Input[list[Rect]]("RECTS", optional=True)
    image_size = Input[tuple[int, int]]("IMAGE_SIZE", optional=True)
    transformed = Output[Any]()

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports, the output's type, and checks the options."""
        super().get_contract(contract)
        exactly_one(contract, "input", *_TYPES)
        (tag,) = (tag for tag in _TYPES if contract.inputs.has(tag))
        contract.outputs.declare("", 0, _TYPES[tag])
        if tag.startswith("NORM") and not contract.inputs.has("IMAGE_SIZE"):
            msg = f"{tag} needs IMAGE_SIZE"
            raise ContractError(msg)
        options = contract.options(RectTransformationOptions)
        for one, other in (("rotation", "rotation_degrees"), ("square_long", "square_short")):
            if has(options, one) and has(options, other):
                msg = f"{one} and {other} exclude each other"
                raise ContractError(msg)

    def open(self, cc: Context) -> None:
        """Learns which input there is."""
        ports: list[Input[Any]] = [self.norm_rect, self.norm_rects, self.rect, self.rects]
        (self._input,) = (port for port in ports if cc.is_connected(port))

    def process(self, cc: Context) -> None:
        """Sends what has become of the rectangles."""
        size = None
        if self._input.tag.startswith("NORM"):
            if self.image_size not in cc:
                return
            size = cc[self.image_size]
        if self._input not in cc:
            return
        value: Any = cc[self._input]
        with np.errstate(all="ignore"):
            made = [self._transform(rect, size) for rect in (value if isinstance(value, list) else [value])]
        if isinstance(value, list):
            cc.send_packet(self.transformed, Packet(made, cc.timestamp, packet_type(_TYPES[self._input.tag])))
        else:
            cc.send(self.transformed, made[0])

    def _transform(self, rect: Any, size: tuple[int, int] | None) -> Any:
        """A copy, transformed; of pixels if there is no size."""
        options = self.options
        x_unit, y_unit = (_F(1), _F(1)) if size is None else (_F(size[0]), _F(size[1]))
        width, height = _F(rect.width), _F(rect.height)
        x_shift, y_shift = _F(options.shift_x), _F(options.shift_y)
        rotation = self._turned(_F(rect.rotation))
        x_move, y_move = width * x_shift, height * y_shift
        if rotation != 0:
            cos, sin = cos_sin(rotation)
            along, across = x_unit * width * x_shift, y_unit * height * y_shift
            x_move = (along * cos - across * sin) / x_unit
            y_move = (along * sin + across * cos) / y_unit
        if options.square_long or options.square_short:
            choose = max if options.square_long else min
            side = choose(width * x_unit, height * y_unit)
            width, height = side / x_unit, side / y_unit
        made = type(rect)()
        made.CopyFrom(rect)
        number: Any = int if isinstance(rect, Rect) else float  # pixels are cut off, not rounded
        made.x_center = number(_F(rect.x_center) + x_move)
        made.y_center = number(_F(rect.y_center) + y_move)
        made.width = number(width * _F(options.scale_x))
        made.height = number(height * _F(options.scale_y))
        return made

    def _turned(self, rotation: np.float32) -> np.float32:
        if has(self.options, "rotation"):
            return normalized(rotation + _F(self.options.rotation))
        if has(self.options, "rotation_degrees"):
            return normalized(_F(float(rotation) + radians(self.options.rotation_degrees)))
        return rotation
