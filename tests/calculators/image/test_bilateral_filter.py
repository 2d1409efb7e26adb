"""BilateralFilterCalculator: spec calculators.md 4."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from graph_runs import run_graph
from graph_steps import node
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgraph import Graph
from mpgraph.errors import ContractError, RunError
from mpgraph.formats.image_frame import ImageFrame

Array = npt.NDArray[Any]


def graph(color: float = 0.1, space: float = 2) -> str:
    options = f"sigma_color: {color!r} sigma_space: {space!r}"
    return node("BilateralFilter", ["IMAGE:image", "GUIDE:guide"], ["IMAGE:out"], options)


def smooth(image: Array, color: float, space: float) -> ImageFrame:
    frame = ImageFrame.adopt(image.copy())
    ((at, out),) = run_graph(graph(color, space), {"image": [(2, frame)]}, ["out"])["out"]
    assert at == 2
    assert isinstance(out, ImageFrame)
    assert out.image_format is frame.image_format
    return out


def reference(image: Array, color: float, space: float) -> Array:
    """The mean by its formula, in double precision; the border mirrors the image around its last pixel."""
    window, color, space = int(2 * space), color * 255 or 1, space or 1
    radius = max(1, window // 2 if window else round(space * 1.5))
    values = image.astype(np.float64).reshape(*image.shape[:2], -1)
    height, width = values.shape[:2]

    def mirrored(side: int) -> Array:
        period = max(1, 2 * (side - 1))
        index = np.abs(np.arange(-radius, side + radius)) % period
        return np.minimum(index, period - index) if side > 1 else index * 0

    padded = values[mirrored(height)][:, mirrored(width)]
    total, weights = np.zeros_like(values), np.zeros((height, width, 1))
    for down in range(-radius, radius + 1):
        for across in range(-radius, radius + 1):
            if down**2 + across**2 > radius**2:
                continue
            other = padded[radius + down :, radius + across :][:height, :width]
            unlike = np.abs(other - values).sum(-1, keepdims=True)
            weight = np.exp(-(down**2 + across**2) / (2 * space**2) - unlike**2 / (2 * color**2))
            total, weights = total + weight * other, weights + weight
    return (total / weights).reshape(image.shape)


@settings(max_examples=30, deadline=None)
@given(
    size=st.tuples(st.integers(1, 24), st.integers(1, 24)),
    channels=st.sampled_from([1, 3]),
    color=st.one_of(st.just(0.0), st.floats(1 / 128, 1, width=32)),
    space=st.one_of(st.just(0.0), st.floats(0.125, 4, width=32)),
)
def test_the_formula(size: tuple[int, int], channels: int, color: float, space: float) -> None:
    """Within one level, which is what OpenCV's own rounding leaves open; a sigma of 0 is 1."""
    image = np.random.default_rng(sum(size)).integers(0, 256, (*size, channels), np.uint8)
    image = image[..., 0] if channels == 1 else image
    found = smooth(image, color, space).numpy_view()
    assert np.abs(found - reference(image, color, space)).max() <= 1.001


@pytest.mark.parametrize("color", [0.0, 0.002])
def test_floats(color: float) -> None:
    image = np.random.default_rng(0).random((9, 12), np.float32)
    found = smooth(image, color, 2.5).numpy_view()
    np.testing.assert_allclose(found, reference(image, color, 2.5), atol=1e-5)


def test_edges_stay_and_noise_goes() -> None:
    image = np.where(np.arange(20) < 10, 20, 220) + np.random.default_rng(0).integers(-5, 6, (20, 20))
    found = smooth(image.astype(np.uint8), 0.1, 3).numpy_view().astype(int)
    assert (found[:, 10] - found[:, 9]).min() > 190
    assert found[:, :10].std() < image[:, :10].std() / 3


@pytest.mark.parametrize("shape", [(3, 3, 4), (0, 3, 3)])
def test_what_cannot_be_smoothed(shape: tuple[int, ...]) -> None:
    with pytest.raises(RunError, match="one or three channels"):
        smooth(np.zeros(shape, np.uint8), 0.1, 1)
    with pytest.raises(RunError, match="SRGB48"):
        smooth(np.zeros((3, 3, 3), np.uint16), 0.1, 1)


def test_a_guide_is_refused_where_there_is_one() -> None:
    frame = ImageFrame.adopt(np.zeros((3, 3), np.uint8))
    with pytest.raises(RunError, match="a guide is supported on the GPU only"):
        run_graph(graph(), {"image": [(0, frame)], "guide": [(0, frame)]}, ["out"])
    assert not run_graph(graph(), {"guide": [(0, frame)]}, ["out"])["out"]


def test_contract() -> None:
    for options in (graph(color=-0.5), graph(space=-1.0), graph(space=float("inf"))):
        with pytest.raises(ContractError, match="must be a number of at least 0"):
            Graph(options)
    with pytest.raises(ContractError, match="all of IMAGE must be connected, or all of them with _GPU"):
        Graph(node("BilateralFilter", ["IMAGE_GPU:image"], ["IMAGE:out"]))
