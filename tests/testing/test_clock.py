"""`ManualClock`: time goes on only when it is told to."""

from __future__ import annotations

import pytest

from mpgraph.testing import ManualClock


def test_it_stands_still_between_steps() -> None:
    clock = ManualClock(5)
    assert (clock(), clock(), clock.nanoseconds()) == (5, 5, 5000)
    assert clock.advance(10) == 15
    assert (clock(), clock.now) == (15, 15)
    assert clock.advance(0) == 15


def test_it_does_not_go_back() -> None:
    clock = ManualClock()
    with pytest.raises(ValueError, match="goes forward, but the step is -1 us"):
        clock.advance(-1)
    assert clock() == 0
