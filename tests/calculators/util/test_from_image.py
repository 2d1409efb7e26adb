"""FromImageCalculator: spec calculators.md 3."""

import numpy as np
import pytest
from graph_runs import run_graph

from mpgraph.errors import ConfigError
from mpgraph.formats.image import Image
from mpgraph.formats.image_format import ImageFormat

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


def test_gpu_is_an_error() -> None:
    with pytest.raises(ConfigError, match=r"GPU streams \(IMAGE_GPU\) are not supported by this version"):
        run_graph(GRAPH.replace("IMAGE_CPU", "IMAGE_GPU"), {}, [])
