"""Textures: what goes up comes down, what is drawn is right, and all is freed."""

from __future__ import annotations

import copy
import gc
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from gpu_device import the_device
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.gpu import Device, GpuDevice, GpuError
from mpgraph.gpu import device as device_module

pytestmark = pytest.mark.gpu

FORMATS = [
    ImageFormat.SRGB,
    ImageFormat.SRGBA,
    ImageFormat.GRAY8,
    ImageFormat.VEC32F1,
    ImageFormat.VEC32F2,
    ImageFormat.VEC32F4,
]
COPY = "fn pixel(uv: vec2f, place: vec2f) -> vec4f { return texel(image0, vec2i(place)); }"


def noise(image_format: ImageFormat, width: int, height: int) -> ImageFrame:
    rng = np.random.default_rng(width * 1000 + height)
    shape = (height, width) if image_format.channels == 1 else (height, width, image_format.channels)
    pixels: npt.NDArray[Any]
    if image_format.dtype == np.uint8:
        pixels = rng.integers(0, 256, shape, np.uint8)
    else:
        pixels = rng.normal(size=shape).astype(np.float32)
    return ImageFrame.adopt(pixels, image_format)


@pytest.fixture
def gpu() -> GpuDevice:
    return the_device().gpu


@pytest.mark.parametrize("image_format", FORMATS)
@pytest.mark.parametrize("size", [(1, 1), (3, 2), (65, 7), (640, 480), (1, 300), (301, 1)])
def test_what_goes_up_comes_down(gpu: GpuDevice, image_format: ImageFormat, size: tuple[int, int]) -> None:
    """Row by row, whatever the rows' length."""
    frame = noise(image_format, *size)
    found = gpu.upload(frame).download()
    assert found.image_format is image_format
    np.testing.assert_array_equal(found.numpy_view(), frame.numpy_view())


@pytest.mark.parametrize("image_format", FORMATS)
def test_every_format_can_be_drawn_to(gpu: GpuDevice, image_format: ImageFormat) -> None:
    frame = noise(image_format, 77, 33)
    drawn = gpu.draw(COPY, image_format, 77, 33, gpu.upload(frame))
    np.testing.assert_array_equal(drawn.download().numpy_view(), frame.numpy_view())


@pytest.mark.parametrize(
    ("image_format", "expected"),
    [
        (ImageFormat.GRAY8, lambda p: (p, p, p, 1)),
        (ImageFormat.VEC32F1, lambda p: (p, 0, 0, 1)),
        (ImageFormat.VEC32F2, lambda p: (p[0], p[1], 0, 1)),
        (ImageFormat.SRGB, lambda p: (*p, 1)),
    ],
)
def test_what_a_shader_sees_of_fewer_than_four_channels(
    gpu: GpuDevice, image_format: ImageFormat, expected: Callable[[Any], tuple[float, ...]]
) -> None:
    """Spec 1.3: GRAY8 is OpenGL's LUMINANCE, the others are what they are."""
    frame = noise(image_format, 3, 2)
    live = gpu.live
    drawn = gpu.draw(COPY, ImageFormat.VEC32F4, 3, 2, gpu.upload(frame))
    assert gpu.live == live + 1
    source = frame.numpy_view() / (np.float32(255) if image_format.dtype == np.uint8 else np.float32(1))
    seen = [[expected(source[row, column]) for column in range(3)] for row in range(2)]
    np.testing.assert_allclose(drawn.download().numpy_view(), np.array(seen, np.float32), atol=1e-6)


def test_a_device_goes_with_its_last_image() -> None:
    """Driver's memory and wgpu's thread, without waiting for garbage collection."""
    device = Device("auto")
    image = device.gpu.upload(noise(ImageFormat.SRGBA, 3, 2))
    native = device.gpu._device
    threads = threading.active_count()
    del device
    assert image.download().numpy_view().shape == (2, 3, 4)
    del image
    assert threading.active_count() < threads
    with pytest.raises(Exception, match="lost"):
        native.create_texture(size=(1, 1, 1), format="r8unorm", usage=1)


