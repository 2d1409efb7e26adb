"""ImageTransformationCalculator: scales, turns and mirrors images."""

from __future__ import annotations

import math
from dataclasses import replace
from enum import IntEnum
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.arrays import LETTERBOX_PADDING
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.video_header import VideoHeader
from mpgraph.gpu import GpuBuffer
from mpgraph.lazy import cv2
from mpgraph.options import option, options
from mpgraph.packet_type import PacketType
from mpgraph.ports import Input, Output, SideInput
from mpgraph.timestamp import PRESTREAM

from ..port_rules import all_in_memory_or_on_gpu
from .image_transformation_gpu import transform
from .resize import resize
from .warp import affine_map, sample

__all__ = ["ImageTransformation", "ImageTransformationOptions", "RotationMode", "ScaleMode"]

Pixels = npt.NDArray[Any]

_SIDE_DIMENSIONS: Final = PacketType(
    "int []",
    lambda value: (
        isinstance(value, tuple | list) and len(value) == 2 and all(isinstance(item, int) for item in value)
    ),
)


class RotationMode(IntEnum):
    """``mediapipe.RotationMode.Mode``: counter-clockwise; UNKNOWN does not turn."""

    UNKNOWN = 0
    ROTATION_0 = 1
    ROTATION_90 = 2
    ROTATION_180 = 3
    ROTATION_270 = 4

    @property
    def degrees(self) -> int:
        """The angle, 0 to 270."""
        return max(0, self - 1) * 90

    @property
    def swaps(self) -> bool:
        """Whether width becomes height."""
        return self in (RotationMode.ROTATION_90, RotationMode.ROTATION_270)

    @classmethod
    def of(cls, degrees: int) -> RotationMode:
        """The mode of the angle; UNKNOWN for one that is not 0, 90, 180 or 270."""
        return cls(degrees // 90 + 1) if degrees in (0, 90, 180, 270) else cls.UNKNOWN


class ScaleMode(IntEnum):
    """``mediapipe.ScaleMode.Mode``: how an image of another aspect ratio fits; DEFAULT is STRETCH."""

    DEFAULT = 0
    STRETCH = 1
    FIT = 2
    FILL_AND_CROP = 3


class InterpolationMode(IntEnum):
    """How pixels are scaled; DEFAULT is LINEAR, which averages when it makes images smaller."""

    DEFAULT = 0
    LINEAR = 1
    NEAREST = 2


@options(message="mediapipe.ImageTransformationCalculatorOptions.Color")
class Color:
    """A colour, components 0 to 255."""

    red: int = option(1)
    green: int = option(2)
    blue: int = option(3)


@options(message="mediapipe.ImageTransformationCalculatorOptions", extension=251952830)
class ImageTransformationOptions:
    """What is done to images, in this order: scaling, rotation, flips.

    Attributes:
        output_width, output_height: Size; the input's unless both are positive.
        rotation_mode: Counter-clockwise.
        flip_vertically, flip_horizontally: Mirror rows, columns.
        scale_mode: STRETCH changes the aspect ratio; FIT pads; FILL_AND_CROP only shrinks the output to
            the image's aspect ratio.
        constant_padding: Whether FIT pads with `padding_color` instead of the image's border.
        padding_color: Colour of the padding.
        interpolation_mode: How pixels are scaled.
    """

    output_width: int = option(1)
    output_height: int = option(2)
    rotation_mode: RotationMode = option(3)
    flip_vertically: bool = option(4)
    flip_horizontally: bool = option(5)
    scale_mode: ScaleMode = option(6)
    constant_padding: bool = option(7, default=True)
    padding_color: Color = option(8, default=Color())
    interpolation_mode: InterpolationMode = option(9)


class ImageTransformation(Calculator, name="ImageTransformationCalculator"):
    """Scales, turns and mirrors images.

    A value of a stream holds until the next one; it goes before that of the side packet of the same
    name, which goes before the option.

    Turning an image that keeps its size is done as upstream does it, half a pixel off the centre: 180
    degrees leave the first row and column black, 90 degrees of a square the first row, 270 the first
    column.

    Inputs:
        IMAGE: ImageFrame; or IMAGE_GPU: GpuBuffer, which is turned about its very centre, and never averaged.
        OUTPUT_DIMENSIONS: Width and height, optional; where it has no packet, nothing is sent.
        ROTATION_DEGREES: int, optional, counter-clockwise; 0, 90, 180 or 270, others do not turn.
        FLIP_HORIZONTALLY, FLIP_VERTICALLY: bool, optional.
        VIDEO_PRESTREAM: VideoHeader, optional.

    Side inputs:
        OUTPUT_DIMENSIONS: Two ints, optional.
        ROTATION_DEGREES: int, optional.
        FLIP_HORIZONTALLY, FLIP_VERTICALLY: bool, optional.

    Outputs:
        IMAGE or IMAGE_GPU: The image, of the same format; the very one that came in if nothing is done to it.
        LETTERBOX_PADDING: Optional: left, top, right, bottom padding in fractions of the output; zeros
            unless the scale mode is FIT.
        VIDEO_PRESTREAM: VideoHeader with the output's size, optional.

    Raises:
        ContractError: VIDEO_PRESTREAM is connected on one side only, or together with streams that
            change the size; or not exactly one of IMAGE and IMAGE_GPU on both sides.
        ValueError: The image has no pixels, or none would be left.

    Upstream: calculators/image/image_transformation_calculator.cc; spec calculators.md 3.

    Example::

        node {
          calculator: "ImageTransformationCalculator"
          input_stream: "IMAGE:image"
          output_stream: "IMAGE:thumbnail"
          options {
            [mediapipe.ImageTransformationCalculatorOptions.ext] {
              output_width: 160
              output_height: 120
              scale_mode: FIT
            }
          }
        }
    """

    options: ImageTransformationOptions
    image = Input[ImageFrame]("IMAGE", optional=True)
    image_gpu = Input[GpuBuffer]("IMAGE_GPU", optional=True)
    dimensions = Input[tuple[int, int]]("OUTPUT_DIMENSIONS", optional=True)
    rotation_degrees = Input[int]("ROTATION_DEGREES", optional=True)
    flip_horizontally = Input[bool]("FLIP_HORIZONTALLY", optional=True)
    flip_vertically = Input[bool]("FLIP_VERTICALLY", optional=True)
    header = Input[VideoHeader]("VIDEO_PRESTREAM", optional=True)
    side_dimensions = SideInput[tuple[int, int]]("OUTPUT_DIMENSIONS", optional=True, type=_SIDE_DIMENSIONS)
    side_rotation_degrees = SideInput[int]("ROTATION_DEGREES", optional=True)
    side_flip_horizontally = SideInput[bool]("FLIP_HORIZONTALLY", optional=True)
    side_flip_vertically = SideInput[bool]("FLIP_VERTICALLY", optional=True)
    transformed = Output[ImageFrame]("IMAGE", optional=True)
    transformed_gpu = Output[GpuBuffer]("IMAGE_GPU", optional=True)
    letterbox_padding = Output[tuple[float, ...]]("LETTERBOX_PADDING", optional=True, type=LETTERBOX_PADDING)
    header_out = Output[VideoHeader]("VIDEO_PRESTREAM", optional=True)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks how VIDEO_PRESTREAM is used."""
        super().get_contract(contract)
        all_in_memory_or_on_gpu(contract, inputs=("IMAGE",), outputs=("IMAGE",))
        inputs = contract.inputs
        if inputs.has("VIDEO_PRESTREAM") != contract.outputs.has("VIDEO_PRESTREAM"):
            msg = "VIDEO_PRESTREAM must be connected as input and as output, or not at all"
            raise ContractError(msg)
        changing = [tag for tag in ("OUTPUT_DIMENSIONS", "ROTATION_DEGREES") if inputs.has(tag)]
        if inputs.has("VIDEO_PRESTREAM") and changing:
            msg = (
                f"with VIDEO_PRESTREAM the size is fixed: {', '.join(changing)} cannot be an input stream; "
                "use options or side packets"
            )
            raise ContractError(msg)

    def open(self, cc: Context) -> None:
        """Takes what is given by side packets and options."""
        options = self.options
        width, height = cc.get(self.side_dimensions, (options.output_width, options.output_height))
        self._size = (width, height)
        self._rotation = options.rotation_mode
        if self.side_rotation_degrees in cc:
            self._rotation = RotationMode.of(cc[self.side_rotation_degrees])
        self._flip_horizontally = cc.get(self.side_flip_horizontally, options.flip_horizontally)
        self._flip_vertically = cc.get(self.side_flip_vertically, options.flip_vertically)

    def process(self, cc: Context) -> None:
        """Takes over what the streams give, and sends the transformed image."""
        if self.header in cc:
            header = cc[self.header]
            width, height = self._output_size(header.width, header.height)
            cc.send(self.header_out, replace(header, width=width, height=height), PRESTREAM)
        if self.rotation_degrees in cc:
            self._rotation = RotationMode.of(cc[self.rotation_degrees])
        self._flip_horizontally = cc.get(self.flip_horizontally, self._flip_horizontally)
        self._flip_vertically = cc.get(self.flip_vertically, self._flip_vertically)
        if cc.is_connected(self.dimensions):
            if self.dimensions not in cc:
                return
            self._size = cc[self.dimensions]
        if self.image in cc:
            self._transform(cc, cc[self.image])
        if self.image_gpu in cc:
            self._transform_on_gpu(cc, cc[self.image_gpu])

    def _has_size(self) -> bool:
        return min(self._size) > 0

    def _output_size(self, width: int, height: int) -> tuple[int, int]:
        if self._has_size():
            return self._size
        return (height, width) if self._rotation.swaps else (width, height)

    def _transform(self, cc: Context, frame: ImageFrame) -> None:
        if frame.is_empty():
            msg = f"the image has no pixels: its size is {frame.width}x{frame.height}"
            raise ValueError(msg)
        source = frame.numpy_view()
        size = self._output_size(frame.width, frame.height)
        cropped = self._has_size() and self.options.scale_mode is ScaleMode.FILL_AND_CROP
        image = self._scaled(source) if self._has_size() else source
        if cropped:
            size = (image.shape[1], image.shape[0])
        cc.send(self.letterbox_padding, self._padding(frame, size))
        image = self._flipped(self._rotated(image, size))
        cc.send(self.transformed, frame if image is source else ImageFrame.adopt(image, frame.image_format))

    def _scaled(self, image: Pixels) -> Pixels:
        """The image in the wanted size; smaller with FILL_AND_CROP."""
        in_height, in_width = image.shape[:2]
        width, height = self._size
        if self.options.scale_mode in (ScaleMode.DEFAULT, ScaleMode.STRETCH):
            return self._resized(image, width, height, shrinks=in_width > width and in_height > height)
        fit_width, fit_height = self._fitting(in_width, in_height)
        shrinks = width < in_width or height < in_height  # one of them decides on the scale
        image = self._resized(image, fit_width, fit_height, shrinks=shrinks)
        if self.options.scale_mode is ScaleMode.FILL_AND_CROP:
            return image
        top, left = (height - fit_height) // 2, (width - fit_width) // 2
        color = self.options.padding_color
        return cv2.copyMakeBorder(
            image,
            top,
            height - fit_height - top,
            left,
            width - fit_width - left,
            cv2.BORDER_CONSTANT if self.options.constant_padding else cv2.BORDER_REPLICATE,
            value=(color.red, color.green, color.blue),
        )

    def _resized(self, image: Pixels, width: int, height: int, *, shrinks: bool) -> Pixels:
        if width < 1 or height < 1:
            msg = f"nothing is left of an image of {image.shape[1]}x{image.shape[0]} in {self._size}"
            raise ValueError(msg)
        if self.options.interpolation_mode is InterpolationMode.NEAREST:
            return resize(image, width, height, cv2.INTER_NEAREST)
        return resize(image, width, height, cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)

    def _rotated(self, image: Pixels, size: tuple[int, int]) -> Pixels:
        """The turned image: within its own size if that is the output's, else exactly."""
        height, width = image.shape[:2]
        degrees = self._rotation.degrees
        if not degrees:
            return image
        if (width, height) != size:
            return cv2.rotate(
                image, cv2.ROTATE_90_COUNTERCLOCKWISE if degrees == 90 else cv2.ROTATE_90_CLOCKWISE
            )
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
        where = affine_map(np.asarray(cv2.invertAffineTransform(matrix)), width, height)
        return sample(image, where, replicate=False)

    def _flipped(self, image: Pixels) -> Pixels:
        if not (self._flip_horizontally or self._flip_vertically):
            return image
        both = self._flip_horizontally and self._flip_vertically
        return cv2.flip(image, -1 if both else int(self._flip_horizontally))

    def _transform_on_gpu(self, cc: Context, image: GpuBuffer) -> None:
        size = self._output_size(image.width, image.height)
        options = self.options
        if self._has_size() and options.scale_mode is ScaleMode.FILL_AND_CROP:
            size = self._fitting(image.width, image.height)
        cc.send(self.letterbox_padding, self._padding(image, size))
        flips = (self._flip_horizontally, self._flip_vertically)
        if size != (image.width, image.height) or self._rotation.degrees or any(flips):
            color = options.padding_color
            image = transform(
                image,
                size,
                degrees=self._rotation.degrees,
                flips=flips,
                fit=options.scale_mode is ScaleMode.FIT,
                padding=(color.red, color.green, color.blue),
                nearest=options.interpolation_mode is InterpolationMode.NEAREST,
            )
        cc.send(self.transformed_gpu, image)

    def _fitting(self, in_width: int, in_height: int) -> tuple[int, int]:
        """The largest size within the wanted one that has the image's aspect ratio."""
        width, height = self._size
        scale = min(np.float32(width) / np.float32(in_width), np.float32(height) / np.float32(in_height))
        return _round(np.float32(in_width) * scale), _round(np.float32(in_height) * scale)

    def _padding(
        self, frame: ImageFrame | GpuBuffer, size: tuple[int, int]
    ) -> tuple[float, float, float, float]:
        if self.options.scale_mode is not ScaleMode.FIT:
            return 0.0, 0.0, 0.0, 0.0
        width, height = frame.width, frame.height
        if self._rotation.swaps:
            width, height = height, width
        given = np.float32(width) / np.float32(height)
        wanted = np.float32(size[0]) / np.float32(size[1])
        one, two = np.float32(1), np.float32(2)
        sides = float((one - given / wanted) / two) if given < wanted else 0.0
        ends = float((one - wanted / given) / two) if given > wanted else 0.0
        return sides, ends, sides, ends


def _round(number: np.float32) -> int:
    """Rounds half away from zero, as C++ does; the number is not negative."""
    return math.floor(float(number) + 0.5)
