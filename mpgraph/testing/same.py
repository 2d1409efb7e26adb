"""Whether two payloads are the same, also where their class does not say so."""

from __future__ import annotations

import math
import sys
from typing import Any

__all__ = ["same"]


def same(a: Any, b: Any) -> bool:
    """Whether both are of one class and of equal content: NaN is NaN, arrays are compared by element.

    Objects whose class compares by identity are compared by their state, as `copy` would take it.
    """
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, float):
        return a == b or (math.isnan(a) and math.isnan(b))
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(value, b[key]) for key, value in a.items())
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(a, numpy.ndarray):
        if a.dtype != b.dtype or a.shape != b.shape:
            return False
        if a.dtype.hasobject:
            return same(a.tolist(), b.tolist())
        return bool(numpy.array_equal(a, b, equal_nan=a.dtype.kind in "fc"))
    if getattr(type(a), "__eq__", None) is object.__eq__:
        state = a.__getstate__()
        return state is not None and same(state, b.__getstate__())
    return bool(a == b)
