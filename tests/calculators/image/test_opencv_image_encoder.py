"""OpenCvImageEncoderCalculator: spec calculators.md 5."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from graph_runs import run_graph
from graph_steps import add, node, play

from mpgraph.errors import RunError
from mpgraph.formats.encoded_image import OpenCvImageEncoderCalculatorResults as Results
from mpgraph.formats.image_frame import ImageFrame

Array = npt.NDArray[Any]


def encode(image: Array, options: str = "quality: 90") -> Results:
    text = node("OpenCvImageEncoder", ["in"], ["out"], options)
    ((at, out),) = run_graph(text, {"in": [(6, ImageFrame.adopt(image.copy()))]}, ["out"])["out"]
    assert at == 6
    assert isinstance(out, Results)
    return out


def smooth(*channels: int) -> Array:
    ramp = np.linspace(0, 1, 40)[:, None] * np.linspace(60, 220, 30)
    return (ramp[..., None] * np.linspace(1, 0.4, channels[0]) if channels else ramp).astype(np.uint8)


def test_colour() -> None:
    image = smooth(3)
    result = encode(image)
    assert (result.width, result.height, result.colorspace) == (30, 40, Results.RGB)
    decoded = cv2.imdecode(np.frombuffer(result.encoded_image, np.uint8), cv2.IMREAD_UNCHANGED)
    assert decoded is not None
    assert np.abs(decoded[..., ::-1].astype(int) - image).max() < 12


def test_gray() -> None:
    image = smooth()
    result = encode(image)
    assert (result.width, result.height, result.colorspace) == (30, 40, Results.GRAYSCALE)
    decoded = cv2.imdecode(np.frombuffer(result.encoded_image, np.uint8), cv2.IMREAD_UNCHANGED)
    assert decoded is not None
    assert np.abs(decoded.astype(int) - image).max() < 8


def test_quality() -> None:
    """Without the option it is 0, the worst; beyond 100 is 100."""
    image = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    sizes = {
        quality: len(encode(image, f"quality: {quality}").encoded_image) for quality in (-5, 0, 50, 100, 150)
    }
    assert (
        len(encode(image, "").encoded_image) == sizes[0] == sizes[-5] < sizes[50] < sizes[100] == sizes[150]
    )
    expected = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 50])[1].tobytes()
    assert encode(image, "quality: 50").encoded_image == expected


def test_bounds_move_with_packets_only() -> None:
    """No timestamp offset."""
    text = node("OpenCvImageEncoder", ["in"], ["out"])
    frame = ImageFrame.adopt(smooth())
    found = play(text, [add("in", 0, frame), add("in", 5, None)], ["out"])["out"]
    assert [at for at, value in found if value is None] in ([], [0])


@pytest.mark.parametrize("shape", [(3, 3, 4), (0, 3, 3)])
def test_what_cannot_be_encoded(shape: tuple[int, ...]) -> None:
    with pytest.raises(RunError, match="one or three channels of 8 bits"):
        encode(np.zeros(shape, np.uint8))
    with pytest.raises(RunError, match="GRAY16"):
        encode(np.zeros((3, 3), np.uint16))
