"""Hands things from one thread to another, a bounded number of them at a time."""

from __future__ import annotations

from collections import deque
from threading import Condition
from typing import Generic, TypeVar

__all__ = ["Channel", "ChannelClosedError"]

T = TypeVar("T")


class ChannelClosedError(Exception):
    """There is, and will be, nothing more to take."""


class Channel(Generic[T]):
    """A queue of at most `depth` things between a thread that puts and a thread that takes.

    Args:
        depth: How many things wait at most, at least 1.
        newest: When full, `put` drops the oldest thing instead of waiting for room.
    """

    def __init__(self, depth: int, *, newest: bool = False) -> None:
        self._waiting: deque[T] = deque()
        self._depth = depth
        self._newest = newest
        self._finished = self._cancelled = False
        self._changed = Condition()

    def put(self, thing: T) -> bool:
        """Waits for room and puts the thing; False, and nothing is put, once the channel was cancelled."""
        with self._changed:
            if self._newest and len(self._waiting) == self._depth:
                self._waiting.popleft()
            while len(self._waiting) == self._depth and not self._cancelled:
                self._changed.wait()
            if not self._cancelled:
                self._waiting.append(thing)
                self._changed.notify_all()
            return not self._cancelled

    def take(self) -> T:
        """Waits for a thing; ChannelClosedError after the last one, or once the channel was cancelled."""
        with self._changed:
            while not (self._waiting or self._finished or self._cancelled):
                self._changed.wait()
            if not self._waiting:
                raise ChannelClosedError
            self._changed.notify_all()
            return self._waiting.popleft()

    def finish(self) -> None:
        """Says that no more is put: what waits can still be taken."""
        with self._changed:
            self._finished = True
            self._changed.notify_all()

    def cancel(self) -> None:
        """Drops what waits and wakes both sides for good."""
        with self._changed:
            self._cancelled = True
            self._waiting.clear()
            self._changed.notify_all()
