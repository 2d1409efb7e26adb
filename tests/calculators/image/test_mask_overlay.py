"""MaskOverlayCalculator: spec calculators.md 4."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from graph_runs import run_graph
from graph_steps import node
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgraph import Graph
from mpgraph.errors import ConfigError, ContractError, RunError
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame

Array = npt.NDArray[Any]


def graph(mask: str = "MASK", options: str = "") -> str:
    return node("MaskOverlay", ["VIDEO:0:a", "VIDEO:1:b", f"{mask}:mask"], ["OUTPUT:out"], options)


def mix(a: Array, b: Array, mask: Any, options: str = "") -> Array:
    tag = "CONST_MASK" if isinstance(mask, float) else "MASK"
    value = mask if isinstance(mask, float) else ImageFrame.adopt(mask.copy())
    inputs: dict[str, list[tuple[int, Any]]] = {
        "a": [(0, ImageFrame.adopt(a.copy()))],
        "b": [(0, ImageFrame.adopt(b.copy()))],
        "mask": [(0, value)],
    }
    ((_, out),) = run_graph(graph(tag, options), inputs, ["out"])["out"]
    assert out.image_format is ImageFormat.SRGBA
    pixels: Array = out.numpy_view()
    return pixels


def noise(*shape: int) -> Array:
    return np.random.default_rng(sum(shape)).integers(0, 256, shape, np.uint8)


def rgba(image: Array) -> Array:
    image = np.stack([image] * 3, -1) if image.ndim == 2 else image
    full = image if image.shape[2] == 4 else np.dstack([image, np.full(image.shape[:2], 255)])
    return full.astype(np.float64)


def texture(image: Array, width: int, height: int) -> Array:
    """What a texture gives at the middle of each pixel of a frame of the size: linear, the border goes on."""
    inside = image.shape[:2]
    out = np.zeros((height, width, *image.shape[2:]))
    for y in range(height):
        for x in range(width):
            v, u = (y + 0.5) * inside[0] / height - 0.5, (x + 0.5) * inside[1] / width - 0.5
            for j, wy in ((int(np.floor(v)), 1 - v % 1), (int(np.floor(v)) + 1, v % 1)):
                for i, wx in ((int(np.floor(u)), 1 - u % 1), (int(np.floor(u)) + 1, u % 1)):
                    at = min(max(j, 0), inside[0] - 1), min(max(i, 0), inside[1] - 1)
                    out[y, x] += wy * wx * image[at]
    return out


@settings(max_examples=30, deadline=None)
@given(
    sizes=st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=3, max_size=3),
    same=st.booleans(),
    channels=st.tuples(*[st.sampled_from([1, 3, 4])] * 3),
    floats=st.booleans(),
    alpha=st.booleans(),
)
def test_the_formula(
    sizes: list[tuple[int, int]], same: bool, channels: tuple[int, ...], floats: bool, alpha: bool
) -> None:
    """Within half a level, but for the last bits of single precision."""
    a, b, mask = (
        noise(*(sizes[0] if same else size), *([count] if count > 1 else []))
        for size, count in zip(sizes, channels, strict=True)
    )
    if floats:
        mask = np.random.default_rng(3).random(mask.shape[:2], np.float32)
    found = mix(a, b, mask, "mask_channel: ALPHA" if alpha else "")
    height, width = a.shape[:2]
    if floats:
        weight = np.ones(mask.shape) if alpha else mask.astype(np.float64)
    else:
        weight = rgba(mask)[..., 3 if alpha else 0] / 255
    weight = texture(weight, width, height)[..., None]
    expected = rgba(a) * (1 - weight) + texture(rgba(b), width, height) * weight
    assert found.shape == (height, width, 4)
    assert np.abs(found - expected).max() < 0.501


@pytest.mark.parametrize("weight", [0.0, 0.25, 1.0, 1.5])
def test_one_weight_for_all(weight: float) -> None:
    a, b = noise(5, 7, 3), noise(5, 7, 4)
    expected = np.clip(rgba(a) * (1 - weight) + rgba(b) * weight, 0, 255)
    assert np.abs(mix(a, b, weight) - expected).max() <= 0.5001
    assert mix(a, noise(2, 2, 3), weight).shape == (5, 7, 4)


def test_the_mask_goes_before_the_constant() -> None:
    text = node("MaskOverlay", ["VIDEO:0:a", "VIDEO:1:b", "MASK:m", "CONST_MASK:c"], ["OUTPUT:out"])
    frames = [ImageFrame.adopt(np.full((2, 2), value, np.uint8)) for value in (10, 20, 255)]
    inputs: dict[str, list[tuple[int, Any]]] = {
        "a": [(0, frames[0])],
        "b": [(0, frames[1])],
        "m": [(0, frames[2])],
        "c": [(0, 0.0)],
    }
    assert (run_graph(text, inputs, ["out"])["out"][0][1].numpy_view()[..., 0] == 20).all()


@pytest.mark.parametrize("tag", ["MASK", "CONST_MASK"])
def test_without_a_mask_the_second_video_goes_on(tag: str) -> None:
    a, b = ImageFrame.adopt(noise(2, 2)), ImageFrame.adopt(noise(3, 3))
    out = run_graph(graph(tag), {"a": [(0, a), (1, a)], "b": [(0, b)]}, ["out"])["out"]
    assert [at for at, _ in out] == [0]
    assert out[0][1] is b


def test_with_a_mask_both_videos_are_needed() -> None:
    frame = ImageFrame.adopt(noise(2, 2))
    with pytest.raises(RunError, match="VIDEO:1"):
        run_graph(graph(), {"a": [(0, frame)], "mask": [(0, frame)]}, ["out"])


@pytest.mark.parametrize("which", range(3))
def test_formats_that_do_not_fit(which: int) -> None:
    images = [noise(2, 2, 3)] * 3
    images[which] = np.zeros((2, 2), np.uint16)
    with pytest.raises(RunError, match="GRAY8, SRGB or SRGBA, got <ImageFrame GRAY16"):
        mix(images[0], images[1], images[2])


def test_contract() -> None:
    with pytest.raises(ContractError, match="MASK or CONST_MASK"):
        Graph(node("MaskOverlay", ["VIDEO:0:a", "VIDEO:1:b"], ["OUTPUT:out"]))
    with pytest.raises(ConfigError, match="VIDEO:1 is required"):
        Graph(node("MaskOverlay", ["VIDEO:0:a", "MASK:m"], ["OUTPUT:out"]))
