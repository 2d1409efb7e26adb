"""What is shown while a run goes on."""

from __future__ import annotations

import io

import pytest

from mpgraph.cli.progress import Bar, NoProgress, make_progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(make_progress("x", 3, quiet=False), NoProgress)
    monkeypatch.setattr("sys.stderr", Terminal())
    assert isinstance(make_progress("x", 3, quiet=False), Bar)
    assert isinstance(make_progress("x", 3, quiet=True), NoProgress)


@pytest.mark.parametrize("total", [2, None])
def test_the_bar_counts_and_goes_away(total: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("COLUMNS", "100")
    bar = Bar("a graph", total)
    bar.start()
    bar.advance()
    bar.advance()
    bar.stop()
    bar.stop()
    shown = terminal.getvalue()
    assert "a graph" in shown
    assert ("2/2" if total else "2/?") in shown
    assert "frames/s" in shown
    assert shown.endswith("\x1b[2K")  # the line is empty again


def test_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    progress = NoProgress()
    progress.start()
    progress.advance()
    progress.stop()
    assert capsys.readouterr() == ("", "")
