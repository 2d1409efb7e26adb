"""Keeps OpenCV's own messages off the screen where its failure becomes an exception anyway."""

from __future__ import annotations

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
    """Turns OpenCV's log off, for all threads, and afterwards back to what it was."""
    log = cv2_log()
    level = log.getLogLevel()
    log.setLogLevel(SILENT)
    try:
        yield
    finally:
        log.setLogLevel(level)
