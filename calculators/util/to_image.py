"""ToImageCalculator: pixels as an Image."""

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

__all__ = ["ToImage"]


class ToImage(Calculator, name="ToImageCalculator"):
    """Makes an Image of a frame or texture, sharing its pixels.

    Inputs:
        IMAGE: Image, ImageFrame or GpuBuffer; or IMAGE_CPU: ImageFrame; or IMAGE_GPU: GpuBuffer. Exactly one
            of them.

    Outputs:
        IMAGE: Image; the very one that came in, if it was one.

    Raises:
        ContractError: Not exactly one input is connected.

    Upstream: calculators/util/to_image_calculator.cc; spec calculators.md 3.

    Example::

        node {
          calculator: "ToImageCalculator"
          input_stream: "IMAGE_CPU:frame"
          output_stream: "IMAGE:image"
        }
    """

    image = Input[Image | ImageFrame | GpuBuffer]("IMAGE", optional=True)
    image_cpu = Input[ImageFrame]("IMAGE_CPU", optional=True)
    image_gpu = Input[GpuBuffer]("IMAGE_GPU", optional=True)
    result = Output[Image]("IMAGE")

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks them."""
        super().get_contract(contract)
        exactly_one(contract, "input", "IMAGE", "IMAGE_CPU", "IMAGE_GPU")

    def process(self, cc: Context) -> None:
        """Sends the image."""
        ports: tuple[Input[Any], ...] = (self.image, self.image_cpu, self.image_gpu)
        for port in ports:
            if port in cc:
                cc.send(self.result, _image(cc[port]))


def _image(image: Image | ImageFrame | GpuBuffer) -> Image:
    if isinstance(image, Image):
        return image
    return Image.from_frame(image) if isinstance(image, ImageFrame) else Image.from_texture(image)
