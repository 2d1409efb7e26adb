"""LuminanceCalculator: spec calculators.md 4."""

from __future__ import annotations

import numpy as np
import pytest
from graph_runs import run_graph
from graph_steps import node

from mpgraph.formats.image_frame import ImageFrame


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_the_formula(channels: int) -> None:
    """Every colour of a sample is within half a level of it, but for the last bits of single precision."""
    image = np.random.default_rng(channels).integers(0, 256, (97, 61, channels), np.uint8)
    image[:3, :3] = [[[0], [128], [255]]]
    rgb = np.repeat(image, 3, 2) if channels == 1 else image[..., :3]
    frame = ImageFrame.adopt(image[..., 0].copy() if channels == 1 else image.copy())
    out = run_graph(node("Luminance", ["in"], ["out"]), {"in": [(0, frame)]}, ["out"])["out"][0][
        1
    ].numpy_view()
    expected = (rgb.astype(np.float64) * [0.2125, 0.7154, 0.0721]).sum(-1)
    assert np.abs(out[..., :3] - expected[..., None]).max() < 0.5001
    np.testing.assert_array_equal(out[..., 3], image[..., 3] if channels == 4 else 255)
