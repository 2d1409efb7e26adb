"""WarpAffineCalculator and WarpAffineCalculatorCpu: images moved by a matrix."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from graph_steps import add, node, play
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_client import needs_oracle, oracle

from mpgraph.errors import CalculatorError
from mpgraph.formats.image import Image
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.rect import NormalizedRect

IDENTITY = tuple(np.eye(4).ravel().tolist())
INPUTS = ["IMAGE:i", "MATRIX:m", "OUTPUT_SIZE:s"]
FORMATS = [
    (ImageFormat.SRGB, np.uint8, 3),
    (ImageFormat.SRGBA, np.uint8, 4),
    (ImageFormat.GRAY8, np.uint8, 1),
    (ImageFormat.VEC32F1, np.float32, 1),
    (ImageFormat.VEC32F2, np.float32, 2),
]


def warp(options: str = "", *, cpu: bool = True) -> str:
    text = node("WarpAffine", INPUTS, ["IMAGE:o"], options)
    return text.replace('"WarpAffineCalculator"', '"WarpAffineCalculatorCpu"') if cpu else text


def frame(
    image_format: ImageFormat, dtype: Any, channels: int, height: int = 5, width: int = 7
) -> ImageFrame:
    values = np.random.default_rng(height * width).integers(0, 256, (height, width, channels)).astype(dtype)
    return ImageFrame(image_format, values / dtype(255) if dtype is np.float32 else values)


def warped(
    image: ImageFrame, matrix: tuple[float, ...], size: tuple[int, int], options: str = ""
) -> npt.NDArray[Any]:
    steps = [add("i", 1, image), add("m", 1, matrix), add("s", 1, size)]
    ((_, made),) = play(warp(options), steps, ["o"])["o"]
    assert made.image_format is image.image_format
    pixels: npt.NDArray[Any] = made.numpy_view()
    return pixels


@pytest.mark.parametrize(("image_format", "dtype", "channels"), FORMATS)
def test_nothing_moved_is_the_same_image(image_format: ImageFormat, dtype: Any, channels: int) -> None:
    image = frame(image_format, dtype, channels)
    assert np.array_equal(warped(image, IDENTITY, (7, 5)), image.numpy_view())


def test_what_is_outside_is_the_border_or_nothing() -> None:
    image = ImageFrame(ImageFormat.GRAY8, np.array([[10, 20], [30, 40]], np.uint8))
    left = list(IDENTITY)
    left[3] = -0.5  # of two pixels
    assert warped(image, tuple(left), (2, 2)).ravel().tolist() == [10, 10, 30, 30]
    zero = warped(image, tuple(left), (2, 2), "border_mode: BORDER_ZERO")
    assert zero.ravel().tolist() == [0, 10, 0, 30]


def test_an_image_is_an_image_and_all_inputs_are_needed() -> None:
    image = Image.from_frame(frame(*FORMATS[0]))
    steps = [add("i", 1, image), add("m", 1, IDENTITY), add("s", 1, (7, 5))]
    steps += [add("i", 2, image), add("m", 2, None), add("s", 2, (7, 5))]
    found = play(warp(cpu=False), steps, ["o"])["o"]
    assert isinstance(found[0][1], Image)
    assert np.array_equal(found[0][1].numpy_view(), image.numpy_view())
    assert found[1:] == [(2, None)]


@pytest.mark.parametrize("size", [(0, 5), (7, -1)])
def test_a_size_that_is_none(size: tuple[int, int]) -> None:
    with pytest.raises(CalculatorError, match="OUTPUT_SIZE must be positive"):
        warped(frame(*FORMATS[0]), IDENTITY, size)


@needs_oracle
@given(
    st.sampled_from(FORMATS),
    st.tuples(*[st.floats(-0.5, 1.5, width=32)] * 4),
    st.floats(-3, 3, width=32),
    st.sampled_from(
        ["", "border_mode: BORDER_ZERO", "interpolation: INTER_CUBIC", "border_mode: BORDER_REPLICATE"]
    ),
)
@settings(max_examples=30, deadline=None)
def test_against_the_oracle(
    kind: tuple[ImageFormat, Any, int], at: tuple[float, float, float, float], rotation: float, options: str
) -> None:
    """The matrix comes of a region of an image, the size of another image."""
    text = warp(options, cpu=False)
    for name in ("m", "s"):
        text = text.replace(f'input_stream: "{name}"', "", 1)
    text = f"""input_stream: "other" input_stream: "r" {text}
        node {{ calculator: "ImagePropertiesCalculator" input_stream: "IMAGE:other" output_stream: "SIZE:s" }}
        node {{ calculator: "ImageToTensorCalculator" input_stream: "IMAGE:other" input_stream: "NORM_RECT:r"
        output_stream: "TENSORS:t" output_stream: "MATRIX:m" options {{
        [mediapipe.ImageToTensorCalculatorOptions.ext] {{ output_tensor_width: 2 output_tensor_height: 2
        output_tensor_float_range {{ min: 0 max: 1 }} }} }} }}"""
    rect = NormalizedRect(
        x_center=at[0], y_center=at[1], width=abs(at[2]) + 0.25, height=abs(at[3]) + 0.25, rotation=rotation
    )
    image, other = frame(*kind), np.zeros((9, 11, 3), np.uint8)
    value = oracle.Value("image", image.numpy_view(), kind[0].name)
    given = {"i": [(1, value)], "other": [(1, other)], "r": [(1, rect)]}
    ((_, theirs),) = oracle.run_graph(text, given, ["o"])["o"]
    steps = [
        add("i", 1, Image.from_frame(image)),
        add("other", 1, ImageFrame(ImageFormat.SRGB, other)),
        add("r", 1, rect),
    ]
    ((_, ours),) = play(text, steps, ["o"])["o"]
    pixels, expected = ours.numpy_view(), theirs.data.reshape(ours.numpy_view().shape)
    if kind[1] is np.float32:
        assert np.allclose(pixels, expected, atol=1e-5)
    else:
        # OpenCV 5 rounds cubics otherwise than 4, which upstream has
        assert np.abs(pixels.astype(int) - expected).max() <= ("CUBIC" in options)
