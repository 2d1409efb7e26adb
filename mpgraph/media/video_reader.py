"""Frames of a video file."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import av
import cv2
import numpy as np

from mpgraph.errors import MediaError
from mpgraph.media.color import RgbConverter
from mpgraph.media.source import (
    MAX_PIXELS,
    SECOND,
    AudioTrack,
    ColorTags,
    Frame,
    Image,
    Source,
    Span,
    os_reason,
)

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

__all__ = ["VideoReader", "microseconds", "open_container", "seek"]

_log = logging.getLogger(__name__)

_UNSPECIFIED = 2
_ATTACHED_PICTURE = 0x400
_TURNS = {90: cv2.ROTATE_90_COUNTERCLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_CLOCKWISE}


def open_container(path: Path) -> InputContainer:
    """Opens a media file, which cannot make FFmpeg open anything but files.

    Raises:
        MediaError: It is not a media file.
    """
    try:
        return av.open(f"file:{path}", options={"protocol_whitelist": "file"})
    except (av.FFmpegError, OSError) as error:
        reason = os_reason(error) if isinstance(error, OSError) else "it is broken, or not a video at all"
        msg = f"{path}: cannot be read as a video: {reason}"
        raise MediaError(msg) from error


class VideoReader(Source):
    """The frames of the first video stream, upright, in the order in which they are shown.

    Timestamps are the file's own, from its start. A frame that is not later than the one before is left out.
    What is broken in the middle of the file is passed over. Both are told of by one warning at the end; a
    file of which no frame can be read is an error when it is opened.
    A mirrored display matrix is taken for the rotation that is in it.
    """

    def __init__(self, path: Path, span: Span | None = None) -> None:
        super().__init__(str(path), span or Span())
        self.path = path
        self._broken = self._late = 0
        self._rgb = RgbConverter()
        self._container = open_container(path)
        try:
            first = self._begin(self.span.start)
            if self.span.start and not self._is_early_enough(first):
                self._container.close()  # it cannot be sought in: read it from its start
                self._container = open_container(path)
                first = self._begin(0)
            if first is None:
                part = f" at or after second {self.span.start / SECOND:g}" if self.span.start else ""
                msg = f"{path}: no frame{part} can be read"
                raise MediaError(msg)
            self._describe(first)
        except BaseException:
            self._container.close()
            raise

    def _begin(self, start: int) -> VideoFrame | None:
        """Opens the decoder and gives its first frame, not after `start` if the file allows it."""
        self._stream = stream = self._video_stream()
        context = stream.codec_context
        if context.width * context.height > MAX_PIXELS:
            msg = f"{self.path}: {context.width}x{context.height} pixels are more than mpgraph reads"
            raise MediaError(msg)
        stream.thread_type = "AUTO"
        context.thread_count = min(4, os.cpu_count() or 1)
        self._origin = self._file_start()
        if start:
            seek(self._container, start + self._origin)
        self._decoded = self._decode()
        return next(self._decoded, None)

    def _is_early_enough(self, frame: VideoFrame | None) -> bool:
        if frame is None or frame.pts is None or not frame.time_base:
            return False
        return microseconds(frame.pts, frame.time_base) - self._origin <= self.span.start

    def _video_stream(self) -> VideoStream:
        """The first stream that moves: a cover picture of a sound file is no video."""
        for stream in self._container.streams.video:
            if not stream.disposition.value & _ATTACHED_PICTURE:
                if stream.codec_context is None:
                    msg = f"{self.path}: there is no decoder for its video"
                    raise MediaError(msg)
                return stream
        sound = "only sound" if self._container.streams.audio else "no stream that can be shown"
        msg = f"{self.path}: there is no video in it, {sound}"
        raise MediaError(msg)

    def _describe(self, frame: VideoFrame) -> None:
        """Takes what is known of the video from its header and its first frame."""
        self._first = frame
        rate = self._stream.average_rate or self._stream.guessed_rate
        self.frame_rate = Fraction(rate) if rate else None
        self.frame_count = self.span.count(self._total_frames(), self.frame_rate)
        self._turn = _TURNS.get(round(frame.rotation / 90) * 90 % 360)
        aspect = self._stream.sample_aspect_ratio
        self.pixel_aspect = Fraction(aspect) if aspect else None
        self.width, self.height = frame.width, frame.height
        if self._turn in (cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_90_COUNTERCLOCKWISE):
            self.width, self.height = self.height, self.width
            self.pixel_aspect = 1 / self.pixel_aspect if self.pixel_aspect else None
        context = self._stream.codec_context
        self.color_tags = ColorTags(
            _UNSPECIFIED if frame.colorspace == _UNSPECIFIED else ColorTags().matrix,
            int(getattr(context, "color_primaries", _UNSPECIFIED)),
            int(getattr(context, "color_trc", _UNSPECIFIED)),
        )
        if self._container.streams.audio:
            audio = self._container.streams.audio[0]
            if audio.codec_context is None:
                _log.warning("%s: FFmpeg does not know the codec of its sound; it is left out", self.path)
            else:
                self.audio = AudioTrack(self.path, audio.index, audio.codec_context.name, self._origin)

    def _total_frames(self) -> int | None:
        if self._stream.frames:
            return self._stream.frames
        if self._container.duration and self.frame_rate:
            return round(self._container.duration * self.frame_rate / av.time_base)
        return None

    def _file_start(self) -> int:
        """The time in the file, in microseconds, that counts as zero; no frame lies before it."""
        stream, base = self._stream.start_time, self._stream.time_base
        video = microseconds(stream, base) if stream is not None and base else 0
        return min(video, max(0, self._container.start_time or 0))

    def _decode(self) -> Iterator[VideoFrame]:
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets, None)
                frames = packet.decode() if packet is not None else []
            except av.FFmpegError:  # if it was reading that failed, there is no next packet
                self._broken += 1
                continue
            if packet is None:
                return
            yield from frames

    def _frames(self) -> Iterator[Frame]:
        interval = round(SECOND / (self.frame_rate or 30))
        last = length = None
        for frame in chain([self._first], self._decoded):
            if frame.pts is not None and frame.time_base:
                timestamp = self._time(frame.pts, frame.time_base)
            else:
                timestamp = 0 if last is None else last + interval
            if last is not None and timestamp <= last:
                self._late += 1
                continue
            last, length = timestamp, None
            if frame.duration and frame.time_base:
                length = microseconds(frame.duration, frame.time_base)
            if timestamp >= self.span.start:
                yield Frame(self._picture(frame), timestamp, length)
        self._warn(0 if last is None else last + (length or interval))

    def _time(self, pts: int, base: Fraction) -> int:
        """The timestamp of a frame in microseconds."""
        return microseconds(pts, base) - self._origin

    def _picture(self, frame: VideoFrame) -> Image:
        rgb = self._rgb(frame)
        return rgb if self._turn is None else np.asarray(cv2.rotate(rgb, self._turn), np.uint8)

    def _warn(self, end: int) -> None:
        """Tells of all that the frames do not show, at the file's end."""
        base = self._stream.time_base
        claimed = microseconds(self._stream.duration, base) if self._stream.duration and base else 0
        if end < claimed - SECOND / 2:
            _log.warning(
                "%s: cut short: ends at second %.2f of %.2f", self.path, end / SECOND, claimed / SECOND
            )
        elif self._broken:
            _log.warning("%s: damaged: %d of its parts could not be decoded", self.path, self._broken)
        if self._late:
            _log.warning(
                "%s: left out %d frames that were not later than the one before", self.path, self._late
            )

    def files(self) -> Sequence[Path]:
        """The video."""
        return (self.path,)

    def close(self) -> None:
        """Closes the file."""
        self._container.close()


def seek(container: InputContainer, time: int) -> None:
    """Goes to the last point at or before a time in microseconds from which decoding can begin.

    Some files cannot be sought in, and are then anywhere; the frame that comes next tells.
    """
    with suppress(av.FFmpegError):
        container.seek(time)


def microseconds(time: int, base: Fraction) -> int:
    """A time in units of `base` seconds, rounded to the nearest microsecond."""
    scale = SECOND * base.numerator
    return (2 * time * scale + base.denominator) // (2 * base.denominator)
