"""ImageCroppingCalculator: cuts a rectangle out of images, upright or rotated."""

from __future__ import annotations

import logging
import math
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.rect import NormalizedRect, Rect
from mpgraph.gpu import GpuBuffer
from mpgraph.lazy import cv2
from mpgraph.options import has, option, options
from mpgraph.ports import Input, Output

from ..port_rules import all_in_memory_or_on_gpu
from ..tensor.roi import Roi
from .image_cropping_gpu import crop
from .warp import MAX_SIDE, nearest_map, sample_nearest

__all__ = ["ImageCropping", "ImageCroppingOptions"]

_HALF: Final = np.float32(0.5)
_log: Final = logging.getLogger(__name__)


class BorderMode(IntEnum):
    """What is outside the image."""

    BORDER_UNSPECIFIED = 0
    BORDER_ZERO = 1
    BORDER_REPLICATE = 2


@options(message="mediapipe.ImageCroppingCalculatorOptions", extension=262466399)
class ImageCroppingOptions:
    """The rectangle, as far as streams do not give it, and the size of what is cut out.

    Attributes:
        width, height: Size of the rectangle in pixels.
        rotation: Clockwise, in radians; streams RECT and NORM_RECT bring their own.
        norm_width, norm_height: Its size in fractions of the image's.
        norm_center_x, norm_center_y: Its centre in fractions, if both are set; else the image's centre.
        border_mode: What is outside the image: zeros, or its border pixels.
        output_max_width, output_max_height: The output is scaled down to this size, keeping its aspect
            ratio.
    """

    width: int = option(1)
    height: int = option(2)
    rotation: float = option(3)
    norm_width: float = option(4)
    norm_height: float = option(5)
    norm_center_x: float = option(6)
    norm_center_y: float = option(7)
    border_mode: BorderMode = option(8, default=BorderMode.BORDER_ZERO)
    output_max_width: int = option(9)
    output_max_height: int = option(10)


