"""TensorConverterCalculator: a whole image, or a matrix, as a tensor of float32."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.gpu_origin import GpuOrigin
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.matrix import Matrix
from mpgraph.formats.tensor import Tensor
from mpgraph.lazy import cv2
from mpgraph.options import has, option, options
from mpgraph.ports import Input, Output

from ..port_rules import exactly_one, no_gpu

__all__ = ["TensorConverter", "TensorConverterOptions"]

_FORMATS: Final = (ImageFormat.SRGB, ImageFormat.SRGBA, ImageFormat.GRAY8, ImageFormat.VEC32F1)


@options(message="mediapipe.TensorConverterCalculatorOptions.TensorFloatRange")
class TensorFloatRange:
    """Range of the tensor's values."""

    min: float = option(1)
    max: float = option(2)


@options(message="mediapipe.TensorConverterCalculatorOptions", extension=335742637)
class TensorConverterOptions:
    """What 0 to 255 become, and which values are taken.

    Attributes:
        zero_center: The range -1 to 1; otherwise 0 to 1.
        flip_vertically: Whether the last row of the image comes first.
        max_num_channels: How many of the image's channels are taken: the first 1, 3 or 4.
        row_major_matrix: Whether a matrix is stored row by row, not column by column.
        use_quantized_tensors: Without effect.
        use_custom_normalization: The range ``-custom_sub`` to ``-custom_sub + 255 / custom_div``, which goes
            before the others.
        custom_div, custom_sub: See there.
        output_tensor_float_range: Another range, which goes before `zero_center`.
        gpu_origin: For images on the GPU; not together with `flip_vertically`.
    """

    zero_center: bool = option(1, default=True)
    flip_vertically: bool = option(2)
    max_num_channels: int = option(3, default=3)
    row_major_matrix: bool = option(4)
    use_quantized_tensors: bool = option(5)
    use_custom_normalization: bool = option(6)
    custom_div: float = option(7, default=-1.0)
    custom_sub: float = option(8, default=-1.0)
    output_tensor_float_range: TensorFloatRange | None = option(9, default=None)
    gpu_origin: GpuOrigin = option(10)


class _Scale(NamedTuple):
    """Values become ``value * factor + low``, in single precision."""

    factor: np.float32
    low: np.float32


class TensorConverter(Calculator, name="TensorConverterCalculator"):
    """Makes a tensor of an image, its values 0 to 255 brought to a range, or of a matrix as it is.

    Tensors of images have the shape (1, height, width, channels), those of matrices (1, rows, columns, 1).
    A matrix is stored column by column unless the option row_major_matrix is set, whatever the shape says.
    Equal to upstream's to the bit.

    Inputs:
        IMAGE: ImageFrame, SRGB, SRGBA, GRAY8 or VEC32F1; or MATRIX: Matrix. Exactly one of both.

    Outputs:
        TENSORS: Vector of one Tensor; or TENSOR: the Tensor, float32. Exactly one of both.

    Raises:
        ContractError: The range is empty, max_num_channels is not 1, 3 or 4, both flip_vertically and
            gpu_origin are set, or GPU streams are connected.
        ValueError: The image has another format.

    Upstream: calculators/tensor/tensor_converter_calculator.cc; spec calculators.md 4.

    Example::

        node {
          calculator: "TensorConverterCalculator"
          input_stream: "IMAGE:image"
          output_stream: "TENSORS:tensors"
          options {
            [mediapipe.TensorConverterCalculatorOptions.ext] { zero_center: true }
          }
        }
    """

    options: TensorConverterOptions
    image = Input[ImageFrame]("IMAGE", optional=True)
    matrix = Input[Matrix]("MATRIX", optional=True)
    tensors = Output[list[Tensor]]("TENSORS", optional=True)
    tensor = Output[Tensor]("TENSOR", optional=True)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports; checks them and the options."""
        no_gpu(contract)
        super().get_contract(contract)
        exactly_one(contract, "input", "IMAGE", "MATRIX")
        exactly_one(contract, "output", "TENSORS", "TENSOR")
        options = contract.options(TensorConverterOptions)
        _scale(options)
        if options.max_num_channels not in (1, 3, 4):
            msg = f"max_num_channels must be 1, 3 or 4, got {options.max_num_channels}"
            raise ContractError(msg)
        if has(options, "flip_vertically") and has(options, "gpu_origin"):
            msg = "flip_vertically and gpu_origin cannot both be set"
            raise ContractError(msg)

    def open(self, cc: Context) -> None:
        """Prepares the table of values."""
        self._scale = _scale(self.options)
        with np.errstate(all="ignore"):  # of ranges that are not finite
            self._values = np.arange(256, dtype=np.float32) * self._scale.factor + self._scale.low

    def process(self, cc: Context) -> None:
        """Sends the tensor."""
        if self.image in cc:
            tensor = self._of_image(cc[self.image])
        elif self.matrix in cc:
            tensor = self._of_matrix(cc[self.matrix])
        else:
            return
        cc.send(self.tensors, [tensor])
        cc.send(self.tensor, tensor)

    def _of_image(self, frame: ImageFrame) -> Tensor:
        if frame.image_format not in _FORMATS:
            names = ", ".join(known.name for known in _FORMATS)
            msg = f"the image must be of format {names}, got {frame.image_format.name}"
            raise ValueError(msg)
        channels = min(frame.channels, self.options.max_num_channels)
        shape = (1, frame.height, frame.width, channels)
        if frame.is_empty():
            return Tensor(np.empty(shape, np.float32))
        pixels: npt.NDArray[Any] = frame.numpy_view()
        if channels == 1 < frame.channels:
            pixels = cv2.extractChannel(pixels, 0)
        elif channels < frame.channels:
            pixels = cv2.cvtColor(pixels, cv2.COLOR_RGBA2RGB)
        # A gpu_origin has no effect on images in memory: their first row is the top one.
        if self.options.flip_vertically:
            pixels = pixels[::-1]
        if pixels.dtype == np.uint8:
            values = cv2.LUT(np.ascontiguousarray(pixels), self._values)
        else:
            with np.errstate(all="ignore"):
                values = np.multiply(pixels, self._scale.factor)
                np.add(values, self._scale.low, out=values)
        return Tensor(values.reshape(shape))

    def _of_matrix(self, matrix: Matrix) -> Tensor:
        values = matrix.data.ravel("C" if self.options.row_major_matrix else "F")
        return Tensor(values.reshape(1, matrix.rows, matrix.cols, 1))


def _scale(options: TensorConverterOptions) -> _Scale:
    """How 0 to 255 become the range that goes before the others."""
    low, high = np.float32(-1 if options.zero_center else 0), np.float32(1)
    wanted = options.output_tensor_float_range
    if wanted is not None:
        low, high = np.float32(wanted.min), np.float32(wanted.max)
        if not low < high:
            msg = f"output_tensor_float_range must have min < max, got {low} to {high}"
            raise ContractError(msg)
    if options.use_custom_normalization:
        with np.errstate(all="ignore"):
            low = np.float32(-options.custom_sub)
            high = np.float32(-options.custom_sub + np.float64(255) / options.custom_div)
    if low == high:
        msg = f"the range of the tensor's values is empty: {low} to {high}"
        raise ContractError(msg)
    with np.errstate(all="ignore"):
        return _Scale((high - low) / np.float32(255), low)
