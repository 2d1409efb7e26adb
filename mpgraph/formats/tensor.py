"""A tensor: what inference takes and gives."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mpgraph.packet_type import register_packet_type

__all__ = ["Quantization", "Tensor", "TfLiteTensor"]

_DTYPES = frozenset(np.dtype(t) for t in (np.float32, np.uint8, np.int8, np.int32, np.int64, np.bool_))


class Quantization(NamedTuple):
    """What the integers of a tensor stand for: ``scale * (value - zero_point)``."""

    scale: float = 1.0
    zero_point: int = 0


class Tensor:
    """An n-dimensional array that nobody may change.

    Args:
        data: float32, uint8, int8, int32, int64 or bool array; the caller gives it up: it becomes
            read-only. Not copied if it is C-contiguous.
        quantization: What the integers stand for.
        is_dynamic: Whether a model that takes the tensor adapts its input to the tensor's shape.
        from_gpu: Whether a GPU computed it; upstream would still have it there.

    Raises:
        TypeError: `data` is not an array of such a dtype.
    """

    __slots__ = ("__weakref__", "data", "from_gpu", "is_dynamic", "quantization")

    data: npt.NDArray[Any]

    def __init__(
        self,
        data: npt.NDArray[Any],
        *,
        quantization: Quantization = Quantization(),  # noqa: B008 - immutable
        is_dynamic: bool = False,
        from_gpu: bool = False,
    ) -> None:
        if not isinstance(data, np.ndarray) or data.dtype not in _DTYPES:
            got = f"a {data.dtype} array" if isinstance(data, np.ndarray) else type(data).__name__
            listed = ", ".join(sorted(str(dtype) for dtype in _DTYPES))
            msg = f"a tensor is an array of {listed}; got {got}"
            raise TypeError(msg)
        data = np.ascontiguousarray(data) if data.ndim else data
        data.flags.writeable = False
        self.data = data
        self.quantization = quantization
        self.is_dynamic = is_dynamic
        self.from_gpu = from_gpu

    @property
    def shape(self) -> tuple[int, ...]:
        """The dimensions."""
        return self.data.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """The element type."""
        return self.data.dtype

    def __repr__(self) -> str:
        return f"<Tensor {self.dtype} {list(self.shape)}>"


register_packet_type(Tensor, "mediapipe::Tensor")


class TfLiteTensor(Tensor):
    """The same, as the calculators of ``mediapipe/calculators/tflite`` pass it: another packet type."""

    __slots__ = ()


register_packet_type(TfLiteTensor, "TfLiteTensor")
