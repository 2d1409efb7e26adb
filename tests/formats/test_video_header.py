"""Video headers."""

from dataclasses import replace

from mpgraph.formats.video_header import VideoHeader
from mpgraph.packet_type import packet_type


def test_is_a_value_with_upstreams_name() -> None:
    header = VideoHeader(width=4, height=3, frame_rate=30.0)
    assert replace(header, width=3, height=4) == VideoHeader(width=3, height=4, frame_rate=30.0)
    assert str(packet_type(VideoHeader)) == "::mediapipe::VideoHeader"
