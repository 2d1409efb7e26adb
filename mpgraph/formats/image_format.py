"""What the numbers of an image mean."""

from __future__ import annotations

from enum import Enum, IntEnum

import numpy as np
import numpy.typing as npt

__all__ = ["ImageFormat"]


class ImageFormat(IntEnum):
    """Format of an image's pixels, with upstream's numbers (``mediapipe.ImageFormat.Format``, PY-I1)."""

    UNKNOWN = 0
    SRGB = 1
    SRGBA = 2
    GRAY8 = 3
    GRAY16 = 4
    YCBCR420P = 5
    YCBCR420P10 = 6
    SRGB48 = 7
    SRGBA64 = 8
    VEC32F1 = 9
    LAB8 = 10
    SBGRA = 11
    VEC32F2 = 12
    VEC32F4 = 13

    __str__ = Enum.__str__
    __format__ = Enum.__format__

    @property
    def channels(self) -> int:
        """Numbers per pixel; 0 where pixels are not stored one after the other."""
        return _LAYOUT[self][0] if self in _LAYOUT else 0

    @property
    def dtype(self) -> npt.DTypeLike | None:
        """The numpy type of each number; None where pixels are not stored one after the other."""
        return _LAYOUT[self][1] if self in _LAYOUT else None

    @classmethod
    def of(cls, data: npt.NDArray[np.generic]) -> ImageFormat:
        """The format that an array (height, width[, channels]) has by its dtype and channels.

        Raises:
            ValueError: No format fits.
        """
        channels = 1 if data.ndim == 2 else data.shape[2] if data.ndim == 3 else 0
        try:
            return _BY_LAYOUT[channels, data.dtype]
        except KeyError:
            msg = (
                f"no image format fits an array of shape {data.shape} and dtype {data.dtype}; "
                "expected (height, width[, channels]) with 1, 3 or 4 channels of uint8 or uint16, "
                "or 1, 2 or 4 of float32"
            )
            raise ValueError(msg) from None


_LAYOUT: dict[ImageFormat, tuple[int, np.dtype[np.generic]]] = {
    ImageFormat.SRGB: (3, np.dtype(np.uint8)),
    ImageFormat.SRGBA: (4, np.dtype(np.uint8)),
    ImageFormat.GRAY8: (1, np.dtype(np.uint8)),
    ImageFormat.GRAY16: (1, np.dtype(np.uint16)),
    ImageFormat.SRGB48: (3, np.dtype(np.uint16)),
    ImageFormat.SRGBA64: (4, np.dtype(np.uint16)),
    ImageFormat.VEC32F1: (1, np.dtype(np.float32)),
    ImageFormat.LAB8: (3, np.dtype(np.uint8)),
    ImageFormat.SBGRA: (4, np.dtype(np.uint8)),
    ImageFormat.VEC32F2: (2, np.dtype(np.float32)),
    ImageFormat.VEC32F4: (4, np.dtype(np.float32)),
}
_BY_LAYOUT: dict[tuple[int, np.dtype[np.generic]], ImageFormat] = {
    layout: image_format
    for image_format, layout in _LAYOUT.items()
    if image_format not in (ImageFormat.LAB8, ImageFormat.SBGRA)
}
