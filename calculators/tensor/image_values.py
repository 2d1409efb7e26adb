"""Whole images as the numbers of a tensor, for TensorConverterCalculator and TfLiteConverterCalculator."""

from __future__ import annotations

from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from mpgraph.errors import ContractError
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.matrix import Matrix
from mpgraph.lazy import cv2

__all__ = ["ImageValues", "first_channels", "matrix_values"]

_FORMATS: Final = (ImageFormat.SRGB, ImageFormat.SRGBA, ImageFormat.GRAY8, ImageFormat.VEC32F1)


class _Range(Protocol):
    """A range of values as an option."""

    @property
    def min(self) -> float: ...
    @property
    def max(self) -> float: ...


class _Options(Protocol):
    """The options that both calculators have."""

    @property
    def zero_center(self) -> bool: ...
    @property
    def max_num_channels(self) -> int: ...
    @property
    def use_custom_normalization(self) -> bool: ...
    @property
    def custom_div(self) -> float: ...
    @property
    def custom_sub(self) -> float: ...
    @property
    def output_tensor_float_range(self) -> _Range | None: ...


class ImageValues:
    """Brings 0 to 255 to a range: ``value * factor + low``, in single precision.

    Attributes:
        low, high: What 0 and 255 become.

    Raises:
        ContractError: The range is empty, or max_num_channels is not 1, 3 or 4.
    """

    def __init__(self, options: _Options) -> None:
        if options.max_num_channels not in (1, 3, 4):
            msg = f"max_num_channels must be 1, 3 or 4, got {options.max_num_channels}"
            raise ContractError(msg)
        low, high = _range(options)
        if low == high:
            msg = f"the range of the tensor's values is empty: {low} to {high}"
            raise ContractError(msg)
        self.low, self.high = low, high
        with np.errstate(all="ignore"):  # of ranges that are not finite
            self._factor = (high - low) / np.float32(255)
            self._table = np.arange(256, dtype=np.float32) * self._factor + low

    def of(self, pixels: npt.NDArray[Any], *, flipped: bool) -> npt.NDArray[np.float32]:
        """The numbers of pixels (height, width[, channels]); the last row first if `flipped`."""
        if flipped:
            pixels = pixels[::-1]
        if pixels.dtype == np.uint8 and pixels.size:
            return np.asarray(cv2.LUT(np.ascontiguousarray(pixels), self._table), np.float32)
        with np.errstate(all="ignore"):
            values: npt.NDArray[np.float32] = np.multiply(pixels, self._factor, dtype=np.float32)
            np.add(values, self.low, out=values)
        return values


def _range(options: _Options) -> tuple[np.float32, np.float32]:
    """What 0 and 255 become: the range that goes before the others."""
    wanted = options.output_tensor_float_range
    if wanted is not None and not np.float32(wanted.min) < np.float32(wanted.max):
        msg = f"output_tensor_float_range must have min < max, got {wanted.min} to {wanted.max}"
        raise ContractError(msg)
    if options.use_custom_normalization:
        with np.errstate(all="ignore"):
            high = -options.custom_sub + np.float64(255) / options.custom_div
            return np.float32(-options.custom_sub), np.float32(high)
    if wanted is not None:
        return np.float32(wanted.min), np.float32(wanted.max)
    return np.float32(-1 if options.zero_center else 0), np.float32(1)


def first_channels(frame: ImageFrame, most: int) -> npt.NDArray[Any]:
    """The pixels with at most so many channels: 1, 3 or 4.

    Raises:
        ValueError: The image is not of SRGB, SRGBA, GRAY8 or VEC32F1.
    """
    if frame.image_format not in _FORMATS:
        names = ", ".join(known.name for known in _FORMATS)
        msg = f"the image must be of format {names}, got {frame.image_format.name}"
        raise ValueError(msg)
    pixels = frame.numpy_view()
    if most >= frame.channels:
        return pixels
    if frame.is_empty():
        return pixels[..., :most]
    if most == 1:
        return cv2.extractChannel(pixels, 0)
    return cv2.cvtColor(pixels, cv2.COLOR_RGBA2RGB)


def matrix_values(matrix: Matrix, *, row_major: bool) -> npt.NDArray[np.float32]:
    """The numbers of a matrix in the shape (rows, columns, 1), stored row by row or column by column."""
    return matrix.data.ravel("C" if row_major else "F").reshape(matrix.rows, matrix.cols, 1)
