"""Frames as a video file."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
from numpy.typing import NDArray

from mpgraph.errors import MediaError
from mpgraph.media.atomic import AtomicFile
from mpgraph.media.audio import AudioCopy, can_hold
from mpgraph.media.color import fill_i420
from mpgraph.media.sink import Sink, as_rgb
from mpgraph.media.source import SECOND, Source, os_reason

if TYPE_CHECKING:
    from av.video.stream import VideoStream

__all__ = ["CONTAINERS", "FOURCCS", "Codec", "VideoWriter"]

_log = logging.getLogger(__name__)

_LIMITED_RANGE = 1


@dataclass(frozen=True)
class Codec:
    """An encoder: `even` if it takes even sizes only."""

    name: str
    options: Mapping[str, str] = field(default_factory=dict)
    even: bool = False


@dataclass(frozen=True)
class Container:
    """A file format; without `time_base` a frame's time is a whole number of frames."""

    format: str
    codec: Codec
    time_base: Fraction | None


# Without B-frames libx264 takes a quarter less time for the same quality, at 40 % more bytes.
H264 = Codec("libx264", {"preset": "superfast", "crf": "20", "bf": "0"}, even=True)
VP9 = Codec("libvpx-vp9", {"deadline": "realtime", "cpu-used": "8", "row-mt": "1", "crf": "30", "b": "0"})
MPEG4 = Codec("mpeg4", {"qscale": "3"}, even=True)
HEVC = Codec("libx265", {"preset": "ultrafast", "x265-params": "log-level=none"}, even=True)
VP8 = Codec("libvpx", {"deadline": "realtime", "cpu-used": "8", "crf": "10", "b": "4M"})
MJPEG = Codec("mjpeg", {"qscale": "3", "strict": "unofficial"})  # else it takes the full range only

FOURCCS: Mapping[str, Codec] = {
    **dict.fromkeys(("avc1", "h264", "x264"), H264),
    **dict.fromkeys(("hev1", "hevc", "hvc1"), HEVC),
    **dict.fromkeys(("divx", "fmp4", "mp4v", "xvid"), MPEG4),
    **dict.fromkeys(("mjpg", "jpeg"), MJPEG),
    "vp80": VP8,
    **dict.fromkeys(("vp09", "vp90"), VP9),
}
"""Encoders by the four characters, in lower case, that files name them by."""

CONTAINERS: Mapping[str, Container] = {
    ".mp4": Container("mp4", H264, Fraction(1, 90_000)),
    ".m4v": Container("mp4", H264, Fraction(1, 90_000)),
    ".mov": Container("mov", H264, Fraction(1, 90_000)),
    ".mkv": Container("matroska", H264, Fraction(1, 1_000)),
    ".webm": Container("webm", VP9, Fraction(1, 1_000)),
    ".avi": Container("avi", MPEG4, None),
}


