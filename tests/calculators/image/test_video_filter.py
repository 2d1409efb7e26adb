"""What the filters of videos share."""

from __future__ import annotations

import numpy as np
import pytest
from graph_runs import run_graph
from graph_steps import node
from mpgraph.calculators.image.video_filter import as_rgba

from mpgraph import Graph
from mpgraph.errors import ContractError, RunError
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame

BOTH = pytest.mark.parametrize("calculator", ["Luminance", "SobelEdges"])


def test_frames_as_textures_are_seen() -> None:
    gray = np.array([[7, 9]], np.uint8)
    assert as_rgba(ImageFrame.adopt(gray)).tolist() == [[[7, 7, 7, 255], [9, 9, 9, 255]]]
    assert as_rgba(ImageFrame.adopt(np.array([[[1, 2, 3]]], np.uint8))).tolist() == [[[1, 2, 3, 255]]]
    assert as_rgba(ImageFrame.adopt(np.array([[[1, 2, 3, 4]]], np.uint8))).tolist() == [[[1, 2, 3, 4]]]


@BOTH
@pytest.mark.parametrize("tag", ["", "VIDEO:"])
def test_tags(calculator: str, tag: str) -> None:
    frame = ImageFrame.adopt(np.zeros((3, 4, 3), np.uint8))
    text = node(calculator, [f"{tag}in"], [f"{tag}out"])
    ((at, out),) = run_graph(text, {"in": [(5, frame)]}, ["out"])["out"]
    assert (at, out.image_format, out.width, out.height) == (5, ImageFormat.SRGBA, 4, 3)


@BOTH
def test_what_is_refused(calculator: str) -> None:
    text = node(calculator, ["in"], ["out"])
    for image in (np.zeros((0, 3), np.uint8), np.zeros((3, 3), np.float32)):
        with pytest.raises(RunError, match="must have pixels of GRAY8, SRGB or SRGBA"):
            run_graph(text, {"in": [(0, ImageFrame.adopt(image))]}, ["out"])
    with pytest.raises(ContractError, match="untagged or VIDEO, must be connected; got both"):
        Graph(node(calculator, ["in", "VIDEO:other"], ["out"]))
    with pytest.raises(ContractError, match="untagged or VIDEO, must be connected; got none"):
        Graph(node(calculator, ["in"], []))
