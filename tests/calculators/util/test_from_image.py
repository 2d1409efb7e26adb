"""FromImageCalculator: spec calculators.md 3."""

from typing import Any

import numpy as np
import pytest
from gpu_device import the_device
from graph_runs import run_graph

from mpgraph import Graph
from mpgraph.errors import ConfigError
from mpgraph.formats.image import Image
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.gpu import DEVICE

GRAPH = """
    input_stream: "image" output_stream: "frame" output_stream: "on_gpu"
    node {
      calculator: "FromImageCalculator" input_stream: "IMAGE:image"
      output_stream: "IMAGE_CPU:frame" output_stream: "SOURCE_ON_GPU:on_gpu"
    }"""


def test_shares_the_frame() -> None:
    image = Image(ImageFormat.GRAY8, np.zeros((2, 3), np.uint8))
    out = run_graph(GRAPH, {"image": [(5, image)]}, ["frame", "on_gpu"])
    assert out["on_gpu"] == [(5, False)]
    assert out["frame"][0][0] == 5
    assert out["frame"][0][1] is image.frame


def test_only_one_kind_of_output() -> None:
    both = GRAPH.replace('"IMAGE_CPU:frame"', '"IMAGE_CPU:frame" output_stream: "IMAGE_GPU:other"')
    with pytest.raises(ConfigError, match="only one of IMAGE_CPU and IMAGE_GPU"):
        run_graph(both, {}, [])


@pytest.mark.gpu
def test_an_image_in_memory_is_brought_to_the_gpu_once() -> None:
    device = the_device()
    image = Image(ImageFormat.GRAY8, np.arange(6, dtype=np.uint8).reshape(2, 3))
    text = GRAPH.replace("IMAGE_CPU", "IMAGE_GPU")
    with Graph(text, services={DEVICE.key: device}) as graph:
        found: dict[str, list[Any]] = {"frame": [], "on_gpu": []}
        for name, values in found.items():
            graph.observe(name, lambda packet, values=values: values.append(packet.value))  # type: ignore[misc]
        before = device.gpu.uploads
        graph.start()
        graph.process({"image": image}, 0)
        graph.process({"image": image}, 1)
    assert device.gpu.uploads == before + 1
    assert found["on_gpu"] == [False, True]
    assert found["frame"][0] is found["frame"][1]
    np.testing.assert_array_equal(found["frame"][0].download().numpy_view(), [[0, 1, 2], [3, 4, 5]])


@pytest.mark.gpu
def test_an_image_on_the_gpu_is_brought_to_memory() -> None:
    pixels = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    image = Image.from_texture(the_device().gpu.upload(ImageFrame.adopt(pixels)))
    out = run_graph(GRAPH, {"image": [(5, image)]}, ["frame", "on_gpu"])
    assert out["on_gpu"] == [(5, True)]
    np.testing.assert_array_equal(out["frame"][0][1].numpy_view(), pixels)
