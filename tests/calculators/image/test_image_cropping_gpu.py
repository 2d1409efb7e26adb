"""ImageCroppingCalculator on the GPU (spec calculators.md 4)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from gpu_device import the_device
from graph_runs import run_graph
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgraph.errors import RunError
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.rect import NormalizedRect

pytestmark = pytest.mark.gpu

TEXT = """input_stream: "image" input_stream: "rect"
node {{ calculator: "ImageCroppingCalculator" input_stream: "IMAGE_GPU:image" input_stream: "NORM_RECT:rect"
  output_stream: "IMAGE_GPU:out" options {{ [mediapipe.ImageCroppingCalculatorOptions.ext] {{ {} }} }} }}"""


@given(
    size=st.tuples(st.integers(4, 20), st.integers(4, 20)),
    center=st.tuples(st.floats(0, 1, width=32), st.floats(0, 1, width=32)),
    part=st.tuples(st.floats(0.25, 1.5, width=32), st.floats(0.25, 1.5, width=32)),
    rotation=st.floats(-4, 4, width=32).filter(lambda angle: abs(angle) > 1e-3),
    limit=st.sampled_from([0, 5]),
)
@settings(max_examples=25, deadline=None)
def test_a_rotated_rectangle_is_stretched_to_the_upright_one_around_it(
    size: tuple[int, int], center: tuple[float, float], part: tuple[float, float], rotation: float, limit: int
) -> None:
    """The spec's quad, read linearly."""
    height, width = size
    pixels = np.random.default_rng(sum(size)).integers(0, 256, (height, width, 3), np.uint8)
    rect = NormalizedRect(
        x_center=center[0], y_center=center[1], width=part[0], height=part[1], rotation=rotation
    )
    texture = the_device().gpu.upload(ImageFrame.adopt(pixels.copy()))
    options = f"output_max_width: {limit}" if limit else ""
    found = run_graph(TEXT.format(options), {"image": [(0, texture)], "rect": [(0, rect)]}, ["out"])["out"]
    image = found[0][1].download().numpy_view()
    w, h = (
        math.floor(float(np.float32(p) * np.float32(side)) + 0.5)
        for p, side in zip(part, (width, height), strict=True)
    )
    cos, sin = math.cos(rotation), math.sin(rotation)
    around = abs(w * cos) + abs(h * sin), abs(w * sin) + abs(h * cos)
    for side, exact in zip((image.shape[1], image.shape[0]), around, strict=True):
        if not limit:
            assert abs(side - exact) <= 0.501
    assert not limit or image.shape[1] <= limit
    for row in range(image.shape[0]):
        for column in range(image.shape[1]):
            across = ((column + 0.5) / image.shape[1] - 0.5) * w
            down = ((row + 0.5) / image.shape[0] - 0.5) * h
            x = center[0] * width + across * cos - down * sin - 0.5
            y = center[1] * height + across * sin + down * cos - 0.5
            left, top = math.floor(x), math.floor(y)
            expected = np.zeros(3)
            for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1)):
                weight = (1 - abs(x - left - dx)) * (1 - abs(y - top - dy))
                expected += (
                    weight * pixels[min(max(top + dy, 0), height - 1), min(max(left + dx, 0), width - 1)]
                )
            assert np.abs(image[row, column, :3] - expected).max() <= 0.6


def test_an_upright_rectangle_of_whole_pixels() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (8, 12, 3), np.uint8)
    rect = NormalizedRect(x_center=0.5, y_center=0.5, width=0.5, height=0.5)
    texture = the_device().gpu.upload(ImageFrame.adopt(pixels.copy()))
    found = run_graph(TEXT.format(""), {"image": [(0, texture)], "rect": [(0, rect)]}, ["out"])["out"]
    np.testing.assert_array_equal(found[0][1].download().numpy_view()[:, :, :3], pixels[2:6, 3:9])


def test_nothing_to_cut_out() -> None:
    texture = the_device().gpu.upload(ImageFrame.adopt(np.zeros((4, 4, 3), np.uint8)))
    rect = NormalizedRect(x_center=0.5, y_center=0.5, width=0.01, height=0.5)
    with pytest.raises(RunError, match="what is cut out has 0x2 pixels"):
        run_graph(TEXT.format(""), {"image": [(0, texture)], "rect": [(0, rect)]}, ["out"])
