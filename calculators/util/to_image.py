"""ToImageCalculator: pixels as an Image."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.formats.image import Image
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.ports import Input, Output

from ..port_rules import exactly_one, no_gpu

__all__ = ["ToImage"]


class ToImage(Calculator, name="ToImageCalculator"):
    """Makes an Image of a frame, sharing its pixels.

    Inputs:
        IMAGE: Image or ImageFrame; or IMAGE_CPU: ImageFrame. Exactly one of both.

    Outputs:
        IMAGE: Image; the very one that came in, if it was one.

    Raises:
        ContractError: Not exactly one input is connected, or IMAGE_GPU is.

    Upstream: calculators/util/to_image_calculator.cc; spec calculators.md 3.

    Example::

        node {
          calculator: "ToImageCalculator"
          input_stream: "IMAGE_CPU:frame"
          output_stream: "IMAGE:image"
        }
    """

    image = Input[Image | ImageFrame]("IMAGE", optional=True)
    image_cpu = Input[ImageFrame]("IMAGE_CPU", optional=True)
    result = Output[Image]("IMAGE")

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks them."""
        no_gpu(contract)
        super().get_contract(contract)
        exactly_one(contract, "input", "IMAGE", "IMAGE_CPU")

    def process(self, cc: Context) -> None:
        """Sends the image."""
        if self.image in cc:
            image = cc[self.image]
            cc.send(self.result, image if isinstance(image, Image) else Image.from_frame(image))
        elif self.image_cpu in cc:
            cc.send(self.result, Image.from_frame(cc[self.image_cpu]))
