"""ImagePropertiesCalculator: the size of an image."""

from __future__ import annotations

from typing import Any

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.formats.image import Image
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.gpu import GpuBuffer
from mpgraph.ports import Input, Output

from ..port_rules import exactly_one

__all__ = ["ImageProperties"]


class ImageProperties(Calculator, name="ImagePropertiesCalculator"):
    """Tells the size of each image.

    Inputs:
        IMAGE: Image or ImageFrame; or IMAGE_CPU: ImageFrame; or IMAGE_GPU: GpuBuffer. Exactly one of them.

    Outputs:
        SIZE: Width and height in pixels.

    Raises:
        ContractError: Not exactly one input is connected.

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
    image_gpu = Input[GpuBuffer]("IMAGE_GPU", optional=True)
    size = Output[tuple[int, int]]("SIZE")

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks them."""
        super().get_contract(contract)
        exactly_one(contract, "input", "IMAGE", "IMAGE_CPU", "IMAGE_GPU")

    def process(self, cc: Context) -> None:
        """Sends the size."""
        ports: tuple[Input[Any], ...] = (self.image, self.image_cpu, self.image_gpu)
        for port in ports:
            if port in cc:
                image = cc[port]
                cc.send(self.size, (image.width, image.height))
