"""Rotated rectangles in images: the messages of upstream's ``rect.proto``."""

from .protos.framework.formats.rect_pb2 import NormalizedRect, Rect

__all__ = ["NormalizedRect", "Rect"]
