"""Images as packets, and packets as images."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from gpu_device import the_device

from mpgraph import Image, ImageFormat, ImageFrame
from mpgraph.cli.exits import UsageError
from mpgraph.cli.pictures import carries_images, make_feed, to_picture
from mpgraph.config.plan import StreamPlan
from mpgraph.errors import MediaError
from mpgraph.gpu import Device, GpuBuffer
from mpgraph.packet_type import packet_type

RNG = np.random.default_rng(3)


def stream(python: Any) -> StreamPlan:
    return StreamPlan("s", None, packet_type(python))


@pytest.mark.parametrize(
    ("python", "made"),
    [
        (ImageFrame, ImageFrame),
        (object, ImageFrame),
        (Image, Image),
        (Image | ImageFrame, ImageFrame),
        (int | Image, Image),
    ],
)
def test_a_frame_becomes_what_the_stream_takes(python: Any, made: Any) -> None:
    image = make_feed(stream(python), Device())(np.zeros((2, 3, 3), np.uint8))
    assert type(image) is made
    assert (image.image_format, image.width, image.height) == (ImageFormat.SRGB, 3, 2)


def test_a_frame_is_not_copied() -> None:
    pixels = np.zeros((2, 3, 3), np.uint8)
    assert np.shares_memory(make_feed(stream(ImageFrame), Device())(pixels).numpy_view(), pixels)


def test_a_stream_of_no_images() -> None:
    assert carries_images(stream(object))
    assert carries_images(stream(int | Image))
    assert not carries_images(stream(int))
    with pytest.raises(
        UsageError, match=r'^the input stream "s" takes packets of type int; `mpgraph run` feeds images$'
    ):
        make_feed(stream(int), Device())


@pytest.mark.parametrize("channels", [(), (3,), (4,)])
def test_bytes_stay_as_they_are(channels: tuple[int, ...]) -> None:
    pixels = RNG.integers(0, 256, (2, 3, *channels), np.uint8)
    for image in (ImageFrame.adopt(pixels), Image.from_frame(ImageFrame.adopt(pixels))):
        np.testing.assert_array_equal(to_picture(image), pixels)


def test_blue_and_red_are_swapped_back() -> None:
    pixels = RNG.integers(0, 256, (2, 3, 4), np.uint8)
    np.testing.assert_array_equal(
        to_picture(ImageFrame.adopt(pixels, ImageFormat.SBGRA)), pixels[..., [2, 1, 0, 3]]
    )


def test_fractions_become_gray_and_are_kept_in_range() -> None:
    pixels = np.array([[0, 0.5, 1, -1, 7, np.nan]], np.float32)
    assert to_picture(ImageFrame.adopt(pixels)).tolist() == [[0, 128, 255, 0, 255, 0]]


@pytest.mark.parametrize("channels", [(), (3,), (4,)])
def test_16_bits_become_8(channels: tuple[int, ...]) -> None:
    pixels = RNG.integers(0, 65536, (2, 3, *channels), np.uint16)
    np.testing.assert_array_equal(to_picture(ImageFrame.adopt(pixels)), (pixels // 256).astype(np.uint8))


def test_what_cannot_be_shown() -> None:
    with pytest.raises(MediaError, match=r"^images of format VEC32F2 cannot be written$"):
        to_picture(ImageFrame.adopt(np.zeros((2, 3, 2), np.float32)))


@pytest.mark.gpu
@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 3), (2, 3, 4)])
def test_an_input_on_the_gpu_is_fed_rgba_row_0_first(shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    texture = make_feed(stream(GpuBuffer), the_device())(pixels)
    assert repr(texture) == "<GpuBuffer RGBA8 3x2>"
    found = to_picture(texture)
    colors = pixels[:, :, None].repeat(3, 2) if len(shape) == 2 else pixels[:, :, :3]
    np.testing.assert_array_equal(found[:, :, :3], colors)
    assert carries_images(stream(GpuBuffer))
