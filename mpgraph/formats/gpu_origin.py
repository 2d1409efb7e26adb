"""Where row 0 of an image is in a texture."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["GpuOrigin"]


class GpuOrigin(IntEnum):
    """``mediapipe.GpuOrigin.Mode``: only streams on the GPU heed it."""

    DEFAULT = 0
    CONVENTIONAL = 1
    TOP_LEFT = 2
