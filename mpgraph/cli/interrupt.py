"""Ctrl-C while a run goes on."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

__all__ = ["Interrupts"]


class Interrupts:
    """Meanwhile the first Ctrl-C calls `finish`, and each further one `stop`, on the main thread.

    The main thread should do nothing but wait, since a signal's handler runs between any two of its steps.
    Elsewhere than on the main thread, where no signal can be handled, it does nothing.
    """

    def __init__(self, finish: Callable[[], object], stop: Callable[[], object]) -> None:
        self._finish = finish
        self._stop = stop
        self._before: Any = None
        self._busy = False
        self.count = 0

    def _handle(self, signum: int, frame: FrameType | None) -> None:
        self.count += 1
        if self._busy:
            return  # one call must not break into the other; it is seen below
        self._busy = True
        try:
            if self.count == 1:
                self._finish()
            if self.count > 1:
                self._stop()
        finally:
            self._busy = False

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._handle)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
