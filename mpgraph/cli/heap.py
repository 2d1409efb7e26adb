"""The C library's heap, set for frames that come and go."""

from __future__ import annotations

import sys
from typing import Final

__all__ = ["keep_freed_memory"]

_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
_ARENA_MAX: Final = -8
_MIB: Final = 1 << 20


def keep_freed_memory() -> None:
    """Keeps what arrays of up to 32 MiB gave back for the arrays to come, up to 256 MiB of it.

    By default glibc hands such memory to the system and asks for it again, to be cleared page by page, for
    nearly every frame. One heap for all threads makes a frame that one thread gave back the next one of
    another. Where the C library is not glibc this does nothing. It holds for the process, so it is for
    programs to call, at their start, not for libraries.
    """
    if sys.platform != "linux":
        return
    import ctypes

    if (mallopt := getattr(ctypes.CDLL(None), "mallopt", None)) is not None:
        mallopt(_MMAP_THRESHOLD, 32 * _MIB)
        mallopt(_TRIM_THRESHOLD, 256 * _MIB)
        mallopt(_ARENA_MAX, 1)
