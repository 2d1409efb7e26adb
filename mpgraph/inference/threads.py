"""How many threads inference takes where a graph does not say it."""

from __future__ import annotations

__all__ = ["default_threads", "set_default_threads"]

_threads: int | None = None


def set_default_threads(threads: int | None) -> None:
    """Sets the process-wide number of threads for graphs that set none; None: one, as upstream.

    It holds for nodes that are opened afterwards.

    Raises:
        ValueError: It is not positive.
    """
    global _threads
    if threads is not None and threads < 1:
        msg = f"the number of threads must be positive, got {threads}"
        raise ValueError(msg)
    _threads = threads


def default_threads() -> int | None:
    """The number that `set_default_threads` set, or None."""
    return _threads
