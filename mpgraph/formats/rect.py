"""Rectangles in images."""

from __future__ import annotations

from dataclasses import dataclass

from mpgraph.packet_type import register_packet_type

__all__ = ["NormalizedRect", "Rect"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rect:
    """A rotated rectangle in pixels (``mediapipe.Rect``).

    Attributes:
        x_center, y_center: The centre.
        width, height: The size.
        rotation: Clockwise, in radians.
        rect_id: Number of the object that the rectangle follows.
    """

    x_center: int
    y_center: int
    width: int
    height: int
    rotation: float = 0.0
    rect_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalizedRect:
    """A rotated rectangle in fractions of the image's width and height (``mediapipe.NormalizedRect``).

    Attributes:
        x_center, y_center: The centre; (0, 0) is the image's top left corner.
        width, height: The size before rotation.
        rotation: Clockwise, in radians.
        rect_id: Number of the object that the rectangle follows.
    """

    x_center: float
    y_center: float
    width: float
    height: float
    rotation: float = 0.0
    rect_id: int = 0


register_packet_type(Rect, "::mediapipe::Rect")
register_packet_type(NormalizedRect, "::mediapipe::NormalizedRect")
