"""Upright rectangles of float32 numbers, computed in upstream's order, and how much they overlap.

Callers decide, by `numpy.errstate`, what an overflow is.
"""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np

__all__ = ["Box", "overlap"]

_ZERO = np.float32(0)


class Box(NamedTuple):
    """A rectangle from one corner to the other; one whose corners are the wrong way round is empty."""

    xmin: np.float32
    ymin: np.float32
    xmax: np.float32
    ymax: np.float32

    @classmethod
    def of(cls, x: float, y: float, width: float, height: float) -> Self:
        """The rectangle at (x, y) of a size."""
        left, top = np.float32(x), np.float32(y)
        return cls(left, top, left + np.float32(width), top + np.float32(height))

    @property
    def area(self) -> np.float32:
        """Width times height."""
        return (self.xmax - self.xmin) * (self.ymax - self.ymin)

    def is_empty(self) -> bool:
        """Whether a side runs backwards."""
        return bool(self.xmin > self.xmax or self.ymin > self.ymax)

    def intersects(self, other: Box) -> bool:
        """Whether both have a point in common, if only of their edges."""
        return not (
            self.is_empty()
            or other.is_empty()
            or other.xmax < self.xmin
            or self.xmax < other.xmin
            or other.ymax < self.ymin
            or self.ymax < other.ymin
        )

    def intersection(self, other: Box) -> Box:
        """What both have in common; for boxes that intersect."""
        return Box(
            max(self.xmin, other.xmin),
            max(self.ymin, other.ymin),
            min(self.xmax, other.xmax),
            min(self.ymax, other.ymax),
        )

    def hull(self, other: Box) -> Box:
        """The smallest rectangle around both."""
        return Box(
            min(self.xmin, other.xmin),
            min(self.ymin, other.ymin),
            max(self.xmax, other.xmax),
            max(self.ymax, other.ymax),
        )


def overlap(one: Box, other: Box) -> np.float32:
    """Intersection over union, from 0 to 1; 0 where the union has no area."""
    if not one.intersects(other):
        return _ZERO
    common = one.intersection(other).area
    union = one.area + other.area - common
    return common / union if union > 0 else _ZERO
