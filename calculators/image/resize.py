"""``cv2.resize`` with the very numbers of an OpenCV built without IPP, as upstream's is (spec 2.5)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy.typing as npt

from mpgraph.lazy import cv2

__all__ = ["resize"]


def resize(
    image: npt.NDArray[Any], width: int, height: int, interpolation: int | None = None
) -> npt.NDArray[Any]:
    """The image (height, width[, channels]), of at most four channels, in another size (linearly)."""
    if interpolation is None:
        interpolation = cv2.INTER_LINEAR
    with _without_ipp():
        return cv2.resize(image, (width, height), interpolation=interpolation)


@contextmanager
def _without_ipp() -> Iterator[None]:
    """Switches IPP off; OpenCV keeps that setting per thread."""
    used = cv2.ipp.useIPP()
    cv2.ipp.setUseIPP(False)
    try:
        yield
    finally:
        cv2.ipp.setUseIPP(used)
