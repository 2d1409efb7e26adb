"""AnnotationOverlayCalculator: draws on images."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.image import Image
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.render_data import RenderData
from mpgraph.gpu import DEVICE, GpuBuffer
from mpgraph.lazy import cv2
from mpgraph.options import has, option, options
from mpgraph.ports import Input, Inputs, Output

from ..color import ColorOption
from ..port_rules import exactly_one
from .annotation_overlay_gpu import blank, lay_over
from .annotation_renderer import AnnotationRenderer

__all__ = ["AnnotationOverlay", "AnnotationOverlayOptions"]

_IMAGES: Final = ("IMAGE", "IMAGE_GPU", "UIMAGE")
_FORMATS: Final = (ImageFormat.SRGB, ImageFormat.SRGBA, ImageFormat.GRAY8)


@options(message="mediapipe.AnnotationOverlayCalculatorOptions", extension=250607623)
class AnnotationOverlayOptions:
    """What is drawn on without an image, and how.

    Attributes:
        canvas_width_px, canvas_height_px, canvas_color: A picture of one colour, for a node without images.
        flip_text_vertically: Whether texts stand on their heads.
        gpu_uses_top_left_origin: Whether row 0 of images on the GPU is the first that is seen, not the last.
        gpu_scale_factor: For images on the GPU: what is drawn on has their size times this, and lengths in
            pixels are those of the image.
    """

    canvas_width_px: int = option(2, default=1920)
    canvas_height_px: int = option(3, default=1080)
    canvas_color: ColorOption = option(4, default=ColorOption())
    flip_text_vertically: bool = option(5)
    gpu_uses_top_left_origin: bool = option(6, default=True)
    gpu_scale_factor: float = option(7, default=1.0)


class AnnotationOverlay(Calculator, name="AnnotationOverlayCalculator", services=(DEVICE,)):
    """Draws on a copy of each image, or on a canvas where no image is connected.

    Shapes are equal to upstream's to the pixel; with OpenCV 5, round corners of ``line_type`` 16 that leave
    the image are not. Letters are those of the installed OpenCV: strokes, as
    upstream's, in OpenCV 4, filled outlines since OpenCV 5. Alpha becomes 0 where something is drawn.

    Inputs:
        IMAGE: ImageFrame, IMAGE_GPU: GpuBuffer, or UIMAGE: Image, of format SRGB, SRGBA or, in memory, GRAY8;
            optional. Without a packet nothing is sent. A header of the stream goes on.
        Untagged, any number: RenderData, drawn in the order of the streams.
        VECTOR, any number: lists of RenderData, drawn after those.

    Outputs:
        IMAGE, IMAGE_GPU or UIMAGE, as the input: of the same format, but SRGB for GRAY8 and for a canvas. On
            the GPU opaque and of format SRGBA; what is drawn in the colour (2, 2, 2) is not seen there.

    Raises:
        ContractError: More than one image is connected, not exactly one output, or another than the input;
            the size of the canvas is not set where it is needed; or gpu_scale_factor is not positive.
        ValueError: An image has another format or no pixels, or an annotation cannot be drawn.

    Upstream: calculators/util/annotation_overlay_calculator.cc.

    Example::

        node {
          calculator: "AnnotationOverlayCalculator"
          input_stream: "IMAGE:input_video"
          input_stream: "render_data"
          output_stream: "IMAGE:output_video"
        }
    """

    options: AnnotationOverlayOptions
    image = Input[ImageFrame]("IMAGE", optional=True)
    image_gpu = Input[GpuBuffer]("IMAGE_GPU", optional=True)
    uimage = Input[Image]("UIMAGE", optional=True)
    data = Inputs[RenderData]()
    vectors = Inputs[list[RenderData]]("VECTOR")
    image_out = Output[ImageFrame]("IMAGE", optional=True)
    image_gpu_out = Output[GpuBuffer]("IMAGE_GPU", optional=True)
    uimage_out = Output[Image]("UIMAGE", optional=True)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports; checks them and the canvas."""
        super().get_contract(contract)
        exactly_one(contract, "output", *_IMAGES)
        images = [tag for tag in _IMAGES if contract.inputs.has(tag)]
        if images and not (len(images) == 1 and contract.outputs.has(images[0])):
            outputs = ", ".join(contract.outputs.tags())
            msg = f"one image goes in and out under the same tag; got {', '.join(images)} in, {outputs} out"
            raise ContractError(msg)
        options = contract.options(AnnotationOverlayOptions)
        size = (options.canvas_width_px, options.canvas_height_px)
        is_set = has(options, "canvas_width_px") and has(options, "canvas_height_px")
        if not images and not (is_set and min(size) > 0):
            msg = "without an image, canvas_width_px and canvas_height_px must be set, and positive"
            raise ContractError(msg)
        if not images and contract.outputs.has("IMAGE_GPU"):
            msg = "IMAGE_GPU goes out only where it comes in"
            raise ContractError(msg)
        if not options.gpu_scale_factor > 0:
            msg = f"gpu_scale_factor must be positive, got {options.gpu_scale_factor}"
            raise ContractError(msg)

    def open(self, cc: Context) -> None:
        """Passes the header on."""
        pairs: tuple[tuple[Input[Any], Output[Any]], ...] = (
            (self.image, self.image_out),
            (self.image_gpu, self.image_gpu_out),
            (self.uimage, self.uimage_out),
        )
        for image, out in pairs:
            if not cc.header(image).is_empty():
                cc.set_header(out, cc.header(image))

    def process(self, cc: Context) -> None:
        """Sends what is drawn."""
        if self.image in cc:
            cc.send(self.image_out, self._drawn_on(cc, cc[self.image]))
        elif self.image_gpu in cc:
            cc.send(self.image_gpu_out, self._drawn_on_gpu(cc, cc[self.image_gpu]))
        elif self.uimage in cc:
            image = cc[self.uimage]
            if image.uses_gpu():
                texture = self._drawn_on_gpu(cc, image.texture(cc.service(DEVICE).gpu))
                cc.send(self.uimage_out, Image.from_texture(texture))
            else:
                cc.send(self.uimage_out, Image.from_frame(self._drawn_on(cc, image.frame)))
        elif not any(cc.is_connected(image) for image in (self.image, self.image_gpu, self.uimage)):
            frame = self._drawn_on(cc, None)
            cc.send(self.image_out, frame)
            cc.send(self.uimage_out, Image.from_frame(frame))

    def _drawn_on(self, cc: Context, frame: ImageFrame | None) -> ImageFrame:
        """A copy of the image, or else the canvas, with what is drawn."""
        options = self.options
        if frame is None:
            color, size = options.canvas_color, (options.canvas_height_px, options.canvas_width_px)
            limited = [min(max(0, component), 255) for component in (color.r, color.g, color.b)]
            pixels = np.full((*size, 3), limited, np.uint8)
        else:
            pixels = _copied(frame)
        self._draw(cc, AnnotationRenderer(pixels, flip_text=options.flip_text_vertically))
        return ImageFrame.adopt(pixels)

    def _drawn_on_gpu(self, cc: Context, image: GpuBuffer) -> GpuBuffer:
        options = self.options
        if image.image_format not in (ImageFormat.SRGB, ImageFormat.SRGBA):
            msg = f"an image on the GPU must be of format SRGB or SRGBA; got {image!r}"
            raise ValueError(msg)
        pixels = blank(image.width, image.height, options.gpu_scale_factor)
        flip = options.flip_text_vertically
        self._draw(cc, AnnotationRenderer(pixels, flip_text=flip, scale=options.gpu_scale_factor))
        return lay_over(image, pixels, from_bottom=not options.gpu_uses_top_left_origin)

    def _draw(self, cc: Context, renderer: AnnotationRenderer) -> None:
        for index in range(cc.count(self.data)):
            if self.data[index] in cc:
                renderer.draw(cc[self.data[index]])
        for index in range(cc.count(self.vectors)):
            if self.vectors[index] in cc:
                for data in cc[self.vectors[index]]:
                    renderer.draw(data)


def _copied(frame: ImageFrame) -> npt.NDArray[np.uint8]:
    """Pixels to draw on."""
    if frame.is_empty() or frame.image_format not in _FORMATS:
        names = ", ".join(known.name for known in _FORMATS)
        msg = f"an image must have pixels of format {names}; got {frame!r}"
        raise ValueError(msg)
    if frame.image_format is ImageFormat.GRAY8:
        return np.asarray(cv2.cvtColor(frame.numpy_view(), cv2.COLOR_GRAY2RGB), np.uint8)
    return frame.numpy_view().copy()
