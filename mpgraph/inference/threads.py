"""How many threads inference takes where a graph does not say it."""

from __future__ import annotations

import os

__all__ = ["default_threads", "set_default_threads"]

_threads: int | None = None


def set_default_threads(threads: int | None) -> int | None:
    """Sets the process-wide number of threads for graphs that set none; None: what `default_threads` says.

    It holds for nodes that are opened afterwards.

    Returns:
        What was set before.

    Raises:
        ValueError: It is not positive.
    """
    global _threads
    if threads is not None and threads < 1:
        msg = f"the number of threads must be positive, got {threads}"
        raise ValueError(msg)
    before, _threads = _threads, threads
    return before


def default_threads() -> int:
    """The number that `set_default_threads` set; else two, or one where only one processor may be used.

    Upstream takes one. With two MediaPipe's models take little more than half of the time, and give the
    same numbers.
    """
    return _threads if _threads is not None else min(2, _processors())


def _processors() -> int:
    """How many this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
