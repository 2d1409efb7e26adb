"""The sizes and the pixels of ScaleImageCalculator: spec calculators.md 4."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpgraph.calculators.image.scaling import (
    Crop,
    Target,
    find_crop,
    parse_ratio,
    rescale_in_linear_light,
    shrink,
)

Array = npt.NDArray[Any]


@pytest.mark.parametrize(
    ("text", "value"), [("", 0), ("16/9", 16 / 9), ("1.5/2", 0.75), ("0/1", 0), ("1/0", math.inf)]
)
def test_ratios(text: str, value: float) -> None:
    assert parse_ratio(text) == value
    assert math.isnan(parse_ratio("0/0"))


@pytest.mark.parametrize("text", ["16", "a/b", "16/", "/9", "1/2/3"])
def test_what_is_no_ratio(text: str) -> None:
    with pytest.raises(ValueError, match="two numbers with a slash"):
        parse_ratio(text)


@pytest.mark.parametrize(
    ("size", "limits", "crop"),
    [
        ((100, 100), (9 / 16, 16 / 9), Crop(0, 0, 100, 100)),
        ((200, 100), (9 / 16, 16 / 9), Crop(12, 0, 176, 100)),
        ((100, 200), (9 / 16, 16 / 9), Crop(0, 12, 100, 176)),
        ((200, 100), (9 / 16, 0), Crop(0, 0, 200, 100)),
        ((100, 200), (0, 16 / 9), Crop(0, 0, 100, 200)),
        ((200, 100), (math.inf, 1), Crop(0, 0, 200, 100)),
        ((200, 100), (0, math.nan), Crop(0, 0, 200, 100)),
        ((2, 1), (1, 1), Crop(1, 0, 0, 1)),
    ],
)
def test_crops(size: tuple[int, int], limits: tuple[float, float], crop: Crop) -> None:
    """Kept sides are even, cut off equally; an odd rest goes to the right or below."""
    assert find_crop(*size, *limits) == crop


@given(
    st.integers(4, 3000),
    st.integers(4, 3000),
    st.sampled_from(["9/16", "1/2", ""]),
    st.sampled_from(["16/9", "2/1"]),
)
def test_crops_are_within_limits(width: int, height: int, low: str, high: str) -> None:
    crop = find_crop(width, height, parse_ratio(low), parse_ratio(high))
    assert 0 <= crop.left <= crop.left + crop.width <= width
    assert 0 <= crop.top <= crop.top + crop.height <= height
    assert crop.width <= crop.height * parse_ratio(high)
    if low:
        assert crop.height <= crop.width / parse_ratio(low)


def target(width: int = 0, height: int = 0, area: int = 0, keep: bool = True, multiple: int = 2) -> Target:
    return Target(width, height, area, keep, multiple)


@pytest.mark.parametrize(
    ("wanted", "given_size", "size"),
    [
        (target(), (101, 51), (100, 50)),
        (target(keep=False, multiple=1), (101, 51), (101, 51)),
        (target(keep=False, multiple=0), (101, 51), (101, 51)),
        (target(300, keep=False, multiple=16), (101, 51), (288, 48)),
        (target(50), (100, 80), (50, 40)),
        (target(51), (100, 80), (50, 40)),
        (target(0, 40), (100, 80), (50, 40)),
        (target(50, 100), (100, 80), (50, 40)),
        (target(100, 40), (100, 80), (50, 40)),
        (target(1), (100, 80), (1, 1)),
        (target(8, 1), (100, 10), (1 + 9 // 2 * 2 - 1, 1)),
        (target(area=2000), (100, 80), (50, 40)),
        (target(7, 7, area=2000, keep=False), (100, 80), (50, 40)),
        (target(area=8000), (100, 80), (100, 80)),
    ],
)
def test_sizes(wanted: Target, given_size: tuple[int, int], size: tuple[int, int]) -> None:
    assert wanted.size(*given_size) == size


def test_no_size() -> None:
    with pytest.raises(ValueError, match="must be 2 where the aspect ratio is kept, got 4"):
        target(50, multiple=4).size(100, 80)
    with pytest.raises(ValueError, match="must be 2"):
        target(50, area=10, keep=False, multiple=4).size(100, 80)


@given(st.integers(1, 500), st.integers(1, 500), st.integers(2, 500), st.integers(2, 500))
def test_limits_hold(width: int, height: int, most_width: int, most_height: int) -> None:
    found = target(most_width, most_height).size(width, height)
    assert found[0] <= most_width
    assert found[1] <= most_height


@pytest.mark.parametrize("channels", [3, 4])
def test_shrinking_averages(channels: int) -> None:
    image = np.random.default_rng(0).integers(0, 256, (12, 20, channels), np.uint8)
    mean = image.reshape(3, 4, 5, 4, channels).mean((1, 3))
    assert np.abs(shrink(image, 5, 3) - mean).max() <= 0.5


def linear(at: float) -> float:
    return max(0.0, 1 - abs(at))


def cubic(at: float) -> float:
    at, a = abs(at), -0.75
    if at <= 1:
        return (a + 2) * at**3 - (a + 3) * at**2 + 1
    return a * at**3 - 5 * a * at**2 + 8 * a * at - 4 * a if at < 2 else 0.0


def lanczos(at: float) -> float:
    return float(np.sinc(at) * np.sinc(at / 4)) if abs(at) < 4 else 0.0


def weights(inside: int, out: int, kernel: Callable[[float], float]) -> Array:
    """How much each of the old values is in each new one; the outermost go on outside."""
    matrix = np.zeros((out, inside))
    for row in range(out):
        at = (row + 0.5) * inside / out - 0.5
        taps = range(math.floor(at) - 4, math.floor(at) + 6)
        found = np.array([kernel(at - tap) for tap in taps])
        for tap, weight in zip(taps, found / found.sum(), strict=True):
            matrix[row, min(max(tap, 0), inside - 1)] += weight
    return matrix


@settings(max_examples=20, deadline=None)
@given(
    size=st.tuples(st.integers(2, 12), st.integers(2, 12)),
    out=st.tuples(st.integers(13, 30), st.integers(2, 30)),
    which=st.sampled_from([("INTER_LINEAR", linear), ("INTER_CUBIC", cubic), ("INTER_LANCZOS4", lanczos)]),
)
def test_growing_blends_light(
    size: tuple[int, int], out: tuple[int, int], which: tuple[str, Callable[[float], float]]
) -> None:
    """Against the kernels in double precision: within one level, where light is dark within its 16 bits."""
    image = np.random.default_rng(sum(size)).integers(0, 256, (*size, 3), np.uint8)
    light = np.where(image <= 10, image / 255 / 12.92, ((image / 255 + 0.055) / 1.055) ** 2.4)
    down, across = weights(size[0], out[0], which[1]), weights(size[1], out[1], which[1])
    blended = np.clip(np.einsum("yi,xj,ijc->yxc", down, across, light), 0, 1)
    expected = np.where(blended < 0.0031308, blended * 12.92, 1.055 * blended ** (1 / 2.4) - 0.055) * 255
    found = rescale_in_linear_light(image, out[1], out[0], getattr(cv2, which[0]))
    assert np.abs(found - expected).max() < 1.6


def test_light_and_back_is_the_same() -> None:
    image = np.arange(256, dtype=np.uint8).reshape(16, 16)
    np.testing.assert_array_equal(rescale_in_linear_light(image, 16, 16, cv2.INTER_CUBIC), image)
    twice = rescale_in_linear_light(np.array([[0, 255]], np.uint8), 4, 1, cv2.INTER_LINEAR)
    # A quarter and three quarters of the light: 255 * (1.055 * 0.25 ** (1 / 2.4) - 0.055) = 136.96...
    assert twice.tolist() == [[0, 137, 225, 255]]
