"""ImagePropertiesCalculator: spec calculators.md 3."""

import numpy as np
import pytest
from gpu_device import the_device
from graph_runs import run_graph

from mpgraph.errors import ConfigError
from mpgraph.formats.image import Image
from mpgraph.formats.image_frame import ImageFrame


def graph(ports: str) -> str:
    return f"""
        input_stream: "in" output_stream: "size"
        node {{ calculator: "ImagePropertiesCalculator" {ports} output_stream: "SIZE:size" }}"""


@pytest.mark.parametrize("tag", ["IMAGE", "IMAGE_CPU"])
def test_size_is_width_and_height(tag: str) -> None:
    frame = ImageFrame.adopt(np.zeros((2, 3), np.uint8))
    assert run_graph(graph(f'input_stream: "{tag}:in"'), {"in": [(4, frame)]}, ["size"])["size"] == [
        (4, (3, 2))
    ]


def test_size_of_an_image() -> None:
    image = Image.from_frame(ImageFrame.adopt(np.zeros((5, 1, 3), np.uint8)))
    assert run_graph(graph('input_stream: "IMAGE:in"'), {"in": [(0, image)]}, ["size"])["size"] == [
        (0, (1, 5))
    ]


def test_contract() -> None:
    with pytest.raises(ConfigError, match="exactly one input of IMAGE, IMAGE_CPU"):
        run_graph(graph(""), {}, [])
    with pytest.raises(ConfigError, match=r"exactly one input of .*; connected: IMAGE_CPU, IMAGE_GPU"):
        run_graph(graph('input_stream: "IMAGE_CPU:in" input_stream: "IMAGE_GPU:in"'), {}, [])


@pytest.mark.gpu
def test_size_of_a_texture() -> None:
    texture = the_device().gpu.upload(ImageFrame.adopt(np.zeros((5, 1, 3), np.uint8)))
    assert run_graph(graph('input_stream: "IMAGE_GPU:in"'), {"in": [(0, texture)]}, ["size"])["size"] == [
        (0, (1, 5))
    ]
