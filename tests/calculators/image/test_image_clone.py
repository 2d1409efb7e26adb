"""ImageCloneCalculator: spec calculators.md 4."""

from __future__ import annotations

import numpy as np
import pytest
from gpu_device import the_device
from graph_runs import run_graph
from graph_steps import node
from oracle_client import needs_oracle, oracle

from mpgraph.errors import RunError
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


@pytest.mark.gpu
@pytest.mark.parametrize("on_gpu", [True, False])
@pytest.mark.parametrize("wanted", [True, False])
def test_the_clone_is_where_the_option_says_and_the_original_stays(on_gpu: bool, wanted: bool) -> None:
    pixels = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    frame = ImageFrame.adopt(pixels.copy())
    image = Image.from_texture(the_device().gpu.upload(frame)) if on_gpu else Image.from_frame(frame)
    text = node("ImageClone", ["in"], ["out"], f"output_on_gpu: {str(wanted).lower()}")
    ((_, clone),) = run_graph(text, {"in": [(0, image)]}, ["out"])["out"]
    assert clone is not image
    assert (clone.uses_gpu(), image.uses_gpu()) == (wanted, on_gpu)
    np.testing.assert_array_equal(clone.numpy_view(), pixels)
    assert image.uses_gpu() == on_gpu


@pytest.mark.gpu
def test_formats_that_no_texture_holds() -> None:
    image = Image.from_frame(ImageFrame.adopt(np.zeros((2, 2, 3), np.uint16)))
    with pytest.raises(RunError, match="format SRGB48 cannot be on the GPU"):
        run_graph(node("ImageClone", ["in"], ["out"], "output_on_gpu: true"), {"in": [(0, image)]}, ["out"])


@needs_oracle
def test_equals_upstream() -> None:
    pixels = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    expected = oracle.run_graph(GRAPH, {"in": [(5, oracle.Value("image", pixels, "SRGB"))]}, ["out"])["out"]
    ((at, clone),) = run_graph(GRAPH, {"in": [(5, Image.from_frame(ImageFrame.adopt(pixels)))]}, ["out"])[
        "out"
    ]
    assert (at, clone.image_format.name) == (expected[0][0], expected[0][1].info)
    np.testing.assert_array_equal(clone.numpy_view(), expected[0][1].data)
