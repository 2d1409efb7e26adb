"""SetAlphaCalculator: spec calculators.md 4."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from graph_runs import run_graph
from graph_steps import node
from oracle_client import needs_oracle, oracle

from mpgraph import Graph, Packet
from mpgraph.errors import ContractError, RunError
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame

Array = npt.NDArray[Any]


def graph(options: str = "", *, mask: bool = True) -> str:
    return node("SetAlpha", ["IMAGE:image", *["ALPHA:mask"] * mask], ["IMAGE:out"], options)


def noise(*shape: int) -> Array:
    return np.random.default_rng(sum(shape)).integers(0, 256, shape, np.uint8)


def set_alpha(image: Array, mask: Array | None = None, options: str = "") -> ImageFrame:
    inputs = {"image": [(3, ImageFrame.adopt(image.copy()))]}
    if mask is not None:
        inputs["mask"] = [(3, ImageFrame.adopt(mask.copy()))]
    ((at, out),) = run_graph(graph(options, mask=mask is not None), inputs, ["out"])["out"]
    assert at == 3
    assert out.image_format is ImageFormat.SRGBA
    assert isinstance(out, ImageFrame)
    return out


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize(("value", "alpha"), [(0, 0), (7, 7), (255, 255), (300, 255)])
def test_one_alpha_for_all(channels: int, value: int, alpha: int) -> None:
    image = noise(5, 7, channels)
    out = set_alpha(image, options=f"alpha_value: {value}").numpy_view()
    np.testing.assert_array_equal(out[..., :3], image[..., :3])
    assert (out[..., 3] == alpha).all()


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("mask_channels", [1, 3, 4])
def test_the_first_channel_of_a_mask_of_bytes(channels: int, mask_channels: int) -> None:
    image, mask = noise(5, 7, channels), noise(5, 7, mask_channels)
    out = set_alpha(image, mask).numpy_view()
    np.testing.assert_array_equal(out[..., :3], image[..., :3])
    np.testing.assert_array_equal(out[..., 3], mask[..., 0])


def test_a_mask_of_floats_is_rounded_half_away_from_zero() -> None:
    """Every product with 255 at, just below and just above a half; each is exact in float64."""
    halves = (np.arange(255, dtype=np.float64) + 0.5) / 255
    near = np.concatenate([halves + step * 2.0**-26 for step in range(-8, 9)]).astype(np.float32)
    products = near * np.float32(255)
    assert (products % 1 == 0.5).any()
    out = set_alpha(noise(1, near.size, 3), near[None]).numpy_view()
    np.testing.assert_array_equal(out[0, :, 3], np.floor(products.astype(np.float64) + 0.5))


def test_the_largest_float_below_a_half_is_rounded_down() -> None:
    weight = np.nextafter(np.float32(0.5 / 255), np.float32(0))
    while weight * np.float32(255) >= 0.5:
        weight = np.nextafter(weight, np.float32(0))
    assert set_alpha(noise(1, 1, 3), np.full((1, 1), weight)).numpy_view()[0, 0, 3] == 0


def test_the_image_that_came_in_is_not_changed() -> None:
    frame = ImageFrame.adopt(noise(3, 4, 4))
    before = frame.numpy_view().copy()
    run_graph(graph("alpha_value: 9", mask=False), {"image": [(0, frame)]}, ["out"])
    np.testing.assert_array_equal(frame.numpy_view(), before)


def test_without_a_packet_of_the_mask_alpha_is_0_and_without_an_image_nothing_is_sent() -> None:
    frame = ImageFrame.adopt(noise(3, 4, 3))
    mask = ImageFrame.adopt(noise(3, 4))
    out = run_graph(graph(), {"image": [(0, frame)], "mask": [(1, mask), (2, Packet.empty())]}, ["out"])[
        "out"
    ]
    assert [at for at, _ in out] == [0]
    assert not out[0][1].numpy_view()[..., 3].any()


def test_an_image_without_pixels() -> None:
    assert set_alpha(np.zeros((0, 4, 3), np.uint8), np.zeros((0, 4), np.float32)).is_empty()


@pytest.mark.parametrize(
    ("image", "mask", "message"),
    [
        (noise(3, 4), noise(3, 4), "three or four channels of 8 bits, got GRAY8"),
        (noise(3, 4, 3).astype(np.uint16), noise(3, 4), "got SRGB48"),
        (noise(3, 4, 3), noise(4, 3), "must be of the image's size, 4x3; got 3x4"),
        (noise(3, 4, 3), noise(3, 4).astype(np.uint16), "uint8 or float32, got GRAY16"),
    ],
)
def test_what_does_not_fit(image: Array, mask: Array, message: str) -> None:
    with pytest.raises(RunError, match=message):
        set_alpha(image, mask)


def test_contract() -> None:
    with pytest.raises(ContractError, match="got both"):
        Graph(graph("alpha_value: 0"))
    with pytest.raises(ContractError, match="got neither"):
        Graph(graph(mask=False))
    with pytest.raises(
        ContractError, match="all of IMAGE, ALPHA must be connected, or all of them with _GPU"
    ):
        Graph(node("SetAlpha", ["IMAGE:image", "ALPHA_GPU:mask"], ["IMAGE:out"]))


@needs_oracle
@pytest.mark.parametrize("seed", range(30))
def test_equals_upstream(seed: int) -> None:
    """Random sizes, kinds of masks and values, some out of 0 to 1: every value identical."""
    random = np.random.default_rng(seed)
    height, width = (int(side) for side in random.integers(1, 60, 2))
    image = random.integers(0, 256, (height, width, random.choice([3, 4])), np.uint8)
    inputs: dict[str, Any] = {"image": [(0, image)]}
    mask: Array | None = None
    if seed % 3 == 0:
        options = f"alpha_value: {random.integers(0, 400)}"
    else:
        options = ""
        if seed % 3 == 1:
            channels = random.choice([1, 3, 4])
            mask = random.integers(0, 256, (height, width, channels), np.uint8)
            mask = mask[..., 0].copy() if channels == 1 else mask
            inputs["mask"] = [(0, mask)]
        else:
            mask = (random.random((height, width), np.float32) * 3 - 1).astype(np.float32)
            inputs["mask"] = [(0, oracle.Value("image_frame", mask, "VEC32F1"))]
    expected = oracle.run_graph(graph(options, mask=mask is not None), inputs, ["out"]).plain()["out"][0][1]
    np.testing.assert_array_equal(set_alpha(image, mask, options).numpy_view(), expected)
