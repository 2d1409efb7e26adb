"""RecolorCalculator on the GPU: one formula, rounded once (spec calculators.md 3)."""

from __future__ import annotations

import numpy as np
import pytest
from gpu_device import the_device
from graph_runs import run_graph
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame

pytestmark = pytest.mark.gpu

TEXT = """input_stream: "image" input_stream: "mask"
node {{ calculator: "RecolorCalculator" input_stream: "IMAGE_GPU:image" input_stream: "MASK_GPU:mask"
  output_stream: "IMAGE_GPU:out"
  options {{ [mediapipe.RecolorCalculatorOptions.ext] {{ {} }} }} }}"""
BOOLS = {True: "true", False: "false"}


@given(
    color=st.tuples(*[st.integers(0, 255)] * 3),
    alpha=st.booleans(),
    invert=st.booleans(),
    luminance=st.booleans(),
    size=st.tuples(st.integers(1, 40), st.integers(1, 40)),
)
@settings(max_examples=25, deadline=None)
def test_the_formula(
    color: tuple[int, int, int], alpha: bool, invert: bool, luminance: bool, size: tuple[int, int]
) -> None:
    rng = np.random.default_rng(sum(size))
    image = rng.integers(0, 256, (*size, 4), np.uint8)
    mask = rng.integers(0, 256, (*size, 4), np.uint8)
    gpu = the_device().gpu
    options = f"""mask_channel: {"ALPHA" if alpha else "RED"} invert_mask: {BOOLS[invert]}
      color {{ r: {color[0]} g: {color[1]} b: {color[2]} }} adjust_with_luminance: {BOOLS[luminance]}"""
    given_ = {
        "image": [(0, gpu.upload(ImageFrame.adopt(image.copy())))],
        "mask": [(0, gpu.upload(ImageFrame.adopt(mask.copy())))],
    }
    ((_, found),) = run_graph(TEXT.format(options), given_, ["out"])["out"]
    weight = mask[:, :, 3 if alpha else 0] / 255
    weight = 1 - weight if invert else weight
    if luminance:
        weight = weight * (image[:, :, :3] / 255 @ [0.299, 0.587, 0.114])
    expected = image * (1 - weight[..., None]) + np.array([*color, 255]) * weight[..., None]
    assert found.image_format is ImageFormat.SRGBA
    assert np.abs(found.download().numpy_view() - expected).max() <= 0.51


def test_like_the_cpu_within_one_level() -> None:
    """With a mask of another size and of floats."""
    rng = np.random.default_rng(1)
    image = rng.integers(0, 256, (60, 80, 3), np.uint8)
    mask = rng.random((30, 20), np.float32)
    options = "color { b: 255 } invert_mask: true adjust_with_luminance: false"
    gpu = the_device().gpu
    frames = {"image": ImageFrame.adopt(image.copy()), "mask": ImageFrame.adopt(mask.copy())}
    textures = {name: [(0, gpu.upload(frame))] for name, frame in frames.items()}
    ((_, found),) = run_graph(TEXT.format(options), textures, ["out"])["out"]
    on_cpu = TEXT.format(options).replace("_GPU", "")
    ((_, expected),) = run_graph(on_cpu, {n: [(0, f)] for n, f in frames.items()}, ["out"])["out"]
    difference = found.download().numpy_view()[:, :, :3].astype(int) - expected.numpy_view()
    assert np.abs(difference).max() <= 1


def test_without_a_mask_the_image_goes_on() -> None:
    texture = the_device().gpu.upload(ImageFrame.adopt(np.zeros((2, 2, 3), np.uint8)))
    found = run_graph(TEXT.format("color { r: 1 }"), {"image": [(0, texture)], "mask": []}, ["out"])["out"]
    assert [image for _, image in found] == [texture]
