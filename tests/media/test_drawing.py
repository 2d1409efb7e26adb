"""Shapes and the canvas that they are painted on."""

from __future__ import annotations

import numpy as np
import pytest

from mpgraph.media.drawing import Canvas, Shape, arc, box, draw_body, draw_head, draw_room, ellipse, stroke

SHAPES = {
    "ellipse": ellipse(0.1, -0.2, 0.5, 0.3, 30),
    "box": box(-0.2, 0.1, 0.4, 0.3, 0.1),
    "stroke": stroke((-0.5, -0.5), (0.2, 0.1), (0.5, -0.3), width=0.2),
    "arc": arc(0, 0, 0.6, 0.4, 20, 160, 0.1),
    "either": ellipse(-0.3, 0, 0.3, 0.3) | box(0.3, 0, 0.3, 0.3),
    "blend": ellipse(-0.3, 0, 0.3, 0.3).blend(box(0.3, 0, 0.3, 0.3), 0.3),
    "difference": box(0, 0, 0.5, 0.5) - ellipse(0, 0, 0.3, 0.3),
}


def _covered(shape: Shape) -> np.ndarray:
    canvas = Canvas((-1, -1, 1, 1), 50)
    canvas.paint(shape, (1, 1, 1))
    return canvas.pixels[..., 3]


@pytest.mark.parametrize("name", SHAPES)
def test_bounds_hold_the_whole_shape(name: str) -> None:
    """Painting looks at the bounds only: a shape without bounds must come out the same."""
    shape = SHAPES[name]
    np.testing.assert_array_equal(_covered(shape), _covered(Shape(shape.distance, (-9, -9, 9, 9))))


@pytest.mark.parametrize(
    ("name", "area"),
    [
        ("ellipse", np.pi * 0.5 * 0.3),
        ("box", 0.8 * 0.6 - (4 - np.pi) * 0.01),
        ("either", np.pi * 0.09 + 0.36),
        ("difference", 1 - np.pi * 0.09),
    ],
)
def test_coverage_is_the_area(name: str, area: float) -> None:
    assert _covered(SHAPES[name]).sum() / 50**2 == pytest.approx(area, rel=0.01)


def test_tint_colours_only_what_is_there() -> None:
    canvas = Canvas((-1, -1, 1, 1), 20)
    canvas.paint(box(-0.5, 0, 0.5, 1), (1, 0, 0), 0.5)
    alpha = canvas.pixels[..., 3].copy()
    canvas.tint(box(0, 0, 1, 1), (0, 0, 1))
    np.testing.assert_array_equal(canvas.pixels[..., 3], alpha)
    np.testing.assert_allclose(canvas.pixels[20, 10], [0, 0, 0.5, 0.5])
    np.testing.assert_array_equal(canvas.pixels[20, 30], 0)


@pytest.mark.parametrize("canvas", [draw_body(30, 4), draw_head(30, eyes_open=True)], ids=["body", "head"])
def test_no_colour_is_brighter_than_its_alpha(canvas: Canvas) -> None:
    image = canvas.image()
    assert (image[..., :3] <= image[..., 3:]).all()
    assert (image[..., 3].min(), image[..., 3].max()) == (0, 255)


def test_eyes_differ_and_nothing_else() -> None:
    a, b = (draw_head(40, eyes_open=is_open).image() for is_open in (True, False))
    np.testing.assert_array_equal(a[..., 3], b[..., 3])
    rows = np.flatnonzero((a != b).any(axis=(1, 2)))
    assert rows.size
    assert rows.max() - rows.min() < 0.5 * 40


@pytest.mark.parametrize("size", [(16, 16), (160, 90), (90, 160), (1000, 16)])
def test_a_room_of_any_size_is_bright_and_not_plain(size: tuple[int, int]) -> None:
    room = draw_room(*size)
    assert room.shape == (size[1], size[0], 3)
    assert room.mean() > 100
    assert room.std() > 10
