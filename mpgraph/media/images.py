"""Frames of image files: one file, a folder or a glob pattern."""

from __future__ import annotations

import glob
import re
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from mpgraph.errors import MediaError
from mpgraph.media.image_file import read_image
from mpgraph.media.source import IMAGE_SUFFIXES, SECOND, Frame, Source, Span

__all__ = ["ImageSource"]


class ImageSource(Source):
    """Image files as frames, 30 to a second of timestamps, in natural order of their names (2 before 10).

    Each has its own size, and channels as `read_image` says; `width` and `height` are the first one's.
    """

    frame_rate = Fraction(30)

    def __init__(self, paths: Sequence[Path], name: str, span: Span | None = None) -> None:
        super().__init__(name, span or Span())
        self.paths = tuple(paths)
        self.frame_count = self.span.count(len(self.paths), self.frame_rate)
        self._first = read_image(self.paths[0])
        self.height, self.width = self._first.shape[:2]

    @classmethod
    def of_folder(cls, folder: Path, span: Span | None = None) -> ImageSource:
        """The images that lie directly in a folder."""
        paths = _images(folder.iterdir())
        if not paths:
            msg = f"{folder}: no image in this folder (looked for {' '.join(sorted(IMAGE_SUFFIXES))})"
            raise MediaError(msg)
        return cls(paths, str(folder), span)

    @classmethod
    def of_glob(cls, pattern: str, span: Span | None = None) -> ImageSource:
        """The images whose paths fit the pattern; ``**`` stands for any folders."""
        paths = _images(map(Path, glob.iglob(pattern, recursive=True)))
        if not paths:
            msg = f"{pattern}: no image fits this pattern"
            raise MediaError(msg)
        return cls(paths, pattern, span)

    def _frames(self) -> Iterator[Frame]:
        interval = SECOND / self.frame_rate
        for index, path in enumerate(self.paths):
            image = read_image(path) if index else self._first
            yield Frame(image, round(index * interval), round(interval), path.stem)

    def files(self) -> Sequence[Path]:
        """The images."""
        return self.paths

    def close(self) -> None:
        """Does nothing: no file is held open."""


def _images(paths: Iterable[Path]) -> list[Path]:
    found = [path for path in paths if path.suffix.lower() in IMAGE_SUFFIXES and path.is_file()]
    return sorted((p for p in found if not p.name.startswith(".")), key=_natural)


def _natural(path: Path) -> list[tuple[int, str]]:
    """A key that orders the numbers in names by value."""
    parts = re.split(r"(\d+)", str(path))
    return [(int(part), "") if k % 2 else (0, part) for k, part in enumerate(parts)]
