"""SegmentationSmoothingCalculator: spec calculators.md 4."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from graph_runs import run_graph
from graph_steps import node
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_client import needs_oracle, oracle

from mpgraph.errors import RunError
from mpgraph.formats.image import Image
from mpgraph.formats.image_frame import ImageFrame

Array = npt.NDArray[Any]


def graph(ratio: float = 0.9) -> str:
    options = f"combine_with_previous_ratio: {ratio!r}"
    return node(
        "SegmentationSmoothing", ["MASK:mask", "MASK_PREVIOUS:before"], ["MASK_SMOOTHED:out"], options
    )


def image(pixels: Array) -> Image:
    return Image.from_frame(ImageFrame.adopt(pixels.copy()))


def smooth(mask: Array, before: Array, ratio: float) -> Array:
    inputs = {"mask": [(0, image(mask))], "before": [(0, image(before))]}
    ((_, out),) = run_graph(graph(ratio), inputs, ["out"])["out"]
    pixels: Array = out.numpy_view()
    return pixels


def reference(new: float, before: float, ratio: float) -> np.float32:
    """One pixel by the formula, every step in single precision."""
    f = np.float32
    x = (f(new) - f(0.5)) * (f(new) - f(0.5))
    inner = f(-57.8051) + x * (f(291.309) + x * f(-624.717))
    sure = x * (f(5.68842) + x * (f(-0.748699) + x * inner))
    return f(f(new) + (f(before) - f(new)) * ((f(1) - min(f(1), sure)) * f(ratio)))


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 9), st.integers(1, 9), st.floats(0, 1, width=32))
def test_the_formula(width: int, height: int, ratio: float) -> None:
    random = np.random.default_rng(width * 16 + height)
    mask, before = random.random((2, height, width), np.float32)
    expected = [[reference(mask[y, x], before[y, x], ratio) for x in range(width)] for y in range(height)]
    np.testing.assert_array_equal(smooth(mask, before, ratio), expected)


def test_more_pixels_than_are_worked_on_at_a_time() -> None:
    """A large mask is the same as its rows one by one."""
    mask, before = np.random.default_rng(1).random((2, 130, 257), np.float32)
    rows = [smooth(mask[y : y + 1], before[y : y + 1], 0.5) for y in range(130)]
    np.testing.assert_array_equal(smooth(mask, before, 0.5), np.concatenate(rows))


def test_sure_pixels_stay_and_with_ratio_0_all_do() -> None:
    mask = np.array([[0, 1, 0.5, 0.3]], np.float32)
    before = np.float32(1) - mask
    assert smooth(mask, before, 1.0)[0, :2] == pytest.approx([0, 1], abs=1e-4)
    np.testing.assert_array_equal(smooth(mask, before, 0.0), mask)
    assert smooth(mask, np.ones_like(mask), 1.0)[0, 2] == 1


def test_without_a_previous_mask_it_goes_on_as_it_is() -> None:
    mask = image(np.full((2, 3), 0.5, np.float32))
    other = image(np.zeros((2, 3), np.float32))
    out = run_graph(graph(), {"mask": [(0, mask)], "before": [(1, other)]}, ["out"])["out"]
    assert [at for at, _ in out] == [0]
    assert out[0][1] is mask


def test_a_mask_that_is_not_finite_stays_so() -> None:
    mask = np.array([[np.nan, np.inf, -np.inf]], np.float32)
    assert not np.isfinite(smooth(mask, np.zeros_like(mask), 0.5)).any()


def test_a_mask_without_pixels() -> None:
    assert smooth(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.float32), 0.5).size == 0


@pytest.mark.parametrize(
    ("mask", "before", "message"),
    [
        (np.zeros((2, 3), np.uint8), np.zeros((2, 3), np.float32), "VEC32F1, got GRAY8"),
        (np.zeros((2, 3), np.float32), np.zeros((2, 3, 2), np.float32), "VEC32F1, got VEC32F2"),
        (np.zeros((2, 3), np.float32), np.zeros((3, 2), np.float32), "got 3x2 and before it 2x3"),
    ],
)
def test_what_does_not_fit(mask: Array, before: Array, message: str) -> None:
    with pytest.raises(RunError, match=message):
        smooth(mask, before, 0.5)


@needs_oracle
@pytest.mark.parametrize("seed", range(20))
def test_equals_upstream(seed: int) -> None:
    """Random sizes and ratios, some masks beyond 0 to 1: every value identical."""
    random = np.random.default_rng(seed)
    shape = tuple(int(side) for side in random.integers(1, 200, 2))
    mask, before = random.random((2, *shape), np.float32) * np.float32(1 + seed % 2)
    ratio = float(random.random(dtype=np.float32))
    values = {
        name: [(0, oracle.Value("image", pixels, "VEC32F1"))]
        for name, pixels in (("mask", mask), ("before", before))
    }
    expected = oracle.run_graph(graph(ratio), values, ["out"]).plain()["out"][0][1]
    np.testing.assert_array_equal(smooth(mask, before, ratio), expected)
