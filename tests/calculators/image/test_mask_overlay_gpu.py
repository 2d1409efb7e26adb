"""MaskOverlayCalculator on the GPU: as in memory, within one level (spec calculators.md 4)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from gpu_device import the_device
from graph_runs import run_graph

from mpgraph.errors import RunError
from mpgraph.formats.image_frame import ImageFrame

pytestmark = pytest.mark.gpu

TEXT = """input_stream: "a" input_stream: "b" input_stream: "mask"
node {{ calculator: "MaskOverlayCalculator" input_stream: "VIDEO:0:a" input_stream: "VIDEO:1:b"
  input_stream: "{}:mask" output_stream: "OUTPUT:out"
  options {{ [mediapipe.MaskOverlayCalculatorOptions.ext] {{ {} }} }} }}"""


def frame(*shape: int) -> ImageFrame:
    return ImageFrame.adopt(np.random.default_rng(sum(shape)).integers(0, 256, shape, np.uint8))


@pytest.mark.parametrize("options", ["", "mask_channel: ALPHA"])
@pytest.mark.parametrize("sizes", [((6, 8, 4), (6, 8, 4), (6, 8, 4)), ((6, 8, 3), (3, 4, 3), (5, 7, 4))])
def test_as_in_memory(options: str, sizes: tuple[tuple[int, ...], ...]) -> None:
    frames = dict(zip(("a", "b", "mask"), (frame(*size) for size in sizes), strict=True))
    text = TEXT.format("MASK", options)
    in_memory = {name: [(0, image)] for name, image in frames.items()}
    ((_, expected),) = run_graph(text, in_memory, ["out"])["out"]
    on_gpu = {name: [(0, the_device().gpu.upload(image))] for name, image in frames.items()}
    ((_, found),) = run_graph(text, on_gpu, ["out"])["out"]
    difference = found.download().numpy_view().astype(int) - expected.numpy_view()
    assert np.abs(difference).max() <= 1


def test_one_weight_for_all_pixels() -> None:
    frames = {"a": frame(4, 5, 4), "b": frame(4, 5, 3)}
    text = TEXT.format("CONST_MASK", "")
    in_memory: dict[str, list[tuple[int, Any]]] = {n: [(0, image)] for n, image in frames.items()}
    ((_, expected),) = run_graph(text, {**in_memory, "mask": [(0, 0.3)]}, ["out"])["out"]
    on_gpu = {n: [(0, the_device().gpu.upload(image))] for n, image in frames.items()}
    ((_, found),) = run_graph(text, {**on_gpu, "mask": [(0, 0.3)]}, ["out"])["out"]
    assert np.abs(found.download().numpy_view().astype(int) - expected.numpy_view()).max() <= 1


@pytest.mark.parametrize("in_memory", ["a", "b", "mask"])
def test_some_here_and_some_there_are_refused(in_memory: str) -> None:
    given: dict[str, list[tuple[int, Any]]] = {
        name: [(0, frame(2, 2, 3) if name == in_memory else the_device().gpu.upload(frame(2, 2, 3)))]
        for name in ("a", "b", "mask")
    }
    with pytest.raises(RunError, match="must all be in memory or all on the GPU"):
        run_graph(TEXT.format("MASK", ""), given, ["out"])
