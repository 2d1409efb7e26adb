"""Angles of float32, as upstream's C++ computes them: each function in double precision, rounded once."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

__all__ = ["cos_sin", "normalized", "radians"]

_TURN: Final = 2 * math.pi


def cos_sin(angle: np.float32) -> tuple[np.float32, np.float32]:
    """Cosine and sine of an angle in radians; NaN where it is not finite."""
    wide = np.float64(angle)
    return np.float32(np.cos(wide)), np.float32(np.sin(wide))


def normalized(angle: np.float32) -> np.float32:
    """The angle in radians brought to [-pi, pi) by whole turns."""
    wide = np.float64(angle)
    return np.float32(wide - _TURN * np.floor((wide + math.pi) / _TURN))


def radians(degrees: float) -> float:
    """Degrees as radians, in double precision."""
    return math.pi * degrees / 180
