"""Angles of float32, to the bit as upstream's C++ has them where Python runs on the same C library.

C's functions of float32 (``cosf``) now and then round otherwise than those of double precision do, and those
of NumPy approximate in a way of their own; so C's are called. Where they cannot be found, as on Windows, the
functions of double precision are near enough: one unit in the last place.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable
from typing import Final

import numpy as np

__all__ = ["atan2", "cos_sin", "normalized", "radians"]

_TURN: Final = 2 * math.pi


def _c_function(name: str, otherwise: np.ufunc) -> Callable[..., float]:
    """The function of the C library; NumPy's in double precision if it is not there."""
    try:
        function = getattr(ctypes.CDLL(None), name)
    except (AttributeError, OSError, TypeError):
        return lambda *numbers: float(otherwise(*map(np.float64, numbers)))
    function.restype = ctypes.c_float
    function.argtypes = (ctypes.c_float,) * otherwise.nin
    return lambda *numbers: float(function(*map(float, numbers)))


_COS: Final = _c_function("cosf", np.cos)
_SIN: Final = _c_function("sinf", np.sin)
_ATAN2: Final = _c_function("atan2f", np.arctan2)


def cos_sin(angle: np.float32) -> tuple[np.float32, np.float32]:
    """Cosine and sine of an angle in radians; NaN where it is not finite."""
    return np.float32(_COS(angle)), np.float32(_SIN(angle))


def atan2(y: np.float32, x: np.float32) -> np.float32:
    """The angle of a point in radians, from -pi to pi."""
    return np.float32(_ATAN2(y, x))


def normalized(angle: np.float32) -> np.float32:
    """The angle in radians brought to [-pi, pi) by whole turns."""
    wide = np.float64(angle)
    return np.float32(wide - _TURN * np.floor((wide + math.pi) / _TURN))


def radians(degrees: float) -> float:
    """Degrees as radians, in double precision."""
    return math.pi * degrees / 180
