"""ToImageCalculator: spec calculators.md 3."""

import numpy as np
import pytest
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
    with pytest.raises(ConfigError, match=r"GPU streams \(IMAGE_GPU\)"):
        run_graph(graph('input_stream: "IMAGE_GPU:in"'), {}, [])
