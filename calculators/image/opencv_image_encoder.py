"""OpenCvImageEncoderCalculator: images as JPEG files in memory."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.formats.encoded_image import OpenCvImageEncoderCalculatorResults
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.lazy import cv2
from mpgraph.options import option, options
from mpgraph.ports import Input, Output

__all__ = ["OpenCvImageEncoder", "OpenCvImageEncoderOptions"]


@options(message="mediapipe.OpenCvImageEncoderCalculatorOptions", extension=227563646)
class OpenCvImageEncoderOptions:
    """How much of the image is kept.

    Attributes:
        quality: JPEG quality, 0 to 100; 0, the worst, if it is not set.
    """

    quality: int = option(1)


class OpenCvImageEncoder(Calculator, name="OpenCvImageEncoderCalculator", timestamp_offset=None):
    """Encodes images as JPEG.

    Inputs:
        Untagged: ImageFrame of 8 bits and one or three channels.

    Outputs:
        Untagged: OpenCvImageEncoderCalculatorResults: ``encoded_image``, the bytes of a JPEG file,
            ``height`` and ``width`` in pixels, and ``colorspace``, GRAYSCALE or RGB.

    Raises:
        ValueError: The image has other channels or bits, or no pixels.
        RuntimeError: OpenCV cannot encode it.

    Upstream: calculators/image/opencv_image_encoder_calculator.cc; spec calculators.md 5.

    Example::

        node {
          calculator: "OpenCvImageEncoderCalculator"
          input_stream: "image"
          output_stream: "encoded_image"
          options {
            [mediapipe.OpenCvImageEncoderCalculatorOptions.ext] { quality: 80 }
          }
        }
    """

    options: OpenCvImageEncoderOptions
    image = Input[ImageFrame]()
    encoded = Output[OpenCvImageEncoderCalculatorResults]()

    def process(self, cc: Context) -> None:
        """Sends the encoded image."""
        frame = cc[self.image]
        if frame.byte_depth != 1 or frame.channels not in (1, 3) or frame.is_empty():
            msg = f"the image must have pixels of one or three channels of 8 bits, got {frame!r}"
            raise ValueError(msg)
        pixels = frame.numpy_view()
        if gray := frame.channels == 1:
            color = OpenCvImageEncoderCalculatorResults.GRAYSCALE
        else:
            pixels = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
            color = OpenCvImageEncoderCalculatorResults.RGB
        quality = min(max(0, self.options.quality), 100)
        done, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
        if not done:
            msg = (
                f"OpenCV cannot encode a {'gray' if gray else 'colour'} image of {frame.width}x{frame.height}"
            )
            raise RuntimeError(msg)
        result = OpenCvImageEncoderCalculatorResults(
            encoded_image=data.tobytes(), height=frame.height, width=frame.width, colorspace=color
        )
        cc.send(self.encoded, result)
