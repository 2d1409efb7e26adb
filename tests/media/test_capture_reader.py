"""Videos with the numbers of OpenCV's VideoCapture, which is asked for them here."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import cv2
import pytest
from media_clips import SHARED, write_clip

from mpgraph.media.capture_reader import CaptureReader


def captured(path: Path) -> tuple[tuple[float, ...], list[int]]:
    """Size, rate and count; the time of each frame, cut off to microseconds."""
    capture = cv2.VideoCapture(str(path))
    capture.set(cv2.CAP_PROP_ORIENTATION_AUTO, 1)
    names = ("FRAME_WIDTH", "FRAME_HEIGHT", "FPS", "FRAME_COUNT")
    numbers = tuple(capture.get(getattr(cv2, f"CAP_PROP_{name}")) for name in names)
    times = []
    while capture.read()[0]:
        times.append(int(capture.get(cv2.CAP_PROP_POS_MSEC) * 1000))
    capture.release()
    return numbers, times


def check(path: Path) -> None:
    numbers, times = captured(path)
    with CaptureReader(path) as reader:
        assert (reader.width, reader.height, reader.fps, reader.total) == pytest.approx(numbers)
        assert [frame.timestamp for frame in reader] == times
    assert times


@pytest.mark.parametrize(
    ("name", "pts", "base"),
    [
        ("a.mp4", range(12), Fraction(1, 30)),
        ("b.mp4", range(40), Fraction(1001, 30000)),
        ("c.mkv", [0, 3, 4, 9, 29, 30], Fraction(1, 10)),
        ("e.mp4", [0, 26100, 26101, 90000, 261000], Fraction(1, 90000)),
        ("f.avi", range(7), Fraction(1, 25)),
    ],
)
def test_clips(tmp_path: Path, name: str, pts: Sequence[int], base: Fraction) -> None:
    codec = "mpeg4" if name.endswith("avi") else "libx264"
    check(write_clip(tmp_path / name, pts, base=base, codec=codec))


def test_times_count_from_the_start_of_the_video(tmp_path: Path) -> None:
    check(write_clip(tmp_path / "late.mkv", [5, 6, 7], base=Fraction(1, 10), sound="pcm_s16le"))


def test_times_of_a_file_that_does_not_say_when_it_starts(tmp_path: Path) -> None:
    """They count from 0, where OpenCV 4 goes astray."""
    with CaptureReader(write_clip(tmp_path / "late.mkv", [5, 6, 7], base=Fraction(1, 10))) as reader:
        assert [frame.timestamp for frame in reader] == [500_000, 600_000, 700_000]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data is not there")
@pytest.mark.parametrize("name", ["rotated_360x640.mp4", "walk_768x432_vfr.mp4", "signing_640x480_mjpeg.avi"])
def test_real_videos(name: str) -> None:
    check(SHARED / "videos" / name)
