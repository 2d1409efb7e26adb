"""Images as packets, and packets as images."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mpgraph.config.plan import StreamPlan
from mpgraph.errors import MediaError
from mpgraph.formats.image import Image
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.gpu import Device, GpuBuffer
from mpgraph.packet_type import packet_type

from .exits import UsageError

__all__ = ["carries_images", "make_feed", "to_picture"]

Pixels = NDArray[np.uint8]


def carries_images(stream: StreamPlan) -> bool:
    """Whether the packets of a stream are, or may be, images."""
    return any(packet_type(python).matches(stream.type) for python in (ImageFrame, Image, GpuBuffer))


def make_feed(stream: StreamPlan, device: Device) -> Callable[[Pixels], Any]:
    """What makes an image of the type that a graph input takes, as upstream's tools feed it.

    That is SRGB in memory, and SRGBA on the GPU, row 0 first.

    Raises:
        UsageError: The input takes no images.
        GpuError: It takes textures, and there is no GPU.
    """
    if packet_type(ImageFrame).matches(stream.type):
        return lambda pixels: ImageFrame.adopt(_rgb(pixels), ImageFormat.SRGB)
    if packet_type(Image).matches(stream.type):
        return lambda pixels: Image.from_frame(ImageFrame.adopt(_rgb(pixels), ImageFormat.SRGB))
    if packet_type(GpuBuffer).matches(stream.type):
        gpu = device.gpu
        return lambda pixels: gpu.upload(ImageFrame.adopt(_rgba(pixels), ImageFormat.SRGBA))
    msg = f'the input stream "{stream.name}" takes packets of type {stream.type}; `mpgraph run` feeds images'
    raise UsageError(msg)


def _rgb(pixels: Pixels) -> Pixels:
    if pixels.ndim == 2:
        return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB), np.uint8)
    if pixels.shape[2] == 4:
        return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGBA2RGB), np.uint8)
    return pixels


def _rgba(pixels: Pixels) -> Pixels:
    if pixels.ndim == 2:
        return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGBA), np.uint8)
    if pixels.shape[2] == 3:
        return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2RGBA), np.uint8)
    return pixels


def to_picture(image: ImageFrame | Image | GpuBuffer) -> Pixels:
    """An image as 8-bit gray, RGB or RGBA; numbers from 0 to 1 become gray from black to white.

    Raises:
        MediaError: The image's format cannot be shown.
    """
    if isinstance(image, GpuBuffer):
        image = image.download()
    pixels: Any = image.numpy_view()
    match image.image_format:
        case ImageFormat.GRAY8 | ImageFormat.SRGB | ImageFormat.SRGBA:
            return np.asarray(pixels, np.uint8)
        case ImageFormat.SBGRA:
            return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGRA2RGBA), np.uint8)
        case ImageFormat.VEC32F1:
            return np.asarray(cv2.addWeighted(pixels, 255, pixels, 0, 0, dtype=cv2.CV_8U), np.uint8)
        case ImageFormat.GRAY16 | ImageFormat.SRGB48 | ImageFormat.SRGBA64:
            return np.asarray(pixels >> 8, np.uint8)
    msg = f"images of format {image.image_format.name} cannot be written"
    raise MediaError(msg)
