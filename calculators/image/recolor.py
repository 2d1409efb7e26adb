"""RecolorCalculator: blends a colour into an image by a mask."""

from __future__ import annotations

import math
from enum import IntEnum
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.gpu import GpuBuffer
from mpgraph.lazy import cv2
from mpgraph.options import has, option, options
from mpgraph.ports import Input, Output

from ..color import ColorOption
from ..port_rules import all_in_memory_or_on_gpu
from .recolor_gpu import recolor
from .resize import resize

__all__ = ["Recolor", "RecolorOptions"]

Pixels = npt.NDArray[Any]  # uint8
Weights = npt.NDArray[Any]  # float32

_AT_ONCE: Final = 1 << 16  # pixels; what is worked on at a time stays in the cache


class MaskChannel(IntEnum):
    """Which channel of a mask is the weight."""

    UNKNOWN = 0
    RED = 1
    ALPHA = 2


@options(message="mediapipe.RecolorCalculatorOptions", extension=252527117)
class RecolorOptions:
    """The colour and how much of it there is.

    Attributes:
        mask_channel: The first channel of the mask, or the fourth if ALPHA.
        color: Must be set; of each component the lowest 8 bits count.
        invert_mask: Whether the colour comes where the mask is 0 instead of 1.
        adjust_with_luminance: Whether dark pixels take less of the colour.
    """

    mask_channel: MaskChannel = option(1, default=MaskChannel.RED)
    color: ColorOption = option(2, default=ColorOption())
    invert_mask: bool = option(3)
    adjust_with_luminance: bool = option(4, default=True)


