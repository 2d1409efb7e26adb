"""ImageToTensorCalculator: the input of a model, cut out of an image."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.arrays import LETTERBOX_PADDING, MATRIX
from mpgraph.formats.gpu_origin import GpuOrigin
from mpgraph.formats.image import Image
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.rect import NormalizedRect
from mpgraph.formats.tensor import Tensor
from mpgraph.gpu import DEVICE, GpuBuffer
from mpgraph.lazy import cv2
from mpgraph.options import has, option, options
from mpgraph.ports import Input, Output

from ..image.warp import SamplingMap, perspective_map, sample
from ..port_rules import exactly_one
from .image_to_tensor_gpu import convert
from .roi import Roi

__all__ = ["ImageToTensor", "ImageToTensorOptions"]


class BorderMode(IntEnum):
    """What is outside the image."""

    BORDER_UNSPECIFIED = 0
    BORDER_ZERO = 1
    BORDER_REPLICATE = 2


@options(message="mediapipe.ImageToTensorCalculatorOptions.FloatRange")
class FloatRange:
    """Range of float32 values."""

    min: float = option(1)
    max: float = option(2)


@options(message="mediapipe.ImageToTensorCalculatorOptions.IntRange")
class IntRange:
    """Range of int8 values, or of uint8 ones if `min` is not negative."""

    min: int = option(1, wire="int64")
    max: int = option(2, wire="int64")


@options(message="mediapipe.ImageToTensorCalculatorOptions.UIntRange")
class UIntRange:
    """Range of uint8 values."""

    min: int = option(1, wire="uint64")
    max: int = option(2, wire="uint64")


@options(message="mediapipe.ImageToTensorCalculatorOptions", extension=334361939)
class ImageToTensorOptions:
    """Size, values and borders of the tensor.

    Attributes:
        output_tensor_width, output_tensor_height: Size; the image's if not set.
        keep_aspect_ratio: Whether the region grows to the tensor's aspect ratio (letterbox) instead of
            being stretched.
        output_tensor_float_range, output_tensor_int_range, output_tensor_uint_range: What 0 to 255
            become; one of them must be set. Integers must be in -128 to 127 or 0 to 255.
        gpu_origin: For images on the GPU.
        border_mode: What is outside the image; BORDER_UNSPECIFIED is BORDER_REPLICATE.
    """

    output_tensor_width: int = option(1)
    output_tensor_height: int = option(2)
    keep_aspect_ratio: bool = option(3)
    output_tensor_float_range: FloatRange | None = option(4, default=None, oneof="range")
    gpu_origin: GpuOrigin = option(5)
    border_mode: BorderMode = option(6)
    output_tensor_int_range: IntRange | None = option(7, default=None, oneof="range")
    output_tensor_uint_range: UIntRange | None = option(8, default=None, oneof="range")


@dataclass(frozen=True)
class _View:
    """What one region of images of one size leads to."""

    rect: NormalizedRect | None
    size: tuple[int, int]
    target: tuple[int, int]
    roi: Roi
    padding: tuple[float, ...]
    matrix: tuple[float, ...]

    @cached_property
    def where(self) -> SamplingMap:
        """Which pixels of an image in memory are read."""
        return perspective_map(self.roi.inverse_warp(*self.target), *self.target)


class ImageToTensor(Calculator, name="ImageToTensorCalculator", services=(DEVICE,)):
    """Cuts a region out of an image, scales it and maps its values to the range of a model's input.

    The tensor has the shape (1, height, width, channels): one channel for GRAY8 images, three for SRGB
    and SRGBA (without alpha), and is equal to upstream's to the bit.

    Inputs:
        IMAGE: Image or ImageFrame of format SRGB, SRGBA or GRAY8; or IMAGE_GPU: GpuBuffer RGBA8 or RGBA32F.
            Images on the GPU, also those of IMAGE, are read at pixel centres; the range must be of floats.
        NORM_RECT: NormalizedRect, optional: the region; without it the whole image. Without a packet,
            or with a width and height of 0, nothing is sent.

    Outputs:
        TENSORS: Vector of one Tensor; or TENSOR: the Tensor. Exactly one of both.
        LETTERBOX_PADDING: Optional: left, top, right, bottom padding in fractions of the tensor.
        MATRIX: Optional: 4x4 matrix, row by row, from tensor to image coordinates, both in fractions.

    Raises:
        ContractError: Not exactly one of IMAGE and IMAGE_GPU, no valid range of values is set, or a size is
            set that is not positive.
        ValueError: The image has another format, is empty or has a side over 32766 pixels, or the
            region is not finite or not positive.

    Upstream: calculators/tensor/image_to_tensor_calculator.cc; spec calculators.md 2.1 to 2.8 and 3.

    Example::

        node {
          calculator: "ImageToTensorCalculator"
          input_stream: "IMAGE:image"
          output_stream: "TENSORS:tensors"
          options {
            [mediapipe.ImageToTensorCalculatorOptions.ext] {
              output_tensor_width: 256
              output_tensor_height: 256
              output_tensor_float_range { min: 0.0 max: 1.0 }
              border_mode: BORDER_ZERO
            }
          }
        }
    """

    options: ImageToTensorOptions
    image = Input[Image | ImageFrame]("IMAGE", optional=True)
    image_gpu = Input[GpuBuffer]("IMAGE_GPU", optional=True)
    norm_rect = Input[NormalizedRect]("NORM_RECT", optional=True)
    tensors = Output[list[Tensor]]("TENSORS", optional=True)
    tensor = Output[Tensor]("TENSOR", optional=True)
    letterbox_padding = Output[tuple[float, ...]]("LETTERBOX_PADDING", optional=True, type=LETTERBOX_PADDING)
    matrix = Output[tuple[float, ...]]("MATRIX", optional=True, type=MATRIX)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports; checks them and the options."""
        super().get_contract(contract)
        exactly_one(contract, "input", "IMAGE", "IMAGE_GPU")
        exactly_one(contract, "output", "TENSORS", "TENSOR")
        options = contract.options(ImageToTensorOptions)
        _value_table(options)
        for name in ("output_tensor_width", "output_tensor_height"):
            if has(options, name) and getattr(options, name) <= 0:
                msg = f"{name} must be positive, got {getattr(options, name)}"
                raise ContractError(msg)

    def open(self, cc: Context) -> None:
        """Prepares the table of values."""
        self._values = _value_table(self.options)
        self._view: _View | None = None

    def process(self, cc: Context) -> None:
        """Sends padding, matrix and tensor of the image."""
        image = self._image(cc)
        if image is None:
            return
        rect = None
        if cc.is_connected(self.norm_rect):
            if self.norm_rect not in cc:
                return
            rect = cc[self.norm_rect]
            if not rect.width and not rect.height:
                return
        view = self._view_of(rect, image.width, image.height)
        cc.send(self.letterbox_padding, view.padding)
        cc.send(self.matrix, view.matrix)
        if isinstance(image, GpuBuffer):
            tensor = Tensor(self._convert_on_gpu(image, view))
        else:
            tensor = Tensor(self._convert(image, view.where))
        cc.send(self.tensors, [tensor])
        cc.send(self.tensor, tensor)

    def _image(self, cc: Context) -> Image | ImageFrame | GpuBuffer | None:
        if self.image_gpu in cc:
            return cc[self.image_gpu]
        if self.image not in cc:
            return None
        image = cc[self.image]
        if isinstance(image, Image) and image.uses_gpu():
            texture: GpuBuffer = image.texture(cc.service(DEVICE).gpu)
            return texture
        return image

    def _convert_on_gpu(self, image: GpuBuffer, view: _View) -> npt.NDArray[Any]:
        options = self.options
        wanted = options.output_tensor_float_range
        if wanted is None:
            msg = "an image on the GPU becomes a tensor of floats: set output_tensor_float_range"
            raise ValueError(msg)
        return convert(
            image,
            view.target,
            view.matrix,
            (wanted.min, wanted.max),
            from_bottom=options.gpu_origin is not GpuOrigin.TOP_LEFT,
            zero=options.border_mode is BorderMode.BORDER_ZERO,
        )

    def _view_of(self, rect: NormalizedRect | None, width: int, height: int) -> _View:
        view = self._view
        if view is not None and view.rect == rect and view.size == (width, height):
            return view
        options = self.options
        size = (
            options.output_tensor_width if has(options, "output_tensor_width") else width,
            options.output_tensor_height if has(options, "output_tensor_height") else height,
        )
        if not width or not height:
            msg = f"the image has no pixels: its size is {width}x{height}"
            raise ValueError(msg)
        roi = Roi.of(rect, width, height)
        padding: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0)
        if options.keep_aspect_ratio:
            roi, padding = roi.padded(*size)
        # A copy of the region: a message that is changed and sent again is another one.
        self._view = view = _View(
            copy.copy(rect), (width, height), size, roi, padding, roi.matrix(width, height)
        )
        return view

    def _convert(self, image: Image | ImageFrame, where: SamplingMap) -> npt.NDArray[Any]:
        if image.image_format not in (ImageFormat.SRGB, ImageFormat.SRGBA, ImageFormat.GRAY8):
            msg = f"unsupported image format {image.image_format.name}; expected SRGB, SRGBA or GRAY8"
            raise ValueError(msg)
        replicate = self.options.border_mode is not BorderMode.BORDER_ZERO
        pixels = sample(image.numpy_view(), where, replicate=replicate)
        if image.image_format is ImageFormat.SRGBA:
            pixels = cv2.cvtColor(pixels, cv2.COLOR_RGBA2RGB)
        height, width = pixels.shape[:2]
        return cv2.LUT(pixels, self._values).reshape(1, height, width, -1)


