"""ColorConvertCalculator: images in another order of channels, or with more or fewer of them."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.lazy import cv2
from mpgraph.ports import Input, Output

from ..port_rules import exactly_one

__all__ = ["ColorConvert"]

_INPUTS: Final = ("RGBA_IN", "RGB_IN", "BGRA_IN", "GRAY_IN", "BGR_IN")
_OUTPUTS: Final = ("RGBA_OUT", "RGB_OUT", "BGRA_OUT", "GRAY_OUT")


class _Conversion(NamedTuple):
    """OpenCV's name of a conversion, the channels it takes, and the format it makes."""

    code: str
    channels: int
    made: ImageFormat


_CONVERSIONS: Final = {
    ("RGBA_IN", "RGB_OUT"): _Conversion("COLOR_RGBA2RGB", 4, ImageFormat.SRGB),
    ("GRAY_IN", "RGB_OUT"): _Conversion("COLOR_GRAY2RGB", 1, ImageFormat.SRGB),
    ("RGB_IN", "GRAY_OUT"): _Conversion("COLOR_RGB2GRAY", 3, ImageFormat.GRAY8),
    ("RGB_IN", "RGBA_OUT"): _Conversion("COLOR_RGB2RGBA", 3, ImageFormat.SRGBA),
    ("BGRA_IN", "RGBA_OUT"): _Conversion("COLOR_BGRA2RGBA", 4, ImageFormat.SRGBA),
    ("RGBA_IN", "BGRA_OUT"): _Conversion("COLOR_RGBA2BGRA", 4, ImageFormat.SBGRA),
    ("BGR_IN", "RGB_OUT"): _Conversion("COLOR_BGR2RGB", 3, ImageFormat.SRGB),
}


class ColorConvert(Calculator, name="ColorConvertCalculator"):
    """Converts images between gray, RGB, BGR, RGBA and BGRA.

    What can be converted: RGBA to RGB and to BGRA, BGRA to RGBA, GRAY to RGB, RGB to GRAY (weights 0.299,
    0.587 and 0.114) and to RGBA (alpha 255), BGR to RGB. The tags alone tell the order of channels; the
    format of the frames is not looked at.

    Inputs:
        RGBA_IN, RGB_IN, BGRA_IN, GRAY_IN or BGR_IN: ImageFrame of 8 bits; exactly one of them.

    Outputs:
        RGBA_OUT, RGB_OUT, BGRA_OUT or GRAY_OUT: ImageFrame, SRGBA, SRGB, SBGRA or GRAY8; exactly one.

    Raises:
        ContractError: Not exactly one input and one output are connected, or there is no such conversion.
        ValueError: The image has other channels than the tag says, or not of 8 bits.

    Upstream: calculators/image/color_convert_calculator.cc; spec calculators.md 4.

    Example::

        node {
          calculator: "ColorConvertCalculator"
          input_stream: "RGB_IN:image"
          output_stream: "GRAY_OUT:gray_image"
        }
    """

    rgba_in = Input[ImageFrame]("RGBA_IN", optional=True)
    rgb_in = Input[ImageFrame]("RGB_IN", optional=True)
    bgra_in = Input[ImageFrame]("BGRA_IN", optional=True)
    gray_in = Input[ImageFrame]("GRAY_IN", optional=True)
    bgr_in = Input[ImageFrame]("BGR_IN", optional=True)
    rgba_out = Output[ImageFrame]("RGBA_OUT", optional=True)
    rgb_out = Output[ImageFrame]("RGB_OUT", optional=True)
    bgra_out = Output[ImageFrame]("BGRA_OUT", optional=True)
    gray_out = Output[ImageFrame]("GRAY_OUT", optional=True)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks that there is such a conversion."""
        super().get_contract(contract)
        exactly_one(contract, "input", *_INPUTS)
        exactly_one(contract, "output", *_OUTPUTS)
        tags = contract.inputs.tags()[0], contract.outputs.tags()[0]
        if tags not in _CONVERSIONS:
            known = ", ".join(f"{source} to {target}" for source, target in _CONVERSIONS)
            msg = f"there is no conversion of {tags[0]} to {tags[1]}; there are {known}"
            raise ContractError(msg)

    def open(self, cc: Context) -> None:
        """Chooses the conversion."""
        self._tag = cc.input_map.ids[0].tag
        self._conversion = _CONVERSIONS[self._tag, cc.output_map.ids[0].tag]

    def process(self, cc: Context) -> None:
        """Sends the converted image."""
        if not cc.inputs[0].is_empty():
            cc.outputs[0].send(self._converted(cc.inputs[0].value), cc.timestamp)

    def _converted(self, frame: ImageFrame) -> ImageFrame:
        code, channels, made = self._conversion
        if frame.channels != channels or frame.byte_depth != 1:
            msg = (
                f"{self._tag} takes {channels} channel{'s' * (channels > 1)} of 8 bits, "
                f"got {frame.image_format.name}"
            )
            raise ValueError(msg)
        if frame.is_empty():
            shape = (frame.height, frame.width, made.channels)
            return ImageFrame.adopt(np.empty(shape, np.uint8), made)
        pixels: Any = cv2.cvtColor(frame.numpy_view(), getattr(cv2, code))
        return ImageFrame.adopt(pixels, made)
