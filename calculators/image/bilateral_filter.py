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
from mpgraph.lazy import cv2
from mpgraph.options import option, options
from mpgraph.ports import Input, Output

from ..port_rules import no_gpu

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

    Inputs:
        IMAGE: ImageFrame of one or three channels, uint8 or float32.
        GUIDE: ImageFrame, optional; only the GPU heeds one, so a packet is an error.

    Outputs:
        IMAGE: ImageFrame of the same format and size.

    Raises:
        ContractError: A sigma is negative or not finite, or GPU streams are connected.
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
    image = Input[ImageFrame]("IMAGE")
    guide = Input[ImageFrame]("GUIDE", optional=True)
    filtered = Output[ImageFrame]("IMAGE")

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks the options."""
        no_gpu(contract)
        super().get_contract(contract)
        options = contract.options(BilateralFilterOptions)
        for name in ("sigma_color", "sigma_space"):
            value = getattr(options, name)
            if not 0 <= value < np.inf:
                msg = f"{name} must be a number of at least 0, got {value}"
                raise ContractError(msg)

    def process(self, cc: Context) -> None:
        """Sends the smoothed image."""
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
