"""RecolorCalculator: spec calculators.md 3. Upstream's wheel does not have it, so a plain formula is the judge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from graph_runs import run_graph
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgraph.errors import ConfigError, RunError
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame

Array = npt.NDArray[Any]
BLUE = "color { r: 0 g: 0 b: 255 } invert_mask: true adjust_with_luminance: false"


def graph(options: str, *, image: str = "IMAGE", mask: str = "MASK") -> str:
    return f"""
        input_stream: "image" input_stream: "mask" output_stream: "out"
        node {{
          calculator: "RecolorCalculator"
          input_stream: "{image}:image" input_stream: "{mask}:mask" output_stream: "{image}:out"
          options {{ [mediapipe.RecolorCalculatorOptions.ext] {{ {options} }} }}
        }}"""


def recolor(options: str, image: Array, mask: Array) -> Array:
    inputs = {
        "image": [(0, ImageFrame.adopt(image.copy()))],
        "mask": [(0, ImageFrame.adopt(mask.copy()))],
    }
    ((_, frame),) = run_graph(graph(options), inputs, ["out"])["out"]
    assert frame.image_format is ImageFormat.SRGB
    pixels: Array = frame.numpy_view()
    return pixels


def reference(
    image: Array, weights: Array, color: tuple[int, ...], *, invert: bool, luminance: bool
) -> Array:
    """The spec's formula: each product rounded half to even and clamped, the first in double."""
    m = weights.astype(np.float32)
    if invert:
        m = np.float32(1) - m
    if luminance:
        c = image.astype(np.float64)
        m = m * ((0.299 * c[..., 0] + 0.587 * c[..., 1] + 0.114 * c[..., 2]) / 255).astype(np.float32)
    m = m[..., None]
    kept = np.clip(np.rint(image * (1.0 - m.astype(np.float64))), 0, 255)
    added = np.clip(np.rint(np.array(color, np.float32) * m), 0, 255)
    blended: Array = np.clip(kept + added, 0, 255).astype(np.uint8)
    return blended


