"""FromImageCalculator: the pixels of an Image."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.formats.image import Image
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.ports import Input, Output

from ..port_rules import no_gpu

__all__ = ["FromImage"]


class FromImage(Calculator, name="FromImageCalculator"):
    """Takes the frame out of an Image, sharing its pixels.

    Inputs:
        IMAGE: Image.

    Outputs:
        IMAGE_CPU: ImageFrame, optional.
        SOURCE_ON_GPU: bool, optional: whether the image was on the GPU.

    Raises:
        ContractError: IMAGE_GPU is connected.

    Upstream: calculators/util/from_image_calculator.cc; spec calculators.md 3.

    Example::

        node {
          calculator: "FromImageCalculator"
          input_stream: "IMAGE:image"
          output_stream: "IMAGE_CPU:frame"
        }
    """

    image = Input[Image]("IMAGE")
    image_cpu = Output[ImageFrame]("IMAGE_CPU", optional=True)
    source_on_gpu = Output[bool]("SOURCE_ON_GPU", optional=True)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks them."""
        no_gpu(contract)
        super().get_contract(contract)

    def process(self, cc: Context) -> None:
        """Sends where the image was, and its frame."""
        if self.image in cc:
            image = cc[self.image]
            cc.send(self.source_on_gpu, image.uses_gpu())
            cc.send(self.image_cpu, image.frame)
