"""MaskOverlayCalculator: mixes two videos by a mask."""

from __future__ import annotations

from enum import IntEnum
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
from mpgraph.packet_type import FLOAT
from mpgraph.ports import Input, Inputs, Output

from .mask_overlay_gpu import mix
from .resize import resize
from .video_filter import as_rgba

__all__ = ["MaskOverlay", "MaskOverlayOptions"]

Pixels = npt.NDArray[Any]

_STRIPE: Final = 1 << 14  # pixels; what is worked on at a time stays in the cache


class MaskChannel(IntEnum):
    """Which channel of a mask is the weight; UNKNOWN is RED."""

    UNKNOWN = 0
    RED = 1
    ALPHA = 2


@options(message="mediapipe.MaskOverlayCalculatorOptions", extension=252129282)
class MaskOverlayOptions:
    """How the mask is read.

    Attributes:
        mask_channel: The channel that is the weight.
    """

    mask_channel: MaskChannel = option(1, default=MaskChannel.RED)


class MaskOverlay(Calculator, name="MaskOverlayCalculator"):
    """Mixes two videos: ``first * (1 - mask) + second * mask`` per number, alpha included.

    The second video and the mask are brought to the size of the first, linearly.

    Inputs:
        VIDEO:0, VIDEO:1: ImageFrame, GRAY8, SRGB or SRGBA; or both GpuBuffer, RGBA8 or R8.
        MASK: ImageFrame, GRAY8, SRGB, SRGBA (255 is weight 1) or VEC32F1, optional; formats without alpha
            have weight 1 everywhere for ALPHA. A GpuBuffer if the videos are.
        CONST_MASK: float, optional: the same weight for all pixels; not heeded beside MASK.

    Without a packet of the mask, the second video goes on as it is.

    Outputs:
        OUTPUT: ImageFrame, SRGBA, or GpuBuffer, RGBA8, of the first video's size.

    Raises:
        ContractError: Neither MASK nor CONST_MASK is connected.
        ValueError: A frame has no pixels or another format.
        EmptyPacketError: There is a mask, but not a frame of each video.

    Upstream: calculators/image/mask_overlay_calculator.cc (for the GPU); spec calculators.md 4.

    Example::

        node {
          calculator: "MaskOverlayCalculator"
          input_stream: "VIDEO:0:background"
          input_stream: "VIDEO:1:video"
          input_stream: "MASK:mask"
          output_stream: "OUTPUT:output_video"
        }
    """

    options: MaskOverlayOptions
    video = Inputs[ImageFrame | GpuBuffer]("VIDEO", at_least=2)
    mask = Input[ImageFrame | GpuBuffer]("MASK", optional=True)
    const_mask = Input[float]("CONST_MASK", optional=True, type=FLOAT)
    output = Output[ImageFrame | GpuBuffer]("OUTPUT")

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks that there is a mask."""
        super().get_contract(contract)
        if not contract.inputs.has("MASK") and not contract.inputs.has("CONST_MASK"):
            msg = "a mask must be connected: MASK or CONST_MASK"
            raise ContractError(msg)

    def process(self, cc: Context) -> None:
        """Sends the mixed frame."""
        by_frame = cc.is_connected(self.mask)
        if cc.packet(self.mask).is_empty() if by_frame else cc.packet(self.const_mask).is_empty():
            cc.send_packet(self.output, cc.packet(self.video[1]))
            return
        videos = cc[self.video[0]], cc[self.video[1]]
        mask = cc[self.mask] if by_frame else cc[self.const_mask]
        by_alpha = self.options.mask_channel is MaskChannel.ALPHA
        if isinstance(videos[0], GpuBuffer):
            cc.send(self.output, mix(videos[0], videos[1], mask, by_alpha=by_alpha))
            return
        first, second = (as_rgba(_in_memory(video)) for video in videos)
        height, width = first.shape[:2]
        second = _of_size(second, width, height)
        if not isinstance(mask, float | int):
            weights = _of_size(self._weights(_in_memory(mask)), width, height)
            out = _mixed(first, second, weights)
        else:
            weight = mask
            out = cv2.addWeighted(first.astype(second.dtype), 1 - weight, second, weight, 0, dtype=cv2.CV_8U)
        cc.send(self.output, ImageFrame.adopt(np.asarray(out, np.uint8), ImageFormat.SRGBA))

    def _weights(self, mask: ImageFrame) -> Pixels:
        """The weights, float32 (height, width)."""
        by_alpha = self.options.mask_channel is MaskChannel.ALPHA
        if mask.image_format is ImageFormat.VEC32F1 and not mask.is_empty():
            return np.ones_like(mask.numpy_view()) if by_alpha else mask.numpy_view()
        channel = cv2.extractChannel(as_rgba(mask), 3 if by_alpha else 0)
        return channel * np.float32(1 / 255)


def _in_memory(image: ImageFrame | GpuBuffer) -> ImageFrame:
    if isinstance(image, GpuBuffer):
        msg = f"the videos and the mask must all be in memory or all on the GPU, got {image!r}"
        raise ValueError(msg)
    return image


def _mixed(first: Pixels, second: Pixels, weights: Pixels) -> Pixels:
    """The first frame and what the second changes in it, by the weights."""
    out = np.empty_like(first)
    rows = max(1, _STRIPE // first.shape[1])
    for top in range(0, len(first), rows):
        part = slice(top, top + rows)
        change = cv2.subtract(second[part], first[part].astype(second.dtype), dtype=cv2.CV_32F)
        change = cv2.multiply(change, cv2.merge([weights[part]] * 4))
        out[part] = cv2.add(first[part], change, dtype=cv2.CV_8U)
    return out


def _of_size(image: Pixels, width: int, height: int) -> Pixels:
    """The image itself, or as float32 in another size."""
    if image.shape[:2] == (height, width):
        return image
    return resize(image.astype(np.float32), width, height)
