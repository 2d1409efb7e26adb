"""Where frames come from: `open_source` gives a `Source`, whatever the frames are kept in.

A source is read once, from its first frame to its last. All that can be known to be wrong with it is
found when it is opened, its first frame included; a `MediaError` says what and where.
"""

from __future__ import annotations

import glob
import os
import re
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from mpgraph.errors import MediaError

__all__ = ["AudioTrack", "ColorTags", "Frame", "Image", "Source", "Span", "open_source"]

Image = NDArray[np.uint8]

SECOND = 1_000_000
FOREVER = sys.maxsize
MAX_PIXELS = 1 << 28  # of one picture; a larger one is refused before memory is asked for


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture and its time.

    `image` is read-only, C-contiguous uint8: ``(h, w, 3)`` RGB, ``(h, w)`` gray or ``(h, w, 4)`` RGBA.
    `timestamp` and `duration` are microseconds, counted from the start of the file; timestamps of one
    source strictly increase. `name` is the stem of the file when the frame is an image file of its own.
    """

    image: Image
    timestamp: int
    duration: int | None = None
    name: str | None = None

    def __post_init__(self) -> None:
        self.image.setflags(write=False)


@dataclass(frozen=True, slots=True)
class AudioTrack:
    """The sound that belongs to a source: stream `index` of the file `path`, in the codec `codec`.

    `origin` is the file's time, in microseconds, that the source's frames count from.
    """

    path: Path
    index: int
    codec: str
    origin: int


class ColorTags(NamedTuple):
    """How a video written from a source describes its colours (code points of ISO/IEC 23091-2).

    The samples are always BT.601 in the limited range; `matrix` is 2 (unspecified) when the source is a
    video that does not say its matrix, so that a player treats both alike.
    """

    matrix: int = 6
    primaries: int = 1
    transfer: int = 13


@dataclass(frozen=True, slots=True)
class Span:
    """Which part of a source to read: microseconds from `start` to `stop` (not included), `limit` frames."""

    start: int = 0
    stop: int | None = None
    limit: int | None = None

    @classmethod
    def of(cls, start: float = 0, duration: float | None = None, limit: int | None = None) -> Self:
        """The span of `duration` seconds from second `start`; MediaError if there is no such span."""
        if not 0 <= start < 1e9:
            msg = f"start must be a number of seconds, at least 0; got {start}"
            raise MediaError(msg)
        if duration is not None and not 0 < duration < 1e9:
            msg = f"duration must be a number of seconds, more than 0; got {duration}"
            raise MediaError(msg)
        if limit is not None and limit < 1:
            msg = f"limit must be at least 1 frame; got {limit}"
            raise MediaError(msg)
        first = round(start * SECOND)
        return cls(first, None if duration is None else first + max(round(duration * SECOND), 1), limit)

    def count(self, frames: int | None, frame_rate: Fraction | None) -> int | None:
        """About how many of `frames` frames (None: unknown) lie in the span; None if that is unknown."""
        if frame_rate:
            if self.stop is not None:
                last = ceil(self.stop * frame_rate / SECOND)
                frames = last if frames is None else min(last, frames)
            if frames is not None:
                frames = max(0, frames - ceil(self.start * frame_rate / SECOND))
        if self.limit is None:
            return frames
        return self.limit if frames is None else min(self.limit, frames)


class Source(ABC):
    """A sequence of frames, to be iterated once; a context manager that closes it.

    `width`, `height`, `frame_rate` (frames per second) and `frame_count` are None when not known before
    reading; `frame_count` may be an estimate. `live` is true of a camera, which drops frames that nobody
    took in time. `start` is the time at which what was asked for begins, in microseconds: zero of a file
    written from the source. `end` is the time up to which the source was read, None before it is at its end.
    """

    live = False
    width: int | None = None
    height: int | None = None
    frame_rate: Fraction | None = None
    frame_count: int | None = None
    pixel_aspect: Fraction | None = None
    audio: AudioTrack | None = None
    color_tags = ColorTags()
    end: int | None = None

    def __init__(self, name: str, span: Span) -> None:
        self.name = name
        self.span = span

    @property
    def start(self) -> int:
        """The time at which what was asked for begins, in microseconds."""
        return self.span.start

    def __iter__(self) -> Iterator[Frame]:
        count = 0
        for frame in self._frames():
            if frame.timestamp < self.span.start:
                continue
            if self.span.stop is not None and frame.timestamp >= self.span.stop:
                break
            yield frame
            count += 1
            if count == self.span.limit:
                interval = frame.duration or round(SECOND / (self.frame_rate or 30))
                self.end = frame.timestamp + interval
                return
        if not count:
            until = f" and before second {self.span.stop / SECOND:g}" if self.span.stop is not None else ""
            msg = f"{self.name}: there is no frame at or after second {self.span.start / SECOND:g}{until}"
            raise MediaError(msg)
        self.end = FOREVER if self.span.stop is None else self.span.stop

    @abstractmethod
    def _frames(self) -> Iterator[Frame]:
        """All frames in order; those before the span may be left out."""

    def files(self) -> Sequence[Path]:
        """The files that are read, none of which may be written at the same time."""
        return ()

    @abstractmethod
    def close(self) -> None:
        """Lets go of the file or camera. May be called twice, not while frames are read."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff", ".pgm", ".ppm"})


