"""The selfie segmentation graphs: spec calculators.md 3.0, against the real MediaPipe and its goldens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from config_samples import oracle_graphs
from graph_runs import run_graph
from model_files import model_path
from oracle_client import SHARED, needs_oracle, needs_shared, oracle

from mpgraph import Graph, GraphConfig
from mpgraph.config.schema import NodeConfig
from mpgraph.errors import RunError
from mpgraph.formats.image import Image
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.port_map import PortMap

Array = npt.NDArray[Any]
GRAPHS = Path(__file__).parents[2] / "graphs"
MODELS = ("selfie_segmentation", "selfie_segmentation_landscape")
CPU = """
    input_stream: "in" output_stream: "out" input_side_packet: "selection"
    node {
      calculator: "SelfieSegmentationCpu"
      input_stream: "IMAGE:in" input_side_packet: "MODEL_SELECTION:selection"
      output_stream: "SEGMENTATION_MASK:out"
    }"""


@pytest.fixture(autouse=True)
def models() -> None:
    """Skips where the models are not on this machine."""
    for name in MODELS:
        model_path(name)


def photographs() -> list[Path]:
    return sorted((SHARED / "data" / "images").glob("*.*"))


def rgb(path: Path) -> Array:
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
    assert pixels is not None
    return cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)


def mask(image: Array, selection: int) -> Array:
    frame = ImageFrame.adopt(image.copy())
    ((_, found),) = run_graph(CPU, {"in": [(0, frame)]}, ["out"], {"selection": selection})["out"]
    assert found.image_format is ImageFormat.VEC32F1
    pixels: Array = found.numpy_view()
    return pixels


def upstream_mask(image: Array, selection: int) -> Array:
    out = oracle.run_graph(CPU, {"in": [(0, image)]}, ["out"], side_packets={"selection": selection})
    pixels: Array = out["out"][0][1].data
    return pixels


def assert_equal_masks(found: Array, expected: Array) -> None:
    difference = np.abs(found - expected)
    assert difference.mean() <= 1e-6
    assert difference.max() <= 1e-4


@needs_oracle
@needs_shared
@pytest.mark.parametrize("selection", [0, 1], ids=["general", "landscape"])
@pytest.mark.parametrize("path", photographs(), ids=lambda path: path.stem)
def test_mask_is_upstreams(path: Path, selection: int) -> None:
    image = rgb(path)
    assert_equal_masks(mask(image, selection), upstream_mask(image, selection))


@needs_shared
@pytest.mark.parametrize("path", photographs(), ids=lambda path: path.stem)
def test_mask_is_the_golden(path: Path) -> None:
    """Goldens are rounded to 1/65535, and may come from another kind of CPU."""
    image = rgb(path)
    with np.load(SHARED / "data" / "goldens" / f"{path.stem}.npz") as golden:
        for selection, name in enumerate(("general", "landscape")):
            difference = np.abs(mask(image, selection) - golden[name] / np.float32(65535))
            assert difference.mean() <= 1e-5
            assert difference.max() <= 1e-4


@needs_oracle
@pytest.mark.parametrize(
    "shape",
    [(1, 1, 3), (1, 2000, 3), (2000, 1, 3), (479, 641, 3), (480, 640, 4), (1080, 1920, 3)],
    ids=lambda shape: "x".join(map(str, shape)),
)
@pytest.mark.parametrize("selection", [0, 1], ids=["general", "landscape"])
def test_odd_images_are_upstreams(shape: tuple[int, ...], selection: int) -> None:
    """1x1, one row, one column, odd sides and RGBA work as upstream."""
    image = np.random.default_rng(sum(shape)).integers(0, 256, shape, np.uint8)
    assert_equal_masks(mask(image, selection), upstream_mask(image, selection))


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (np.zeros((48, 64), np.uint8), r"is float32 \(1, 256, 256, 3\), got float32 \(1, 256, 256, 1\)"),
        (np.zeros((48, 64), np.uint16), "unsupported image format GRAY16; expected SRGB, SRGBA or GRAY8"),
        (np.zeros((48, 64, 3), np.uint16), "unsupported image format SRGB48"),
        (np.zeros((48, 64), np.float32), "unsupported image format VEC32F1"),
        (np.zeros((0, 64, 3), np.uint8), "the image has no pixels: its size is 64x0"),
    ],
)
def test_images_that_are_errors(image: Array, message: str) -> None:
    """Where upstream fails or aborts too: gray, 16 bits, float and empty images."""
    with pytest.raises(RunError, match=message):
        mask(image, 0)


@needs_oracle
def test_expands_as_upstream_does() -> None:
    """The same nodes under the same names, with the same streams and side packets, as upstream's graph."""

    def described(config: GraphConfig) -> list[tuple[Any, ...]]:
        return sorted(
            (node.name or node.calculator, node.calculator, *map(ports, _entries(node)))
            for node in config.node
        )

    def ports(entries: tuple[str, ...]) -> list[tuple[str, str]]:
        port_map = PortMap(entries)
        return [(str(port), name) for port, name in zip(port_map.ids, port_map.names, strict=True)]

    text = """
        input_stream: "in" output_stream: "out"
        node { calculator: "SelfieSegmentationCpu" input_stream: "IMAGE:in" output_stream: "SEGMENTATION_MASK:out" }"""
    assert described(Graph(text).config) == described(GraphConfig.from_text(oracle.expand(text)))


