"""Colours of options in drawings."""

from __future__ import annotations

from mpgraph.formats.render_data import Color

from ..color import ColorOption

__all__ = ["set_color"]


def set_color(color: Color, option: ColorOption) -> None:
    """Makes a drawing's colour that of an option."""
    color.r, color.g, color.b = option.r, option.g, option.b
