"""OpenCvVideoDecoderCalculator: the frames of a video file."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.errors import MediaError, StopGraph
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.video_header import VideoHeader
from mpgraph.packet_type import STRING
from mpgraph.ports import Output, SideInput, SideOutput
from mpgraph.timestamp import PRESTREAM

if TYPE_CHECKING:
    from mpgraph.media.source import AudioTrack, Frame

__all__ = ["OpenCvVideoDecoder"]

_log: Final = logging.getLogger(__name__)


class OpenCvVideoDecoder(Calculator, name="OpenCvVideoDecoderCalculator", timestamp_offset=None):
    """Reads a video file, upright, as fast as the graph takes the frames.

    Timestamps are the file's own in microseconds, from the start of the video; frames that are not later
    than the one before are left out. The file is read by PyAV and the times are those that OpenCV's
    ``VideoCapture`` tells, with which upstream reads; colours may differ by a rounding.

    Side inputs:
        INPUT_FILE_PATH: str.

    Outputs:
        VIDEO: ImageFrame, SRGB.
        VIDEO_PRESTREAM: VideoHeader at PreStream, optional: format, size, frame rate, and the duration by
            the header's count of frames.

    Side outputs:
        SAVED_AUDIO_PATH: str, optional: the path of a new temporary AAC file with the sound, which nobody
            removes; "" with a warning if there is none that can be saved.

    Raises:
        MediaError: The file is not there, cannot be read as a video, or does not say how long it is or how
            many frames there are per second.

    Upstream: calculators/video/opencv_video_decoder_calculator.cc; spec calculators.md 5.

    Example::

        node {
          calculator: "OpenCvVideoDecoderCalculator"
          input_side_packet: "INPUT_FILE_PATH:input_video_path"
          output_stream: "VIDEO:input_video"
          output_stream: "VIDEO_PRESTREAM:input_video_header"
        }
    """

    input_path = SideInput[str]("INPUT_FILE_PATH")
    video = Output[ImageFrame]("VIDEO")
    header = Output[VideoHeader]("VIDEO_PRESTREAM", optional=True)
    audio_path = SideOutput[str]("SAVED_AUDIO_PATH", optional=True, type=STRING)

    def open(self, cc: Context) -> None:
        """Opens the file; sends the header and saves the sound, if that is asked for."""
        from mpgraph.media.capture_reader import CaptureReader

        path = Path(os.fsdecode(cc[self.input_path]))
        self._reader = reader = CaptureReader(path)
        try:
            width, height = reader.width, reader.height
            if not width or not height or reader.fps <= 0 or reader.total <= 0:
                msg = (
                    f"{path}: the header of the video is not sound: {width}x{height} pixels, "
                    f"{reader.total} frames, {reader.fps:g} per second"
                )
                raise MediaError(msg)
            header = VideoHeader(
                format=ImageFormat.SRGB,
                width=width,
                height=height,
                duration=float(np.float32(reader.total / reader.fps)),
                frame_rate=reader.fps,
            )
            cc.send(self.header, header, PRESTREAM)
            cc.close(self.header)
            if cc.is_connected(self.audio_path):
                cc.send(self.audio_path, _save_sound(path, reader.audio))
            self._frames: Iterator[Frame] = iter(reader)
        except BaseException:
            reader.close()
            raise

    def process(self, cc: Context) -> None:
        """Sends the next frame."""
        frame = next(self._frames, None)
        if frame is None:
            raise StopGraph
        cc.send(self.video, ImageFrame.adopt(frame.image, ImageFormat.SRGB), frame.timestamp)

    def close(self, cc: Context) -> None:
        """Closes the file."""
        self._reader.close()


def _save_sound(path: Path, track: AudioTrack | None) -> str:
    """The path of a new file with the sound; "" if there is none."""
    from mpgraph.media.audio import save_aac

    if track is None:
        _log.warning("%s: there is no sound to save", path)
        return ""
    handle, name = tempfile.mkstemp(prefix="mpgraph-", suffix=".aac")
    os.close(handle)
    try:
        save_aac(track, Path(name))
    except BaseException as error:
        os.unlink(name)
        if not isinstance(error, MediaError):
            raise
        _log.warning("%s", error)
        return ""
    return name
