"""Colours survive the way from planes to RGB and back, in every range, matrix and size."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from media_clips import picture
from numpy.typing import NDArray

from mpgraph.media.color import RgbConverter, fill_i420

WEIGHTS = {1: (0.2126, 0.0722), 2: (0.299, 0.114), 6: (0.299, 0.114)}  # by code point of the matrix


def _difference(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> tuple[int, float]:
    away = np.abs(a.astype(int) - b)
    return int(away.max()), float(away.mean())


def _yuv(rgb: NDArray[np.uint8], matrix: int, *, full: bool) -> list[NDArray[np.uint8]]:
    """By the definition of the matrix; chroma is averaged over 2x2 pixels."""
    kr, kb = WEIGHTS[matrix]
    r, g, b = (rgb[..., k] / 255 for k in range(3))
    luma = kr * r + (1 - kr - kb) * g + kb * b
    cb, cr = (b - luma) / (2 - 2 * kb), (r - luma) / (2 - 2 * kr)
    half = [
        np.pad(c, ((0, c.shape[0] % 2), (0, c.shape[1] % 2)), mode="edge")
        .reshape(-(-c.shape[0] // 2), 2, -(-c.shape[1] // 2), 2)
        .mean(axis=(1, 3))
        for c in (cb, cr)
    ]
    planes = [255 * luma, *(255 * c + 128 for c in half)]
    if not full:
        planes = [16 + 219 * luma, *(224 * c + 128 for c in half)]
    return [np.clip(np.rint(p), 0, 255).astype(np.uint8) for p in planes]


@pytest.mark.parametrize("size", [(64, 48), (65, 47), (70, 48), (1, 1)])
@pytest.mark.parametrize("matrix", WEIGHTS)
@pytest.mark.parametrize("full", [False, True])
def test_planes_become_the_rgb_that_their_tags_say(size: tuple[int, int], matrix: int, full: bool) -> None:
    """Lines are padded in a frame of 70 pixels; odd sides have half a chroma sample more."""
    rgb = picture(0, *size)
    frame = av.VideoFrame(*size, "yuv420p")
    for plane, samples in zip(frame.planes, _yuv(rgb, matrix, full=full), strict=True):
        lines = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        lines[:] = 255
        lines[: samples.shape[0], : samples.shape[1]] = samples
    frame.colorspace, frame.color_range = matrix, 2 if full else 1
    result = RgbConverter()(frame)
    assert result.shape == rgb.shape
    assert result.flags.c_contiguous
    worst, mean = _difference(result, rgb)
    assert worst <= 8
    assert mean <= 2.5


@pytest.mark.parametrize("pixels", ["yuvj420p", "yuv422p", "yuv444p", "nv12", "gbrp", "yuv420p10le"])
def test_every_other_format_becomes_rgb_too(pixels: str) -> None:
    rgb = picture(1)
    frame = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format=pixels)
    assert _difference(RgbConverter()(frame), rgb)[0] <= 8


def test_gray_video_becomes_rgb() -> None:
    gray = picture(2)[..., 0]
    result = RgbConverter()(av.VideoFrame.from_ndarray(gray, format="gray"))
    assert result.shape == (*gray.shape, 3)
    assert _difference(result[..., 1], gray)[0] <= 2


@pytest.mark.parametrize("size", [(64, 48), (65, 47), (70, 48), (1, 1)])
def test_rgb_survives_the_way_into_a_frame_and_back(size: tuple[int, int]) -> None:
    rgb = picture(3, *size)
    frame = av.VideoFrame(*size, "yuv420p")
    fill_i420(frame, rgb)
    worst, mean = _difference(RgbConverter()(frame), rgb)
    assert worst <= 8
    assert mean <= 2.5


def test_a_larger_frame_repeats_the_last_line() -> None:
    rgb = picture(4, 65, 47)
    frame = av.VideoFrame(66, 48, "yuv420p")
    fill_i420(frame, rgb)
    result = RgbConverter()(frame)
    assert _difference(result[:47, :65], rgb)[0] <= 8
    assert _difference(result[47], result[46])[0] == 0
    assert _difference(result[:, 65], result[:, 64])[0] == 0


def test_a_converter_takes_frames_of_changing_formats(tmp_path: Path) -> None:
    convert = RgbConverter()
    for pixels in ("yuv444p", "yuvj420p", "yuv444p"):
        for size in ((64, 48), (32, 20)):
            rgb = picture(5, *size)
            frame = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format=pixels)
            frame.time_base = Fraction(1, 10)
            assert _difference(convert(frame), rgb)[0] <= 8
