"""ScaleImageCalculator: brings images to a size, with limits for the aspect ratio."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any, Final, NamedTuple

import numpy.typing as npt

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.video_header import VideoHeader
from mpgraph.lazy import cv2
from mpgraph.options import from_wire, has, merge
from mpgraph.packet import Packet
from mpgraph.ports import Input, Output
from mpgraph.timestamp import PRESTREAM

from ..port_rules import exactly_one_untagged_or
from .scale_image_options import SCALE_IMAGE_OPTIONS, ScaleAlgorithm, ScaleImageOptions
from .scaling import Crop, Target, find_crop, parse_ratio, rescale_in_linear_light, shrink

__all__ = ["ScaleImage"]

_log: Final = logging.getLogger(__name__)


class _Plan(NamedTuple):
    """What is done with frames of one size and format."""

    given: tuple[int, int, ImageFormat]
    crop: Crop
    size: tuple[int, int]
    made: ImageFormat


class ScaleImage(Calculator, name="ScaleImageCalculator", timestamp_offset=None):
    """Crops images to limits of the aspect ratio, then scales them.

    Smaller images are averages; where a side becomes larger, colours are blended as amounts of light.

    Inputs:
        FRAMES or untagged: ImageFrame, SRGB or SRGBA. A VideoHeader as the stream's header fixes the size
            and format of frames, and gives the output its header.
        VIDEO_HEADER: VideoHeader at PreStream, optional.
        OVERRIDE_OPTIONS: ScaleImageOptions, or such a protobuf message, at PreStream, optional: merged over
            the node's.

    Outputs:
        FRAMES or untagged: ImageFrame, SRGB or SRGBA.
        VIDEO_HEADER: VideoHeader at PreStream, optional: that of the input with the new size and format.

    Raises:
        ContractError: FRAMES and an untagged stream are both connected, or neither; an aspect ratio cannot
            be read; or frames of YCBCR420P are asked for, which this version does not support.
        ValueError: A frame has no pixels or another size or format than the header or the options say,
            formats cannot be converted, nothing is left, or OVERRIDE_OPTIONS does not come at PreStream.

    Upstream: calculators/image/scale_image_calculator.cc; spec calculators.md 4.

    Example::

        node {
          calculator: "ScaleImageCalculator"
          input_stream: "video"
          output_stream: "small_video"
          options {
            [mediapipe.ScaleImageCalculatorOptions.ext] { target_width: 320 target_height: 320 }
          }
        }
    """

    options: ScaleImageOptions
    frames = Input[ImageFrame]("FRAMES", optional=True)
    untagged = Input[ImageFrame](optional=True)
    header = Input[VideoHeader]("VIDEO_HEADER", optional=True)
    override = Input[Any]("OVERRIDE_OPTIONS", optional=True, type=SCALE_IMAGE_OPTIONS)
    frames_out = Output[ImageFrame]("FRAMES", optional=True)
    untagged_out = Output[ImageFrame](optional=True)
    header_out = Output[VideoHeader]("VIDEO_HEADER", optional=True)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports; checks them and the options."""
        super().get_contract(contract)
        exactly_one_untagged_or(contract, "input", "FRAMES")
        exactly_one_untagged_or(contract, "output", "FRAMES")
        options = contract.options(ScaleImageOptions)
        if ImageFormat.YCBCR420P in (options.input_format, options.output_format):
            msg = "frames of format YCBCR420P are not supported by this version"
            raise ContractError(msg)
        for text in (options.min_aspect_ratio, options.max_aspect_ratio):
            try:
                parse_ratio(text)
            except ValueError as error:
                raise ContractError(str(error)) from error

    def open(self, cc: Context) -> None:
        """Plans for the frames that the stream's header tells of."""
        self._in = self.frames if cc.is_connected(self.frames) else self.untagged
        self._out = self.frames_out if cc.is_connected(self.frames_out) else self.untagged_out
        slot = cc.output(self._out)
        assert slot is not None
        slot.set_offset(0)
        self._options: ScaleImageOptions | None = None if cc.is_connected(self.override) else self.options
        self._header = VideoHeader()
        self._header_sent = False
        self._plan: _Plan | None = None
        self._fixed: VideoHeader | None = None
        packet = cc.header(self._in)
        if packet.is_empty():
            return
        if self._options is None:
            msg = "OVERRIDE_OPTIONS cannot be used with frames whose stream has a header"
            raise ValueError(msg)
        self._header = header = packet.value
        if min(header.width, header.height) > 0 and header.format is not ImageFormat.UNKNOWN:
            self._plan = self._planned(cc, (header.width, header.height, header.format), self._options)
            self._fixed = header
            cc.set_header(self._out, Packet(self._scaled_header(self._plan)))
        else:
            _log.warning("%s: the header of the frames says too little and is dropped", cc.node_name)

    def process(self, cc: Context) -> None:
        """Takes the options and the header; sends the scaled frame."""
        if self.override in cc and cc.timestamp == PRESTREAM:
            over = cc[self.override]
            if not isinstance(over, ScaleImageOptions):
                over = from_wire(ScaleImageOptions, over.SerializeToString())
            self._options = merge(self.options, over)
        if self._options is None:
            msg = "OVERRIDE_OPTIONS must have a packet at PreStream, before all frames"
            raise ValueError(msg)
        if self.header in cc and cc.timestamp == PRESTREAM:
            self._header = cc[self.header]
        if self._in not in cc:
            return
        frame = cc[self._in]
        plan = self._plan_for(cc, frame, self._options)
        result = self._scaled(frame, plan, self._options)
        if result is None:
            cc.send_packet(self._out, cc.packet(self._in))
        else:
            cc.send(self._out, result)

    def _plan_for(self, cc: Context, frame: ImageFrame, options: ScaleImageOptions) -> _Plan:
        """The plan that there is, or a new one for frames of another size or format."""
        given = (frame.width, frame.height, frame.image_format)
        plan = self._plan
        if plan is not None and plan.given == given:
            return plan
        if frame.is_empty():
            msg = f"the frame has no pixels: {frame!r}"
            raise ValueError(msg)
        if self._fixed is not None:
            header = self._fixed
            msg = (
                f"frames must be as their stream's header says, {header.format.name} "
                f"{header.width}x{header.height}; got {frame!r}"
            )
            raise ValueError(msg)
        self._plan = plan = self._planned(cc, given, options)
        return plan

    def _planned(self, cc: Context, given: tuple[int, int, ImageFormat], options: ScaleImageOptions) -> _Plan:
        """A new plan; the first sends the header."""
        width, height, source = given
        if has(options, "input_format") and source is not options.input_format:
            msg = f"frames must be of input_format {options.input_format.name}, got {source.name}"
            raise ValueError(msg)
        made = options.output_format if has(options, "output_format") else source
        if not {source, made} <= {ImageFormat.SRGB, ImageFormat.SRGBA}:
            msg = f"only SRGB and SRGBA can be scaled; got {source.name} to become {made.name}"
            raise ValueError(msg)
        limits = parse_ratio(options.min_aspect_ratio), parse_ratio(options.max_aspect_ratio)
        crop = find_crop(width, height, *limits)
        target = Target(
            options.target_width,
            options.target_height,
            options.target_max_area,
            options.preserve_aspect_ratio,
            options.scale_to_multiple_of,
        )
        size = target.size(crop.width, crop.height) if min(crop[2:]) > 0 else (0, 0)
        if min(size) < 1:
            msg = f"nothing is left of a frame of {width}x{height}: part {crop}, scaled to {size}"
            raise ValueError(msg)
        grows = size[0] > crop.width or size[1] > crop.height
        if grows and options.algorithm is ScaleAlgorithm.DEFAULT_WITHOUT_UPSCALE:
            size = (crop.width, crop.height)
        plan = _Plan(given, crop, size, made)
        if not self._header_sent and cc.is_connected(self.header_out):
            self._header_sent = True
            cc.send(self.header_out, self._scaled_header(plan), PRESTREAM)
            cc.close(self.header_out)
        return plan

    def _scaled_header(self, plan: _Plan) -> VideoHeader:
        return replace(self._header, width=plan.size[0], height=plan.size[1], format=plan.made)

    def _scaled(self, frame: ImageFrame, plan: _Plan, options: ScaleImageOptions) -> ImageFrame | None:
        """The scaled frame; None if the packet that came in is to go on."""
        left, top, width, height = plan.crop
        whole = (width, height) == (frame.width, frame.height)
        converts = plan.made is not frame.image_format
        if whole and plan.size == (width, height) and options.alignment_boundary <= 0:
            # As upstream: not even a colour conversion counts, if rows have no padding.
            padded = (width * plan.made.channels) % 16 if converts else not frame.is_contiguous()
            if not (options.set_alignment_padding and padded):
                return None
        image: npt.NDArray[Any] = frame.numpy_view()[top : top + height, left : left + width]
        if converts:
            to_rgba = plan.made is ImageFormat.SRGBA
            image = cv2.cvtColor(image, cv2.COLOR_RGB2RGBA if to_rgba else cv2.COLOR_RGBA2RGB)
        if plan.size == (width, height):
            return frame if whole and not converts else ImageFrame.adopt(image, plan.made)
        if plan.size[0] <= width and plan.size[1] <= height:
            return ImageFrame.adopt(shrink(image, *plan.size), plan.made)
        if plan.made is not ImageFormat.SRGB:
            msg = f"only SRGB frames can become larger, not {plan.made.name}"
            raise ValueError(msg)
        names = {ScaleAlgorithm.DEFAULT: "INTER_CUBIC", ScaleAlgorithm.LANCZOS: "INTER_LANCZOS4"}
        interpolation = getattr(cv2, names.get(options.algorithm, f"INTER_{options.algorithm.name}"))
        return ImageFrame.adopt(rescale_in_linear_light(image, *plan.size, interpolation), plan.made)
