"""Frames as image files."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mpgraph.errors import MediaError
from mpgraph.media.atomic import AtomicFile, check_target
from mpgraph.media.quiet import quiet_cv2
from mpgraph.media.sink import Sink, as_rgb, check_image
from mpgraph.media.source import Source, os_reason

__all__ = ["FolderSink", "ImageSink"]

WITH_ALPHA = frozenset({".png", ".webp", ".tif", ".tiff"})


def write_image(path: Path, image: NDArray[np.uint8], *, overwrite: bool = True) -> None:
    """Writes an image file in one step; transparency is left out where the format has none.

    Raises:
        MediaError: It cannot be written.
    """
    check_image(image, str(path))
    if image.ndim == 3 and image.shape[2] == 4 and path.suffix.lower() in WITH_ALPHA:
        image = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGBA2BGRA), np.uint8)
    elif image.ndim == 3:
        image = np.asarray(cv2.cvtColor(as_rgb(image, str(path)), cv2.COLOR_RGB2BGR), np.uint8)
    try:
        with quiet_cv2():
            done, data = cv2.imencode(path.suffix.lower(), image)
    except cv2.error:
        done = False
    if not done:
        height, width = image.shape[:2]
        msg = f"{path}: OpenCV cannot write {width}x{height} pixels in this format"
        raise MediaError(msg)
    with AtomicFile(path, overwrite=overwrite) as output:
        output.file.write(data.tobytes())


class ImageSink(Sink):
    """One image file, for a source of one frame.

    Raises:
        MediaError: The file cannot be written, or more than one frame comes.
    """

    def __init__(self, path: Path, source: Source, *, overwrite: bool = True) -> None:
        self.name = str(path)
        if (source.frame_count or 1) > 1:
            raise self._too_many(source.frame_count)
        self._path = path
        self._overwrite = overwrite
        self._image: NDArray[np.uint8] | None = None
        self._open = True

    def _too_many(self, count: int | None) -> MediaError:
        hint = "end the name with / to write a folder, or limit the input to one frame"
        return MediaError(f"{self.name}: an image holds one frame, not {count}: {hint}")

    def write(self, image: NDArray[np.uint8], timestamp: int, name: str | None = None) -> None:
        """Takes the only frame."""
        check_image(image, self.name)
        if self._image is not None:
            raise self._too_many(2)
        self._image = image.copy()

    def close(self) -> None:
        """Writes the file; MediaError if there came no frame."""
        if not self._open:
            return
        self._open = False
        if self._image is None:
            msg = f"{self.name}: not written, as there came no frame"
            raise MediaError(msg)
        write_image(self._path, self._image, overwrite=self._overwrite)

    def abort(self) -> None:
        """Writes nothing."""
        self._open = False


class FolderSink(Sink):
    """A PNG file for each frame, with its name or else its number, counted from 0.

    Each file is whole as soon as it is there; `abort` leaves those that are. Frames of the same name get a
    number after it. The folder is made with the first frame.

    Raises:
        MediaError: The folder cannot be made, or a file not be written.
    """

    def __init__(self, folder: Path, *, overwrite: bool = True) -> None:
        self.name = str(folder)
        self._folder = folder
        self._overwrite = overwrite
        self._used: set[str] = set()
        self._count = 0
        if not os.path.isdir(folder):
            check_target(folder, overwrite=False)

    def write(self, image: NDArray[np.uint8], timestamp: int, name: str | None = None) -> None:
        """Writes a file."""
        check_image(image, self.name)
        try:
            self._folder.mkdir(exist_ok=True)
        except OSError as error:
            msg = f"{self._folder}: cannot be made: {os_reason(error)}"
            raise MediaError(msg) from error
        stem = plain = name if name is not None else f"{self._count:06d}"
        number = 1
        while stem in self._used:
            number += 1
            stem = f"{plain}-{number}"
        self._used.add(stem)
        self._count += 1
        write_image(self._folder / f"{stem}.png", image, overwrite=self._overwrite)

    def close(self) -> None:
        """Does nothing: each file is finished as it is written."""

    def abort(self) -> None:
        """Does nothing: each file is finished as it is written."""