def test_rows_that_are_not_side_by_side(gpu: GpuDevice) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (20, 30, 3), np.uint8)
    part = ImageFrame.adopt(pixels[2:9, 5:12])
    np.testing.assert_array_equal(gpu.upload(part).download().numpy_view(), pixels[2:9, 5:12])


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 20), st.integers(1, 20))
@settings(max_examples=20, deadline=None)
def test_linear_is_the_half_pixel_rule(width: int, height: int, out_width: int, out_height: int) -> None:
    """Spec 1.3: output pixel (i, j) reads ((i + 0.5) / w, (j + 0.5) / h), and stays within the image."""
    gpu = the_device().gpu
    frame = noise(ImageFormat.VEC32F1, width, height)
    shader = "fn pixel(uv: vec2f, place: vec2f) -> vec4f { return linear(image0, uv); }"
    drawn = gpu.draw(shader, ImageFormat.VEC32F1, out_width, out_height, gpu.upload(frame)).download()
    source = frame.numpy_view().astype(np.float64)
    expected = np.empty((out_height, out_width))
    for row in range(out_height):
        for column in range(out_width):
            x = (column + 0.5) / out_width * width - 0.5
            y = (row + 0.5) / out_height * height - 0.5
            left, top = int(np.floor(x)), int(np.floor(y))
            columns = np.clip((left, left + 1), 0, width - 1)
            rows = np.clip((top, top + 1), 0, height - 1)
            (a, b), (c, d) = source[np.ix_(rows, columns)]
            above, below = a + (b - a) * (x - left), c + (d - c) * (x - left)
            expected[row, column] = above + (below - above) * (y - top)
    np.testing.assert_allclose(drawn.numpy_view(), expected, atol=2e-5)


def test_numbers_reach_the_shader(gpu: GpuDevice) -> None:
    """Matrices row by row."""
    shader = "fn pixel(uv: vec2f, place: vec2f) -> vec4f { return number.turn * number.from_; }"
    matrix = np.arange(16, dtype=np.float32)
    vector = np.array([1, 2, 3, 4], np.float32)
    numbers = {"turn": matrix, "from_": vector}
    drawn = gpu.draw(shader, ImageFormat.VEC32F4, 1, 1, numbers=numbers).download().numpy_view()
    np.testing.assert_array_equal(drawn[0, 0], matrix.reshape(4, 4) @ vector)


def test_textures_are_freed_when_nobody_refers_to_them(gpu: GpuDevice) -> None:
    gc.collect()
    before = gpu.live
    kept = gpu.upload(noise(ImageFormat.SRGB, 9, 9))
    for _ in range(200):
        gpu.draw(COPY, ImageFormat.SRGBA, 9, 9, kept)
    assert gpu.live == before + 1
    del kept
    assert gpu.live == before


def test_textures_are_used_again(gpu: GpuDevice) -> None:
    """Those of the same format and size; what an image shows stays there as long as it is."""
    first = gpu.upload(noise(ImageFormat.SRGBA, 11, 3))
    texture = first.texture
    duplicates = copy.copy(first), copy.deepcopy(first)
    del first
    second = gpu.upload(noise(ImageFormat.SRGBA, 11, 3))
    assert second.texture is not texture
    assert all(each.texture is texture for each in duplicates)
    del duplicates
    assert gpu.draw(COPY, ImageFormat.SRGBA, 3, 11, second).texture is not texture
    again = gpu.draw(COPY, ImageFormat.SRGB, 11, 3, second)
    assert again.texture is texture
    np.testing.assert_array_equal(again.download().numpy_view(), second.download().numpy_view()[:, :, :3])


def test_textures_of_images_that_are_garbage_are_used_again(gpu: GpuDevice) -> None:
    """Python then calls the finalizers of all that is garbage, in any order."""
    image = gpu.upload(noise(ImageFormat.SRGBA, 13, 3))
    texture = image.texture
    circle: list[Any] = [image]
    circle.append(circle)
    del image, circle
    gc.collect()
    again = gpu.draw(COPY, ImageFormat.SRGBA, 13, 3, gpu.upload(noise(ImageFormat.SRGB, 2, 2)))
    assert again.texture is texture
    assert again.download().numpy_view().shape == (3, 13, 4)


