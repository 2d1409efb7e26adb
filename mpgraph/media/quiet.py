"""Keeps OpenCV's own messages off the screen where its failure becomes an exception anyway."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import cv2

__all__ = ["quiet_cv2"]


@contextmanager
def quiet_cv2() -> Iterator[None]:
    """Turns OpenCV's log off, for all threads, and afterwards back to what it was."""
    log = cv2.utils.logging
    level = log.getLogLevel()
    log.setLogLevel(log.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        log.setLogLevel(level)
