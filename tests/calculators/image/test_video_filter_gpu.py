"""LuminanceCalculator and SobelEdgesCalculator on the GPU: as in memory, within one level."""

from __future__ import annotations

import numpy as np
import pytest
from gpu_device import the_device
from graph_runs import run_graph

from mpgraph.errors import RunError
from mpgraph.formats.image_frame import ImageFrame

pytestmark = pytest.mark.gpu

TEXT = 'input_stream: "in" node {{ calculator: "{}Calculator" input_stream: "{}in" output_stream: "{}out" }}'


@pytest.mark.parametrize("calculator", ["Luminance", "SobelEdges"])
@pytest.mark.parametrize("tag", ["", "VIDEO:"])
@pytest.mark.parametrize("shape", [(9, 13, 3), (9, 13, 4), (9, 13), (1, 1, 3), (1, 5, 4)])
def test_as_in_memory(calculator: str, tag: str, shape: tuple[int, ...]) -> None:
    frame = ImageFrame.adopt(np.random.default_rng(sum(shape)).integers(0, 256, shape, np.uint8))
    text = TEXT.format(calculator, tag, tag)
    ((_, expected),) = run_graph(text, {"in": [(0, frame)]}, ["out"])["out"]
    ((_, found),) = run_graph(text, {"in": [(0, the_device().gpu.upload(frame))]}, ["out"])["out"]
    difference = found.download().numpy_view().astype(int) - expected.numpy_view()
    assert np.abs(difference).max() <= 1


def test_formats_that_are_no_pictures() -> None:
    texture = the_device().gpu.upload_array(np.zeros((2, 2), np.float32))
    with pytest.raises(RunError, match="a texture must be RGBA8 or R8, got <GpuBuffer R32F 2x2>"):
        run_graph(TEXT.format("Luminance", "", ""), {"in": [(0, texture)]}, ["out"])
