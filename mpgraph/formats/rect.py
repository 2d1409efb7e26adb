"""Rotated rectangles in images: the messages of upstream's ``rect.proto``."""

from mpgraph.packet_type import register_packet_type

from .protos.framework.formats.rect_pb2 import NormalizedRect, Rect

__all__ = ["NormalizedRect", "Rect"]

register_packet_type(NormalizedRect, "::mediapipe::NormalizedRect")
register_packet_type(Rect, "::mediapipe::Rect")
