"""What calculators share that upstream has on the GPU only: frames in memory, seen as a texture is.

The formulas are those of upstream's shaders. What a shader stores is rounded to 8 bits, so that a result
is within half a level of the formula; graphics drivers may round the other way.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.gpu import GpuBuffer
from mpgraph.lazy import cv2
from mpgraph.ports import Input, Output

from ..port_rules import exactly_one_untagged_or

__all__ = ["VideoFilter", "as_rgba"]

Pixels = npt.NDArray[Any]

_TO_RGBA: Final = {ImageFormat.GRAY8: "COLOR_GRAY2RGBA", ImageFormat.SRGB: "COLOR_RGB2RGBA"}


def as_rgba(frame: ImageFrame) -> Pixels:
    """The pixels as uint8 (height, width, 4): gray as three equal channels, alpha 255 where there is none.

    Raises:
        ValueError: The frame has no pixels, or is not of GRAY8, SRGB or SRGBA.
    """
    if frame.is_empty() or frame.image_format not in (*_TO_RGBA, ImageFormat.SRGBA):
        msg = f"a frame must have pixels of GRAY8, SRGB or SRGBA, got {frame!r}"
        raise ValueError(msg)
    pixels = frame.numpy_view()
    code = _TO_RGBA.get(frame.image_format)
    return pixels if code is None else cv2.cvtColor(pixels, getattr(cv2, code))


class VideoFilter(Calculator):
    """A calculator that makes a frame of each frame, with streams VIDEO or without a tag.

    A class says in `filtered` how, and in `shader` how on the GPU.
    """

    shader: ClassVar[str]
    """WGSL for `mpgraph.gpu.GpuDevice.draw`; what it reads is RGBA."""

    video = Input[ImageFrame | GpuBuffer]("VIDEO", optional=True)
    untagged = Input[ImageFrame | GpuBuffer](optional=True)
    video_out = Output[ImageFrame | GpuBuffer]("VIDEO", optional=True)
    untagged_out = Output[ImageFrame | GpuBuffer](optional=True)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks them."""
        super().get_contract(contract)
        exactly_one_untagged_or(contract, "input", "VIDEO")
        exactly_one_untagged_or(contract, "output", "VIDEO")

    def process(self, cc: Context) -> None:
        """Sends the new frame."""
        packet = cc.inputs[0]
        if packet.is_empty():
            return
        image = packet.value
        if isinstance(image, GpuBuffer):
            made: ImageFrame | GpuBuffer = self._draw(image)
        else:
            made = ImageFrame.adopt(self.filtered(image), ImageFormat.SRGBA)
        cc.outputs[0].send(made, cc.timestamp)

    def _draw(self, image: GpuBuffer) -> GpuBuffer:
        if image.image_format not in (*_TO_RGBA, ImageFormat.SRGBA):
            msg = f"a texture must be RGBA8 or R8, got {image!r}"
            raise ValueError(msg)
        return image.device.draw(self.shader, ImageFormat.SRGBA, image.width, image.height, image)

    def filtered(self, frame: ImageFrame) -> npt.NDArray[np.uint8]:
        """The new pixels, uint8 (height, width, 4)."""
        raise NotImplementedError
