"""PY-I1: image formats."""

import numpy as np
import numpy.typing as npt
import pytest

from mpgraph.formats.image_format import ImageFormat


def test_values_are_upstreams() -> None:
    """PY-I1: the exposed numbers."""
    numbers = {
        "SRGB": 1, "SRGBA": 2, "GRAY8": 3, "GRAY16": 4, "SRGB48": 7, "SRGBA64": 8,
        "VEC32F1": 9, "SBGRA": 11, "VEC32F2": 12, "VEC32F4": 13,
    }  # fmt: skip
    assert {name: ImageFormat[name].value for name in numbers} == numbers
    assert ImageFormat(1) is ImageFormat.SRGB
    assert int(ImageFormat.SRGB) == 1
    assert repr(ImageFormat.SRGB) == "<ImageFormat.SRGB: 1>"
    assert f"{ImageFormat.SRGB}" == str(ImageFormat.SRGB) == "ImageFormat.SRGB"
    assert {ImageFormat.SRGB: 1}[1] == 1  # type: ignore[index]


@pytest.mark.parametrize(
    ("name", "channels", "dtype"),
    [
        ("SRGB", 3, np.uint8), ("SRGBA", 4, np.uint8), ("SBGRA", 4, np.uint8), ("GRAY8", 1, np.uint8),
        ("GRAY16", 1, np.uint16), ("SRGB48", 3, np.uint16), ("SRGBA64", 4, np.uint16),
        ("VEC32F1", 1, np.float32), ("VEC32F2", 2, np.float32), ("VEC32F4", 4, np.float32),
    ],
)  # fmt: skip
def test_channels_and_dtype(name: str, channels: int, dtype: type) -> None:
    """PY-I1: channels and byte depth per format."""
    assert ImageFormat[name].channels == channels
    assert ImageFormat[name].dtype == np.dtype(dtype)


def test_planar_formats_have_no_pixels() -> None:
    assert ImageFormat.YCBCR420P.channels == 0
    assert ImageFormat.YCBCR420P.dtype is None


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_of_finds_the_format_or_says_what_it_expected(channels: int, dtype: type) -> None:
    data: npt.NDArray[np.generic] = np.zeros((2, 3, channels), dtype)
    if channels == (3 if dtype is np.float32 else 2):
        with pytest.raises(ValueError, match=r"shape \(2, 3, \d\) and dtype"):
            ImageFormat.of(data)
    else:
        found = ImageFormat.of(data)
        assert (found.channels, found.dtype) == (channels, np.dtype(dtype))
        assert found not in (ImageFormat.LAB8, ImageFormat.SBGRA)
