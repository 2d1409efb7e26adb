"""PY-I2 to PY-I5: image frames."""

import gc
import sys
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpgraph.formats.image import Image
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.packet_type import type_of

FORMATS = [f for f in ImageFormat if f.dtype is not None]


def pixels(image_format: ImageFormat, height: int = 4, width: int = 5) -> npt.NDArray[np.generic]:
    count = height * width * image_format.channels
    shape = (height, width) if image_format.channels == 1 else (height, width, image_format.channels)
    return np.arange(count).reshape(shape).astype(image_format.dtype)


@pytest.mark.parametrize("image_format", FORMATS)
def test_constructor_copies(image_format: ImageFormat) -> None:
    """PY-I2, PY-I3, PY-I4."""
    data = pixels(image_format)
    frame = ImageFrame(image_format, data)
    kept = data.copy()
    data[...] = 0
    assert (frame.width, frame.height, frame.channels) == (5, 4, image_format.channels)
    assert frame.byte_depth == data.itemsize
    assert frame.image_format is image_format
    assert not frame.is_empty()
    np.testing.assert_array_equal(frame.numpy_view(), kept)
    assert frame.numpy_view().shape == kept.shape


def test_view_is_read_only() -> None:
    """PY-I4: assignment raises ValueError."""
    frame = ImageFrame(ImageFormat.SRGB, pixels(ImageFormat.SRGB))
    with pytest.raises(ValueError, match="read-only"):
        frame.numpy_view()[0, 0, 0] = 1


def test_adopt_shares_and_locks_the_array() -> None:
    data = np.zeros((3, 4, 3), np.uint8)
    frame = ImageFrame.adopt(data)
    assert frame.image_format is ImageFormat.SRGB
    assert np.shares_memory(frame.numpy_view(), data)
    with pytest.raises(ValueError, match="read-only"):
        data[0, 0, 0] = 1


def test_adopt_takes_any_strides_and_views_are_contiguous() -> None:
    """PY-I4: a frame that is not contiguous gives a cached contiguous copy."""
    data = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)
    frame = ImageFrame.adopt(data[:, ::-1])
    assert not frame.is_contiguous()
    view = frame.numpy_view()
    assert view.flags.c_contiguous
    assert not view.flags.writeable
    assert frame.numpy_view() is view
    np.testing.assert_array_equal(view, data[:, ::-1])
    assert ImageFrame.adopt(data).is_contiguous()


def test_adopt_takes_a_named_format() -> None:
    assert (
        ImageFrame.adopt(np.zeros((1, 1, 4), np.uint8), ImageFormat.SBGRA).image_format is ImageFormat.SBGRA
    )


@pytest.mark.parametrize(
    "data",
    [
        [[1, 2]],
        np.zeros((2, 2), np.int32),
        np.zeros((2, 2), np.float64),
        np.zeros((4, 4), np.uint8)[:, ::2],
    ],
)
def test_other_data_is_a_type_error(data: object) -> None:
    """PY-I2: no conversion of lists, other dtypes or arrays that are not contiguous."""
    with pytest.raises(TypeError, match="C-contiguous uint8, uint16 or float32 array, got"):
        ImageFrame(ImageFormat.GRAY8, data)  # type: ignore[arg-type]


def test_format_as_int_is_a_type_error() -> None:
    """PY-I2."""
    with pytest.raises(TypeError, match="must be an ImageFormat, got int"):
        ImageFrame(3, np.zeros((2, 2), np.uint8))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("image_format", "dtype", "message"),
    [
        (
            ImageFormat.VEC32F1,
            np.uint8,
            "uint8 image data should be one of the GRAY8, SRGB, and SRGBA MediaPipe image formats.",
        ),
        (
            ImageFormat.GRAY8,
            np.uint16,
            "uint16 image data should be one of the GRAY16, SRGB48, and SRGBA64 MediaPipe image formats.",
        ),
        (
            ImageFormat.GRAY8,
            np.float32,
            "float image data should be either VEC32F1 or VEC32F2 MediaPipe image formats.",
        ),
    ],
)
def test_format_of_another_dtype(image_format: ImageFormat, dtype: type, message: str) -> None:
    """PY-I2: upstream's messages."""
    with pytest.raises(RuntimeError) as caught:
        ImageFrame(image_format, np.zeros((2, 2), dtype))
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("image_format", "shape"),
    [
        (ImageFormat.SRGB, (2, 2)),
        (ImageFormat.SRGB, (2, 2, 4)),
        (ImageFormat.GRAY8, (2, 2, 3)),
        (ImageFormat.GRAY8, (2,)),
    ],
)
def test_shape_must_fit_the_format(image_format: ImageFormat, shape: tuple[int, ...]) -> None:
    """PY-I2: where upstream would read beyond the data."""
    with pytest.raises(ValueError, match=rf"{image_format.name} pixels have \d channels?, got"):
        ImageFrame(image_format, np.zeros(shape, np.uint8))