class VideoWriter(Sink):
    """A video with the frames at their own times, and the source's sound.

    H.264 in mp4, mov and mkv, VP9 in webm, MPEG-4 in avi, all of them yuv420p. The first frame gives the
    size. H.264 and MPEG-4 hold even sizes only: an odd side becomes longer by a copy of its last line. Times
    are kept to 1/90000 s in mp4 and mov and to 1 ms in mkv and webm; avi has one frame rate, so that times
    move to its next whole frame. Sound is copied as it is, cut to the same part of the source; a format that
    cannot hold it goes without, with a warning. A `codec` may take the place of the
    container's own; then, too, times move to the next whole frame.

    Raises:
        MediaError: The file cannot be written, or the encoder is missing.
    """

    def __init__(
        self, path: Path, source: Source, *, overwrite: bool = True, codec: Codec | None = None
    ) -> None:
        self.name = str(path)
        self._container = CONTAINERS[path.suffix.lower()]
        self._codec = codec or self._container.codec
        self._source = source
        self._rate = source.frame_rate or Fraction(30)
        self._time_base = 1 / self._rate
        if codec is None and self._container.time_base is not None:
            self._time_base = self._container.time_base
        _require_encoder(self._codec.name, self.name)
        self._file = AtomicFile(path, overwrite=overwrite)
        self._output = av.open(self._file.file, "w", format=self._container.format, buffer_size=1 << 20)
        self._stream: VideoStream | None = None
        self._audio: AudioCopy | None = None
        self._size = (0, 0)
        self._last = -1
        self._end = 0
        self._open = True

    def write(self, image: NDArray[np.uint8], timestamp: int, name: str | None = None) -> None:
        """Encodes a frame. It must be of the first one's size."""
        if not self._open:
            msg = f"{self.name}: is closed"
            raise MediaError(msg)
        rgb = as_rgb(image, self.name)
        with self._errors():
            stream = self._stream or self._begin(rgb.shape[1], rgb.shape[0])
            if rgb.shape[1::-1] != self._size:
                (width, height), (first_width, first_height) = rgb.shape[1::-1], self._size
                msg = (
                    f"{self.name}: a frame of {width}x{height} pixels does not fit a video of "
                    f"{first_width}x{first_height}; images of different sizes can go to a folder/"
                )
                raise MediaError(msg)
            time = timestamp - self._source.start
            self._last = max(round(time / (SECOND * self._time_base)), self._last + 1)
            self._end = time + round(SECOND / self._rate)
            frame = av.VideoFrame(stream.width, stream.height, "yuv420p")
            fill_i420(frame, rgb)
            frame.pts, frame.time_base = self._last, self._time_base
            self._output.mux(stream.encode(frame))
            if self._audio is not None:
                self._audio.copy(until=time)

    def close(self) -> None:
        """Writes the rest and gives the file its name; MediaError if there came no frame."""
        if not self._open:
            return
        try:
            with self._errors():
                self._finish()
        except BaseException:
            self.abort()
            raise
        self._open = False
        self._file.commit()

    def abort(self) -> None:
        """Removes what was written."""
        if not self._open:
            return
        self._open = False
        with suppress(av.FFmpegError, OSError):
            self._release()
        self._file.discard()

    def _begin(self, width: int, height: int) -> VideoStream:
        """Opens the encoder, and begins the file: with the sound, if the format can hold it."""
        codec = self._codec
        try:
            stream: VideoStream = self._output.add_stream(codec.name, self._rate, dict(codec.options))  # type: ignore[assignment]
        except ValueError as error:
            msg = f"{self.name}: {self._container.format} files cannot hold video of {codec.name}"
            raise MediaError(msg) from error
        self._size = (width, height)
        stream.width, stream.height = (side + side % 2 if codec.even else side for side in self._size)
        stream.pix_fmt = "yuv420p"
        stream.time_base = stream.codec_context.time_base = self._time_base
        context = stream.codec_context
        # The other processors are for what makes the frames.
        context.thread_count = min(4, max(1, (os.cpu_count() or 1) // 2))
        if self._source.pixel_aspect:
            context.sample_aspect_ratio = self._source.pixel_aspect
        tags = self._source.color_tags
        context.colorspace, context.color_primaries, context.color_trc = tags
        context.color_range = _LIMITED_RANGE
        if (track := self._source.audio) is not None:
            if can_hold(self._container.format, track):
                self._audio = AudioCopy(track, self._output, self._source.start)
            else:
                _log.warning("%s: no sound: this format cannot hold %s", self.name, track.codec)
        self._output.start_encoding()
        self._stream = stream
        return stream

    def _finish(self) -> None:
        if self._stream is None:
            msg = f"{self.name}: not written, as there came no frame"
            raise MediaError(msg)
        self._output.mux(self._stream.encode(None))
        if self._audio is not None:
            end = self._source.end
            self._audio.copy(until=self._end if end is None else end - self._source.start)
        self._release()
        self._file.file.flush()

    def _release(self) -> None:
        if self._audio is not None:
            self._audio.close()
        self._output.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Errors of FFmpeg and the system as MediaError."""
        try:
            yield
        except MediaError:
            raise
        except OSError as error:  # some of FFmpeg's are OSErrors too
            msg = f"{self.name}: cannot be written: {os_reason(error)}"
            raise MediaError(msg) from error
        except av.FFmpegError as error:
            width, height = self._size
            msg = f"{self.name}: {self._codec.name} cannot encode {width}x{height} pixels: {error.strerror}"
            raise MediaError(msg) from error


def _require_encoder(name: str, where: str) -> None:
    try:
        av.Codec(name, "w")
    except ValueError as error:
        msg = (
            f"{where}: the installed PyAV has no {name} encoder; its released wheels have: pip install -U av"
        )
        raise MediaError(msg) from error
