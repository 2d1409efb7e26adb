"""OpenCV, imported when it is first used: to check a graph needs its calculators, but nothing computed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__all__ = ["cv2"]

if TYPE_CHECKING:
    import cv2 as cv2
else:

    class _Cv2:
        """The module; what was asked for once is an attribute of its own, as fast as the module's."""

        def __getattr__(self, name: str) -> Any:
            import cv2 as module

            value = getattr(module, name)
            setattr(self, name, value)
            return value

    cv2 = _Cv2()
