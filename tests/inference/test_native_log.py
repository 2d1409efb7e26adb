"""What the runtimes print on stderr becomes log records."""

from __future__ import annotations

import logging
import os

import pytest

from mpgraph.inference import native_log


def test_lines_of_the_runtime_become_records_and_the_rest_stays(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="mpgraph"), native_log.captured():
        os.write(2, b"INFO: Created a delegate.\nsomebody else\nWARNING: hm\nERROR: no\nhalf a line")
    assert capfd.readouterr().err == "somebody else\nhalf a line"
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("INFO", "Created a delegate."),
        ("WARNING", "hm"),
        ("ERROR", "no"),
    ]


def test_stderr_is_back_after_an_exception(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="oops"), native_log.captured():
        raise ValueError("oops")
    os.write(2, b"INFO: seen\n")
    assert capfd.readouterr().err == "INFO: seen\n"


def test_without_stderr(monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(_: int) -> int:
        raise OSError

    monkeypatch.setattr(os, "dup", closed)
    with native_log.captured():
        pass
