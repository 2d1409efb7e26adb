"""Hints to the nearest known name, which must not slow down a graph with many errors."""

from __future__ import annotations

from collections.abc import Collection

from mpgraph.options.fields import hint

__all__ = ["Hints"]

_COMPARISONS = 20_000


class Hints:
    """Makes hints until so many names were compared that more would take seconds."""

    def __init__(self) -> None:
        self._left = _COMPARISONS

    def __call__(self, name: str, known: Collection[str]) -> str:
        """``; did you mean "…"?`` for the nearest known name; empty if none is near."""
        if self._left <= 0:
            return ""
        self._left -= len(known)
        return hint(name, known)
