"""Keeps OpenCV's own messages off the screen where its failure becomes an exception anyway."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import cv2

__all__ = ["cv2_log", "quiet_cv2"]

SILENT = 0


def cv2_log() -> Any:
    """What has ``getLogLevel`` and ``setLogLevel``: the module itself before OpenCV 5."""
    return getattr(cv2.utils, "logging", cv2)


@contextmanager
def quiet_cv2() -> Iterator[None]:
    """Turns OpenCV's log off, for all threads, and back to what it was when the last one asks no more."""
    _silence.begin()
    try:
        yield
    finally:
        _silence.end()


class _Silence:
    """The log's level is one for the process, and those who want it off overlap."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wanted = 0
        self._level = SILENT

    def begin(self) -> None:
        with self._lock:
            if not self._wanted:
                self._level = cv2_log().getLogLevel()
                cv2_log().setLogLevel(SILENT)
            self._wanted += 1

    def end(self) -> None:
        with self._lock:
            self._wanted -= 1
            if not self._wanted:
                cv2_log().setLogLevel(self._level)


_silence = _Silence()
