"""Videos: their times, what is upright, what is broken."""

from __future__ import annotations

import logging
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from media_clips import SHARED, picture, times, write_clip

from mpgraph.errors import MediaError
from mpgraph.media.source import SECOND, Span, open_source
from mpgraph.media.video_reader import VideoReader

shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data is not there")


def test_frames_come_with_the_pictures_and_times_of_the_file(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", [0, 1, 3, 4, 9], base=Fraction(1, 10))
    with open_source(str(clip)) as source:
        assert (source.width, source.height, source.frame_count) == (64, 48, 5)
        frames = list(source)
    assert [frame.timestamp for frame in frames] == [0, 100_000, 300_000, 400_000, 900_000]
    for index, frame in enumerate(frames):
        assert frame.image.dtype == np.uint8
        assert frame.image.flags.c_contiguous
        assert not frame.image.flags.writeable
        assert np.abs(frame.image.astype(int) - picture(index)).mean() < 4
        assert frame.name is None


def test_time_zero_is_the_start_of_the_file_not_of_the_video(tmp_path: Path) -> None:
    """Video that begins after the sound keeps its distance to it."""
    clip = write_clip(tmp_path / "late.mkv", [5, 6, 7], base=Fraction(1, 10), sound="pcm_s16le")
    with open_source(str(clip)) as source:
        assert [frame.timestamp for frame in source] == [500_000, 600_000, 700_000]


def test_a_file_that_begins_late_begins_at_zero(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "late.ts", [900, 901, 902], base=Fraction(1, 10))
    with open_source(str(clip)) as source:
        assert [frame.timestamp for frame in source] == [0, 100_000, 200_000]


def test_b_frames_come_in_the_order_in_which_they_are_shown(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "b.mp4", range(20), options={"bf": "3", "b_strategy": "0"})
    with av.open(clip) as container:
        order = [packet.pts for packet in container.demux(video=0) if packet.pts is not None]
    assert order != sorted(order)
    with open_source(str(clip)) as source:
        assert [frame.timestamp for frame in source] == [k * 100_000 for k in range(20)]


def test_a_file_without_times_goes_by_its_frame_rate(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "raw.h264", range(5), base=Fraction(1, 25))
    with open_source(str(clip)) as source:
        assert [frame.timestamp for frame in source] == [k * 40_000 for k in range(5)]


@pytest.mark.parametrize(
    ("pts", "kept", "left_out"),
    [([0, 1, 1, 2], [0, 1, 2], 1), ([0, 5, 2, 3, 6], [0, 5, 6], 2), ([3, 3, 3], [3], 2)],
)
def test_frames_not_later_than_the_one_before_are_left_out(
    pts: list[int],
    kept: list[int],
    left_out: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    source = VideoReader(write_clip(tmp_path / "clip.mp4", range(len(pts))))

    def decoded() -> list[av.VideoFrame]:
        frames = []
        for time in pts:
            frame = av.VideoFrame(64, 48, "yuv420p")
            frame.pts, frame.time_base = time, Fraction(1, 10)
            frames.append(frame)
        return frames

    first, *rest = decoded()
    monkeypatch.setattr(source, "_first", first)
    monkeypatch.setattr(source, "_decoded", iter(rest))
    with source, caplog.at_level(logging.WARNING):
        assert [frame.timestamp // 100_000 for frame in source] == kept
    assert f"left out {left_out} frames" in caplog.text


@pytest.mark.parametrize("start", [0, 0.3, 0.55, 1.2])
@pytest.mark.parametrize("duration", [None, 0.5])
def test_start_and_duration_pick_frames_by_their_times(
    start: float, duration: float | None, tmp_path: Path
) -> None:
    clip = write_clip(tmp_path / "clip.mp4", range(20), options={"g": "7"})
    with open_source(str(clip), start=start, duration=duration) as source:
        frames = list(source)
        assert source.frame_count == len(frames)
    stop = SECOND * (2 if duration is None else start + duration)
    expected = [k for k in range(20) if start * SECOND <= k * 100_000 < stop]
    assert [frame.timestamp for frame in frames] == [k * 100_000 for k in expected]
    assert np.abs(frames[0].image.astype(int) - picture(expected[0])).mean() < 4


def test_a_start_in_a_file_that_cannot_be_sought_in(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "raw.h264", range(10), base=Fraction(1, 25))
    with open_source(str(clip), start=0.2) as source:
        assert [frame.timestamp for frame in source] == [k * 40_000 for k in range(5, 10)]


def test_a_last_frame_that_is_shown_long_is_no_sign_of_damage(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clip = write_clip(tmp_path / "slides.mp4", [0, 20, 40], base=Fraction(1, 10))
    with open_source(str(clip)) as source:
        assert [frame.timestamp for frame in source] == [0, 2_000_000, 4_000_000]
    assert caplog.text == ""


def test_the_end_is_known_once_all_was_read(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", range(5))
    with open_source(str(clip), limit=3) as source:
        assert source.end is None
        assert len(list(source)) == 3
        assert source.end == 300_000
    with open_source(str(clip), duration=0.25) as source:
        assert len(list(source)) == 3
        assert source.end == 250_000


def test_a_start_after_the_end_is_an_error(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", range(5))
    with pytest.raises(MediaError, match=r"clip\.mp4: .*no frame at or after second 7"):
        list(open_source(str(clip), start=7))


@shared
def test_a_rotated_video_is_shown_upright() -> None:
    """OpenCV turns it by the same metadata."""
    path = SHARED / "videos/rotated_360x640.mp4"
    capture = cv2.VideoCapture(str(path))
    expected = cv2.cvtColor(capture.read()[1], cv2.COLOR_BGR2RGB)
    capture.release()
    with open_source(str(path), limit=1) as source:
        (frame,) = source
        assert (source.width, source.height) == (360, 640)
    assert frame.image.shape == (640, 360, 3)
    assert np.abs(frame.image.astype(int) - expected).max() <= 12


@shared
@pytest.mark.parametrize("name", ["walk_768x432_vfr.mp4", "signing_640x480_mjpeg.avi"])
def test_frames_are_those_that_opencv_reads(name: str) -> None:
    """To some levels: OpenCV's FFmpeg rounds colours in another way."""
    capture = cv2.VideoCapture(str(SHARED / "videos" / name))
    with open_source(str(SHARED / "videos" / name), limit=5) as source:
        for frame in source:
            expected = cv2.cvtColor(capture.read()[1], cv2.COLOR_BGR2RGB)
            assert np.abs(frame.image.astype(int) - expected).mean() <= 2
    capture.release()


@shared
def test_uneven_times_are_read_as_they_are() -> None:
    path = SHARED / "videos/walk_768x432_vfr.mp4"
    with open_source(str(path)) as source:
        stamps = [frame.timestamp for frame in source]
    assert stamps == times(path)
    assert len({b - a for a, b in pairwise(stamps)}) >= 4


@shared
def test_a_video_cut_short_gives_what_is_there_and_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    with open_source(str(SHARED / "hostile/truncated_faststart.mp4")) as source:
        frames = list(source)
    assert 65 <= len(frames) <= 75
    assert "cut short: ends at second 2." in caplog.text


def test_damage_in_the_middle_is_passed_over(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    clip = write_clip(tmp_path / "clip.avi", range(20), codec="mjpeg", pixels="yuvj420p")
    with av.open(clip) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        at, size = packets[9].pos, packets[9].size
    data = bytearray(clip.read_bytes())
    assert at is not None
    data[at + 8 : at + 8 + size] = bytes(size)
    clip.write_bytes(data)
    with open_source(str(clip)) as source:
        frames = list(source)
    assert 18 <= len(frames) <= 19  # a decoder with threads may lose its neighbour, too
    assert frames[-1].timestamp >= 1_800_000
    assert "damaged: 1 of its parts" in caplog.text


def test_a_cover_picture_is_no_video(tmp_path: Path) -> None:
    sound = tmp_path / "song.m4a"
    with av.open(sound, "w", format="mp4") as container:
        cover = container.add_stream("mjpeg", rate=1)
        assert isinstance(cover, av.VideoStream)
        cover.width, cover.height, cover.pix_fmt = 32, 32, "yuvj420p"
        cover.disposition = 0x400  # type: ignore[assignment]  # attached picture; older PyAV takes numbers only
        frame = av.VideoFrame(32, 32, "yuvj420p")
        frame.pts = 0
        container.mux(cover.encode(frame))
        container.mux(cover.encode(None))
    with pytest.raises(MediaError, match="there is no video in it"):
        open_source(str(sound))


def test_a_picture_too_large_is_refused_before_it_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = write_clip(tmp_path / "clip.mp4")
    monkeypatch.setattr("mpgraph.media.video_reader.MAX_PIXELS", 64 * 48 - 1)
    with pytest.raises(MediaError, match="64x48 pixels are more than"):
        VideoReader(clip)


def test_a_playlist_opens_no_connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """FFmpeg may open files only, whatever the file that it reads names."""
    asked: list[str] = []
    real = av.open

    def spied(file: str, **arguments: Any) -> Any:
        asked.append(arguments["options"]["protocol_whitelist"])
        return real(file, **arguments)

    monkeypatch.setattr(av, "open", spied)
    playlist = tmp_path / "list.m3u8"
    playlist.write_text("#EXTM3U\n#EXTINF:1,\nhttp://localhost:9/a.ts\n#EXT-X-ENDLIST\n")
    with pytest.raises(MediaError, match=r"list\.m3u8"):
        open_source(str(playlist))
    assert asked == ["file"]


def test_names_in_any_script_and_with_colons_are_read(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "http: Füße 手.mp4", range(3))
    with VideoReader(clip, Span()) as source:
        assert len(list(source)) == 3
