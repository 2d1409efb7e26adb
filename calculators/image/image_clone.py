"""ImageCloneCalculator: another Image of the same pixels."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.image import Image
from mpgraph.options import option, options
from mpgraph.ports import Input, Output

__all__ = ["ImageClone", "ImageCloneOptions"]


@options(message="mediapipe.ImageCloneCalculatorOptions", extension=372781894)
class ImageCloneOptions:
    """Where the clone's pixels are.

    Attributes:
        output_on_gpu: Whether on the GPU, which this version does not support.
    """

    output_on_gpu: bool = option(1)


class ImageClone(Calculator, name="ImageCloneCalculator"):
    """Makes another Image that shares the pixels, so that where they are is each Image's own affair.

    Inputs:
        Untagged: Image.

    Outputs:
        Untagged: Image, in memory.

    Raises:
        ContractError: output_on_gpu is set.

    Upstream: calculators/image/image_clone_calculator.cc; spec calculators.md 4.

    Example::

        node {
          calculator: "ImageCloneCalculator"
          input_stream: "image"
          output_stream: "clone"
        }
    """

    options: ImageCloneOptions
    image = Input[Image]()
    clone = Output[Image]()

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks the options."""
        super().get_contract(contract)
        if contract.options(ImageCloneOptions).output_on_gpu:
            msg = "images on the GPU are not supported by this version; leave out output_on_gpu"
            raise ContractError(msg)

    def process(self, cc: Context) -> None:
        """Sends the clone."""
        if self.image in cc:
            cc.send(self.clone, Image.from_frame(cc[self.image].frame))
