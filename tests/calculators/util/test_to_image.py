"""ToImageCalculator: spec calculators.md 3."""

import numpy as np
import pytest
from gpu_device import the_device
from graph_runs import run_graph

from mpgraph.errors import ConfigError
from mpgraph.formats.image import Image
from mpgraph.formats.image_frame import ImageFrame


def graph(ports: str) -> str:
    return f"""
        input_stream: "in" output_stream: "out"
        node {{ calculator: "ToImageCalculator" {ports} output_stream: "IMAGE:out" }}"""


@pytest.mark.parametrize("tag", ["IMAGE", "IMAGE_CPU"])
def test_shares_the_frame(tag: str) -> None:
    frame = ImageFrame.adopt(np.zeros((2, 3), np.uint8))
    ((at, image),) = run_graph(graph(f'input_stream: "{tag}:in"'), {"in": [(7, frame)]}, ["out"])["out"]
    assert at == 7
    assert isinstance(image, Image)
    assert image.frame is frame


def test_an_image_goes_on() -> None:
    image = Image.from_frame(ImageFrame.adopt(np.zeros((2, 3), np.uint8)))
    assert run_graph(graph('input_stream: "IMAGE:in"'), {"in": [(0, image)]}, ["out"])["out"][0][1] is image


def test_contract() -> None:
    both = 'input_stream: "IMAGE:in" input_stream: "IMAGE_CPU:in"'
    for ports in ("", both):
        with pytest.raises(ConfigError, match="exactly one input of IMAGE, IMAGE_CPU"):
            run_graph(graph(ports), {}, [])


@pytest.mark.gpu
@pytest.mark.parametrize("tag", ["IMAGE", "IMAGE_GPU"])
def test_a_texture_becomes_an_image_that_is_on_the_gpu(tag: str) -> None:
    """Spec 1.2."""
    gpu = the_device().gpu
    texture = gpu.upload(ImageFrame.adopt(np.arange(6, dtype=np.uint8).reshape(2, 3)))
    ((_, image),) = run_graph(graph(f'input_stream: "{tag}:in"'), {"in": [(0, texture)]}, ["out"])["out"]
    assert image.uses_gpu()
    assert image.texture(gpu) is texture
    assert (image.width, image.height, image.channels) == (3, 2, 1)
    np.testing.assert_array_equal(image.numpy_view(), [[0, 1, 2], [3, 4, 5]])
    assert not image.uses_gpu()
    assert image.texture(gpu) is texture
    assert image.uses_gpu()
