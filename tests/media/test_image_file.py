"""Single image files: channels, depth, orientation and damage."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from media_clips import SHARED, picture
from numpy.typing import NDArray

from mpgraph.errors import MediaError
from mpgraph.media.image_file import read_image

shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data is not there")


def _write(path: Path, image: NDArray[np.uint8] | NDArray[np.uint16]) -> Path:
    """`image` in OpenCV's order of channels."""
    path.write_bytes(cv2.imencode(path.suffix, image)[1].tobytes())
    return path


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif", ".ppm"])
def test_rgb_is_read_exactly(suffix: str, tmp_path: Path) -> None:
    rgb = picture(0)
    path = _write(tmp_path / f"a{suffix}", np.ascontiguousarray(rgb[..., ::-1]))
    np.testing.assert_array_equal(read_image(path), rgb)


def test_transparency_is_kept(tmp_path: Path) -> None:
    rgba = np.dstack([picture(0), picture(1)[..., 0]])
    path = _write(tmp_path / "a.png", np.ascontiguousarray(rgba[..., [2, 1, 0, 3]]))
    np.testing.assert_array_equal(read_image(path), rgba)


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_gray_stays_gray(suffix: str, tmp_path: Path) -> None:
    image = read_image(_write(tmp_path / f"a{suffix}", np.ascontiguousarray(picture(0)[..., 0])))
    assert image.shape == (48, 64)


def test_of_16_bits_the_upper_8_are_taken(tmp_path: Path) -> None:
    deep = np.array([[0, 255, 256, 511, 0x8000, 0xFFFF]], np.uint16)
    np.testing.assert_array_equal(read_image(_write(tmp_path / "a.png", deep)), [[0, 0, 1, 1, 128, 255]])


def test_samples_of_other_kinds_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(cv2.imencode(".tif", np.zeros((4, 4), np.float32))[1].tobytes())
    with pytest.raises(MediaError, match="its samples are float32"):
        read_image(path)


@shared
def test_a_turned_jpeg_is_shown_upright() -> None:
    upright = cv2.imread(str(SHARED / "hostile/exif_rotated.jpg"))
    assert upright is not None
    np.testing.assert_array_equal(read_image(SHARED / "hostile/exif_rotated.jpg"), upright[..., ::-1])


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.95, 0.999])
def test_a_file_cut_short_is_refused(suffix: str, share: float, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    path = _write(tmp_path / f"a{suffix}", noise)
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    with pytest.raises(MediaError, match=rf"a\{suffix}: cannot be read as an image"):
        read_image(path)


def test_damage_in_a_png_is_found(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = _write(tmp_path / "a.png", picture(0))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x55
    path.write_bytes(data)
    with pytest.raises(MediaError, match="it is damaged at byte"):
        read_image(path)
    assert capfd.readouterr().err == ""


def test_remarks_in_a_png_do_not_reach_the_screen(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """libpng writes to stderr about a colour profile that it dislikes."""
    path = _write(tmp_path / "a.png", np.ascontiguousarray(picture(0)[..., ::-1]))
    data = path.read_bytes()
    body = b"iCCP" + b"x\0\0" + zlib.compress(b"not a profile")
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    path.write_bytes(data[:33] + chunk + data[33:])
    np.testing.assert_array_equal(read_image(path), picture(0))
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_a_huge_size_in_the_header_is_refused(suffix: str, tmp_path: Path) -> None:
    path = _write(tmp_path / f"a{suffix}", picture(0))
    data = bytearray(path.read_bytes())
    if suffix == ".png":
        data[16:24] = struct.pack(">II", 60_000, 50_000)
        data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
        width, height = 60_000, 50_000
    else:
        at = data.index(b"\xff\xc0") + 5
        data[at : at + 4] = struct.pack(">HH", 50_000, 60_000)
        width, height = 60_000, 50_000
    path.write_bytes(data)
    with pytest.raises(MediaError, match=f"its header says {width}x{height} pixels, more than"):
        read_image(path)


def test_names_in_any_script_are_read(tmp_path: Path) -> None:
    assert read_image(_write(tmp_path / "Füße 手 🙂.png", picture(0))).shape == (48, 64, 3)


def test_a_folder_is_no_image(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="is a directory"):
        read_image(tmp_path)


@given(
    st.sampled_from([b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"\xff\xd8\xff\xc0", b""]), st.binary(max_size=60)
)
def test_any_bytes_give_an_image_or_one_error(
    tmp_path_factory: pytest.TempPathFactory, head: bytes, tail: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.png"
    path.write_bytes(head + tail)
    try:
        image = read_image(path)
    except MediaError:
        return
    assert image.dtype == np.uint8
