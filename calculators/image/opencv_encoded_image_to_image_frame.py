"""OpenCvEncodedImageToImageFrameCalculator: the pixels of image files in memory."""

from __future__ import annotations

from typing import Final

import numpy as np

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.lazy import cv2
from mpgraph.options import option, options
from mpgraph.packet_type import STRING
from mpgraph.ports import Input, Output

__all__ = ["OpenCvEncodedImageToImageFrame", "OpenCvEncodedImageToImageFrameOptions"]

_TO_RGB: Final = {3: "COLOR_BGR2RGB", 4: "COLOR_BGRA2RGBA"}


@options(message="mediapipe.OpenCvEncodedImageToImageFrameCalculatorOptions", extension=303447308)
class OpenCvEncodedImageToImageFrameOptions:
    """How images are read.

    Attributes:
        apply_orientation_from_exif_data: Whether images are turned as their EXIF orientation says; they
            then lose their alpha channel.
    """

    apply_orientation_from_exif_data: bool = option(1)


class OpenCvEncodedImageToImageFrame(
    Calculator, name="OpenCvEncodedImageToImageFrameCalculator", timestamp_offset=None
):
    """Decodes image files: JPEG, PNG, WebP and whatever else OpenCV reads.

    A file that is cut short is an error; upstream makes up what is missing in a JPEG.

    Inputs:
        Untagged: bytes, a whole file.

    Outputs:
        Untagged: ImageFrame: GRAY8 of files with one channel, SRGB with three, SRGBA with four.

    Raises:
        ValueError: The bytes are no image, broken, cut short or too large by their header (2**28 pixels),
            have another number of channels, or more than 8 bits per sample.

    Upstream: calculators/image/opencv_encoded_image_to_image_frame_calculator.cc; spec calculators.md 5.

    Example::

        node {
          calculator: "OpenCvEncodedImageToImageFrameCalculator"
          input_stream: "encoded_image"
          output_stream: "image"
          options {
            [mediapipe.OpenCvEncodedImageToImageFrameCalculatorOptions.ext] {
              apply_orientation_from_exif_data: true
            }
          }
        }
    """

    options: OpenCvEncodedImageToImageFrameOptions
    encoded = Input[bytes](type=STRING)
    image = Output[ImageFrame]()

    def process(self, cc: Context) -> None:
        """Sends the image."""
        from mpgraph.media.image_file import BadImageError, decode_image

        data = cc[self.encoded]
        if not isinstance(data, bytes):
            msg = f"an encoded image is bytes, got {type(data).__name__}"
            raise TypeError(msg)
        upright = self.options.apply_orientation_from_exif_data
        flags = cv2.IMREAD_ANYCOLOR | cv2.IMREAD_ANYDEPTH if upright else cv2.IMREAD_UNCHANGED
        try:
            pixels = decode_image(data, flags)
        except BadImageError as error:
            msg = f"{len(data)} bytes cannot be decoded as an image: {error}"
            raise ValueError(msg) from error
        channels = 1 if pixels.ndim == 2 else pixels.shape[2]
        if channels not in (1, 3, 4) or pixels.dtype != np.uint8:
            msg = (
                f"an image must have one, three or four channels of 8 bits, got {channels} of {pixels.dtype}"
            )
            raise ValueError(msg)
        if channels > 1:
            pixels = cv2.cvtColor(pixels, getattr(cv2, _TO_RGB[channels]))
        cc.send(self.image, ImageFrame.adopt(pixels))
