"""Sampling maps: spec calculators.md 2.4, 2.8; whole warps are compared in the calculators' tests."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpgraph.calculators.image.warp import (
    affine_map,
    nearest_map,
    perspective_map,
    sample,
    sample_nearest,
)


@given(
    x=st.integers(-40, 40),
    y=st.integers(-40, 40),
    fraction=st.tuples(st.integers(0, 31), st.integers(0, 31)),
    size=st.tuples(st.integers(1, 80), st.integers(1, 80)),
)
def test_maps_of_a_translation(x: int, y: int, fraction: tuple[int, int], size: tuple[int, int]) -> None:
    """Both kinds of map: the pixel to the upper left, and what remains in steps of 1/32."""
    width, height = size
    shift = np.array([[1, 0, x + fraction[0] / 32], [0, 1, y + fraction[1] / 32]], np.float64)
    for made in (
        affine_map(shift, width, height),
        perspective_map(np.vstack((shift, [0, 0, 1])), width, height),
    ):
        np.testing.assert_array_equal(made.pixel[..., 0], np.tile(np.arange(width) + x, (height, 1)))
        np.testing.assert_array_equal(made.pixel[..., 1], np.tile(np.arange(height)[:, None] + y, width))
        assert (made.fraction == 32 * fraction[1] + fraction[0]).all()


def test_far_away_is_outside() -> None:
    """Coordinates beyond 16 bits stay at the edge of what can be said; depth 0 is the origin."""
    far = perspective_map(np.array([[1, 0, 1e12], [0, 1, -1e12], [0, 0, 1]]), 2, 2)
    assert (far.pixel[..., 0] == 2**15 - 1).all()
    assert (far.pixel[..., 1] == -(2**15)).all()
    assert not perspective_map(np.array([[1, 0, 5], [0, 1, 5], [0, 0, 0.0]]), 2, 2).pixel.any()


def test_sample_blends_the_four_pixels_around() -> None:
    image = np.array([[0, 100], [200, 40]], np.uint8)
    middle = affine_map(np.array([[1, 0, 0.5], [0, 1, 0.5]]), 2, 2)
    assert sample(image, middle, replicate=True).tolist() == [[85, 70], [120, 40]]
    assert sample(image, middle, replicate=False).tolist() == [[85, 35], [60, 10]]


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (1, 32767)])
def test_images_that_cannot_be_sampled(shape: tuple[int, int]) -> None:
    where = affine_map(np.array([[1.0, 0, 0], [0, 1, 0]]), 1, 1)
    with pytest.raises(ValueError, match="each side must be 1 to 32766"):
        sample(np.zeros(shape, np.uint8), where, replicate=True)
    with pytest.raises(ValueError, match="each side must be 1 to 32766"):
        sample_nearest(np.zeros(shape, np.uint8), where.pixel, replicate=True)


@given(x=st.integers(-40, 40), y=st.integers(-40, 40), size=st.tuples(st.integers(1, 80), st.integers(1, 80)))
def test_the_nearest_pixel_is_that_of_the_even_number_where_two_are_equally_near(
    x: int, y: int, size: tuple[int, int]
) -> None:
    width, height = size
    shift = np.array([[1, 0, x + 0.5], [0, 1, y + 0.5], [0, 0, 1]])
    made = nearest_map(shift, width, height)
    np.testing.assert_array_equal(made[..., 0], np.tile(np.rint(np.arange(width) + x + 0.5), (height, 1)))
    np.testing.assert_array_equal(made[..., 1].T, np.tile(np.rint(np.arange(height) + y + 0.5), (width, 1)))


def test_sample_nearest_takes_pixels_and_borders() -> None:
    image = np.array([[1, 2], [3, 4]], np.uint8)
    where = nearest_map(np.array([[1, 0, -1.0], [0, 1, 0], [0, 0, 1]]), 4, 1)
    assert sample_nearest(image, where, replicate=True).tolist() == [[1, 1, 2, 2]]
    assert sample_nearest(image, where, replicate=False).tolist() == [[0, 1, 2, 0]]
