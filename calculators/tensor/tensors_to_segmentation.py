"""TensorsToSegmentationCalculator: a mask from a model's output."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.gpu_origin import GpuOrigin
from mpgraph.formats.image import Image
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.tensor import Tensor
from mpgraph.gpu import DEVICE
from mpgraph.options import option, options
from mpgraph.ports import Input, Output

from ..image.resize import resize
from ..port_rules import exactly_one
from .tensors_to_segmentation_gpu import mask_of

__all__ = ["TensorsToSegmentation", "TensorsToSegmentationOptions"]


class Activation(IntEnum):
    """What is applied to the tensor before it is resized."""

    NONE = 0
    SIGMOID = 1
    SOFTMAX = 2


@options(message="mediapipe.TensorsToSegmentationCalculatorOptions", extension=374311106)
class TensorsToSegmentationOptions:
    """How a mask is made of the tensor.

    Attributes:
        gpu_origin: For tensors on the GPU.
        activation: What is applied before resizing.
        output_layer_index: Which of the two channels is the mask, with SOFTMAX.
    """

    gpu_origin: GpuOrigin = option(1)
    activation: Activation = option(2)
    output_layer_index: int = option(3, default=1)


class TensorsToSegmentation(Calculator, name="TensorsToSegmentationCalculator", services=(DEVICE,)):
    """Makes a mask of a model's output and brings it to a size.

    Inputs:
        TENSORS: Vector of Tensor, of which the first is taken; or TENSOR: a Tensor. float32, shape
            (height, width, channels) or (1, height, width, channels); two channels with SOFTMAX, one
            otherwise. Without a packet nothing is sent.
        OUTPUT_SIZE: Width and height of the mask, optional; the tensor's without it.

    Outputs:
        MASK: Image of format VEC32F1, not clamped; for a tensor that a GPU computed, an image there of format
            SRGBA, with the mask in red and alpha.

    Raises:
        ContractError: Not exactly one of TENSORS and TENSOR is connected, or output_layer_index is not
            0 or 1 with SOFTMAX.
        ValueError: The tensor has another type or shape, or OUTPUT_SIZE is connected and has no packet
            or is not positive.

    Upstream: calculators/tensor/tensors_to_segmentation_calculator.cc; spec calculators.md 2.5 and 3.

    Example::

        node {
          calculator: "TensorsToSegmentationCalculator"
          input_stream: "TENSORS:tensors"
          input_stream: "OUTPUT_SIZE:size"
          output_stream: "MASK:mask"
        }
    """

    options: TensorsToSegmentationOptions
    tensors = Input[list[Tensor]]("TENSORS", optional=True)
    tensor = Input[Tensor]("TENSOR", optional=True)
    output_size = Input[tuple[int, int]]("OUTPUT_SIZE", optional=True)
    mask = Output[Image]("MASK")

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports; checks them and the options."""
        super().get_contract(contract)
        exactly_one(contract, "input", "TENSORS", "TENSOR")
        options = contract.options(TensorsToSegmentationOptions)
        if options.activation is Activation.SOFTMAX and options.output_layer_index not in (0, 1):
            msg = f"output_layer_index must be 0 or 1, got {options.output_layer_index}"
            raise ContractError(msg)

    def process(self, cc: Context) -> None:
        """Sends the mask of the tensor."""
        tensor = self._tensor(cc)
        if tensor is None:
            return
        values = self._activated(_planes(tensor, 2 if self.options.activation is Activation.SOFTMAX else 1))
        height, width = values.shape
        if cc.is_connected(self.output_size):
            if self.output_size not in cc:
                msg = "OUTPUT_SIZE is connected but has no packet for the tensor"
                raise ValueError(msg)
            width, height = cc[self.output_size]
        if width < 1 or height < 1:
            msg = f"the size of the mask must be positive, got {width}x{height}"
            raise ValueError(msg)
        if tensor.from_gpu:
            from_bottom = self.options.gpu_origin is not GpuOrigin.TOP_LEFT
            texture = mask_of(cc.service(DEVICE).gpu, values, (width, height), from_bottom=from_bottom)
            cc.send(self.mask, Image.from_texture(texture))
            return
        mask = values if values.shape == (height, width) else resize(values, width, height)
        cc.send(self.mask, Image.from_frame(ImageFrame.adopt(mask)))

    def _tensor(self, cc: Context) -> Tensor | None:
        if self.tensor in cc:
            return cc[self.tensor]
        if self.tensors not in cc:
            return None
        tensors = cc[self.tensors]
        if not tensors:
            msg = "the vector of tensors is empty"
            raise ValueError(msg)
        return tensors[0]

    def _activated(self, planes: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
        activation = self.options.activation
        if activation is Activation.SOFTMAX:
            return _softmax(planes, self.options.output_layer_index)
        plane: npt.NDArray[np.float32] = planes[:, :, 0]
        return _sigmoid(plane) if activation is Activation.SIGMOID else plane


def _planes(tensor: Tensor, channels: int) -> npt.NDArray[Any]:
    """The tensor as (height, width, channels)."""
    shape = tensor.shape[1:] if len(tensor.shape) == 4 and tensor.shape[0] == 1 else tensor.shape
    if tensor.dtype != np.float32 or len(shape) != 3 or shape[2] != channels or 0 in shape:
        msg = (
            f"the tensor must be float32 of shape (height, width, {channels}) or (1, height, width, "
            f"{channels}), got {tensor.dtype} {tensor.shape}"
        )
        raise ValueError(msg)
    return tensor.data.reshape(shape)


def _sigmoid(x: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    with np.errstate(over="ignore"):
        exponential = np.exp(-x)
    return (1.0 / (exponential.astype(np.float64) + 1.0)).astype(np.float32)


def _softmax(x: npt.NDArray[np.float32], channel: int) -> npt.NDArray[np.float32]:
    low, high = np.sort(x, axis=2).transpose(2, 0, 1)
    share: npt.NDArray[np.float32] = np.exp(x[:, :, channel] - high) / (np.float32(1) + np.exp(low - high))
    return share
