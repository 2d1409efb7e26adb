"""What is shown while a run goes on: a bar on a terminal, nothing elsewhere."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import Task
    from rich.text import Text

__all__ = ["Progress", "make_progress"]


class Progress(Protocol):
    """Shows how many frames are done."""

    def start(self) -> None:
        """Begins."""

    def advance(self) -> None:
        """One more frame is done."""

    def stop(self) -> None:
        """Leaves the terminal as it should be; may be called twice."""


class NoProgress:
    """Shows nothing."""

    def start(self) -> None:
        """Does nothing."""

    def advance(self) -> None:
        """Does nothing."""

    def stop(self) -> None:
        """Does nothing."""


class Bar:
    """A bar with frames, frames per second and the time that is left; without `total` only a count."""

    def __init__(self, title: str, total: int | None) -> None:
        self._progress = _make_bar()
        self._task = self._progress.add_task(title, total=total)

    def start(self) -> None:
        """Shows the bar."""
        self._progress.start()

    def advance(self) -> None:
        """Moves the bar by a frame."""
        self._progress.advance(self._task)

    def stop(self) -> None:
        """Removes the bar."""
        self._progress.stop()


def make_progress(title: str, total: int | None, *, quiet: bool) -> Progress:
    """A bar if stderr is a terminal, and not if `quiet`."""
    if quiet or not sys.stderr.isatty():
        return NoProgress()
    return Bar(title, total)


def _make_bar() -> RichProgress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text as RichText

    class Speed(ProgressColumn):
        def render(self, task: Task) -> Text:
            return RichText(f"{task.speed or 0:.1f} frames/s")

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        Speed(),
        TimeRemainingColumn(),
        console=Console(file=sys.stderr),
        transient=True,
    )
