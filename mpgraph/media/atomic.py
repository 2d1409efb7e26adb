"""Files that appear under their name only once they are whole."""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from mpgraph.errors import MediaError
from mpgraph.media.source import os_reason

__all__ = ["AtomicFile", "check_target"]


def check_target(path: Path, *, overwrite: bool = True) -> None:
    """Checks that a file can be made under that name, so far as that can be known without making one.

    Raises:
        MediaError: It cannot: there is something else of that name, or no folder for it.
    """
    problem: str | None = None
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        if not path.parent.is_dir():
            problem = f"cannot be made: there is no folder {path.parent}"
    except OSError as error:
        problem = f"cannot be written: {os_reason(error)}"
    else:
        if stat.S_ISDIR(mode):
            problem = "is a folder"
        elif not stat.S_ISREG(mode):
            problem = "is not a regular file (to write nothing, give null:)"
        elif not overwrite:
            problem = "exists already"
        elif not os.access(path, os.W_OK):
            problem = "cannot be written: permission denied"
    if problem is not None:
        msg = f"{path}: {problem}"
        raise MediaError(msg)


class AtomicFile:
    """A new file, open in `file`, that replaces the one of that name, if any, by `commit`.

    Until then it lies beside it under a hidden name; `discard` removes it. A context manager that does the
    one or the other.

    Raises:
        MediaError: The file cannot be made.
    """

    def __init__(self, path: Path, *, overwrite: bool = True) -> None:
        self.path = path
        check_target(path, overwrite=overwrite)
        self._target = Path(os.path.realpath(path))
        self._temporary = self._target.with_name(f".mpgraph-{secrets.token_hex(8)}{path.suffix}")
        try:
            self.file: BinaryIO = open(self._temporary, "xb+")  # noqa: SIM115
        except OSError as error:
            raise self.error(error) from error

    def error(self, error: OSError) -> MediaError:
        """The error for one that writing gave."""
        return MediaError(f"{self.path}: cannot be written: {os_reason(error)}")

    def commit(self) -> None:
        """Gives the file its name."""
        try:
            self.file.close()
            os.replace(self._temporary, self._target)
        except OSError as error:
            self.discard()
            raise self.error(error) from error

    def discard(self) -> None:
        """Removes the file; whatever had the name before stays."""
        with suppress(OSError):
            self.file.close()
        with suppress(OSError):
            self._temporary.unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.commit()
            return
        self.discard()
        if isinstance(error, OSError) and not isinstance(error, MediaError):
            raise self.error(error) from error
