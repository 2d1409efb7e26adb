"""WarpAffineCalculator and WarpAffineCalculatorCpu: images moved by a matrix."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.formats.arrays import MATRIX
from mpgraph.formats.gpu_origin import GpuOrigin
from mpgraph.formats.image import Image
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.options import option, options
from mpgraph.ports import Input, Output

from .warp import affine_map, sample

__all__ = ["BorderMode", "Interpolation", "WarpAffine", "WarpAffineCpu", "WarpAffineOptions"]


class BorderMode(IntEnum):
    """What is outside the image."""

    BORDER_UNSPECIFIED = 0
    BORDER_ZERO = 1
    BORDER_REPLICATE = 2


class Interpolation(IntEnum):
    """How values between pixels come about."""

    INTER_UNSPECIFIED = 0
    INTER_LINEAR = 1
    INTER_CUBIC = 2


@options(message="mediapipe.WarpAffineCalculatorOptions", extension=373693895)
class WarpAffineOptions:
    """How to look up pixels.

    Attributes:
        border_mode: What is outside the image: 0, or by default its border pixels.
        gpu_origin: Only streams on the GPU heed it.
        interpolation: INTER_LINEAR, which is the default, or INTER_CUBIC.
    """

    border_mode: BorderMode = option(1)
    gpu_origin: GpuOrigin = option(2)
    interpolation: Interpolation = option(3)


class WarpAffine(Calculator, name="WarpAffineCalculator"):
    """Makes an image of a size, each of whose pixels is looked up in another where a matrix says.

    Inputs: IMAGE (`Image`); MATRIX (16 floats, row by row), from places in the output to places in the input,
    both in fractions; OUTPUT_SIZE (width and height). Output: IMAGE, of the input's format. Where an input
    has no packet nothing is sent. Pixels are upstream's to the bit, but for INTER_CUBIC, where OpenCV 5 may
    differ by 1 of 255.

    Raises:
        ValueError: The size is not positive, or the image is empty or has a side beyond 32766 pixels.

    Upstream: calculators/image/warp_affine_calculator.cc, affine_transformation_runner_opencv.cc; spec
    calculators.md 2.4, 2.8.

    Example::

        node {
          calculator: "WarpAffineCalculator"
          input_stream: "IMAGE:mask_of_region"
          input_stream: "MATRIX:image_to_region"
          input_stream: "OUTPUT_SIZE:image_size"
          output_stream: "IMAGE:mask"
          options {
            [mediapipe.WarpAffineCalculatorOptions.ext] { border_mode: BORDER_ZERO }
          }
        }
    """

    options: WarpAffineOptions
    image: Input[Any] = Input[Image]("IMAGE")
    matrix = Input[tuple[float, ...]]("MATRIX", type=MATRIX)
    size = Input[tuple[int, int]]("OUTPUT_SIZE")
    warped: Output[Any] = Output[Image]("IMAGE")

    def process(self, cc: Context) -> None:
        """Sends the image."""
        if self.image in cc and self.matrix in cc and self.size in cc:
            cc.send(self.warped, Image.from_frame(self.warp(cc, cc[self.image].frame)))

    def warp(self, cc: Context, frame: ImageFrame) -> ImageFrame:
        """The frame as the call's matrix and size say.

        Raises:
            ValueError: As of the class.
        """
        width, height = cc[self.size]
        if width < 1 or height < 1:
            msg = f"OUTPUT_SIZE must be positive, got {width}x{height}"
            raise ValueError(msg)
        source = np.array((frame.width, frame.height), np.float32)[:, None]
        target = np.array((1, 1), np.float32) / np.array((width, height), np.float32)
        with np.errstate(all="ignore"):
            rows = np.array(cc[self.matrix], np.float32).reshape(4, 4)[:2] * source
            inverse = np.column_stack((rows[:, 0] * target[0], rows[:, 1] * target[1], rows[:, 3]))
        where = affine_map(inverse.astype(np.float64), width, height)
        pixels = sample(
            frame.numpy_view(),
            where,
            replicate=self.options.border_mode is not BorderMode.BORDER_ZERO,
            cubic=self.options.interpolation is Interpolation.INTER_CUBIC,
        )
        return ImageFrame.adopt(pixels, frame.image_format)


class WarpAffineCpu(WarpAffine, name="WarpAffineCalculatorCpu"):
    """Makes an image of a size, each of whose pixels is looked up in another where a matrix says.

    Inputs, output, options and errors are those of WarpAffineCalculator, but IMAGE is an `ImageFrame`.

    Upstream: calculators/image/warp_affine_calculator.cc.

    Example::

        node {
          calculator: "WarpAffineCalculatorCpu"
          input_stream: "IMAGE:frame"
          input_stream: "MATRIX:output_to_frame"
          input_stream: "OUTPUT_SIZE:size"
          output_stream: "IMAGE:warped_frame"
        }
    """

    image = Input[ImageFrame]("IMAGE")
    warped = Output[ImageFrame]("IMAGE")

    def process(self, cc: Context) -> None:
        """Sends the frame."""
        if self.image in cc and self.matrix in cc and self.size in cc:
            cc.send(self.warped, self.warp(cc, cc[self.image]))
