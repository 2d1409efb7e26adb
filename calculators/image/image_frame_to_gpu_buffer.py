"""ImageFrameToGpuBufferCalculator: frames to textures."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.gpu import DEVICE, GpuBuffer
from mpgraph.ports import Input, Output, SideInput

__all__ = ["ImageFrameToGpuBuffer"]


class ImageFrameToGpuBuffer(Calculator, name="ImageFrameToGpuBufferCalculator", services=(DEVICE,)):
    """Copies frames to the GPU; row 0 becomes row 0 of the texture.

    Inputs: one untagged stream of ImageFrame: SRGB, SRGBA, GRAY8, VEC32F1, VEC32F2 or VEC32F4. Outputs: one
    untagged stream of GpuBuffer. Side inputs: GPU_SHARED, optional; not used.

    Raises:
        GpuError: There is no GPU, or it has no memory left.
        ValueError: No texture can hold the frame's format or size.

    Upstream: gpu/image_frame_to_gpu_buffer_calculator.cc; spec calculators.md 5.

    Example::

        node {
          calculator: "ImageFrameToGpuBufferCalculator"
          input_stream: "frames"
          output_stream: "textures"
        }
    """

    frame = Input[ImageFrame]()
    texture = Output[GpuBuffer]()
    shared = SideInput[object]("GPU_SHARED", optional=True)

    def process(self, cc: Context) -> None:
        """Sends the frame's texture."""
        if self.frame in cc:
            cc.send(self.texture, cc.service(DEVICE).gpu.upload(cc[self.frame]))
