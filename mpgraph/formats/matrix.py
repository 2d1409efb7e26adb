"""A matrix of numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mpgraph.packet_type import register_packet_type

__all__ = ["Matrix"]


class Matrix:
    """A two-dimensional array of float32, stored column by column, that nobody may change (P-8, PY-I7).

    Audio has a row per channel and a column per sample; its stream's header is a `TimeSeriesHeader`.

    Args:
        data: What numpy makes an array of one or two dimensions of; it is copied and brought to float32. One
            dimension is a column.

    Raises:
        TypeError: The data are no such array, or cannot be numbers.

    Attributes:
        data: The read-only array, float32 (rows, columns), F-contiguous.
    """

    __slots__ = ("__weakref__", "data")

    data: npt.NDArray[np.float32]

    def __init__(self, data: npt.ArrayLike) -> None:
        try:
            array = np.asarray(data)
            if array.ndim in (1, 2):
                with np.errstate(all="ignore"):
                    self._hold(np.array(array, np.float32, order="F"))
                return
            got = f"{array.ndim} dimensions"
        except (TypeError, ValueError) as error:
            got = str(error)
        msg = f"a matrix is an array of one or two dimensions of numbers, got {got}"
        raise TypeError(msg)

    @classmethod
    def adopt(cls, data: npt.NDArray[np.float32]) -> Matrix:
        """A matrix of the array itself, which the caller gives up: it becomes read-only.

        Args:
            data: float32 array of one or two dimensions; it is copied only if it is not F-contiguous.

        Raises:
            TypeError: It is another kind of array.
        """
        if not isinstance(data, np.ndarray) or data.dtype != np.float32 or data.ndim not in (1, 2):
            got = f"{data.dtype} array {data.shape}" if isinstance(data, np.ndarray) else type(data).__name__
            msg = f"expected a float32 array of one or two dimensions, got {got}"
            raise TypeError(msg)
        matrix = cls.__new__(cls)
        matrix._hold(np.asfortranarray(data))
        return matrix

    def _hold(self, data: npt.NDArray[np.float32]) -> None:
        data.flags.writeable = False
        self.data = data[:, None] if data.ndim == 1 else data

    @property
    def rows(self) -> int:
        """How many rows."""
        return int(self.data.shape[0])

    @property
    def cols(self) -> int:
        """How many columns."""
        return int(self.data.shape[1])

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> npt.NDArray[Any]:
        return np.array(self.data, dtype, copy=copy)

    def __repr__(self) -> str:
        return f"<Matrix {self.rows}x{self.cols}>"


register_packet_type(Matrix, "Eigen::Matrix<float, -1, -1, 0, -1, -1>")
