"""A video with the numbers that OpenCV's ``VideoCapture`` gives."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av

from mpgraph.media.source import SECOND
from mpgraph.media.video_reader import VideoReader

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

__all__ = ["CaptureReader"]


class CaptureReader(VideoReader):
    """The frames of a video, their times counted from the start of the video, not of the file.

    Times are worked out in double precision and cut off to whole microseconds, as those that read
    ``CAP_PROP_POS_MSEC`` do.

    Attributes:
        fps: Frames per second (``CAP_PROP_FPS``); 0 if not known.
        total: How many frames there are by the file's header (``CAP_PROP_FRAME_COUNT``), perhaps an estimate.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)

    def _describe(self, frame: VideoFrame) -> None:
        super()._describe(frame)
        stream = self._stream
        rate = stream.average_rate or stream.guessed_rate or (1 / stream.time_base if stream.time_base else 0)
        self.fps = float(rate)
        self.total = stream.frames or math.floor(self._seconds() * self.fps + 0.5)

    def _seconds(self) -> float:
        """How long the file is; 0 if not known."""
        stream = self._stream
        if self._container.duration:
            return self._container.duration / av.time_base
        return float(stream.duration * stream.time_base) if stream.duration and stream.time_base else 0.0

    def _time(self, pts: int, base: Fraction) -> int:
        start = self._stream.start_time or 0
        return int((pts - start) * (base.numerator / base.denominator) * 1000 * (SECOND // 1000))