def _value_table(options: ImageToTensorOptions) -> npt.NDArray[Any]:
    """What each of 0 to 255 becomes, of the tensor's dtype (spec 2.1)."""
    dtype: type[np.generic]
    wanted: FloatRange | IntRange | UIntRange | None
    if (wanted := options.output_tensor_float_range) is not None:
        dtype, lowest, highest = np.float32, -np.inf, np.inf
    elif (wanted := options.output_tensor_int_range) is not None:
        dtype, lowest, highest = (np.int8 if wanted.min < 0 else np.uint8), -128, 127
    elif (wanted := options.output_tensor_uint_range) is not None:
        dtype, lowest, highest = np.uint8, 0, 255
    else:
        msg = (
            "the range of the tensor's values is not set: expected output_tensor_float_range, "
            "output_tensor_int_range or output_tensor_uint_range"
        )
        raise ContractError(msg)
    if not lowest <= wanted.min < wanted.max <= highest:
        msg = (
            f"the range of {np.dtype(dtype)} values must have {lowest} <= min < max <= {highest}, "
            f"got {wanted.min} to {wanted.max}"
        )
        raise ContractError(msg)
    low, high = np.float32(wanted.min), np.float32(wanted.max)
    scale = (high - low) / np.float32(255)
    table = (np.arange(256) * np.float64(scale) + np.float64(low)).astype(np.float32)
    if dtype is np.float32:
        return table
    limits = np.iinfo(dtype)  # type: ignore[type-var]
    return np.clip(np.rint(table), limits.min, limits.max).astype(dtype)