def test_one_channel_may_have_a_third_dimension() -> None:
    assert ImageFrame(ImageFormat.GRAY8, np.zeros((2, 3, 1), np.uint8)).numpy_view().shape == (2, 3)


@pytest.mark.parametrize("image_format", [ImageFormat.GRAY8, ImageFormat.SRGB, ImageFormat.VEC32F2])
@given(y=st.integers(-2, 6), x=st.integers(-2, 6), c=st.integers(0, 3))
def test_indexing(image_format: ImageFormat, y: int, x: int, c: int) -> None:
    """PY-I5: a number inside, IndexError outside; negative indexes are outside."""
    data = pixels(image_format)
    frame = ImageFrame(image_format, data)
    index = (y, x) if data.ndim == 2 else (y, x, c)
    if all(0 <= i < n for i, n in zip(index, data.shape, strict=True)):
        assert frame[index] == data[index]
    else:
        with pytest.raises(IndexError, match=r"is out of bounds for axis \d with size \d"):
            frame[index]


def test_number_of_indexes() -> None:
    """PY-I5: upstream's messages."""
    with pytest.raises(IndexError, match=r"^Invalid index dimension: 2$"):
        ImageFrame(ImageFormat.SRGB, pixels(ImageFormat.SRGB))[0, 0]
    with pytest.raises(IndexError, match=r"^index dimension mismatch: 3 \(ndim = 2\)$"):
        ImageFrame(ImageFormat.GRAY8, pixels(ImageFormat.GRAY8))[0, 0, 0]


@pytest.mark.parametrize("index", [0, None, ("a", 0), (0.5, 1), (slice(0, 1), 1)])
def test_an_index_is_a_sequence_of_integers(index: Any) -> None:
    """PY-I5."""
    frame = ImageFrame(ImageFormat.GRAY8, pixels(ImageFormat.GRAY8))
    with pytest.raises(TypeError, match=r"^__getitem__\(\): incompatible function arguments\."):
        frame[index]
    assert frame[[1, 2]] == frame[1, 2]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("width", range(1, 9))
def test_rows_of_a_copy_begin_at_multiples_of_four_bytes(dtype: type, channels: int, width: int) -> None:
    """PY-I2; the contiguous view of such a frame is a copy that is made once (PY-I4)."""
    shape = (3, width) if channels == 1 else (3, width, channels)
    data: Any = np.arange(3 * width * channels, dtype=dtype).reshape(shape)
    frame = ImageFrame(ImageFormat.of(data), data)
    row = data[0].nbytes
    assert frame.is_contiguous() is (row % 4 == 0)
    assert frame.step == -(-row // 4) * 4
    assert [frame.is_aligned(n) for n in (1, 2, 4)] == [True, True, True]
    np.testing.assert_array_equal(frame.numpy_view(), data)
    np.testing.assert_array_equal(np.asarray(frame), data)
    assert frame.numpy_view().flags.c_contiguous
    assert (frame.numpy_view() is frame.numpy_view()) is (row % 4 != 0)


def test_alignment() -> None:
    """PY-I3: any row is aligned to one byte; only powers of two are boundaries."""
    frame = ImageFrame.adopt(np.zeros((2, 5), np.uint8))
    assert frame.is_aligned(1)
    assert not frame.is_aligned(2)
    for wrong in (0, 3, -4):
        with pytest.raises(ValueError, match="power of two"):
            frame.is_aligned(wrong)


@pytest.mark.parametrize("made", [ImageFrame.adopt, lambda data: Image.from_frame(ImageFrame.adopt(data))])
def test_a_view_keeps_the_frame_alive(made: Callable[[Any], ImageFrame | Image]) -> None:
    """PY-I4: no view dangles, and none keeps the frame alive longer than itself."""
    frame = made(np.full((2, 4), 7, np.uint8))
    alive = weakref.ref(frame)
    before = sys.getrefcount(frame)
    views = [frame.numpy_view(), np.asarray(frame)]
    assert sys.getrefcount(frame) == before + 2
    assert all(np.shares_memory(view, views[0]) and not view.flags.writeable for view in views)
    del frame
    gc.collect()
    assert alive() is not None
    assert views[0].tolist() == views[1].tolist() == [[7] * 4] * 2
    views.clear()
    gc.collect()
    assert alive() is None


def test_a_copied_view_does_not_need_the_frame() -> None:
    """PY-I4: pixels that are not contiguous."""
    frame = ImageFrame(ImageFormat.GRAY8, np.full((2, 3), 7, np.uint8))
    before = sys.getrefcount(frame)
    view = frame.numpy_view()
    assert sys.getrefcount(frame) == before
    del frame
    gc.collect()
    assert view.tolist() == [[7] * 3] * 2


def test_empty() -> None:
    assert ImageFrame(ImageFormat.SRGB, np.zeros((0, 5, 3), np.uint8)).is_empty()


def test_packet_type_name() -> None:
    """P-8."""
    assert str(type_of(ImageFrame(ImageFormat.GRAY8, np.zeros((1, 1), np.uint8)))) == (
        "::mediapipe::ImageFrame"
    )
