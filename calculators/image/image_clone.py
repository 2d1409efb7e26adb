"""ImageCloneCalculator: another Image of the same pixels."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.formats.image import Image
from mpgraph.gpu import DEVICE
from mpgraph.options import option, options
from mpgraph.ports import Input, Output

__all__ = ["ImageClone", "ImageCloneOptions"]


@options(message="mediapipe.ImageCloneCalculatorOptions", extension=372781894)
class ImageCloneOptions:
    """Where the clone's pixels are.

    Attributes:
        output_on_gpu: Whether on the GPU, not in memory.
    """

    output_on_gpu: bool = option(1)


class ImageClone(Calculator, name="ImageCloneCalculator", services=(DEVICE,)):
    """Makes another Image that shares the pixels, so that where they are is each Image's own affair.

    Inputs:
        Untagged: Image.

    Outputs:
        Untagged: Image, in memory or on the graph's GPU, as the option says.

    Raises:
        GpuError: There is no GPU for output_on_gpu.

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

    def process(self, cc: Context) -> None:
        """Sends the clone."""
        if self.image not in cc:
            return
        clone = cc[self.image].clone()
        if self.options.output_on_gpu:
            clone.texture(cc.service(DEVICE).gpu)
        else:
            clone.numpy_view()
        cc.send(self.clone, clone)
