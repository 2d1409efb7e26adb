"""BilateralFilterCalculator: smooths images, but not across edges."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.gpu import GpuBuffer
from mpgraph.lazy import cv2
from mpgraph.options import option, options
from mpgraph.ports import Input, Output

from ..port_rules import all_in_memory_or_on_gpu
from .bilateral_filter_gpu import smooth

__all__ = ["BilateralFilter", "BilateralFilterOptions"]


@options(message="mediapipe.BilateralFilterCalculatorOptions", extension=255670209)
class BilateralFilterOptions:
    """How far is smoothed.

    Attributes:
        sigma_color: How different colours may be, as a fraction of 255.
        sigma_space: How far away pixels may be.
    """

    sigma_color: float = option(1)
    sigma_space: float = option(2)


class BilateralFilter(Calculator, name="BilateralFilterCalculator"):
    """Replaces each pixel by the mean of those near it and like it.

    A pixel at distance s whose channels differ by c in sum has the weight
    ``exp(-s**2 / (2 * sigma_space**2)) * exp(-c**2 / (2 * (255 * sigma_color)**2))``; the window is
    ``int(2 * sigma_space)`` pixels wide. A sigma of 0 is taken for 1, as OpenCV 4 takes it.

    On the GPU the weights are ``exp(-s**2 / (8 * sigma_space**2)) * exp(-c**2 / (8 * sigma_color**2))``, c
    being the distance of two colours of 0 to 1; the window reaches sigma_space pixels to each side, and a
    large one is not read pixel by pixel.

    Inputs:
        IMAGE: ImageFrame of one or three channels, uint8 or float32; or IMAGE_GPU: GpuBuffer.
        GUIDE: ImageFrame, optional; only the GPU heeds one, so a packet is an error.
        GUIDE_GPU: GpuBuffer, optional: whose pixels must be alike. Without a packet nothing is sent.

    Outputs:
        IMAGE: ImageFrame of the same format and size; or IMAGE_GPU: GpuBuffer, RGBA8, opaque, of the guide's
            size if there is one.

    Raises:
        ContractError: A sigma is negative or not finite, or streams in memory and on the GPU are mixed.
        ValueError: The image has another format or no pixels.
        NotImplementedError: There is a packet at GUIDE.

    Upstream: calculators/image/bilateral_filter_calculator.cc; spec calculators.md 4.

    Example::

        node {
          calculator: "BilateralFilterCalculator"
          input_stream: "IMAGE:image"
          output_stream: "IMAGE:smooth_image"
          options {
            [mediapipe.BilateralFilterCalculatorOptions.ext] { sigma_color: 0.1 sigma_space: 4 }
          }
        }
    """

    options: BilateralFilterOptions
    image = Input[ImageFrame]("IMAGE", optional=True)
    guide = Input[ImageFrame]("GUIDE", optional=True)
    filtered = Output[ImageFrame]("IMAGE", optional=True)
    image_gpu = Input[GpuBuffer]("IMAGE_GPU", optional=True)
    guide_gpu = Input[GpuBuffer]("GUIDE_GPU", optional=True)
    filtered_gpu = Output[GpuBuffer]("IMAGE_GPU", optional=True)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks the options."""
        super().get_contract(contract)
        has_guide = contract.inputs.has("GUIDE") or contract.inputs.has("GUIDE_GPU")
        guide = ("GUIDE",) if has_guide else ()
        all_in_memory_or_on_gpu(contract, inputs=("IMAGE", *guide), outputs=("IMAGE",))
        options = contract.options(BilateralFilterOptions)
        for name in ("sigma_color", "sigma_space"):
            value = getattr(options, name)
            if not 0 <= value < np.inf:
                msg = f"{name} must be a number of at least 0, got {value}"
                raise ContractError(msg)

    def _process_on_gpu(self, cc: Context) -> None:
        image = cc[self.image_gpu]
        if cc.is_connected(self.guide_gpu) and self.guide_gpu not in cc:
            return
        guide = cc.get(self.guide_gpu, image)
        options = self.options
        cc.send(self.filtered_gpu, smooth(image, guide, options.sigma_color, options.sigma_space))

    def process(self, cc: Context) -> None:
        """Sends the smoothed image."""
        if self.image_gpu in cc:
            self._process_on_gpu(cc)
        if self.image not in cc:
            return
        frame = cc[self.image]
        if frame.channels not in (1, 3) or frame.byte_depth == 2 or frame.is_empty():
            msg = f"the image must have pixels of one or three channels, uint8 or float32; got {frame!r}"
            raise ValueError(msg)
        if self.guide in cc:
            msg = "a guide is supported on the GPU only; leave GUIDE unconnected"
            raise NotImplementedError(msg)
        color, space = float(np.float32(self.options.sigma_color) * np.float32(255)), self.options.sigma_space
        out: npt.NDArray[Any] = cv2.bilateralFilter(
            frame.numpy_view(), int(2 * space), sigmaColor=color or 1.0, sigmaSpace=space or 1.0
        )
        cc.send(self.filtered, ImageFrame.adopt(out, frame.image_format))
