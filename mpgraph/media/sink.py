"""Where frames go: `open_sink` gives a `Sink`, whatever the frames are to be kept in.

What a sink writes appears under its name when it is closed, whole, or not at all.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mpgraph.errors import MediaError
from mpgraph.media.atomic import check_target
from mpgraph.media.source import IMAGE_SUFFIXES, Image, Source

__all__ = ["NullSink", "Sink", "Target", "open_sink"]


class Target(ABC):
    """Where something goes; a context manager that closes it, or aborts after an exception.

    Attributes:
        name: Says where that is.
    """

    name: str

    @abstractmethod
    def close(self) -> None:
        """Finishes what was written and gives it its name. Does nothing after `close` or `abort`."""

    @abstractmethod
    def abort(self) -> None:
        """Drops what is not finished. Does nothing after `close` or `abort`; raises nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()


class Sink(Target):
    """Takes frames one after the other."""

    @abstractmethod
    def write(self, image: NDArray[np.uint8], timestamp: int, name: str | None = None) -> None:
        """Takes a frame.

        Args:
            image: uint8: ``(h, w, 3)`` RGB, ``(h, w)`` gray or ``(h, w, 4)`` RGBA. It is not kept.
            timestamp: Microseconds on the source's clock, more than the one before.
            name: The stem of the file to make, where each frame is a file of its own.

        Raises:
            MediaError: It cannot be written.
        """


class NullSink(Sink):
    """Takes everything and keeps nothing."""

    name = "null:"

    def write(self, image: NDArray[np.uint8], timestamp: int, name: str | None = None) -> None:
        """Drops the frame, if it is one."""
        as_rgb(image, self.name)

    def close(self) -> None:
        """Does nothing."""

    def abort(self) -> None:
        """Does nothing."""


def open_sink(spec: str, *, source: Source, overwrite: bool = True) -> Sink:
    """Opens what `spec` names for the frames of a source.

    Args:
        spec: A video (.mp4, .m4v, .mov, .mkv, .webm or .avi), an image (.png, .jpg, .webp, …), a folder
            (it exists, or the name ends with ``/``; made if need be), or ``null:``.
        source: Where the frames come from: it gives a video's frame rate, time zero and sound.
        overwrite: Whether a file of that name may be replaced.

    Raises:
        MediaError: It cannot be written, is being read by `source`, or does not suit it. Nothing was
            changed then.
    """
    if spec == "null:":
        return NullSink()
    path = Path(spec)
    if not spec or "\0" in spec:
        msg = "an output needs a name: a video, an image, a folder or null:"
        raise MediaError(msg)
    if spec.endswith(("/", os.sep)) or os.path.isdir(path):
        from mpgraph.media.image_sink import FolderSink

        _refuse_own_folder(path, source)
        return FolderSink(path, overwrite=overwrite)
    if any(_same(path, read) for read in source.files()):
        msg = f"{spec}: this is the input itself; give the output another name"
        raise MediaError(msg)
    check_target(path, overwrite=overwrite)
    suffix = path.suffix.lower()
    if suffix in IMAGE_SUFFIXES:
        from mpgraph.media.image_sink import ImageSink

        return ImageSink(path, source, overwrite=overwrite)
    from mpgraph.media.video_writer import CONTAINERS, VideoWriter

    if suffix not in CONTAINERS:
        known = " ".join([*CONTAINERS, *sorted(IMAGE_SUFFIXES)])
        msg = f"{spec}: cannot tell what to write; end the name with / for a folder, or with one of {known}"
        raise MediaError(msg)
    return VideoWriter(path, source, overwrite=overwrite)


def as_rgb(image: NDArray[np.uint8], where: str) -> Image:
    """The image without transparency, as ``(h, w, 3)`` uint8 RGB; MediaError if it is no image."""
    import cv2

    check_image(image, where)
    if image.ndim == 2:
        return np.asarray(cv2.cvtColor(image, cv2.COLOR_GRAY2RGB), np.uint8)
    if image.shape[2] == 4:
        return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGBA2RGB), np.uint8)
    return np.ascontiguousarray(image)


def check_image(image: NDArray[np.uint8], where: str) -> None:
    """MediaError unless it is a uint8 image of 1, 3 or 4 channels with at least one pixel."""
    is_image = image.ndim == 2 or (image.ndim == 3 and image.shape[2] in (3, 4))
    if not (is_image and image.dtype == np.uint8 and image.size):
        shape = "x".join(map(str, image.shape))
        msg = f"{where}: a frame must be (h, w), (h, w, 3) or (h, w, 4) uint8; got {image.dtype} {shape}"
        raise MediaError(msg)


def _same(a: Path, b: Path) -> bool:
    try:
        return a.samefile(b)
    except OSError:
        return False


def _refuse_own_folder(folder: Path, source: Source) -> None:
    """Frames keep the names of the images that they come from, and would replace those."""
    parents = {file.parent for file in source.files() if file.suffix.lower() in IMAGE_SUFFIXES}
    if any(_same(folder, parent) for parent in parents):
        msg = f"{folder}: the input's images lie in this folder and would be overwritten; give another one"
        raise MediaError(msg)
