"""SegmentationSmoothingCalculator: blends a mask with the previous one where it is unsure."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.formats.image import Image
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.gpu import DEVICE
from mpgraph.options import option, options
from mpgraph.ports import Input, Output

from .segmentation_smoothing_gpu import smoothed as smooth_on_gpu

__all__ = ["SegmentationSmoothing", "SegmentationSmoothingOptions"]

Mask = npt.NDArray[np.float32]

_COEFFICIENTS: Final = tuple(map(np.float32, (-624.717, 291.309, -57.8051, -0.748699, 5.68842)))
"""Of the polynomial in (mask - 1/2)**2 that is 1 where a mask is sure, from the highest power down to 1."""
_ONE: Final = np.float32(1)
_STRIPE: Final = 1 << 14  # pixels; what is worked on at a time stays in the cache


@options(message="mediapipe.SegmentationSmoothingCalculatorOptions", extension=377425128)
class SegmentationSmoothingOptions:
    """How much of the previous mask there is.

    Attributes:
        combine_with_previous_ratio: Weight of the previous mask where the current one is wholly unsure,
            that is 1/2; with 0 nothing is smoothed.
    """

    combine_with_previous_ratio: float = option(1)


class SegmentationSmoothing(Calculator, name="SegmentationSmoothingCalculator", services=(DEVICE,)):
    """Blends each mask with the previous one: ``mask + (previous - mask) * unsure * ratio`` per pixel.

    ``unsure`` goes from 1 where the mask is 1/2 down to 0 where it is 0 or 1. Equal to upstream's to the
    bit.

    Inputs:
        MASK: Image, VEC32F1; on the GPU also SRGBA, of which red counts.
        MASK_PREVIOUS: Image, VEC32F1, of the same size. Without a packet the mask goes on as it is.

    Outputs:
        MASK_SMOOTHED: Image, VEC32F1; where MASK is on the GPU, it is there, too, and of its format.

    Raises:
        ValueError: A mask has another format, or the two have different sizes.

    Upstream: calculators/image/segmentation_smoothing_calculator.cc; spec calculators.md 4.

    Example::

        node {
          calculator: "SegmentationSmoothingCalculator"
          input_stream: "MASK:mask"
          input_stream: "MASK_PREVIOUS:previous_mask"
          output_stream: "MASK_SMOOTHED:smoothed_mask"
          options {
            [mediapipe.SegmentationSmoothingCalculatorOptions.ext] { combine_with_previous_ratio: 0.9 }
          }
        }
    """

    options: SegmentationSmoothingOptions
    mask = Input[Image]("MASK")
    previous = Input[Image]("MASK_PREVIOUS")
    smoothed = Output[Image]("MASK_SMOOTHED")

    def process(self, cc: Context) -> None:
        """Sends the smoothed mask."""
        if self.mask not in cc:
            return
        if self.previous not in cc:
            cc.send_packet(self.smoothed, cc.packet(self.mask))
            return
        mask, previous = cc[self.mask], cc[self.previous]
        if mask.uses_gpu():
            if mask.image_format not in (ImageFormat.VEC32F1, ImageFormat.SRGB, ImageFormat.SRGBA):
                msg = f"masks on the GPU must be of format VEC32F1 or SRGBA, got {mask.image_format.name}"
                raise ValueError(msg)
            gpu = cc.service(DEVICE).gpu
            ratio = self.options.combine_with_previous_ratio
            cc.send(
                self.smoothed,
                Image.from_texture(smooth_on_gpu(mask.texture(gpu), previous.texture(gpu), ratio)),
            )
            return
        for image in (mask, previous):
            if image.image_format is not ImageFormat.VEC32F1:
                msg = f"masks must be of format VEC32F1, got {image.image_format.name}"
                raise ValueError(msg)
        if (mask.width, mask.height) != (previous.width, previous.height):
            msg = (
                f"the masks must be of the same size, got {mask.width}x{mask.height} and before it "
                f"{previous.width}x{previous.height}"
            )
            raise ValueError(msg)
        out = _blend(
            mask.numpy_view(), previous.numpy_view(), np.float32(self.options.combine_with_previous_ratio)
        )
        cc.send(self.smoothed, Image.from_frame(ImageFrame.adopt(out, ImageFormat.VEC32F1)))


def _blend(mask: Mask, previous: Mask, ratio: np.float32) -> Mask:
    """The blend, float32 operation by float32 operation in upstream's order."""
    out = np.empty_like(mask)
    flat, before, result = mask.ravel(), previous.ravel(), out.ravel()
    square = np.empty(min(_STRIPE, flat.size), np.float32)
    with np.errstate(invalid="ignore", over="ignore"):  # of masks that are not finite
        for start in range(0, flat.size, _STRIPE):
            part = slice(start, start + _STRIPE)
            new, blend = flat[part], result[part]
            x = square[: new.size]
            np.subtract(new, np.float32(0.5), out=x)
            np.multiply(x, x, out=x)
            np.multiply(x, _COEFFICIENTS[0], out=blend)
            for coefficient in _COEFFICIENTS[1:]:
                np.add(blend, coefficient, out=blend)
                np.multiply(blend, x, out=blend)
            np.minimum(blend, _ONE, out=blend)
            np.subtract(_ONE, blend, out=blend)
            np.multiply(blend, ratio, out=blend)
            np.subtract(before[part], new, out=x)
            np.multiply(x, blend, out=blend)
            np.add(new, blend, out=blend)
    return out
