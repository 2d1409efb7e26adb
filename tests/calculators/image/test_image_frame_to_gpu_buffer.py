"""ImageFrameToGpuBufferCalculator (spec calculators.md 5)."""

from __future__ import annotations

import gc

import numpy as np
import pytest
from gpu_device import the_device
from graph_runs import run_graph

from mpgraph import Graph
from mpgraph.errors import RunError
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.gpu import DEVICE

TEXT = """input_stream: "in"
node { calculator: "ImageFrameToGpuBufferCalculator" input_stream: "in" output_stream: "out" }"""


@pytest.mark.gpu
def test_row_0_becomes_row_0() -> None:
    pixels = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    ((_, texture),) = run_graph(TEXT, {"in": [(0, ImageFrame.adopt(pixels))]}, ["out"])["out"]
    assert repr(texture) == "<GpuBuffer RGBA8 2x2>"
    np.testing.assert_array_equal(texture.device.read(texture)[:, :, :3], pixels)
    assert (texture.device.read(texture)[:, :, 3] == 255).all()


@pytest.mark.gpu
def test_formats_that_no_texture_holds() -> None:
    frame = ImageFrame.adopt(np.zeros((2, 2), np.uint16))
    with pytest.raises(RunError, match="an image of format GRAY16 cannot be on the GPU"):
        run_graph(TEXT, {"in": [(0, frame)]}, ["out"])


@pytest.mark.gpu
def test_nothing_is_left_on_the_gpu_when_a_graph_is_closed() -> None:
    device = the_device()
    gc.collect()
    before = device.gpu.live
    for _ in range(20):
        with Graph(TEXT, services={DEVICE.key: device}) as graph:
            graph.start()
            for time in range(5):
                graph.add_packet("in", ImageFrame.adopt(np.zeros((8, 8, 3), np.uint8)), time)
        del graph
    assert device.gpu.live == before
