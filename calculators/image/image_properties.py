"""ImagePropertiesCalculator: the size of an image."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.formats.image import Image
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.ports import Input, Output

from ..port_rules import exactly_one, no_gpu

__all__ = ["ImageProperties"]


class ImageProperties(Calculator, name="ImagePropertiesCalculator"):
    """Tells the size of each image.

    Inputs:
        IMAGE: Image or ImageFrame; or IMAGE_CPU: ImageFrame. Exactly one of both.

    Outputs:
        SIZE: Width and height in pixels.

    Raises:
        ContractError: Not exactly one input is connected, or IMAGE_GPU is.

    Upstream: calculators/image/image_properties_calculator.cc; spec calculators.md 3.

    Example::

        node {
          calculator: "ImagePropertiesCalculator"
          input_stream: "IMAGE:image"
          output_stream: "SIZE:size"
        }
    """

    image = Input[Image | ImageFrame]("IMAGE", optional=True)
    image_cpu = Input[ImageFrame]("IMAGE_CPU", optional=True)
    size = Output[tuple[int, int]]("SIZE")

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks them."""
        no_gpu(contract)
        super().get_contract(contract)
        exactly_one(contract, "input", "IMAGE", "IMAGE_CPU")

    def process(self, cc: Context) -> None:
        """Sends the size."""
        if self.image in cc:
            cc.send(self.size, _size(cc[self.image]))
        elif self.image_cpu in cc:
            cc.send(self.size, _size(cc[self.image_cpu]))


def _size(image: Image | ImageFrame) -> tuple[int, int]:
    return image.width, image.height
