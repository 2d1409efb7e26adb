"""TfLiteConverterCalculator: a whole image, or a matrix, as a tensor."""

from __future__ import annotations

import numpy as np

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.matrix import Matrix
from mpgraph.formats.tensor import Quantization, TfLiteTensor
from mpgraph.options import option, options
from mpgraph.ports import Input, Output

from ..port_rules import exactly_one, no_gpu
from ..tensor.image_values import ImageValues, first_channels, matrix_values

__all__ = ["TfLiteConverter", "TfLiteConverterOptions"]


@options(message="mediapipe.TfLiteConverterCalculatorOptions.TensorFloatRange")
class TensorFloatRange:
    """Range of the tensor's values."""

    min: float = option(1)
    max: float = option(2)


@options(message="mediapipe.TfLiteConverterCalculatorOptions", extension=245817797)
class TfLiteConverterOptions:
    """What 0 to 255 become, and which values are taken.

    Attributes:
        zero_center: The range -1 to 1; otherwise 0 to 1.
        flip_vertically: Whether the last row of the image comes first; not for quantized tensors.
        max_num_channels: How many of the image's channels are taken: the first 1, 3 or 4.
        row_major_matrix: Whether a matrix is stored row by row, not column by column.
        use_quantized_tensors: Whether the tensor holds the image's bytes as they are.
        use_custom_normalization: The range ``-custom_sub`` to ``-custom_sub + 255 / custom_div``, which goes
            before the others.
        custom_div, custom_sub: See there.
        output_tensor_float_range: Another range, which goes before `zero_center`.
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


class TfLiteConverter(
    Calculator, name="TfLiteConverterCalculator", input_policy="FixedSizeInputStreamHandler"
):
    """Makes a tensor of an image, its values 0 to 255 brought to a range, or of a matrix as it is.

    Tensors of images have the shape (height, width, channels), those of matrices (rows, columns, 1). A
    matrix is stored column by column unless the option row_major_matrix is set, whatever the shape says.
    While one image is worked on, all but the newest of those that come are dropped.

    Inputs:
        IMAGE: ImageFrame, SRGB, SRGBA, GRAY8 or VEC32F1; or MATRIX: Matrix. Exactly one of both.

    Outputs:
        TENSORS: Vector of one TfLiteTensor, float32; uint8 if it is quantized.

    Raises:
        ContractError: The range is empty, max_num_channels is not 1, 3 or 4, or GPU streams are connected.
        ValueError: The image has another format, or is VEC32F1 and to be quantized.

    Upstream: calculators/tflite/tflite_converter_calculator.cc.

    Example::

        node {
          calculator: "TfLiteConverterCalculator"
          input_stream: "IMAGE:image"
          output_stream: "TENSORS:image_tensor"
          options {
            [mediapipe.TfLiteConverterCalculatorOptions.ext] { zero_center: false max_num_channels: 4 }
          }
        }
    """

    options: TfLiteConverterOptions
    image = Input[ImageFrame]("IMAGE", optional=True)
    matrix = Input[Matrix]("MATRIX", optional=True)
    tensors = Output[list[TfLiteTensor]]("TENSORS")

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports; checks them and the options."""
        no_gpu(contract)
        super().get_contract(contract)
        exactly_one(contract, "input", "IMAGE", "MATRIX")
        ImageValues(contract.options(TfLiteConverterOptions))

    def open(self, cc: Context) -> None:
        """Prepares the range of values."""
        self._values = ImageValues(self.options)

    def process(self, cc: Context) -> None:
        """Sends the tensor."""
        if self.image in cc:
            cc.send(self.tensors, [self._of_image(cc[self.image])])
        elif self.matrix in cc:
            values = matrix_values(cc[self.matrix], row_major=self.options.row_major_matrix)
            cc.send(self.tensors, [TfLiteTensor(values)])

    def _of_image(self, frame: ImageFrame) -> TfLiteTensor:
        options = self.options
        pixels = first_channels(frame, options.max_num_channels)
        shape = (frame.height, frame.width, min(frame.channels, options.max_num_channels))
        if not options.use_quantized_tensors:
            return TfLiteTensor(self._values.of(pixels, flipped=options.flip_vertically).reshape(shape))
        if pixels.dtype != np.uint8:
            msg = f"only images of 8 bits can be quantized, got {frame.image_format.name}"
            raise ValueError(msg)
        return TfLiteTensor(pixels.reshape(shape), quantization=Quantization(1.0, 0))
