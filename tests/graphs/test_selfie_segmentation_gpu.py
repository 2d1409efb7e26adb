"""The selfie segmentation graphs on the GPU: spec calculators.md 3.0, against those on the CPU."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from gpu_device import the_device
from model_files import model_path
from oracle_client import SHARED, needs_shared

from mpgraph import Graph
from mpgraph.formats.image import Image
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.gpu import DEVICE, Device, GpuDevice
from mpgraph.media import testsrc

pytestmark = [pytest.mark.gpu("inference"), pytest.mark.slow]

Array = npt.NDArray[Any]
GRAPHS = Path(__file__).parents[2] / "graphs"
TEXT = """
    input_stream: "in" output_stream: "out" input_side_packet: "selection"
    node {{
      calculator: "SelfieSegmentation{}"
      input_stream: "IMAGE:in" input_side_packet: "MODEL_SELECTION:selection"
      output_stream: "SEGMENTATION_MASK:out"
    }}"""


class Segmenter:
    """A graph that stays open, as loading a model takes long on a software GPU."""

    def __init__(self, text: str, device: Device, selection: int = 0) -> None:
        self.graph = Graph(text, services={DEVICE.key: device})
        self.found: list[Any] = []
        self.graph.observe("out", lambda packet: self.found.append(packet.value))
        self.graph.start({"selection": selection})
        self.time = 0

    def __call__(self, image: Any) -> Any:
        self.time += 1
        self.graph.process({"in": image}, self.time)
        return self.found.pop()


def device_for(choice: str) -> Device:
    """The GPU of all tests, with inference where it is said, even on a software GPU."""
    device = Device(choice)
    device._gpu = the_device().gpu
    return device


@pytest.fixture(scope="module", params=[0, 1], ids=["general", "landscape"])
def segmenters(request: pytest.FixtureRequest) -> Iterator[tuple[Segmenter, Segmenter]]:
    """One on the GPU; and one with inference on the CPU, so that both read the same pixels of an image."""
    for name in ("selfie_segmentation", "selfie_segmentation_landscape"):
        model_path(name)
    on_gpu = Segmenter(TEXT.format("Gpu"), device_for("gpu"), request.param)
    computed = Segmenter(TEXT.format("Gpu"), device_for("cpu"), request.param)
    yield on_gpu, computed
    on_gpu.graph.close()
    computed.graph.close()


def masks(segmenters: tuple[Segmenter, Segmenter], pixels: Array) -> tuple[Array, Array]:
    """That of the GPU and that of the CPU, 0 to 1."""
    on_gpu, computed = segmenters
    image = the_device().gpu.upload(ImageFrame.adopt(pixels.copy()))
    texture, expected = on_gpu(image), computed(image)
    assert (texture.image_format, expected.image_format) == (ImageFormat.SRGBA, ImageFormat.VEC32F1)
    return texture.download().numpy_view()[:, :, 0] / 255, np.clip(expected.download().numpy_view(), 0, 1)


def assert_alike(found: Array, expected: Array, *, somebody: bool = True) -> None:
    """Mean of the difference at most 2e-3, intersection over union at 0.5 at least 0.998.

    The latter of no less than a twentieth of the picture, as steps of 1/255 move a pixel or two of any mask;
    and where there is somebody, as otherwise the models are just undecided.
    """
    assert np.abs(found - expected).mean() <= 2e-3
    if not somebody:
        return
    person, person_there = found > 0.5, expected > 0.5
    union = max((person | person_there).sum(), found.size / 20)
    assert (person ^ person_there).sum() <= 0.002 * union


def test_masks_of_the_drawn_person(segmenters: tuple[Segmenter, Segmenter]) -> None:
    source = testsrc.TestSource(640, 480)
    for index in (0, 60, 120):
        assert_alike(*masks(segmenters, source.frame(index)))


@needs_shared
def test_masks_of_photographs(segmenters: tuple[Segmenter, Segmenter]) -> None:
    for path in sorted((SHARED / "data" / "images").glob("*.*")):
        pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
        assert pixels is not None
        found, expected = masks(segmenters, cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB))
        assert_alike(found, expected, somebody=not path.stem.startswith("none"))


@pytest.mark.parametrize("size", [(1, 1), (3, 7), (101, 1), (1, 64)])
def test_odd_sizes(segmenters: tuple[Segmenter, Segmenter], size: tuple[int, int]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), np.uint8)
    found, _ = masks(segmenters, pixels)
    assert found.shape == (size[1], size[0])


def test_frames_stay_on_the_gpu() -> None:
    """Of a frame: it goes up, the model's input comes down, its output goes up; and the result comes down."""
    model_path("selfie_segmentation")
    device = device_for("gpu")
    gpu: GpuDevice = device.gpu
    text = (GRAPHS / "selfie_segmentation" / "selfie_segmentation_gpu.pbtxt").read_text()
    with Graph(text, services={DEVICE.key: device}) as graph:
        found: list[Any] = []
        graph.observe("output_video", lambda packet: found.append(packet.value))
        graph.start()
        gc.collect()
        uploads, downloads, live = gpu.uploads, gpu.downloads, gpu.live
        for time in range(3):
            graph.process(
                {"input_video": gpu.upload(ImageFrame.adopt(np.zeros((48, 64, 4), np.uint8)))}, time
            )
            found.pop().download()
        assert (gpu.uploads - uploads, gpu.downloads - downloads) == (6, 6)
    del graph
    assert gpu.live == live


def test_the_image_variant_flips_what_comes_from_the_gpu() -> None:
    """An image that was on the GPU has its first row at the bottom; one in memory has not."""
    model_path("selfie_segmentation")
    text = TEXT.format("GpuImage").replace('input_side_packet: "MODEL_SELECTION:selection"', "")
    segment = Segmenter(text.replace('input_side_packet: "selection"', ""), device_for("gpu"))
    picture = testsrc.TestSource(160, 120).frame(0)
    in_memory = Image.from_frame(ImageFrame.adopt(picture.copy()))
    upside_down = ImageFrame.adopt(np.ascontiguousarray(picture[::-1]))
    on_gpu = Image.from_texture(the_device().gpu.upload(upside_down))
    first, second = segment(in_memory), segment(on_gpu)
    assert first.uses_gpu()
    np.testing.assert_array_equal(first.numpy_view(), second.numpy_view())
    segment.graph.close()
