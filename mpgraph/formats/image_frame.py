"""An image in memory."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from mpgraph.packet_type import register_packet_type

from .image_format import ImageFormat

__all__ = ["ImageFrame"]

Pixels = npt.NDArray[Any]

_ALIGNMENT: Final = 4

_FAMILIES: dict[np.dtype[np.generic], tuple[str, frozenset[ImageFormat]]] = {
    np.dtype(np.uint8): (
        "uint8 image data should be one of the GRAY8, SRGB, and SRGBA MediaPipe image formats.",
        frozenset(
            {ImageFormat.GRAY8, ImageFormat.SRGB, ImageFormat.SRGBA, ImageFormat.SBGRA, ImageFormat.LAB8}
        ),
    ),
    np.dtype(np.uint16): (
        "uint16 image data should be one of the GRAY16, SRGB48, and SRGBA64 MediaPipe image formats.",
        frozenset({ImageFormat.GRAY16, ImageFormat.SRGB48, ImageFormat.SRGBA64}),
    ),
    np.dtype(np.float32): (
        "float image data should be either VEC32F1 or VEC32F2 MediaPipe image formats.",
        frozenset({ImageFormat.VEC32F1, ImageFormat.VEC32F2, ImageFormat.VEC32F4}),
    ),
}


class ImageFrame:
    """Pixels of one format, which nobody may change.

    Rows are stored from the top, pixels as (height, width) for one channel and
    (height, width, channels) otherwise. The constructor copies and, as upstream's, lets each row begin at
    a multiple of four bytes; `adopt` makes a frame without copying. ``numpy.asarray`` of a frame is a view.

    Args:
        image_format: The format, an `ImageFormat`.
        data: C-contiguous uint8, uint16 or float32 array (height, width[, channels]); it is copied.

    Raises:
        TypeError: `data` is not such an array, or `image_format` not an `ImageFormat` (PY-I2).
        RuntimeError: The dtype is not that of the format.
        ValueError: The shape is not that of the format.
    """

    __slots__ = ("__weakref__", "_contiguous", "_data", "_interface", "image_format")

    def __init__(self, image_format: ImageFormat, data: Pixels) -> None:
        if not isinstance(data, np.ndarray) or not data.flags.c_contiguous or data.dtype not in _FAMILIES:
            got = f"{data.dtype} array" if isinstance(data, np.ndarray) else type(data).__name__
            msg = (
                "__init__(): incompatible constructor arguments. image data must be a C-contiguous uint8, "
                f"uint16 or float32 array, got {got}"
            )
            raise TypeError(msg)
        self._wrap(image_format, _copied(data))

    @classmethod
    def adopt(cls, data: Pixels, image_format: ImageFormat | None = None) -> ImageFrame:
        """A frame of the array itself, which the caller gives up: it becomes read-only.

        Args:
            data: uint8, uint16 or float32 array (height, width[, channels]), of any strides.
            image_format: The format; by default the one that the array's dtype and channels tell.

        Raises:
            TypeError, RuntimeError, ValueError: As for the constructor.
        """
        frame = cls.__new__(cls)
        frame._wrap(ImageFormat.of(data) if image_format is None else image_format, data)
        return frame

    def _wrap(self, image_format: ImageFormat, data: Pixels) -> None:
        if not isinstance(image_format, ImageFormat):
            msg = (
                "__init__(): incompatible constructor arguments. image_format must be an ImageFormat, "
                f"got {type(image_format).__name__}"
            )
            raise TypeError(msg)
        if data.dtype not in _FAMILIES:
            msg = f"image data must be uint8, uint16 or float32, got {data.dtype}"
            raise TypeError(msg)
        message, formats = _FAMILIES[data.dtype]
        if image_format not in formats:
            raise RuntimeError(message)
        if data.ndim == 3 and data.shape[2] == 1:
            data = data[:, :, 0]
        channels = image_format.channels
        if data.ndim != (2 if channels == 1 else 3) or (channels > 1 and data.shape[2] != channels):
            msg = (
                f"{image_format.name} pixels have {channels} channel{'s' * (channels > 1)}, "
                f"got an array of shape {data.shape}"
            )
            raise ValueError(msg)
        data.flags.writeable = False
        self._data = data
        self._contiguous: Pixels | None = None
        self._interface: dict[str, Any] | None = None
        self.image_format = image_format

    @property
    def width(self) -> int:
        """Pixels per row."""
        return int(self._data.shape[1])

    @property
    def height(self) -> int:
        """Rows."""
        return int(self._data.shape[0])

    @property
    def channels(self) -> int:
        """Numbers per pixel."""
        return self.image_format.channels

    @property
    def byte_depth(self) -> int:
        """Bytes per number."""
        return int(self._data.itemsize)

    @property
    def step(self) -> int:
        """Bytes from one row to the next."""
        return int(self._data.strides[0])

    def is_empty(self) -> bool:
        """Whether there is no pixel."""
        return self._data.size == 0

    def is_contiguous(self) -> bool:
        """Whether rows follow each other without a gap."""
        return bool(self._data.flags.c_contiguous)

    def is_aligned(self, alignment_boundary: int) -> bool:
        """Whether the first row's address and `step` are multiples of the boundary.

        Raises:
            ValueError: The boundary is not a power of two.
        """
        if alignment_boundary < 1 or alignment_boundary & (alignment_boundary - 1):
            msg = f"the alignment boundary must be a power of two, got {alignment_boundary}"
            raise ValueError(msg)
        address = self._data.__array_interface__["data"][0]
        return not (address | self.step) % alignment_boundary

    def numpy_view(self) -> Pixels:
        """The pixels as a read-only, contiguous array (height, width[, channels]) (PY-I4).

        It is a view that keeps the frame alive, or, of pixels that are not contiguous, a copy made once.
        """
        if self._data.flags.c_contiguous:
            return np.asarray(self)
        if self._contiguous is None:
            contiguous = np.ascontiguousarray(self._data)
            contiguous.flags.writeable = False
            self._contiguous = contiguous
        return self._contiguous

    @property
    def __array_interface__(self) -> dict[str, Any]:
        """For numpy: the pixels as they are stored."""
        if self._interface is None:
            self._interface = self._data.__array_interface__
        return self._interface

    def __getitem__(self, index: Sequence[int]) -> Any:
        """The number at ``[y, x]`` of one-channel images, ``[y, x, channel]`` of others (PY-I5).

        Raises:
            TypeError: The index is no sequence of integers.
            IndexError: The number of indexes does not fit, or one of them is out of bounds.
        """
        try:
            place = tuple(map(operator.index, index))
        except TypeError:
            msg = f"__getitem__(): incompatible function arguments. expected integers [y, x], got {index!r}"
            raise TypeError(msg) from None
        if len(place) != self._data.ndim:
            msg = (
                "index dimension mismatch: 3 (ndim = 2)"
                if len(place) == 3
                else f"Invalid index dimension: {len(place)}"
            )
            raise IndexError(msg)
        for axis, (i, size) in enumerate(zip(place, self._data.shape, strict=True)):
            if not 0 <= i < size:
                msg = f"index {i} is out of bounds for axis {axis} with size {size}"
                raise IndexError(msg)
        return self._data[place].item()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.image_format.name} {self.width}x{self.height}>"


def _copied(data: Pixels) -> Pixels:
    """A copy whose rows begin at multiples of four bytes."""
    if data.ndim not in (2, 3) or not data.size or not data[0].nbytes % _ALIGNMENT:
        return data.copy()
    row = data[0].size
    padded = -(-data[0].nbytes // _ALIGNMENT) * _ALIGNMENT // data.itemsize
    copy = np.empty((len(data), padded), data.dtype)[:, :row].reshape(data.shape)
    copy[...] = data
    return copy


register_packet_type(ImageFrame, "::mediapipe::ImageFrame")