def test_few_textures_are_kept_for_other_images(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither many nor large ones, and none where memory ends."""
    import wgpu

    gpu = Device("auto").gpu
    made: list[Any] = []
    create = gpu._device.create_texture

    def recorded(**arguments: Any) -> Any:
        made.append(create(**arguments))
        return made[-1]

    monkeypatch.setattr(gpu._device, "create_texture", recorded)
    sizes = [(width, 2) for width in range(1, 80)]
    for size in (*sizes, *reversed(sizes)):
        gpu.upload(noise(ImageFormat.GRAY8, *size))
    assert len(made) == len(sizes) + len(sizes) - 64
    monkeypatch.setattr(device_module, "_MOST_SPARE_BYTES", 400)
    gpu.upload(noise(ImageFormat.VEC32F4, 10, 10))
    gpu.upload(noise(ImageFormat.GRAY8, 1, 1))
    assert sum(texture.size for texture in gpu._textures._spare) <= 400
    failing = True

    def once(**arguments: Any) -> Any:
        nonlocal failing
        if failing:
            failing = False
            raise wgpu.GPUOutOfMemoryError("no more")
        assert not gpu._textures._spare
        return create(**arguments)

    monkeypatch.setattr(gpu._device, "create_texture", once)
    assert gpu.upload(noise(ImageFormat.GRAY8, 100, 1)).download().numpy_view().shape == (1, 100)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (ImageFrame.adopt(np.zeros((0, 5), np.uint8)), r"5x0 pixels .* each side must be 1 to \d+"),
        (ImageFrame.adopt(np.zeros((1, 1 << 20), np.uint8)), r"1048576x1 pixels .* must be 1 to \d+"),
        (ImageFrame.adopt(np.zeros((2, 2), np.uint16)), "format GRAY16 .* formats that can: SRGB, SRGBA"),
    ],
)
def test_what_no_texture_can_hold(gpu: GpuDevice, frame: ImageFrame, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        gpu.upload(frame)


def test_a_wrong_shader_is_told(gpu: GpuDevice) -> None:
    with pytest.raises(GpuError, match=r"drawing failed: .*nonsense"):
        gpu.draw("nonsense", ImageFormat.SRGB, 1, 1)


def test_a_buffer_tells_what_it_is(gpu: GpuDevice) -> None:
    assert repr(gpu.upload(noise(ImageFormat.SRGB, 4, 3))) == "<GpuBuffer RGBA8 4x3>"
    assert repr(gpu.upload(noise(ImageFormat.VEC32F2, 4, 3))) == "<GpuBuffer RG32F 4x3>"


@pytest.mark.parametrize("width", [100, 640, 1919])
def test_nearest_decides_the_same_way_for_every_pixel(gpu: GpuDevice, width: int) -> None:
    """Half the size: each output pixel lies between two, and the latter of them is taken."""
    frame = ImageFrame.adopt(np.arange(2 * width, dtype=np.float32)[None])
    shader = "fn pixel(uv: vec2f, place: vec2f) -> vec4f { return nearest(image0, uv); }"
    drawn = gpu.draw(shader, ImageFormat.VEC32F1, width, 1, gpu.upload(frame)).download()
    np.testing.assert_array_equal(drawn.numpy_view()[0], np.arange(1, 2 * width, 2))


@pytest.mark.parametrize("size", [(1919, 3), (3, 1081)])
def test_linear_at_the_same_size_copies(gpu: GpuDevice, size: tuple[int, int]) -> None:
    frame = noise(ImageFormat.VEC32F1, *size)
    shader = "fn pixel(uv: vec2f, place: vec2f) -> vec4f { return linear(image0, uv); }"
    drawn = gpu.draw(shader, ImageFormat.VEC32F1, *size, gpu.upload(frame)).download()
    np.testing.assert_array_equal(drawn.numpy_view(), frame.numpy_view())


def test_what_is_drawn_as_rgb_is_opaque(gpu: GpuDevice) -> None:
    shader = "fn pixel(uv: vec2f, place: vec2f) -> vec4f { return vec4f(0.2, 0.4, 0.6, 0.25); }"
    drawn = gpu.draw(shader, ImageFormat.SRGB, 1, 1)
    assert drawn.device.read(drawn).tolist() == [[[51, 102, 153, 255]]]
    drawn = gpu.draw(shader, ImageFormat.SRGBA, 1, 1)
    assert drawn.device.read(drawn).tolist() == [[[51, 102, 153, 64]]]


def test_a_shader_need_not_look_at_all_that_it_is_given(gpu: GpuDevice) -> None:
    shader = "fn pixel(uv: vec2f, place: vec2f) -> vec4f { return vec4f(1.0); }"
    image = gpu.upload(noise(ImageFormat.SRGB, 2, 2))
    drawn = gpu.draw(shader, ImageFormat.GRAY8, 1, 1, image, numbers={"unused": np.zeros(4)})
    assert drawn.download().numpy_view() == 255


def test_images_of_another_device_are_refused(gpu: GpuDevice) -> None:
    image = Device("auto").gpu.upload(noise(ImageFormat.SRGB, 2, 2))
    with pytest.raises(ValueError, match=r"<GpuBuffer RGBA8 2x2> is of another device, .*; give the graph"):
        gpu.draw(COPY, ImageFormat.SRGB, 2, 2, image)
