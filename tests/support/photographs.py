"""Photographs of the shared data."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from oracle_client import SHARED

from mpgraph.formats.image_frame import ImageFrame

__all__ = ["as_if_moved"]


def as_if_moved(name: str) -> list[ImageFrame]:
    """A photograph and two more, as if the camera had moved."""
    pixels = cv2.imread(str(SHARED / "data" / "images" / name), cv2.IMREAD_COLOR)
    assert pixels is not None
    first: npt.NDArray[np.uint8] = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), np.uint8)
    moved = [first, np.roll(first, 7, axis=1), np.roll(first, 12, axis=0)]
    return [ImageFrame.adopt(np.ascontiguousarray(frame)) for frame in moved]