def open_source(
    spec: str, *, start: float = 0, duration: float | None = None, limit: int | None = None
) -> Source:
    """Opens the frames that `spec` names.

    Args:
        spec: The path of a video or an image, a folder of images, a glob pattern of images,
            ``camera:N``, or ``testsrc[:WxH[@FPS[xSECONDS]]]`` (1280x720@30x5 if not given).
            A file with the suffix of an image is an image; every other file is a video.
        start: Seconds at the beginning to leave out.
        duration: Seconds to read.
        limit: The number of frames to read at most.

    Raises:
        MediaError: There is nothing of that name, or it cannot be read.
    """
    span = Span.of(start, duration, limit)
    if re.fullmatch(r"testsrc(:.*)?", spec, re.DOTALL):
        from mpgraph.media.testsrc import TestSource

        return TestSource.parse(spec, span)
    if camera := re.fullmatch(r"camera(?::(.*))?", spec, re.DOTALL):
        from mpgraph.media.camera import CameraSource

        return CameraSource.parse(camera[1] or "0", span)
    return _open_path(spec, span)


def _open_path(spec: str, span: Span) -> Source:
    from mpgraph.media.images import ImageSource

    path = Path(spec)
    problem: str | None = None
    try:
        if not spec or "\0" in spec:
            problem = "an input needs a name: a video, an image, a folder, camera:0 or testsrc"
        elif path.is_dir():
            return ImageSource.of_folder(path, span)
        elif path.is_file():
            if path.stat().st_size == 0:
                problem = f"{spec}: the file is empty"
        elif path.exists():
            problem = f"{spec}: neither a regular file nor a folder (a camera is given as camera:0)"
        elif glob.has_magic(spec):
            return ImageSource.of_glob(spec, span)
        elif "://" in spec:
            problem = f"{spec}: only files are read; download it first"
        else:
            problem = f"{spec}: no such file or folder"
        if problem is None:
            with open(path, "rb"):
                pass
    except MediaError:
        raise
    except OSError as error:
        problem = f"{spec}: cannot be read: {os_reason(error)}"
    if problem is not None:
        raise MediaError(problem)
    if path.suffix.lower() in IMAGE_SUFFIXES:
        return ImageSource([path], spec, span)
    from mpgraph.media.video_reader import VideoReader

    return VideoReader(path, span)


def os_reason(error: Any) -> str:
    """What an OSError says, without its number and path."""
    return os.strerror(error.errno).lower() if getattr(error, "errno", None) else str(error)
