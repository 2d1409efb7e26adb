"""Regions of interest: spec calculators.md 2.2, 2.3, 2.7."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpgraph.calculators.tensor.roi import Roi

from mpgraph.formats.rect import NormalizedRect

RECTS = st.builds(
    NormalizedRect,
    x_center=st.floats(-1, 2, width=32),
    y_center=st.floats(-1, 2, width=32),
    width=st.floats(0.125, 2, width=32),
    height=st.floats(0.125, 2, width=32),
    rotation=st.floats(-4, 4, width=32),
)


def test_whole_image() -> None:
    roi = Roi.of(None, 640, 481)
    assert roi == Roi(*map(np.float32, (320, 240.5, 640, 481, 0)))
    assert roi.corners().tolist() == [[0, 481], [0, 0], [640, 0], [640, 481]]
    assert roi.matrix(640, 481) == (1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1)


def test_quarter_turn() -> None:
    """Clockwise, as y points down: the top left corner comes to the top right."""
    roi = Roi.of(NormalizedRect(x_center=0.5, y_center=0.5, width=1, height=1, rotation=math.pi / 2), 10, 10)
    assert roi.corners() == pytest.approx(np.array([[0, 0], [10, 0], [10, 10], [0, 10]]), abs=1e-5)


@given(rect=RECTS)
def test_matrix_leads_to_the_corners(rect: NormalizedRect) -> None:
    """2.7: (0, 1), (0, 0), (1, 0), (1, 1) of the region are its corners in the image."""
    roi = Roi.of(rect, 320, 200)
    matrix = np.array(roi.matrix(320, 200)).reshape(4, 4)
    unit = np.array([[0, 1, 0, 1], [0, 0, 0, 1], [1, 0, 0, 1], [1, 1, 0, 1]])
    found = (unit @ matrix.T)[:, :2] * (320, 200)
    assert found == pytest.approx(roi.corners(), abs=1e-2)


@given(rect=RECTS)
def test_inverse_warp_leads_to_the_corners(rect: NormalizedRect) -> None:
    """2.3: pixels at the output's corners are the region's corners in the image."""
    roi = Roi.of(rect, 320, 200)
    pixels = np.array([[0, 60, 1], [0, 0, 1], [80, 0, 1], [80, 60, 1]])
    found = pixels @ roi.inverse_warp(80, 60).T
    assert found[:, :2] / found[:, 2:] == pytest.approx(roi.corners(), abs=1e-2)


@given(rect=RECTS, width=st.integers(1, 500), height=st.integers(1, 500))
def test_padding_grows_one_side(rect: NormalizedRect, width: int, height: int) -> None:
    """2.7: the grown region has the wanted aspect ratio and holds the region, centre and all."""
    roi = Roi.of(rect, 320, 200)
    grown, (left, top, right, bottom) = roi.padded(width, height)
    assert grown.height / grown.width == pytest.approx(height / width, rel=1e-5)
    assert (left, top) == (right, bottom)
    assert grown.width * (1 - 2 * left) == pytest.approx(roi.width, rel=1e-3)
    assert grown.height * (1 - 2 * top) == pytest.approx(roi.height, rel=1e-3)
