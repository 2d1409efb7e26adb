"""What a stream of video frames is."""

from __future__ import annotations

from dataclasses import dataclass

from mpgraph.packet_type import register_packet_type

from .image_format import ImageFormat

__all__ = ["VideoHeader"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoHeader:
    """Header of a video stream (``mediapipe::VideoHeader``).

    Attributes:
        format: The frames' format.
        width, height: Their size in pixels.
        duration: In seconds; 0 if not known.
        frame_rate: In frames per second; 0 if not known.
        frame_rate_numerator, frame_rate_denominator: The same as a fraction.
    """

    format: ImageFormat = ImageFormat.UNKNOWN
    width: int = 0
    height: int = 0
    duration: float = 0.0
    frame_rate: float = 0.0
    frame_rate_numerator: int = 0
    frame_rate_denominator: int = 0


register_packet_type(VideoHeader, "::mediapipe::VideoHeader")
