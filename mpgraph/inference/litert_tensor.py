"""Reads LiteRT's tensors without the GIL, which LiteRT's own Python part keeps while it waits for a GPU."""

from __future__ import annotations

import ctypes
import functools
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import ai_edge_litert
import numpy as np
import numpy.typing as npt

__all__ = ["read"]

_LOCK_FOR_READING: Final = 0
_name_of: Final = ctypes.PYFUNCTYPE(ctypes.c_char_p, ctypes.py_object)(
    ("PyCapsule_GetName", ctypes.pythonapi)
)
_pointer_of: Final = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)(
    ("PyCapsule_GetPointer", ctypes.pythonapi)
)


def read(buffer: Any, shape: tuple[int, ...], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """A copy of a tensor's numbers, once they are computed; other threads of Python go on meanwhile.

    Args:
        buffer: LiteRT's ``TensorBuffer``, of these numbers and no fewer.
        shape: Theirs.
        dtype: Theirs.

    Raises:
        RuntimeError: LiteRT cannot compute or copy them.
    """
    functions = _functions()
    if functions is None:
        found: npt.NDArray[Any] = buffer.read(int(np.prod(shape, dtype=np.int64)), dtype)
        return found.reshape(shape)
    lock, unlock = functions
    capsule = buffer.capsule
    handle = _pointer_of(capsule, _name_of(capsule))
    memory = ctypes.c_void_p()
    status = lock(handle, ctypes.byref(memory), _LOCK_FOR_READING)
    if status != 0 or memory.value is None:
        msg = f"a tensor cannot be read: LiteRT's status {status}"
        raise RuntimeError(msg)
    try:
        copied = np.empty(shape, dtype)
        ctypes.memmove(copied.ctypes.data, memory.value, copied.nbytes)
    finally:
        unlock(handle)
    return copied


@functools.cache
def _functions() -> tuple[Callable[..., int], Callable[..., int]] | None:
    """Those of LiteRT's C interface that lend a tensor's memory and take it back; None without them.

    They must be those of the library that LiteRT's Python part has loaded, not of another copy.
    """
    if sys.platform == "win32":  # which cannot be asked for a library only if it is loaded
        return None
    for path in Path(next(iter(ai_edge_litert.__path__))).glob("libLiteRt.*"):
        try:
            library = ctypes.CDLL(str(path), mode=os.RTLD_NOLOAD | os.RTLD_LAZY)
            lock, unlock = library.LiteRtLockTensorBuffer, library.LiteRtUnlockTensorBuffer
        except (OSError, AttributeError):
            continue
        lock.argtypes = (ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p), ctypes.c_int)
        unlock.argtypes = (ctypes.c_void_p,)
        return lock, unlock
    return None
