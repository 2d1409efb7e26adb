"""OpenCV's log is off only as long as asked for."""

from __future__ import annotations

import pytest

from mpgraph.media.quiet import SILENT, cv2_log, quiet_cv2


def test_the_level_comes_back_even_after_an_exception() -> None:
    log = cv2_log()
    before = log.getLogLevel()
    assert before != SILENT
    with pytest.raises(ZeroDivisionError), quiet_cv2():
        assert log.getLogLevel() == SILENT
        raise ZeroDivisionError
    assert log.getLogLevel() == before


def test_the_level_comes_back_when_blocks_overlap() -> None:
    log = cv2_log()
    before = log.getLogLevel()
    first, second = quiet_cv2(), quiet_cv2()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert log.getLogLevel() == SILENT
    second.__exit__(None, None, None)
    assert log.getLogLevel() == before != SILENT
