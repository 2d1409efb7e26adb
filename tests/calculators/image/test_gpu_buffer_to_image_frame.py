"""GpuBufferToImageFrameCalculator (spec calculators.md 5)."""

from __future__ import annotations

import numpy as np
import pytest
from gpu_device import the_device
from graph_runs import run_graph

from mpgraph.errors import RunError
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame

TEXT = """input_stream: "in"
node { calculator: "GpuBufferToImageFrameCalculator" input_stream: "in" output_stream: "out" }"""


@pytest.mark.gpu
@pytest.mark.parametrize("shape", [(3, 5, 3), (3, 5, 4), (1, 1)])
def test_a_texture_comes_down_as_it_is(shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    texture = the_device().gpu.upload(ImageFrame.adopt(pixels.copy()))
    ((_, frame),) = run_graph(TEXT, {"in": [(0, texture)]}, ["out"])["out"]
    assert frame.image_format is ImageFormat.of(pixels)
    np.testing.assert_array_equal(frame.numpy_view(), pixels)


def test_a_frame_is_passed_on() -> None:
    frame = ImageFrame.adopt(np.zeros((2, 2), np.uint8))
    assert run_graph(TEXT, {"in": [(0, frame)]}, ["out"])["out"][0][1] is frame


def test_anything_else_is_refused() -> None:
    with pytest.raises(RunError, match="GpuBuffer"):
        run_graph(TEXT, {"in": [(0, "picture")]}, ["out"])
