"""OpenCvPutTextCalculator: text as an image."""

from __future__ import annotations

import numpy as np

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.lazy import cv2
from mpgraph.packet_type import STRING
from mpgraph.ports import Input, Output

__all__ = ["OpenCvPutText"]


class OpenCvPutText(Calculator, name="OpenCvPutTextCalculator", timestamp_offset=None):
    """Writes a text in yellow on a new transparent image.

    The letters are those of the installed OpenCV: strokes, as upstream's, in OpenCV 4; filled outlines,
    and not of ASCII alone, since OpenCV 5.

    Inputs:
        Untagged: str, or bytes in UTF-8. It begins at (15, 70), which is on the base line.

    Outputs:
        Untagged: ImageFrame, SRGBA 640x640.

    Upstream: calculators/image/opencv_put_text_calculator.cc; spec calculators.md 5.

    Example::

        node {
          calculator: "OpenCvPutTextCalculator"
          input_stream: "text_to_put"
          output_stream: "out_image_frames"
        }
    """

    text = Input[str](type=STRING)
    image = Output[ImageFrame]()

    def process(self, cc: Context) -> None:
        """Sends the image."""
        text: str | bytes = cc[self.text]
        if isinstance(text, bytes):
            text = text.decode("utf-8", "replace")
        pixels = np.zeros((640, 640, 4), np.uint8)
        cv2.putText(pixels, text, (15, 70), cv2.FONT_HERSHEY_PLAIN, 3, (255, 255, 0, 255), 4)
        cc.send(self.image, ImageFrame.adopt(pixels, ImageFormat.SRGBA))
