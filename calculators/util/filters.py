"""Filters over time of many numbers at once, float32 and double mixed as upstream does.

Each holds the state of arrays of one shape; the first call sets the shape.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Any, Final

import numpy as np
import numpy.typing as npt

__all__ = ["LowPass", "OneEuro", "RelativeVelocity"]

Floats = npt.NDArray[np.float32]
_ONE: Final = np.float32(1)
_USUAL_PERIOD: Final = 1_000_000_000 // 30  # nanoseconds


class LowPass:
    """Follows its input, the slower the smaller alpha is.

    Attributes:
        raw: The last input; None before the first.
        last: The last result.
    """

    def __init__(self) -> None:
        self.raw: Floats | None = None
        self.last: Floats | None = None

    def apply(self, values: Floats, alpha: Any) -> Floats:
        """The next result; alpha, from 0 to 1, is one float32 or one for each value.

        Raises:
            ValueError: The values have another shape than before.
        """
        result = values
        if self.last is not None:
            if self.last.shape != values.shape:
                msg = f"the number of points changed from {len(self.last)} to {len(values)}"
                raise ValueError(msg)
            kept = (1.0 - np.asarray(alpha, np.float64)) * self.last
            result = ((alpha * values).astype(np.float64) + kept).astype(np.float32)
        self.raw, self.last = values, result
        return result


class OneEuro:
    """A low-pass filter that follows quick changes quickly: the 1 euro filter.

    Args:
        frequency: How often values come, in hertz, before two of them tell.
        min_cutoff: The cutoff frequency at rest.
        beta: How much quicker it gets with speed.
        derivate_cutoff: The cutoff frequency of the speed.
    """

    def __init__(self, frequency: float, min_cutoff: float, beta: float, derivate_cutoff: float) -> None:
        self._frequency = frequency
        self._min_cutoff, self._beta, self._derivate_cutoff = min_cutoff, beta, derivate_cutoff
        self._values, self._speeds = LowPass(), LowPass()
        self._last_time = -1

    def apply(self, timestamp: int, scale: np.float32, values: Floats) -> Floats:
        """The next result; at a timestamp in microseconds that is no later than the last, the values."""
        time = timestamp * 1000
        if self._last_time >= time:
            return values
        if self._last_time != 0 and time != 0:
            self._frequency = 1.0 / ((time - self._last_time) * 1e-9)
        self._last_time = time
        speed = np.zeros(values.shape, np.float64)
        if self._values.raw is not None and self._values.raw.shape == values.shape:
            change = values.astype(np.float64) - self._values.raw
            speed = change * float(scale) * self._frequency
        alpha = np.float32(self._alpha(np.float64(self._derivate_cutoff)))
        smooth_speed = self._speeds.apply(speed.astype(np.float32), alpha)
        cutoff = self._min_cutoff + self._beta * np.abs(smooth_speed.astype(np.float64))
        return self._values.apply(values, self._alpha(cutoff).astype(np.float32))

    def _alpha(self, cutoff: Any) -> Any:
        return 1.0 / (1.0 + 1.0 / (2 * math.pi * cutoff) / (1.0 / self._frequency))


class RelativeVelocity:
    """A low-pass filter that follows quick changes quickly, by the speed over some past values.

    Args:
        window_size: How many.
        velocity_scale: How much speed counts.
    """

    def __init__(self, window_size: int, velocity_scale: float) -> None:
        self._scale = np.float32(velocity_scale)
        self._values = LowPass()
        self._window: deque[tuple[Any, int]] = deque([(np.float32(0), 0)] * window_size, window_size)
        self._last_scale = _ONE
        self._last_time = -1

    def apply(self, timestamp: int, scale: np.float32, values: Floats) -> Floats:
        """The next result; at a timestamp in microseconds that is no later than the last, the values."""
        time = timestamp * 1000
        if self._last_time >= time:
            return values
        alpha: Any = _ONE
        if self._values.raw is not None and self._values.raw.shape == values.shape:
            distance = values * scale - self._values.raw * self._last_scale
            duration = time - self._last_time
            total, total_duration = distance, duration
            longest = (1 + len(self._window)) * _USUAL_PERIOD
            for past, past_duration in self._window:
                if total_duration + past_duration > longest:
                    break
                total, total_duration = total + past, total_duration + past_duration
            speed = (total.astype(np.float64) / (total_duration * 1e-9)).astype(np.float32)
            alpha = _ONE - _ONE / (_ONE + self._scale * np.abs(speed))
            self._window.appendleft((distance, duration))
        self._last_scale, self._last_time = scale, time
        return self._values.apply(values, alpha)
