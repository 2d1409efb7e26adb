"""OpenCV's log is off only as long as asked for."""

from __future__ import annotations

import cv2
import pytest

from mpgraph.media.quiet import quiet_cv2


def test_the_level_comes_back_even_after_an_exception() -> None:
    log = cv2.utils.logging
    before = log.getLogLevel()
    with pytest.raises(ZeroDivisionError), quiet_cv2():
        assert log.getLogLevel() == log.LOG_LEVEL_SILENT
        raise ZeroDivisionError
    assert log.getLogLevel() == before