class ImageCropping(Calculator, name="ImageCroppingCalculator"):
    """Cuts a rectangle out of images; each pixel is the nearest one of the image.

    Without a rotation the rectangle is moved to the nearest whole pixel. On the GPU pixels are read in
    between, a rotated rectangle is stretched to the upright one around it, and what is outside the image is
    always as its border, which BORDER_ZERO has logged.

    Inputs:
        IMAGE: ImageFrame; or IMAGE_GPU: GpuBuffer.
        RECT: Rect, in pixels, or NORM_RECT: NormalizedRect, optional. Without a packet nothing is sent; one
            whose width or height is not positive stands for the whole image.
        WIDTH, HEIGHT: int, optional: the size of the rectangle in pixels.

    Exactly one of these gives the size: RECT, NORM_RECT, WIDTH and HEIGHT, the options width and height, or
    norm_width and norm_height.

    Outputs:
        IMAGE: ImageFrame of the input's format; it shares the input's pixels where it can. Or IMAGE_GPU:
            GpuBuffer, RGBA8.

    Raises:
        ContractError: Not exactly one gives the size, the border mode is BORDER_UNSPECIFIED, or not exactly
            one of IMAGE and IMAGE_GPU is connected on both sides.
        ValueError: The image or what is cut out has no pixels or a side of more than 32766, or the
            rectangle is not finite.

    Upstream: calculators/image/image_cropping_calculator.cc; spec calculators.md 2.2, 2.3 and 4.

    Example::

        node {
          calculator: "ImageCroppingCalculator"
          input_stream: "IMAGE:image"
          input_stream: "NORM_RECT:face"
          output_stream: "IMAGE:face_image"
          options {
            [mediapipe.ImageCroppingCalculatorOptions.ext] {
              border_mode: BORDER_REPLICATE
              output_max_width: 256
              output_max_height: 256
            }
          }
        }
    """

    options: ImageCroppingOptions
    image = Input[ImageFrame]("IMAGE", optional=True)
    image_gpu = Input[GpuBuffer]("IMAGE_GPU", optional=True)
    rect = Input[Rect]("RECT", optional=True)
    norm_rect = Input[NormalizedRect]("NORM_RECT", optional=True)
    width = Input[int]("WIDTH", optional=True)
    height = Input[int]("HEIGHT", optional=True)
    cropped = Output[ImageFrame]("IMAGE", optional=True)
    cropped_gpu = Output[GpuBuffer]("IMAGE_GPU", optional=True)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports; checks what gives the size, and the border mode."""
        super().get_contract(contract)
        all_in_memory_or_on_gpu(contract, inputs=("IMAGE",), outputs=("IMAGE",))
        options = contract.options(ImageCroppingOptions)
        inputs = contract.inputs
        sizes = {
            "RECT": inputs.has("RECT"),
            "NORM_RECT": inputs.has("NORM_RECT"),
            "WIDTH and HEIGHT": inputs.has("WIDTH") and inputs.has("HEIGHT"),
            "the options width and height": has(options, "width") and has(options, "height"),
            "the options norm_width and norm_height": (
                has(options, "norm_width") and has(options, "norm_height")
            ),
        }
        given = [name for name, there in sizes.items() if there]
        if len(given) != 1:
            msg = f"exactly one must give the size: {', '.join(sizes)}; got {', '.join(given) or 'none'}"
            raise ContractError(msg)
        if options.border_mode is BorderMode.BORDER_UNSPECIFIED:
            msg = "border_mode must be BORDER_ZERO or BORDER_REPLICATE"
            raise ContractError(msg)

    def open(self, cc: Context) -> None:
        """Begins without a map: one is made for a region, and kept until the region changes."""
        self._map: tuple[Roi, npt.NDArray[np.int16]] | None = None
        zero = self.options.border_mode is BorderMode.BORDER_ZERO
        if zero and cc.is_connected(self.image_gpu):
            _log.warning("%s: on the GPU the border's pixels go on, as BORDER_REPLICATE says", cc.node_name)

    def process(self, cc: Context) -> None:
        """Sends what is cut out."""
        if cc.is_connected(self.rect) and self.rect not in cc:
            return
        if cc.is_connected(self.norm_rect) and self.norm_rect not in cc:
            return
        if self.image_gpu in cc:
            self._crop_on_gpu(cc, cc[self.image_gpu])
        if self.image not in cc:
            return
        frame = cc[self.image]
        _check_size("the image", frame.width, frame.height)
        cc.send(self.cropped, self._crop(frame, self._region(cc, frame.width, frame.height)))

    def _crop_on_gpu(self, cc: Context, image: GpuBuffer) -> None:
        region = self._region(cc, image.width, image.height)
        _check_size("what is cut out", int(region.width), int(region.height))
        options = self.options
        limits = (
            float(getattr(options, name)) if has(options, name) else math.inf
            for name in ("output_max_width", "output_max_height")
        )
        cc.send(self.cropped_gpu, crop(image, region, (next(limits), next(limits))))

    def _region(self, cc: Context, image_width: int, image_height: int) -> Roi:
        """The rectangle in pixels, its width and height whole."""
        options = self.options
        across, down = np.float32(image_width), np.float32(image_height)
        x, y, rotation = across * _HALF, down * _HALF, np.float32(0)
        width, height = image_width, image_height
        fraction: tuple[float, float] | None = None
        if cc.is_connected(self.rect):
            rect = cc[self.rect]
            if rect.width > 0 and rect.height > 0:
                x, y, rotation = map(np.float32, (rect.x_center, rect.y_center, rect.rotation))
                width, height = rect.width, rect.height
        elif cc.is_connected(self.norm_rect):
            norm = cc[self.norm_rect]
            if norm.width > 0 and norm.height > 0:
                x, y, rotation = map(np.float32, (norm.x_center, norm.y_center, norm.rotation))
                x, y = x * across, y * down
                fraction = norm.width, norm.height
        elif cc.is_connected(self.width) and cc.is_connected(self.height):
            width, height = cc[self.width], cc[self.height]
        elif has(options, "width") and has(options, "height"):
            width, height = options.width, options.height
        else:
            fraction = options.norm_width, options.norm_height
        if fraction is not None and min(fraction) > 0:
            width, height = _whole(fraction[0], across), _whole(fraction[1], down)
        if not (cc.is_connected(self.rect) or cc.is_connected(self.norm_rect)):
            rotation = np.float32(options.rotation)
            if has(options, "norm_center_x") and has(options, "norm_center_y"):
                x, y = np.float32(options.norm_center_x) * across, np.float32(options.norm_center_y) * down
        if not all(map(math.isfinite, (x, y, rotation))):
            msg = f"the rectangle is not finite: centre ({x}, {y}), rotation {rotation}"
            raise ValueError(msg)
        if not rotation:
            x, y = _aligned(x, width), _aligned(y, height)
        return Roi(x, y, np.float32(width), np.float32(height), rotation)

    def _crop(self, frame: ImageFrame, region: Roi) -> ImageFrame:
        scale = np.float32(1)
        for name, side in (("output_max_width", region.width), ("output_max_height", region.height)):
            if has(self.options, name) and side > 0:
                scale = min(scale, np.float32(getattr(self.options, name)) / side)
        width, height = region.width * scale, region.height * scale
        _check_size("what is cut out", int(width), int(height))
        source = frame.numpy_view()
        left, top = float(region.x_center - width / 2), float(region.y_center - height / 2)
        inside = 0 <= left <= frame.width - width and 0 <= top <= frame.height - height
        if not region.rotation and scale == 1 and inside:
            rows, columns = slice(int(top), int(top + height)), slice(int(left), int(left + width))
            return ImageFrame.adopt(source[rows, columns], frame.image_format)
        known = self._map  # calls may run side by side
        if known is None or known[0] != region:
            warp = _inverse_warp(region, width, height)
            known = self._map = region, nearest_map(warp, int(width), int(height))
        replicate = self.options.border_mode is BorderMode.BORDER_REPLICATE
        pixels = sample_nearest(source, known[1], replicate=replicate)
        return ImageFrame.adopt(pixels, frame.image_format)


def _inverse_warp(region: Roi, width: np.float32, height: np.float32) -> npt.NDArray[np.float64]:
    """The 3x3 matrix from pixels of the output to those of the image, whose centres are at whole numbers.

    The products are OpenCV's own: their last bits decide between pixels that are equally near.
    """
    target = np.array(((0, height), (0, 0), (width, 0), (width, height)), np.float32)
    matrix = cv2.getPerspectiveTransform(region.corners(), target)
    to_corner = np.array(((1, 0, 0.5), (0, 1, 0.5), (0, 0, 1)))
    to_centre = np.array(((1, 0, -0.5), (0, 1, -0.5), (0, 0, 1)))
    nothing = np.zeros((3, 3))
    matrix = cv2.gemm(cv2.gemm(to_centre, matrix, 1, nothing, 0), to_corner, 1, nothing, 0)
    return np.asarray(cv2.invert(matrix)[1], np.float64)


def _check_size(what: str, width: int, height: int) -> None:
    if not 0 < min(width, height) <= max(width, height) <= MAX_SIDE:
        msg = f"{what} has {width}x{height} pixels: each side must be 1 to {MAX_SIDE}"
        raise ValueError(msg)


def _aligned(center: np.float32, size: int) -> np.float32:
    """The centre moved so that a side of that size begins at a whole pixel."""
    if size % 2 == 0:
        return _round(center)
    return _round(center + _HALF) - _HALF


def _round(number: np.float32) -> np.float32:
    """Half away from zero."""
    return np.float32(math.copysign(math.floor(abs(float(number)) + 0.5), number))


def _whole(fraction: float, size: np.float32) -> int:
    """The part of the size, rounded; 0 if it is beyond all images."""
    part = np.float32(fraction) * size
    return int(_round(part)) if part < 1 << 30 else 0
