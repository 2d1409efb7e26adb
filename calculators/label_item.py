"""The names of a class as an option of calculators."""

from __future__ import annotations

from mpgraph.options import option, options

__all__ = ["LabelItem"]


@options(message="mediapipe.LabelMapItem")
class LabelItem:
    """A class's names."""

    name: str = option(1)
    display_name: str = option(2)
    child_name: tuple[str, ...] = option(3)
