"""SetAlphaCalculator: gives images an alpha channel."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.gpu import GpuBuffer
from mpgraph.lazy import cv2
from mpgraph.options import option, options
from mpgraph.ports import Input, Output

from ..port_rules import all_in_memory_or_on_gpu
from .set_alpha_gpu import with_alpha

__all__ = ["SetAlpha", "SetAlphaOptions"]

Pixels = npt.NDArray[Any]  # uint8

_OPAQUE: Final = 255
_STRIPE: Final = 1 << 14  # pixels; what is worked on at a time stays in the cache
_HALF: Final = np.nextafter(np.float32(0.5), np.float32(0))
"""Added before the fraction is cut off, it rounds half away from zero; 0.5 would lift 0.5 - 2**-25 to 1."""


@options(message="mediapipe.SetAlphaCalculatorOptions", extension=250949799)
class SetAlphaOptions:
    """The alpha of all pixels.

    Attributes:
        alpha_value: 0 to 255, higher ones are 255; negative: the stream ALPHA tells it.
    """

    alpha_value: int = option(1, default=-1, wire="sint32")


class SetAlpha(Calculator, name="SetAlphaCalculator"):
    """Gives images an alpha channel, from a mask or the same for all pixels.

    Inputs:
        IMAGE: ImageFrame of 8 bits and three or four channels; or IMAGE_GPU: GpuBuffer, RGBA8.
        ALPHA: ImageFrame of the image's size, optional: its first channel, uint8, or float32 times 255,
            rounded half away from zero and taken modulo 256. Without a packet, alpha is 0. With IMAGE_GPU,
            ALPHA_GPU: GpuBuffer of any size, whose red is scaled to the image's.

    Outputs:
        IMAGE: ImageFrame, SRGBA; or IMAGE_GPU: GpuBuffer, RGBA8.

    Raises:
        ContractError: Not exactly one of ALPHA and an alpha_value of 0 or more is given, or streams in
            memory and on the GPU are mixed.
        ValueError: The image or the mask has another format, or the mask another size.

    Upstream: calculators/image/set_alpha_calculator.cc; spec calculators.md 4.

    Example::

        node {
          calculator: "SetAlphaCalculator"
          input_stream: "IMAGE:image"
          input_stream: "ALPHA:mask"
          output_stream: "IMAGE:cut_out"
        }
    """

    options: SetAlphaOptions
    image = Input[ImageFrame]("IMAGE", optional=True)
    alpha = Input[ImageFrame]("ALPHA", optional=True)
    result = Output[ImageFrame]("IMAGE", optional=True)
    image_gpu = Input[GpuBuffer]("IMAGE_GPU", optional=True)
    alpha_gpu = Input[GpuBuffer]("ALPHA_GPU", optional=True)
    result_gpu = Output[GpuBuffer]("IMAGE_GPU", optional=True)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks where alpha comes from."""
        super().get_contract(contract)
        with_mask = [tag for tag in ("ALPHA", "ALPHA_GPU") if contract.inputs.has(tag)]
        mask = ("ALPHA",) if with_mask else ()
        all_in_memory_or_on_gpu(contract, inputs=("IMAGE", *mask), outputs=("IMAGE",))
        value = contract.options(SetAlphaOptions).alpha_value
        if (value >= 0) == bool(with_mask):
            msg = (
                "alpha comes either from the stream ALPHA or from the option alpha_value, 0 to 255; "
                f"got {'both' if value >= 0 else 'neither'}"
            )
            raise ContractError(msg)

    def process(self, cc: Context) -> None:
        """Sends the image with its alpha."""
        if self.image_gpu in cc:
            value = min(max(0, self.options.alpha_value), _OPAQUE)
            mask: GpuBuffer | int = cc[self.alpha_gpu] if self.alpha_gpu in cc else value  # noqa: SIM401 typed
            cc.send(self.result_gpu, with_alpha(cc[self.image_gpu], mask))
        if self.image not in cc:
            return
        frame = cc[self.image]
        if frame.byte_depth != 1 or frame.channels not in (3, 4):
            msg = f"the image must have three or four channels of 8 bits, got {frame.image_format.name}"
            raise ValueError(msg)
        alpha = self._alpha(cc, frame)
        source = frame.numpy_view()
        out: Pixels
        if frame.is_empty():
            out = np.empty((frame.height, frame.width, 4), np.uint8)
        else:
            out = cv2.cvtColor(source, cv2.COLOR_RGB2RGBA) if frame.channels == 3 else source.copy()
            if not isinstance(alpha, int):
                cv2.insertChannel(alpha, out, 3)
            elif alpha != _OPAQUE or frame.channels == 4:
                out[:, :, 3] = alpha
        cc.send(self.result, ImageFrame.adopt(out, ImageFormat.SRGBA))

    def _alpha(self, cc: Context, frame: ImageFrame) -> Pixels | int:
        """The alpha channel, or the value of all pixels."""
        if self.alpha not in cc:
            return min(max(0, self.options.alpha_value), _OPAQUE)
        mask = cc[self.alpha]
        values = mask.numpy_view()
        if (mask.width, mask.height) != (frame.width, frame.height):
            msg = (
                f"the mask must be of the image's size, {frame.width}x{frame.height}; "
                f"got {mask.width}x{mask.height}"
            )
            raise ValueError(msg)
        if values.dtype not in (np.uint8, np.float32):
            msg = f"the mask must be of uint8 or float32, got {mask.image_format.name}"
            raise ValueError(msg)
        if values.ndim == 3:
            values = values[:, :, 0] if mask.is_empty() else cv2.extractChannel(values, 0)
        return values if values.dtype == np.uint8 else _bytes(values)


def _bytes(weights: npt.NDArray[np.float32]) -> Pixels:
    """Weights times 255 as uint8, neither clamped nor taken for an error if they are not finite."""
    out = np.empty(weights.shape, np.uint8)
    flat, result = weights.ravel(), out.ravel()
    with np.errstate(invalid="ignore", over="ignore"):
        for start in range(0, flat.size, _STRIPE):
            scaled = flat[start : start + _STRIPE] * np.float32(_OPAQUE)
            scaled += np.copysign(_HALF, scaled)
            result[start : start + _STRIPE] = scaled.astype(np.int32)
    return out
