"""TfLiteTensorsToSegmentationCalculator: a mask from a model's two channels and the mask before."""

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
from mpgraph.formats.tensor import TfLiteTensor
from mpgraph.lazy import cv2
from mpgraph.options import has, option, options
from mpgraph.ports import Input, Output

from ..image.resize import resize
from ..port_rules import no_gpu

__all__ = ["TfLiteTensorsToSegmentation", "TfLiteTensorsToSegmentationOptions"]

_ONE: Final = np.float32(1)
_SMALL: Final = np.float32(0.001)  # keeps logarithms finite


@options(message="mediapipe.TfLiteTensorsToSegmentationCalculatorOptions", extension=252526026)
class TfLiteTensorsToSegmentationOptions:
    """What the tensor is, and how much of the mask before there is.

    Attributes:
        tensor_width, tensor_height, tensor_channels: Size of the tensor; must be set, the channels to 2.
        combine_with_previous_ratio: How much the mask before counts where the new one is sure.
        output_layer_index: The channel of what is wanted.
        flip_vertically: Whether the mask's last row comes first.
    """

    tensor_width: int = option(1)
    tensor_height: int = option(2)
    tensor_channels: int = option(3)
    combine_with_previous_ratio: float = option(4, default=1.0)
    output_layer_index: int = option(5, default=1)
    flip_vertically: bool = option(6)


class TfLiteTensorsToSegmentation(Calculator, name="TfLiteTensorsToSegmentationCalculator"):
    """Makes a mask of two channels by softmax, mixes it with the mask before, and brings it to a size.

    With the new mask m, the mask before p and ``h = 1 + (m log m + (1 - m) log(1 - m)) / log 2``, kept in 0
    to 1, ``a = h (2 - h)`` is the part of m; the rest of p counts as much as the option says.

    Inputs:
        TENSORS: Vector of one TfLiteTensor, float32, two channels. Without a packet nothing is sent.
        PREV_MASK: ImageFrame, optional: its first channel is the mask before.
        REFERENCE_IMAGE: ImageFrame, optional: gives the mask its size; else the tensor does.

    Outputs:
        MASK: ImageFrame, SRGBA: the mask, 0 to 255, is red and alpha; green and blue are 0.

    Raises:
        ContractError: The size of the tensor is not set, the channels are not 2, or the output layer is
            neither; or GPU streams are connected.
        ValueError: There is not one tensor of that size, or an image has no pixels or other channels.
        EmptyPacketError: REFERENCE_IMAGE is connected, but has no packet.

    Upstream: calculators/tflite/tflite_tensors_to_segmentation_calculator.cc.

    Example::

        node {
          calculator: "TfLiteTensorsToSegmentationCalculator"
          input_stream: "TENSORS:segmentation_tensor"
          input_stream: "PREV_MASK:previous_hair_mask"
          output_stream: "MASK:hair_mask"
          options {
            [mediapipe.TfLiteTensorsToSegmentationCalculatorOptions.ext] {
              tensor_width: 512
              tensor_height: 512
              tensor_channels: 2
              combine_with_previous_ratio: 0.9
            }
          }
        }
    """

    options: TfLiteTensorsToSegmentationOptions
    tensors = Input[list[TfLiteTensor]]("TENSORS")
    previous = Input[ImageFrame]("PREV_MASK", optional=True)
    reference = Input[ImageFrame]("REFERENCE_IMAGE", optional=True)
    mask = Output[ImageFrame]("MASK")

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports; checks them and the options."""
        no_gpu(contract)
        super().get_contract(contract)
        options = contract.options(TfLiteTensorsToSegmentationOptions)
        for name in ("tensor_width", "tensor_height", "tensor_channels"):
            if not has(options, name) or getattr(options, name) < 1:
                msg = f"the option {name} must be set, and positive"
                raise ContractError(msg)
        if options.tensor_channels != 2 or options.output_layer_index not in (0, 1):
            msg = (
                "tensor_channels must be 2 and output_layer_index 0 or 1; "
                f"got {options.tensor_channels} and {options.output_layer_index}"
            )
            raise ContractError(msg)

    def process(self, cc: Context) -> None:
        """Sends the mask."""
        if self.tensors not in cc:
            return
        options = self.options
        width, height = options.tensor_width, options.tensor_height
        tensors = cc[self.tensors]
        if len(tensors) != 1 or tensors[0].dtype != np.float32 or tensors[0].data.size != width * height * 2:
            msg = f"expected one tensor of {height}x{width}x2 numbers of float32, got {tensors}"
            raise ValueError(msg)
        values = _softmax(tensors[0].data.reshape(height, width, 2), options.output_layer_index)
        if self.previous in cc:
            values = self._mixed(values, _mask(cc[self.previous], width, height))
        small: npt.NDArray[Any] = (values * np.float32(255)).astype(np.uint8)
        if options.flip_vertically:
            small = small[::-1]
        nothing = np.zeros_like(small)
        out = cv2.merge([np.ascontiguousarray(small), nothing, nothing, np.ascontiguousarray(small)])
        if cc.is_connected(self.reference):
            image = cc[self.reference]
            if image.is_empty():
                msg = f"the reference image has no pixels: {image!r}"
                raise ValueError(msg)
            if (image.width, image.height) != (width, height):
                out = resize(out, image.width, image.height)
        cc.send(self.mask, ImageFrame.adopt(np.asarray(out, np.uint8), ImageFormat.SRGBA))

    def _mixed(
        self, new: npt.NDArray[np.float32], before: npt.NDArray[np.float32]
    ) -> npt.NDArray[np.float32]:
        """The new mask where it is unsure, else more of the mask before."""
        rest = 1.0 - new.astype(np.float64)
        entropy = new * np.log(new + _SMALL) + rest * np.log(rest + _SMALL)
        part = np.clip((1.0 + entropy / np.log(np.float32(2))).astype(np.float32), 0, _ONE)
        part = (part * (2.0 - part.astype(np.float64))).astype(np.float32)
        mixed = new * part + before * (_ONE - part)
        ratio = np.float32(self.options.combine_with_previous_ratio)
        result: npt.NDArray[np.float32] = mixed * ratio + (_ONE - ratio) * new
        return result


def _softmax(tensor: npt.NDArray[np.float32], wanted: int) -> npt.NDArray[np.float32]:
    """The share of the wanted channel, float32 (height, width)."""
    powers = np.exp(tensor - tensor.max(-1, keepdims=True))
    share: npt.NDArray[np.float32] = powers[..., wanted] / (powers[..., 0] + powers[..., 1])
    return share


def _mask(frame: ImageFrame, width: int, height: int) -> npt.NDArray[np.float32]:
    """The first channel of a mask of bytes in a size, 0 to 1."""
    if frame.is_empty() or frame.byte_depth != 1:
        msg = f"the mask before must have pixels of 8 bits, got {frame!r}"
        raise ValueError(msg)
    mask = resize(frame.numpy_view(), width, height)
    if mask.ndim == 3:
        mask = cv2.extractChannel(mask, 0)
    return np.asarray(mask, np.float32) / np.float32(255)
