"""Status handlers: code that hears how each run begins and ends (spec SH-1)."""

from __future__ import annotations

from .calculator import Calculator
from .context import Context

__all__ = ["StatusHandler"]


class StatusHandler(Calculator):
    """Called before and after each run of a graph; upstream's deprecated ``StatusHandler``.

    A graph names it in ``status_handler``. Its input side packets, `SideInput`, are class attributes like
    those of a calculator, and so are its options and the class argument ``name``. What it raises makes the
    run fail.

    New code does better with what `Graph` raises.
    """

    def handle_pre_run_status(self, cc: Context, error: Exception | None) -> None:
        """Called before a run, after the packet generators; `error` is what went wrong with those."""

    def handle_status(self, cc: Context, error: Exception | None) -> None:
        """Called at the end of a run, before its calculators are cleaned up; `error` is the run's first."""
