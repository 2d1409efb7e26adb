"""OpenCvEncodedImageToImageFrameCalculator: spec calculators.md 5."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from graph_runs import run_graph
from graph_steps import node
from oracle_client import SHARED, needs_shared

from mpgraph.errors import RunError
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame

Array = npt.NDArray[Any]
HOSTILE = SHARED / "data" / "hostile"


def decode(data: Any, *, upright: bool = False) -> ImageFrame:
    options = f"apply_orientation_from_exif_data: {str(upright).lower()}"
    text = node("OpenCvEncodedImageToImageFrame", ["in"], ["out"], options)
    ((at, out),) = run_graph(text, {"in": [(8, data)]}, ["out"])["out"]
    assert at == 8
    assert isinstance(out, ImageFrame)
    return out


def png(image: Array) -> bytes:
    return cv2.imencode(".png", image)[1].tobytes()


def noise(*shape: int) -> Array:
    return np.random.default_rng(sum(shape)).integers(0, 256, shape, np.uint8)


@pytest.mark.parametrize(
    ("shape", "order", "made"),
    [
        ((5, 7), None, ImageFormat.GRAY8),
        ((5, 7, 3), [2, 1, 0], ImageFormat.SRGB),
        ((5, 7, 4), [2, 1, 0, 3], ImageFormat.SRGBA),
    ],
)
def test_formats(shape: tuple[int, ...], order: list[int] | None, made: ImageFormat) -> None:
    image = noise(*shape)
    out = decode(png(image))
    assert out.image_format is made
    np.testing.assert_array_equal(out.numpy_view(), image if order is None else image[..., order])


def test_upright_images_have_no_alpha() -> None:
    image = noise(5, 7, 4)
    out = decode(png(image), upright=True)
    assert out.image_format is ImageFormat.SRGB
    np.testing.assert_array_equal(out.numpy_view(), image[..., 2::-1])


def with_orientation(image: Array, orientation: int) -> bytes:
    """A JPEG with an EXIF block of that one tag."""
    jpeg = cv2.imencode(".jpg", image)[1].tobytes()
    tag = (0x0112).to_bytes(2, "big") + (3).to_bytes(2, "big") + (1).to_bytes(4, "big")
    entry = tag + orientation.to_bytes(2, "big") + b"\0\0"
    tiff = b"MM\0*" + (8).to_bytes(4, "big") + (1).to_bytes(2, "big") + entry + b"\0\0\0\0"
    block = b"Exif\0\0" + tiff
    return jpeg[:2] + b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block + jpeg[2:]


def test_exif_orientation_only_if_asked_for() -> None:
    image = np.zeros((16, 32, 3), np.uint8)
    image[:, :16] = 255
    data = with_orientation(image, 6)
    assert (decode(data).width, decode(data).height) == (32, 16)
    turned = decode(data, upright=True)
    assert (turned.width, turned.height) == (16, 32)
    assert turned.numpy_view()[:15].min() > 200 > 50 > turned.numpy_view()[17:].max()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "0 bytes cannot be decoded as an image: the file is empty"),
        (b"no image at all", "of a kind that OpenCV does not read"),
        (png(noise(5, 7, 3))[:-20], "it is cut short"),
        (cv2.imencode(".jpg", noise(50, 70, 3))[1].tobytes()[:-200], "it is cut short"),
        (png(noise(5, 7).astype(np.uint16)), "got 1 of uint16"),
        ("text", "an encoded image is bytes, got str"),
    ],
)
@pytest.mark.parametrize("upright", [False, True])
def test_what_is_no_image(data: Any, message: str, upright: bool) -> None:
    with pytest.raises(RunError, match=message):
        decode(data, upright=upright)


@needs_shared
@pytest.mark.parametrize("path", sorted(HOSTILE.glob("*.[pj][np]g")), ids=lambda path: path.name)
def test_hostile_files(path: Any) -> None:
    """Each is an image, equal to what OpenCV makes of it, or one clear error."""
    data = path.read_bytes()
    broken = {"empty.png", "huge_header.png", "text.jpg", "truncated.jpg", "zero_width.png"}
    if path.name in broken | {"grey16.png", "rgb16.png"}:
        with pytest.raises(RunError, match=r"cannot be decoded as an image: |of uint16"):
            decode(data)
        return
    expected = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert expected is not None
    found = decode(data).numpy_view()
    if found.ndim == 3:
        found, expected = found[..., 2::-1], expected[..., :3]
    np.testing.assert_array_equal(found, expected)
