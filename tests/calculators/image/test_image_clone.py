"""ImageCloneCalculator: spec calculators.md 4."""

from __future__ import annotations

import numpy as np
import pytest
from graph_runs import run_graph
from graph_steps import node
from oracle_client import needs_oracle, oracle

from mpgraph import Graph
from mpgraph.errors import ContractError
from mpgraph.formats.image import Image
from mpgraph.formats.image_frame import ImageFrame

GRAPH = node("ImageClone", ["in"], ["out"])


def test_another_image_of_the_same_pixels() -> None:
    image = Image.from_frame(ImageFrame.adopt(np.arange(24, dtype=np.uint8).reshape(2, 4, 3)))
    ((at, clone),) = run_graph(GRAPH, {"in": [(5, image)]}, ["out"])["out"]
    assert at == 5
    assert clone is not image
    assert np.shares_memory(clone.numpy_view(), image.numpy_view())
    assert clone.image_format is image.image_format
    assert not clone.uses_gpu()


def test_on_the_gpu_is_refused() -> None:
    Graph(node("ImageClone", ["in"], ["out"], "output_on_gpu: false"))
    with pytest.raises(ContractError, match="images on the GPU are not supported"):
        Graph(node("ImageClone", ["in"], ["out"], "output_on_gpu: true"))


@needs_oracle
def test_equals_upstream() -> None:
    pixels = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    expected = oracle.run_graph(GRAPH, {"in": [(5, oracle.Value("image", pixels, "SRGB"))]}, ["out"])["out"]
    ((at, clone),) = run_graph(GRAPH, {"in": [(5, Image.from_frame(ImageFrame.adopt(pixels)))]}, ["out"])[
        "out"
    ]
    assert (at, clone.image_format.name) == (expected[0][0], expected[0][1].info)
    np.testing.assert_array_equal(clone.numpy_view(), expected[0][1].data)
