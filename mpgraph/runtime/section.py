"""The lock of a run, which nobody waits for on the way of packets.

What a thread finds to do while another is inside, it leaves there and goes on: the other does it before it
leaves. A thread that waits for a lock makes whoever holds it pay for waking it at every release, several
times what a node costs.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any

__all__ = ["Section"]


class Section:
    """A section of code that one thread at a time runs.

    ``with section:`` waits to get in, for calls that are rare.

    Args:
        settle: Called inside after what was left there was done.

    Attributes:
        lock: Held by whoever is inside.
        inbox: What is to be done inside, oldest first; whoever gives the lock up looks here afterwards.
    """

    __slots__ = ("_settle", "inbox", "lock")

    def __init__(self, settle: Callable[[], object]) -> None:
        self.lock = threading.Lock()
        self.inbox: deque[tuple[Callable[..., object], tuple[Any, ...]]] = deque()
        self._settle = settle

    def post(self, function: Callable[..., object], *arguments: Any) -> None:
        """Has the function called inside: now, or by the thread that is there."""
        self.inbox.append((function, arguments))
        self.pump()

    def pump(self) -> None:
        """Does what was left, unless another thread is inside and will do it."""
        while self.inbox and self.lock.acquire(False):
            try:
                self.drain()
                self._settle()
            finally:
                self.lock.release()

    def drain(self) -> None:
        """Does what was left; called inside."""
        inbox = self.inbox
        while inbox:
            function, arguments = inbox.popleft()
            function(*arguments)

    def __enter__(self) -> None:
        self.lock.acquire()

    def __exit__(self, *_: object) -> None:
        try:
            self.drain()
            self._settle()
        finally:
            self.lock.release()
        if self.inbox:
            self.pump()
