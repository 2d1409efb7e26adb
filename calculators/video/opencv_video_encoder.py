"""OpenCvVideoEncoderCalculator: frames as a video file."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError, MediaError
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.video_header import VideoHeader
from mpgraph.media.source import FOREVER, SECOND, AudioTrack, Frame, Source, Span
from mpgraph.options import option, options
from mpgraph.ports import Input, SideInput

if TYPE_CHECKING:
    from mpgraph.media.video_writer import VideoWriter

__all__ = ["OpenCvVideoEncoder", "OpenCvVideoEncoderOptions"]

_log: Final = logging.getLogger(__name__)

_FORMATS: Final = (ImageFormat.GRAY8, ImageFormat.SRGB, ImageFormat.SRGBA)
_FINEST: Final = 1001  # the denominator of 30000/1001 frames per second


@options(message="mediapipe.OpenCvVideoEncoderCalculatorOptions", extension=207936763)
class OpenCvVideoEncoderOptions:
    """What kind of video is made.

    Attributes:
        codec: Four characters, such as avc1, mp4v or MJPG; must be set.
        video_format: The suffix of the file, such as mp4; must be set.
        fps, width, height: Frame rate and size, where VIDEO_PRESTREAM does not tell them.
    """

    codec: str = option(1)
    video_format: str = option(2)
    fps: float = option(3, wire="double")
    width: int = option(4)
    height: int = option(5)


class _Frames(Source):
    """What the writer must know of where the frames come from."""

    end = FOREVER  # sound is not cut

    def __init__(self, name: str, rate: Fraction, audio: AudioTrack | None) -> None:
        super().__init__(name, Span())
        self.frame_rate = rate
        self.audio = audio

    def _frames(self) -> Iterator[Frame]:
        return iter(())

    def close(self) -> None:
        """Nothing is open."""


class OpenCvVideoEncoder(Calculator, name="OpenCvVideoEncoderCalculator", timestamp_offset=None):
    """Writes frames to a video file, one after the other at the frame rate: their timestamps do not count.

    The file appears under its name when all is written; if no frame came there is none, and a warning. Odd
    sides become even by a copy of the last line where the codec wants it. Written by PyAV; the codecs
    are H.264 (avc1), HEVC (hvc1), MPEG-4 (mp4v), VP8 (VP80), VP9 (vp09) and Motion JPEG (MJPG), the
    files mp4, m4v, mov, mkv, webm and avi.

    Inputs:
        VIDEO: ImageFrame, GRAY8, SRGB or SRGBA (alpha is dropped), all of the size of the header.
        VIDEO_PRESTREAM: VideoHeader at PreStream, optional: frame rate and size.

    Side inputs:
        OUTPUT_FILE_PATH: str, with the suffix of the option video_format.
        AUDIO_FILE_PATH: str, optional: a file whose first sound track is copied; "" means none, with a
            warning.

    Raises:
        ContractError: The codec has not four characters, or video_format is not set.
        ValueError: The path has another suffix, frame rate or size are not positive, or a frame has another
            format or size.
        MediaError: The codec is not known, the file cannot be written, or the sound not be read.

    Upstream: calculators/video/opencv_video_encoder_calculator.cc; spec calculators.md 5.

    Example::

        node {
          calculator: "OpenCvVideoEncoderCalculator"
          input_stream: "VIDEO:output_video"
          input_stream: "VIDEO_PRESTREAM:input_video_header"
          input_side_packet: "OUTPUT_FILE_PATH:output_video_path"
          node_options {
            [type.googleapis.com/mediapipe.OpenCvVideoEncoderCalculatorOptions] {
              codec: "avc1"
              video_format: "mp4"
            }
          }
        }
    """

    options: OpenCvVideoEncoderOptions
    video = Input[ImageFrame]("VIDEO")
    header = Input[VideoHeader]("VIDEO_PRESTREAM", optional=True)
    output_path = SideInput[str]("OUTPUT_FILE_PATH")
    audio_path = SideInput[str]("AUDIO_FILE_PATH", optional=True)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks the options."""
        super().get_contract(contract)
        options = contract.options(OpenCvVideoEncoderOptions)
        if len(options.codec) != 4:
            msg = f'the option codec must be a code of four characters, such as "avc1"; got "{options.codec}"'
            raise ContractError(msg)
        if not options.video_format:
            msg = 'the option video_format must be set to the suffix of the file, such as "mp4"'
            raise ContractError(msg)

    def open(self, cc: Context) -> None:
        """Checks the path, and opens the file if the options tell frame rate and size."""
        path = os.fsdecode(cc[self.output_path])
        _, dot, suffix = path.rpartition(".")
        if not dot or suffix != self.options.video_format:
            wanted = f".{self.options.video_format}"
            msg = f'the path must end with "{wanted}", as the option video_format says; got "{path}"'
            raise ValueError(msg)
        self._path = Path(path)
        self._audio = os.fsdecode(cc.get(self.audio_path, ""))
        if cc.is_connected(self.audio_path) and not self._audio:
            _log.warning("%s: no sound, as AUDIO_FILE_PATH is empty", path)
        self._writer: VideoWriter | None = None
        self._count = 0
        if not cc.is_connected(self.header):
            self._begin(self.options.fps, self.options.width, self.options.height)

    def process(self, cc: Context) -> None:
        """Opens the file when the header comes; writes the frame."""
        if self.header in cc:
            header = cc[self.header]
            self._begin(header.frame_rate, header.width, header.height)
        if self.video not in cc:
            return
        if self._writer is None:
            msg = "the header must come at VIDEO_PRESTREAM before the first frame"
            raise ValueError(msg)
        frame = cc[self.video]
        size = (frame.width, frame.height)
        if frame.image_format not in _FORMATS or size != self._size:
            names = ", ".join(known.name for known in _FORMATS)
            msg = f"a frame must be {self._size[0]}x{self._size[1]} of format {names}; got {frame!r}"
            raise ValueError(msg)
        self._writer.write(frame.numpy_view(), round(self._count * SECOND / self._rate))
        self._count += 1

    def _begin(self, rate: float, width: int, height: int) -> None:
        """Opens the file."""
        from mpgraph.media.audio import audio_track
        from mpgraph.media.video_writer import CONTAINERS, FOURCCS, VideoWriter

        rate = float(np.float32(rate))
        if not (0 < rate < float("inf") and width > 0 and height > 0):
            msg = f"frame rate, width and height must be positive; got {rate:g}, {width} and {height}"
            raise ValueError(msg)
        codec = FOURCCS.get(self.options.codec.lower())
        if codec is None or self._path.suffix.lower() not in CONTAINERS:
            what = f'codec "{self.options.codec}"' if codec is None else f'"{self._path.suffix}" files'
            known = ", ".join(FOURCCS if codec is None else CONTAINERS)
            msg = f"{self._path}: cannot write {what}; known are {known}"
            raise MediaError(msg)
        audio = audio_track(Path(self._audio)) if self._audio else None
        self._rate, self._size = Fraction(rate).limit_denominator(_FINEST), (width, height)
        source = _Frames(str(self._path), self._rate, audio)
        self._writer = VideoWriter(self._path, source, codec=codec)

    def close(self, cc: Context) -> None:
        """Finishes the file."""
        if self._writer is None:
            return
        if self._count:
            self._writer.close()
        else:
            self._writer.abort()
            _log.warning("%s: not written, as there came no frame", self._path)
