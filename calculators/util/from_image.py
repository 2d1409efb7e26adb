"""FromImageCalculator: the pixels of an Image."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.image import Image
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.gpu import DEVICE, GpuBuffer
from mpgraph.ports import Input, Output

__all__ = ["FromImage"]


class FromImage(Calculator, name="FromImageCalculator", services=(DEVICE,)):
    """Takes the frame, or the texture, out of an Image, sharing its pixels.

    Inputs:
        IMAGE: Image.

    Outputs:
        IMAGE_CPU: ImageFrame, optional; brought to memory if it is not there.
        IMAGE_GPU: GpuBuffer, optional; brought to the graph's GPU if it is not there.
        SOURCE_ON_GPU: bool, optional: whether the image was on the GPU.

    Raises:
        ContractError: Both IMAGE_CPU and IMAGE_GPU are connected.
        GpuError: There is no GPU for IMAGE_GPU.

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
    image_gpu = Output[GpuBuffer]("IMAGE_GPU", optional=True)
    source_on_gpu = Output[bool]("SOURCE_ON_GPU", optional=True)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks them."""
        super().get_contract(contract)
        if contract.outputs.has("IMAGE_CPU") and contract.outputs.has("IMAGE_GPU"):
            msg = "only one of IMAGE_CPU and IMAGE_GPU can be connected"
            raise ContractError(msg)

    def process(self, cc: Context) -> None:
        """Sends where the image was, and its frame or texture."""
        if self.image in cc:
            image = cc[self.image]
            cc.send(self.source_on_gpu, image.uses_gpu())
            if cc.is_connected(self.image_gpu):
                cc.send(self.image_gpu, image.texture(cc.service(DEVICE).gpu))
            if cc.is_connected(self.image_cpu):
                cc.send(self.image_cpu, image.frame)
