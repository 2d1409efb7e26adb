"""A colour as an option of calculators."""

from __future__ import annotations

from mpgraph.options import option, options

__all__ = ["ColorOption"]


@options(message="mediapipe.Color")
class ColorOption:
    """A colour; components 0 to 255."""

    r: int = option(1)
    g: int = option(2)
    b: int = option(3)
