"""SegmentationSmoothingCalculator of masks that are on the GPU (spec calculators.md 4)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from gpu_device import the_device
from graph_runs import run_graph

from mpgraph import Graph
from mpgraph.errors import RunError
from mpgraph.formats.image import Image
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.gpu import DEVICE

pytestmark = pytest.mark.gpu

TEXT = """input_stream: "mask" input_stream: "previous"
node {{ calculator: "SegmentationSmoothingCalculator" input_stream: "MASK:mask"
  input_stream: "MASK_PREVIOUS:previous" output_stream: "MASK_SMOOTHED:out"
  options {{ [mediapipe.SegmentationSmoothingCalculatorOptions.ext] {{ combine_with_previous_ratio: {} }} }} }}"""


def on_gpu(pixels: npt.NDArray[Any]) -> Image:
    return Image.from_texture(the_device().gpu.upload(ImageFrame.adopt(pixels.copy())))


def smooth(ratio: float, mask: Image, previous: Image) -> Any:
    """The smoothed mask; nothing leaves the GPU on the way."""
    device = the_device()
    found: list[Any] = []
    with Graph(TEXT.format(ratio), services={DEVICE.key: device}) as graph:
        graph.observe("out", lambda packet: found.append(packet.value))
        graph.start()
        before = device.gpu.uploads, device.gpu.downloads
        graph.process({"mask": mask, "previous": previous}, 0)
        assert (device.gpu.uploads, device.gpu.downloads) == before
    (image,) = found
    return image


@pytest.mark.parametrize("ratio", [0, 0.5, 0.9])
def test_as_in_memory(ratio: float) -> None:
    """Of floats within 1e-5."""
    mask, previous = np.random.default_rng(0).random((2, 9, 7), np.float32)
    found = smooth(ratio, on_gpu(mask), on_gpu(previous))
    assert found.uses_gpu()
    assert found.image_format is ImageFormat.VEC32F1
    frames = {"mask": mask, "previous": previous}
    in_memory = {name: [(0, Image.from_frame(ImageFrame.adopt(p)))] for name, p in frames.items()}
    ((_, expected),) = run_graph(TEXT.format(ratio), in_memory, ["out"])["out"]
    np.testing.assert_allclose(found.numpy_view(), expected.numpy_view(), atol=1e-5)


def test_masks_of_the_segmentation_keep_their_format() -> None:
    """Red and alpha, in steps of 1/255."""
    mask, previous = np.random.default_rng(1).integers(0, 256, (2, 5, 6, 4), np.uint8)
    image = smooth(0.7, on_gpu(mask), on_gpu(previous))
    found = np.asarray(image.numpy_view())
    p, q = mask[:, :, 0] / 255, previous[:, :, 0] / 255
    x = (p - 0.5) ** 2
    sure = x * (5.68842 + x * (-0.748699 + x * (-57.8051 + x * (291.309 + x * -624.717))))
    expected = p + (q - p) * (1 - np.minimum(1, sure)) * 0.7
    assert np.abs(found[:, :, 0] - expected * 255).max() <= 0.52
    np.testing.assert_array_equal(found[:, :, 0], found[:, :, 3])
    assert (found[:, :, 1:3] == 0).all()


def test_other_formats_are_refused() -> None:
    mask = on_gpu(np.zeros((2, 2), np.uint8))
    with pytest.raises(RunError, match="must be of format VEC32F1 or SRGBA, got GRAY8"):
        smooth(0.5, mask, mask)


def test_without_a_previous_mask_it_goes_on() -> None:
    mask = on_gpu(np.zeros((2, 2), np.float32))
    found = run_graph(TEXT.format(0.5), {"mask": [(0, mask)], "previous": []}, ["out"])["out"]
    assert [image for _, image in found] == [mask]