def _entries(node: NodeConfig) -> tuple[tuple[str, ...], ...]:
    return node.input_stream, node.output_stream, node.input_side_packet, node.output_side_packet


def test_image_variant_is_the_cpu_variant() -> None:
    """Images in, masks out as Image; the images go on unchanged."""
    text = """
        input_stream: "in" output_stream: "image" output_stream: "out"
        node {
          calculator: "SelfieSegmentationCpuImage"
          input_stream: "IMAGE:in" output_stream: "IMAGE:image" output_stream: "SEGMENTATION_MASK:out"
        }"""
    pixels = np.random.default_rng(0).integers(0, 256, (90, 120, 3), np.uint8)
    image = Image(ImageFormat.SRGB, pixels)
    out = run_graph(text, {"in": [(0, image)]}, ["image", "out"])
    assert out["image"][0][1] is image
    assert isinstance(out["out"][0][1], Image)
    np.testing.assert_array_equal(out["out"][0][1].numpy_view(), mask(pixels, 0))


@needs_shared
def test_demo_paints_the_background_blue() -> None:
    """The top-level graph: blue where the mask is 0, the image where it is 1."""
    image = rgb(SHARED / "data" / "images" / "portrait_plain.jpg")
    weights = mask(image, 0)
    text = (GRAPHS / "selfie_segmentation" / "selfie_segmentation_cpu.pbtxt").read_text()
    frame = ImageFrame.adopt(image.copy())
    ((_, painted),) = run_graph(text, {"input_video": [(0, frame)]}, ["output_video"])["output_video"]
    m = (np.float32(1) - weights)[..., None]
    kept = np.rint(image * (1.0 - m.astype(np.float64)))
    blue = np.rint(np.array([0, 0, 255], np.float32) * m)
    np.testing.assert_array_equal(painted.numpy_view(), np.clip(kept + blue, 0, 255).astype(np.uint8))


@needs_shared
@pytest.mark.parametrize("selection", [0, 1], ids=["general", "landscape"])
def test_upstreams_own_graph_file_runs_unmodified(selection: int) -> None:
    """Its binary graph, with upstream's paths of models, gives the very mask of ours."""
    path = next((p for p in oracle_graphs() if p.stem == "selfie_segmentation_cpu"), None)
    if path is None:
        pytest.skip("the oracle is not set up")
    image = rgb(SHARED / "data" / "images" / "half_body_suit.png")
    found: list[Array] = []
    with Graph(path, side_packets={"model_selection": selection}) as graph:
        graph.observe("segmentation_mask", lambda packet: found.append(packet.value.numpy_view()))
        graph.start()
        graph.add_packet("image", ImageFrame.adopt(image), 0)
    assert np.array_equal(found[0], mask(image, selection))
