"""Keeps what the runtimes print on stderr off the screen."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import tempfile
import threading
from collections.abc import Iterator

__all__ = ["captured"]

_log = logging.getLogger(__name__)
_lock = threading.Lock()
_LINE = re.compile(rb"(VERBOSE|INFO|WARNING|ERROR): (.*)")
_LEVELS = {b"VERBOSE": logging.DEBUG, b"INFO": logging.INFO, b"WARNING": logging.WARNING}


@contextlib.contextmanager
def captured() -> Iterator[None]:
    """Turns lines that TensorFlow Lite prints meanwhile into log records of this module.

    The runtimes write to file descriptor 2 itself, and LiteRT has no setting for it. So the descriptor
    leads to a file for the few milliseconds in which a model is loaded. What anyone else writes there
    meanwhile appears on stderr right afterwards, unchanged. One thread at a time.
    """
    with _lock, contextlib.ExitStack() as stack:
        try:
            screen = os.dup(2)
        except OSError:  # There is no stderr.
            yield
            return
        stack.callback(os.close, screen)
        file = stack.enter_context(tempfile.TemporaryFile(buffering=0))
        os.dup2(file.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(screen, 2)
            file.seek(0)
            for line in file.read().splitlines(keepends=True):
                if match := _LINE.fullmatch(line.rstrip(b"\r\n")):
                    _log.log(_LEVELS.get(match[1], logging.ERROR), "%s", match[2].decode(errors="replace"))
                else:
                    os.write(2, line)