class Recolor(Calculator, name="RecolorCalculator"):
    """Blends a colour into an image: ``round(image * (1 - m)) + round(color * m)`` per number.

    m is the mask's weight, brought to the image's size, inverted and multiplied with the pixel's
    luminance if the options say so. Each product is rounded half to even and kept in 0 to 255; on the GPU
    only their sum is rounded.

    Inputs:
        IMAGE: ImageFrame of 8 bits and three channels; or IMAGE_GPU: GpuBuffer.
        MASK: ImageFrame, float32 (weights) or uint8 (255 is weight 1); or MASK_GPU: GpuBuffer. Without a
            packet the image goes on as it is.

    Outputs:
        IMAGE: ImageFrame of the input's format; or IMAGE_GPU: GpuBuffer of format SRGBA, whose alpha goes
            to 1 where the colour comes.

    Raises:
        ContractError: The colour is not set, or streams in memory and on the GPU are mixed.
        ValueError: The image is not of 8 bits and three channels, or the mask is empty, is not of float32
            or uint8, or has fewer than four channels and ALPHA is asked for.

    Upstream: calculators/image/recolor_calculator.cc; spec calculators.md 3.

    Example::

        node {
          calculator: "RecolorCalculator"
          input_stream: "IMAGE:image"
          input_stream: "MASK:mask"
          output_stream: "IMAGE:recolored"
          options {
            [mediapipe.RecolorCalculatorOptions.ext] {
              color { r: 0 g: 0 b: 255 }
              invert_mask: true
              adjust_with_luminance: false
            }
          }
        }
    """

    options: RecolorOptions
    image = Input[ImageFrame]("IMAGE", optional=True)
    mask = Input[ImageFrame]("MASK", optional=True)
    recolored = Output[ImageFrame]("IMAGE", optional=True)
    image_gpu = Input[GpuBuffer]("IMAGE_GPU", optional=True)
    mask_gpu = Input[GpuBuffer]("MASK_GPU", optional=True)
    recolored_gpu = Output[GpuBuffer]("IMAGE_GPU", optional=True)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports; checks them and the colour."""
        super().get_contract(contract)
        all_in_memory_or_on_gpu(contract, inputs=("IMAGE", "MASK"), outputs=("IMAGE",))
        if not has(contract.options(RecolorOptions), "color"):
            msg = "the option color must be set"
            raise ContractError(msg)

    def open(self, cc: Context) -> None:
        """Prepares the colour."""
        color = self.options.color
        self._color = tuple(component & 255 for component in (color.r, color.g, color.b))

    def process(self, cc: Context) -> None:
        """Sends the recoloured image."""
        if cc.is_connected(self.image_gpu):
            self._process_on_gpu(cc)
            return
        if self.mask not in cc:
            cc.send_packet(self.recolored, cc.packet(self.image))
            return
        if self.image not in cc:
            return
        frame = cc[self.image]
        if frame.channels != 3 or frame.byte_depth != 1:
            msg = f"the image must have three channels of 8 bits, got {frame.image_format.name}"
            raise ValueError(msg)
        image = frame.numpy_view()
        out = np.empty_like(image)
        if image.size:
            self._recolor(image, self._weights(cc[self.mask], frame.width, frame.height), out)
        cc.send(self.recolored, ImageFrame.adopt(out, frame.image_format))

    def _process_on_gpu(self, cc: Context) -> None:
        if self.mask_gpu not in cc:
            cc.send_packet(self.recolored_gpu, cc.packet(self.image_gpu))
        elif self.image_gpu in cc:
            found = recolor(
                cc[self.image_gpu],
                cc[self.mask_gpu],
                self._color,
                alpha=self.options.mask_channel is MaskChannel.ALPHA,
                invert=self.options.invert_mask,
                luminance=self.options.adjust_with_luminance,
            )
            cc.send(self.recolored_gpu, found)

    def _weights(self, mask: ImageFrame, width: int, height: int) -> Weights:
        """The mask's channel as float32 in the size of the image."""
        values = mask.numpy_view()
        if mask.is_empty() or values.dtype not in (np.uint8, np.float32):
            msg = f"the mask must have pixels of float32 or uint8, got {mask!r}"
            raise ValueError(msg)
        if mask.channels > 1:
            channel = 3 if self.options.mask_channel is MaskChannel.ALPHA else 0
            if channel >= mask.channels:
                msg = f"mask_channel is ALPHA, but the mask has only {mask.channels} channels"
                raise ValueError(msg)
            values = cv2.extractChannel(values, channel)
        if values.shape != (height, width):
            values = resize(values, width, height)
        return values if values.dtype == np.float32 else cv2.LUT(values, _BYTE_WEIGHTS)

    def _recolor(self, image: Pixels, weights: Weights, out: Pixels) -> None:
        """Writes the recoloured image into `out`; only pixels between image and colour are worked out."""
        seen = _level(weights)  # of the image: 0 where only the colour is seen
        if not self.options.invert_mask:
            np.invert(seen, out=seen)
        if self.options.adjust_with_luminance:
            np.copyto(out, image)
            between = seen != 255
        else:
            np.copyto(out, np.full((1, image.shape[1], 3), self._color, np.uint8))
            cv2.copyTo(image, seen, out)
            between = np.add(seen, 1, out=seen) > 1  # 255 wraps to 0
        # Pixels are picked in groups of up to eight neighbours, which is quicker than one by one.
        group = math.gcd(between.size, 8)
        chosen = np.flatnonzero(between.reshape(-1).view(f"u{group}").astype(np.bool_, copy=False))
        source, values, target = (
            array.reshape(-1).view(f"V{size * group}") for array, size in ((image, 3), (weights, 4), (out, 3))
        )
        for start in range(0, chosen.size, _AT_ONCE // group):
            part = chosen[start : start + _AT_ONCE // group]
            pixels = source.take(part).view(np.uint8).reshape(-1, 1, 3)
            found = self._blended(pixels, values.take(part).view(np.float32)[:, None])
            np.put(target, part, found.reshape(-1).view(target.dtype))

    def _blended(self, pixels: Pixels, weights: Weights) -> Pixels:
        """The recoloured pixels, (n, 1, 3), for weights (n, 1)."""
        if self.options.invert_mask:
            weights = np.float32(1) - weights
        if self.options.adjust_with_luminance:
            red, green, blue = cv2.split(pixels.astype(np.float64))
            weights = weights * ((0.299 * red + 0.587 * green + 0.114 * blue) / 255).astype(np.float32)
        rest = np.subtract(1.0, weights, dtype=np.float64)
        kept = cv2.multiply(pixels, cv2.merge((rest, rest, rest)), dtype=cv2.CV_8U)
        return cv2.add(kept, cv2.merge([_product(weights, component) for component in self._color]))


def _product(weights: Weights, component: int) -> Pixels:
    if not component:
        return np.zeros(weights.shape, np.uint8)
    return cv2.multiply(weights, np.full_like(weights, component), dtype=cv2.CV_8U)


def _level(weights: Weights) -> Pixels:
    """Where a blend need not be worked out: 0 where only the image is seen, 255 where only the colour is.

    That is so for weights closer than 1/510 to 0 or 1, whatever the image and the colour: their
    products with up to 255 are then rounded away.
    """
    if not (weights.min() >= -1 / 1024 and weights.max() <= 1 + 1 / 1024):
        return np.full(weights.shape, 128, np.uint8)
    return cv2.convertScaleAbs(weights, alpha=254.995, beta=0.001)


_BYTE_WEIGHTS: Final = (np.arange(256) * (1.0 / 255.0)).astype(np.float32)
