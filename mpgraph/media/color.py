"""Colour of video frames: decoded frames to RGB, and RGB to frames that encoders take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from mpgraph.media.source import Image

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from av.video.plane import VideoPlane

__all__ = ["RgbConverter", "fill_i420"]

BT601 = (2, 5, 6)  # unspecified, BT.470BG, SMPTE 170M: code points of ISO/IEC 23091-2
FULL_RANGE = 2


class RgbConverter:
    """Makes ``(h, w, 3)`` uint8 RGB, C-contiguous, of decoded frames. For one thread.

    The commonest frames (yuv420p, BT.601 or untagged, limited range) go through OpenCV, which is faster and
    rounds better. All others go through FFmpeg's scaler, which knows every format, matrix and range; it is
    kept between frames because its tables take longer to make than a frame to convert.
    """

    def __init__(self) -> None:
        from av.video.reformatter import VideoReformatter

        self._reformatter = VideoReformatter()

    def __call__(self, frame: VideoFrame) -> Image:
        """The frame as RGB."""
        if (
            frame.format.name == "yuv420p"
            and frame.colorspace in BT601
            and frame.color_range != FULL_RANGE
            and not (frame.width % 2 or frame.height % 2)
        ):
            return _from_i420(frame)
        return np.ascontiguousarray(self._reformatter.reformat(frame, format="rgb24").to_ndarray(), np.uint8)


def _from_i420(frame: VideoFrame) -> Image:
    width, height = frame.width, frame.height
    packed = np.empty((height * 3 // 2, width), np.uint8)
    y, *chroma = (_samples(plane) for plane in frame.planes)
    packed[:height] = y[:, :width]
    packed[height:].reshape(2, height // 2, width // 2)[:] = [plane[:, : width // 2] for plane in chroma]
    return np.asarray(cv2.cvtColor(packed, cv2.COLOR_YUV2RGB_I420), np.uint8)


def _samples(plane: VideoPlane) -> Image:
    """A view of an 8-bit plane with the padding at the end of its lines."""
    return np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: plane.height]


def fill_i420(frame: VideoFrame, rgb: Image) -> None:
    """Puts ``(h, w, 3)`` uint8 RGB into a yuv420p frame, by BT.601 in the limited range.

    The picture may be smaller than the frame, or an odd side shorter by one than chroma needs it: its last
    line is repeated there.
    """
    height, width = (-(-side // 2) * 2 for side in (frame.height, frame.width))
    if (height, width) != rgb.shape[:2]:
        below, right = height - rgb.shape[0], width - rgb.shape[1]
        rgb = np.asarray(cv2.copyMakeBorder(rgb, 0, below, 0, right, cv2.BORDER_REPLICATE), np.uint8)
    packed = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2YUV_I420), np.uint8)
    planes = [packed[:height], *packed[height:].reshape(2, height // 2, width // 2)]
    for plane, samples in zip(frame.planes, planes, strict=True):
        _samples(plane)[:, : plane.width] = samples[: plane.height, : plane.width]