def ties_and_neighbours(random: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Weights at which some product is half-way between two integers, and the floats beside those."""
    c = random.integers(1, 256, shape)
    weights = ((2 * random.integers(0, 256, shape) + 1) / (2 * c) % 1).astype(np.float32)
    for _ in range(2):
        step = random.choice([-np.inf, np.inf, 0], shape).astype(np.float32)
        weights = np.where(step == 0, weights, np.nextafter(weights, step))
    return weights.astype(np.float32)


WEIGHTS: dict[str, Callable[[np.random.Generator, tuple[int, ...]], Array]] = {
    "even": lambda random, shape: random.random(shape, np.float32),
    "ties": ties_and_neighbours,
    "dyadic": lambda random, shape: (random.integers(0, 513, shape) / 512).astype(np.float32),
    "extremes": lambda random, shape: (
        (
            random.choice([0, 1], shape)
            + random.uniform(-1, 1, shape) * random.choice([1e-2, 3e-3, 1e-7], shape)
        )
        .clip(0, 1)
        .astype(np.float32)
    ),
    "near 1/510": lambda random, shape: np.abs(
        random.choice([0, 1], shape) - random.uniform(0.0018, 0.0021, shape)
    ).astype(np.float32),
    "beyond": lambda random, shape: random.uniform(-3, 4, shape).astype(np.float32),
}


@settings(max_examples=120, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    kind=st.sampled_from(sorted(WEIGHTS)),
    size=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    color=st.tuples(*[st.sampled_from([0, 1, 2, 100, 127, 128, 254, 255])] * 3),
    invert=st.booleans(),
    luminance=st.booleans(),
)
def test_is_the_formula(
    seed: int,
    kind: str,
    size: tuple[int, int],
    color: tuple[int, ...],
    invert: bool,
    luminance: bool,
) -> None:
    """Every number is the formula's, also at ties, next to them, and for weights outside 0 to 1."""
    random = np.random.default_rng(seed)
    image = random.integers(0, 256, (*size, 3), np.uint8)
    weights = WEIGHTS[kind](random, size)
    options = (
        f"color {{ r: {color[0]} g: {color[1]} b: {color[2]} }} "
        f"invert_mask: {str(invert).lower()} adjust_with_luminance: {str(luminance).lower()}"
    )
    expected = reference(image, weights, color, invert=invert, luminance=luminance)
    np.testing.assert_array_equal(recolor(options, image, weights), expected)


@pytest.mark.parametrize("kind", ["even", "ties", "extremes", "near 1/510"])
def test_is_the_formula_on_whole_frames(kind: str) -> None:
    """Every value of 0 to 255 meets many weights, worked on in several parts."""
    random = np.random.default_rng(3)
    image = random.integers(0, 256, (200, 1000, 3), np.uint8)
    weights = WEIGHTS[kind](random, (200, 1000))
    np.testing.assert_array_equal(
        recolor(BLUE, image, weights),
        reference(image, weights, (0, 0, 255), invert=True, luminance=False),
    )


def test_all_byte_values_at_all_ties() -> None:
    """The first product c * (1 - m) is exact at every half: round half to even."""
    c = np.arange(256, dtype=np.uint8)
    halves = (np.arange(512) / 512).astype(np.float32)
    image = np.repeat(c[:, None, None], 512, 1).repeat(3, 2)
    weights = np.repeat(halves[None], 256, 0)
    expected = np.rint(c[:, None] * (1 - halves.astype(np.float64)))
    found = recolor("color { r: 0 } adjust_with_luminance: false", image, weights)
    np.testing.assert_array_equal(found, expected[..., None].repeat(3, 2))


def test_byte_masks() -> None:
    """255 is weight 1, in steps of float32(1/255)."""
    image = np.full((1, 256, 3), 200, np.uint8)
    mask = np.arange(256, dtype=np.uint8)[None]
    weights = (mask * (1.0 / 255.0)).astype(np.float32)
    np.testing.assert_array_equal(
        recolor(BLUE, image, mask), reference(image, weights, (0, 0, 255), invert=True, luminance=False)
    )


@pytest.mark.parametrize(("channel", "index"), [("RED", 0), ("UNKNOWN", 0), ("ALPHA", 3)])
def test_mask_channel(channel: str, index: int) -> None:
    """One channel of the mask is taken, then brought to the image's size."""
    random = np.random.default_rng(4)
    image = random.integers(0, 256, (30, 40, 3), np.uint8)
    for mask in (random.integers(0, 256, (7, 9, 4), np.uint8), random.random((7, 9, 4), np.float32)):
        plane = np.ascontiguousarray(mask[..., index])
        np.testing.assert_array_equal(
            recolor(f"{BLUE} mask_channel: {channel}", image, mask), recolor(BLUE, image, plane)
        )


def test_mask_is_resized() -> None:
    """2.5: half-pixel sampling, as cv2.resize does."""
    mask = np.random.default_rng(5).random((5, 6), np.float32)
    image = np.full((50, 60, 3), 100, np.uint8)
    large = cv2.resize(mask, (60, 50))
    difference = recolor(BLUE, image, mask).astype(int) - recolor(BLUE, image, large)
    assert np.abs(difference).max() <= 1


def test_color_is_taken_modulo_256() -> None:
    image = np.zeros((2, 2, 3), np.uint8)
    mask = np.ones((2, 2), np.float32)
    found = recolor("color { r: 256 g: 257 b: -1 } adjust_with_luminance: false", image, mask)
    assert found[0, 0].tolist() == [0, 1, 255]


def test_luminance_is_the_default() -> None:
    """Black takes none of the colour, white all of it."""
    image = np.array([[[0, 0, 0], [255, 255, 255]]], np.uint8)
    found = recolor("color { r: 10 g: 20 b: 30 }", image, np.ones((1, 2), np.float32))
    assert found.tolist() == [[[0, 0, 0], [10, 20, 30]]]


def test_without_a_mask_the_image_goes_on() -> None:
    """The very packet; without an image nothing is sent."""
    frame = ImageFrame.adopt(np.zeros((2, 2, 3), np.uint8))
    mask = ImageFrame.adopt(np.zeros((2, 2), np.float32))
    out = run_graph(graph(BLUE), {"image": [(0, frame)], "mask": [(1, mask)]}, ["out"])["out"]
    assert [at for at, _ in out] == [0]
    assert out[0][1] is frame


def test_input_is_not_changed() -> None:
    frame = ImageFrame.adopt(np.full((4, 4, 3), 9, np.uint8))
    mask = ImageFrame.adopt(np.zeros((4, 4), np.float32))
    out = run_graph(graph(BLUE), {"image": [(0, frame)], "mask": [(0, mask)]}, ["out"])["out"]
    assert (frame.numpy_view() == 9).all()
    assert not np.shares_memory(frame.numpy_view(), out[0][1].numpy_view())


@pytest.mark.parametrize(
    ("image", "mask", "options", "message"),
    [
        (
            np.zeros((2, 2), np.uint8),
            np.zeros((2, 2), np.float32),
            BLUE,
            "three channels of 8 bits, got GRAY8",
        ),
        (np.zeros((2, 2, 3), np.uint16), np.zeros((2, 2), np.float32), BLUE, "8 bits, got SRGB48"),
        (np.zeros((2, 2, 3), np.uint8), np.zeros((2, 2), np.uint16), BLUE, "float32 or uint8, got"),
        (np.zeros((2, 2, 3), np.uint8), np.zeros((0, 2), np.float32), BLUE, "float32 or uint8, got"),
        (
            np.zeros((2, 2, 3), np.uint8),
            np.zeros((2, 2, 3), np.uint8),
            f"{BLUE} mask_channel: ALPHA",
            "only 3 channels",
        ),
    ],
)
def test_pixels_that_cannot_be_blended(image: Array, mask: Array, options: str, message: str) -> None:
    with pytest.raises(RunError, match=message):
        recolor(options, image, mask)


def test_contract() -> None:
    with pytest.raises(ConfigError, match="the option color must be set"):
        run_graph(graph(""), {}, [])
    with pytest.raises(ConfigError, match="all of IMAGE, MASK must be connected, or all of them with _GPU"):
        run_graph(graph(BLUE, mask="MASK_GPU"), {}, [])
