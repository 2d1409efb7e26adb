"""PY-I6: images."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from mpgraph.formats.image import Image
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.packet_type import type_of


def test_is_a_frame_elsewhere() -> None:
    """PY-I6: the same interface as a frame, plus step and uses_gpu, without byte_depth."""
    data = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    image = Image(ImageFormat.SRGB, data)
    assert (image.width, image.height, image.channels, image.step) == (4, 2, 3, 12)
    assert image.image_format is ImageFormat.SRGB
    assert image.is_contiguous()
    assert image.is_aligned(1)
    assert not image.is_empty()
    assert not image.uses_gpu()
    assert image[1, 2, 0] == data[1, 2, 0]
    assert not hasattr(image, "byte_depth")
    np.testing.assert_array_equal(image.numpy_view(), data)
    assert str(type_of(image)) == "::mediapipe::Image"


def test_shares_a_frame() -> None:
    frame = ImageFrame.adopt(np.zeros((2, 2), np.float32))
    assert Image.from_frame(frame).frame is frame


@pytest.mark.parametrize(
    ("channels", "image_format"), [(1, ImageFormat.GRAY8), (3, ImageFormat.SRGB), (4, ImageFormat.SRGBA)]
)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_create_from_file(tmp_path: Path, channels: int, image_format: ImageFormat, dtype: type) -> None:
    """PY-I6: the number of channels chooses the format; colours come as RGB, 16 bits lose the lower 8."""
    rgb = np.random.default_rng(1).integers(0, np.iinfo(dtype).max + 1, (5, 7, channels), dtype)
    order = {1: [0], 3: [2, 1, 0], 4: [2, 1, 0, 3]}[channels]
    file = tmp_path / "image.png"
    file.write_bytes(cv2.imencode(".png", rgb[:, :, order])[1].tobytes())
    image = Image.create_from_file(file)
    assert image.image_format is image_format
    expected = rgb if dtype is np.uint8 else (rgb >> 8).astype(np.uint8)
    np.testing.assert_array_equal(image.numpy_view(), expected[:, :, 0] if channels == 1 else expected)


def test_create_from_a_bad_file(tmp_path: Path) -> None:
    """PY-I6: upstream's messages."""
    missing = tmp_path / "missing.png"
    with pytest.raises(RuntimeError) as caught:
        Image.create_from_file(str(missing))
    assert str(caught.value) == f"Image decoding failed (can't fopen): {missing}"
    for content in (b"", b"not an image"):
        file = tmp_path / "text.png"
        file.write_bytes(content)
        with pytest.raises(RuntimeError) as caught:
            Image.create_from_file(str(file))
        assert str(caught.value) == f"Image decoding failed (unknown image type): {file}"
