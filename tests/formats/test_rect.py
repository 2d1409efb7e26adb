"""Rectangles."""

import pytest

from mpgraph.formats.rect import NormalizedRect, Rect
from mpgraph.packet_type import packet_type


@pytest.mark.parametrize("rect", [Rect, NormalizedRect])
def test_fields(rect: type[Rect] | type[NormalizedRect]) -> None:
    """Upstream's field names; rotation and rect_id have defaults; values do not change."""
    made = rect(x_center=1, y_center=2, width=3, height=4)
    assert (made.rotation, made.rect_id) == (0.0, 0)
    with pytest.raises(AttributeError):
        made.width = 5  # type: ignore[misc]
    assert str(packet_type(rect)) == f"::mediapipe::{rect.__name__}"
