"""GpuBufferToImageFrameCalculator: textures to frames."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.gpu import GpuBuffer
from mpgraph.ports import Input, Output, SideInput

__all__ = ["GpuBufferToImageFrame"]


class GpuBufferToImageFrame(Calculator, name="GpuBufferToImageFrameCalculator"):
    """Copies textures to memory; row 0 of the texture becomes row 0.

    Inputs: one untagged stream of GpuBuffer; an ImageFrame is passed on as it is. Outputs: one untagged
    stream of ImageFrame. Side inputs: GPU_SHARED, optional; not used.

    Raises:
        GpuError: The GPU was lost.

    Upstream: gpu/gpu_buffer_to_image_frame_calculator.cc; spec calculators.md 5.

    Example::

        node {
          calculator: "GpuBufferToImageFrameCalculator"
          input_stream: "textures"
          output_stream: "frames"
        }
    """

    texture = Input[GpuBuffer | ImageFrame]()
    frame = Output[ImageFrame]()
    shared = SideInput[object]("GPU_SHARED", optional=True)

    def process(self, cc: Context) -> None:
        """Sends the texture's frame."""
        if self.texture in cc:
            image = cc[self.texture]
            cc.send(self.frame, image if isinstance(image, ImageFrame) else image.download())
