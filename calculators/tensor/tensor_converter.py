"""TensorConverterCalculator: a whole image, or a matrix, as a tensor of float32."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.gpu_origin import GpuOrigin
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.matrix import Matrix
from mpgraph.formats.tensor import Tensor
from mpgraph.gpu import GpuBuffer
from mpgraph.options import has, option, options
from mpgraph.ports import Input, Output

from ..port_rules import exactly_one
from .image_values import ImageValues, first_channels, matrix_values
from .tensor_converter_gpu import convert

__all__ = ["TensorConverter", "TensorConverterOptions"]


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


class TensorConverter(Calculator, name="TensorConverterCalculator"):
    """Makes a tensor of an image, its values 0 to 255 brought to a range, or of a matrix as it is.

    Tensors of images have the shape (1, height, width, channels), those of matrices (1, rows, columns, 1).
    A matrix is stored column by column unless the option row_major_matrix is set, whatever the shape says.
    Equal to upstream's to the bit.

    Inputs:
        IMAGE: ImageFrame, SRGB, SRGBA, GRAY8 or VEC32F1; or IMAGE_GPU: GpuBuffer, RGBA8, R8, R32F or
            RGBA32F, which always gives max_num_channels; or MATRIX: Matrix. Exactly one of them.

    Outputs:
        TENSORS: Vector of one Tensor; or TENSOR: the Tensor, float32. Exactly one of both.

    Raises:
        ContractError: The range is empty, max_num_channels is not 1, 3 or 4, both flip_vertically and
            gpu_origin are set, or not exactly one input and output is connected.
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
    image_gpu = Input[GpuBuffer]("IMAGE_GPU", optional=True)
    matrix = Input[Matrix]("MATRIX", optional=True)
    tensors = Output[list[Tensor]]("TENSORS", optional=True)
    tensor = Output[Tensor]("TENSOR", optional=True)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports; checks them and the options."""
        super().get_contract(contract)
        exactly_one(contract, "input", "IMAGE", "IMAGE_GPU", "MATRIX")
        exactly_one(contract, "output", "TENSORS", "TENSOR")
        options = contract.options(TensorConverterOptions)
        ImageValues(options)
        if has(options, "flip_vertically") and has(options, "gpu_origin"):
            msg = "flip_vertically and gpu_origin cannot both be set"
            raise ContractError(msg)

    def open(self, cc: Context) -> None:
        """Prepares the range of values."""
        self._values = ImageValues(self.options)

    def process(self, cc: Context) -> None:
        """Sends the tensor."""
        options = self.options
        if self.image in cc:
            frame = cc[self.image]
            # A gpu_origin has no effect on images in memory: their first row is the top one.
            pixels = first_channels(frame, options.max_num_channels)
            numbers = self._values.of(pixels, flipped=options.flip_vertically)
            channels = min(frame.channels, options.max_num_channels)
            tensor = Tensor(numbers.reshape(1, frame.height, frame.width, channels))
        elif self.image_gpu in cc:
            values = self._values
            flipped = options.flip_vertically
            if has(options, "gpu_origin"):
                flipped = options.gpu_origin is not GpuOrigin.TOP_LEFT
            channels = options.max_num_channels
            tensor = Tensor(
                convert(cc[self.image_gpu], channels, float(values.low), float(values.high), flipped=flipped)
            )
        elif self.matrix in cc:
            tensor = Tensor(matrix_values(cc[self.matrix], row_major=options.row_major_matrix)[None])
        else:
            return
        cc.send(self.tensors, [tensor])
        cc.send(self.tensor, tensor)
