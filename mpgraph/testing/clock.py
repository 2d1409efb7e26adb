"""Clocks for tests."""

from __future__ import annotations

__all__ = ["ManualClock"]


class ManualClock:
    """A clock that stands still until it is told to go on.

    Calling it gives the time in microseconds; `nanoseconds` is for those who take a clock of that unit.

    Args:
        now: The time at the beginning, in microseconds.
    """

    def __init__(self, now: int = 0) -> None:
        self.now = now

    def __call__(self) -> int:
        """The time in microseconds."""
        return self.now

    def nanoseconds(self) -> int:
        """The time in nanoseconds, as `time.monotonic_ns` gives it."""
        return self.now * 1000

    def advance(self, microseconds: int) -> int:
        """Goes on and returns the new time.

        Raises:
            ValueError: The step is negative.
        """
        if microseconds < 0:
            msg = f"a clock goes forward, but the step is {microseconds} us"
            raise ValueError(msg)
        self.now += microseconds
        return self.now
