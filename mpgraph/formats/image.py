"""An image wherever its pixels are."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from mpgraph.packet_type import register_packet_type

from .image_format import ImageFormat
from .image_frame import ImageFrame, Pixels

__all__ = ["Image", "Texture", "Uploads"]


class Texture(Protocol):
    """An image on a GPU: a `mpgraph.gpu.GpuBuffer`."""

    width: int
    height: int
    image_format: ImageFormat

    @property
    def device(self) -> Any:
        """Where it is."""

    def download(self) -> ImageFrame:
        """The image in memory."""


class Uploads(Protocol):
    """A GPU: a `mpgraph.gpu.GpuDevice`."""

    def upload(self, frame: ImageFrame) -> Any:
        """The image as a texture."""


class Image:
    """An image that graphs pass without saying where its pixels are: in memory, on a GPU, or both.

    Its interface is that of `ImageFrame`, without ``byte_depth`` (PY-I6). What is asked for where it is not
    is brought there once (spec calculators.md 1.2).

    Args:
        image_format: The format, an `ImageFormat`.
        data: C-contiguous uint8, uint16 or float32 array (height, width[, channels]); it is copied.

    Raises:
        TypeError, RuntimeError, ValueError: As for `ImageFrame`.
    """

    __slots__ = ("__weakref__", "_in_memory", "_lock", "_on_gpu", "_texture")

    def __init__(self, image_format: ImageFormat, data: Pixels) -> None:
        self._hold(ImageFrame(image_format, data), None)

    def _hold(self, frame: ImageFrame | None, texture: Texture | None) -> None:
        self._in_memory = frame
        self._texture = texture
        self._on_gpu = frame is None
        self._lock = threading.Lock()

    @classmethod
    def from_frame(cls, frame: ImageFrame) -> Image:
        """An image that shares the frame's pixels."""
        image = cls.__new__(cls)
        image._hold(frame, None)
        return image

    @classmethod
    def from_texture(cls, texture: Texture) -> Image:
        """An image on a GPU, a `mpgraph.gpu.GpuBuffer`, which it shares."""
        image = cls.__new__(cls)
        image._hold(None, texture)
        return image

    @classmethod
    def create_from_file(cls, file_name: str | os.PathLike[str]) -> Image:
        """Reads an image file: one channel becomes GRAY8, three SRGB, four SRGBA.

        Raises:
            RuntimeError: The file cannot be read or decoded, or has another number of channels.
        """
        import cv2

        path = os.fspath(file_name)
        try:
            encoded = np.fromfile(path, np.uint8)
        except OSError as error:
            msg = f"Image decoding failed (can't fopen): {path}"
            raise RuntimeError(msg) from error
        pixels = cv2.imdecode(encoded, cv2.IMREAD_UNCHANGED) if encoded.size else None
        if pixels is None:
            msg = f"Image decoding failed (unknown image type): {path}"
            raise RuntimeError(msg)
        if pixels.dtype == np.uint16:
            pixels = np.right_shift(pixels, 8).astype(np.uint8)
        channels = 1 if pixels.ndim == 2 else pixels.shape[2]
        if channels not in (1, 3, 4):
            msg = (
                f"Expected image with 1 (grayscale), 3 (RGB) or 4 (RGBA) channels, found {channels} channels."
            )
            raise RuntimeError(msg)
        if channels > 1:
            pixels = cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB if channels == 3 else cv2.COLOR_BGRA2RGBA)
        return cls.from_frame(ImageFrame.adopt(pixels))

    def clone(self) -> Image:
        """Another image of the same pixels; where it has them is its own affair from then on."""
        image = Image.__new__(Image)
        with self._lock:
            image._hold(self._in_memory, self._texture)
            image._on_gpu = self._on_gpu
        return image

    @property
    def frame(self) -> ImageFrame:
        """The pixels in memory; shared. They are brought there if they are on a GPU only."""
        with self._lock:
            if self._in_memory is None:
                assert self._texture is not None
                self._in_memory = self._texture.download()
            return self._in_memory

    def texture(self, device: Uploads) -> Any:
        """The `mpgraph.gpu.GpuBuffer` on a device; shared. It is brought there if it is not there yet.

        Raises:
            ValueError, RunError: As `mpgraph.gpu.GpuDevice.upload`.
        """
        with self._lock:
            if self._texture is None or self._texture.device is not device:
                if self._in_memory is None:
                    assert self._texture is not None
                    self._in_memory = self._texture.download()
                self._texture = device.upload(self._in_memory)
            self._on_gpu = True
            return self._texture

    def uses_gpu(self) -> bool:
        """Whether the pixels were last asked for on the GPU."""
        return self._on_gpu

    @property
    def _frame(self) -> ImageFrame:
        self._on_gpu = False
        return self.frame

    @property
    def _any(self) -> ImageFrame | Texture:
        found = self._in_memory or self._texture
        assert found is not None
        return found

    @property
    def width(self) -> int:
        """Pixels per row."""
        return self._any.width

    @property
    def height(self) -> int:
        """Rows."""
        return self._any.height

    @property
    def channels(self) -> int:
        """Numbers per pixel."""
        return self._any.image_format.channels

    @property
    def step(self) -> int:
        """Bytes from one row to the next."""
        return self._frame.step

    @property
    def image_format(self) -> ImageFormat:
        """The format of the pixels."""
        return self._any.image_format

    def is_empty(self) -> bool:
        """Whether there is no pixel."""
        return not (self.width and self.height)

    def is_contiguous(self) -> bool:
        """Whether rows follow each other without a gap."""
        return self._frame.is_contiguous()

    def is_aligned(self, alignment_boundary: int) -> bool:
        """Whether the first row's address and `step` are multiples of the boundary, a power of two."""
        return self._frame.is_aligned(alignment_boundary)

    def numpy_view(self) -> Pixels:
        """The pixels as a read-only, contiguous array (height, width[, channels]); see `ImageFrame`."""
        return np.asarray(self) if self.is_contiguous() else self._frame.numpy_view()

    @property
    def __array_interface__(self) -> dict[str, Any]:
        """For numpy: the pixels as they are stored."""
        return self._frame.__array_interface__

    def __getitem__(self, index: Sequence[int]) -> Any:
        return self._frame[index]

    def __repr__(self) -> str:
        return f"<Image {self.image_format.name} {self.width}x{self.height}>"


register_packet_type(Image, "::mediapipe::Image")
