"""SobelEdgesCalculator: spec calculators.md 4."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from graph_runs import run_graph
from graph_steps import node
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgraph.formats.image_frame import ImageFrame

Array = npt.NDArray[Any]


def edges(image: Array) -> Array:
    frame = ImageFrame.adopt(image.copy())
    ((_, out),) = run_graph(node("SobelEdges", ["in"], ["out"]), {"in": [(0, frame)]}, ["out"])["out"]
    pixels: Array = out.numpy_view()
    return pixels


def reference(red: Array) -> Array:
    """The shader, pixel by pixel, in whole levels; the border goes on."""
    height, width = red.shape
    values = red.astype(int).tolist()
    out = np.zeros((height, width), np.uint8)
    for y in range(height):
        for x in range(width):
            near = [
                [
                    values[min(max(y + down, 0), height - 1)][min(max(x + across, 0), width - 1)]
                    for across in (-1, 0, 1)
                ]
                for down in (1, 0, -1)
            ]
            (lu, cu, ru), (lc, _, rc), (ld, cd, rd) = near
            h = -lu - 2 * lc - ld + ru + 2 * rc + rd
            v = -lu - 2 * cu - ru + ld + 2 * cd + rd
            out[y, x] = min(255, math.floor(math.sqrt(h * h + v * v) + 0.5))
    return out


@settings(max_examples=30, deadline=None)
@given(
    size=st.tuples(st.integers(1, 12), st.integers(1, 12)),
    channels=st.sampled_from([1, 3, 4]),
    high=st.sampled_from([8, 64, 256]),
)
def test_the_formula(size: tuple[int, int], channels: int, high: int) -> None:
    """Exact: no length of whole levels lies in the middle between two."""
    image = np.random.default_rng(sum(size)).integers(0, high, (*size, channels), np.uint8)
    image = image[..., 0] if channels == 1 else image
    found = edges(image)
    expected = reference(image if channels == 1 else image[..., 0])
    np.testing.assert_array_equal(found[..., :3], np.stack([expected] * 3, -1))
    assert (found[..., 3] == 255).all()


def test_other_channels_do_not_count() -> None:
    image = np.zeros((5, 5, 4), np.uint8)
    image[..., 1:] = np.random.default_rng(0).integers(0, 256, (5, 5, 3))
    assert not edges(image)[..., :3].any()


@pytest.mark.parametrize("calculators", [("Luminance", "SobelEdges")])
def test_edge_detection(calculators: tuple[str, str]) -> None:
    """Upstream's graph of both: a step of colour is an edge two pixels wide."""
    text = 'input_stream: "input_video" output_stream: "output_video" '
    text += f'node {{ calculator: "{calculators[0]}Calculator" input_stream: "input_video" output_stream: "luma" }}'
    text += f'node {{ calculator: "{calculators[1]}Calculator" input_stream: "luma" output_stream: "output_video" }}'
    image = np.zeros((6, 8, 3), np.uint8)
    image[:, 4:] = (200, 10, 10)
    out = run_graph(text, {"input_video": [(0, ImageFrame.adopt(image))]}, ["output_video"])["output_video"]
    luma = round(200 * 0.2125 + 10 * 0.7154 + 10 * 0.0721)
    assert out[0][1].numpy_view()[..., 0].tolist() == [[0, 0, 0, 4 * luma, 4 * luma, 0, 0, 0]] * 6
