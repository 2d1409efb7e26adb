"""Videos that are written: times, sound, sizes, and that a file is whole or not there."""

from __future__ import annotations

import errno
import logging
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from media_clips import SHARED, picture, sound_packets, times, write_clip

from mpgraph.errors import MediaError
from mpgraph.media import testsrc
from mpgraph.media.sink import open_sink
from mpgraph.media.source import SECOND, Source, open_source
from mpgraph.media.video_writer import CONTAINERS, VideoWriter

shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data is not there")
TONE = SHARED / "videos/sway_1280x720_audio.mp4"


def _copy(source: Source, target: Path, *, small: bool = False) -> list[int]:
    """Writes all frames, or a corner of each to save time; returns their times."""
    stamps = []
    with source, open_sink(str(target), source=source) as sink:
        for frame in source:
            sink.write(frame.image[:48, :64] if small else frame.image, frame.timestamp, frame.name)
            stamps.append(frame.timestamp)
    return stamps


@pytest.mark.parametrize("suffix", CONTAINERS)
def test_a_video_of_each_kind_plays_and_looks_alike(suffix: str, tmp_path: Path) -> None:
    source = testsrc.TestSource(96, 64, 10, 1)
    target = tmp_path / f"out{suffix}"
    stamps = _copy(source, target)
    assert times(target) == pytest.approx(stamps, abs=500)
    with open_source(str(target)) as written:
        assert (written.width, written.height, written.frame_count) == (96, 64, 10)
        for index, frame in enumerate(written):
            assert np.abs(frame.image.astype(int) - source.frame(index)).mean() < 8
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


@pytest.mark.parametrize(("suffix", "codec"), [(".mp4", "h264"), (".mkv", "h264"), (".webm", "vp9")])
def test_the_codec_is_one_that_players_know(suffix: str, codec: str, tmp_path: Path) -> None:
    target = tmp_path / f"out{suffix}"
    _copy(testsrc.TestSource(64, 48, 10, 1), target)
    with av.open(target) as container:
        context = container.streams.video[0].codec_context
        assert (context.name, context.pix_fmt) == (codec, "yuv420p")
        assert (int(context.colorspace), int(context.color_range)) == (6, 1)


@shared
@pytest.mark.parametrize(("suffix", "tolerance"), [(".mp4", 6), (".mov", 6), (".mkv", 500), (".webm", 500)])
def test_uneven_times_are_kept(suffix: str, tolerance: int, tmp_path: Path) -> None:
    source = open_source(str(SHARED / "videos/walk_768x432_vfr.mp4"))
    stamps = _copy(source, tmp_path / f"out{suffix}")
    assert len(stamps) == 40
    assert times(tmp_path / f"out{suffix}") == pytest.approx(stamps, abs=tolerance)


def test_avi_has_one_rate_and_keeps_every_frame(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "in.mp4", [0, 1, 3, 4, 9])
    _copy(open_source(str(clip)), tmp_path / "out.avi")
    written = times(tmp_path / "out.avi")
    assert len(written) == 5
    assert all(a < b for a, b in pairwise(written))


def test_times_closer_than_the_format_knows_stay_apart(tmp_path: Path) -> None:
    source = testsrc.TestSource(64, 48)
    with open_sink(str(tmp_path / "out.mkv"), source=source) as sink:
        for timestamp in (0, 100, 200, 50_000):
            sink.write(picture(0), timestamp)
    assert times(tmp_path / "out.mkv") == [0, 1_000, 2_000, 50_000]


def test_a_start_is_time_zero_of_the_output(tmp_path: Path) -> None:
    source = testsrc.TestSource.parse("testsrc:64x48@10x3")
    clip = tmp_path / "in.mkv"
    _copy(source, clip)
    stamps = _copy(open_source(str(clip), start=1.05, duration=0.5), tmp_path / "out.mkv")
    assert stamps[0] == 1_100_000
    assert times(tmp_path / "out.mkv") == [stamp - 1_050_000 for stamp in stamps]


@shared
def test_the_sound_of_a_real_file_is_copied_bit_for_bit(tmp_path: Path) -> None:
    _copy(open_source(str(TONE)), tmp_path / "out.mp4", small=True)
    before, after = sound_packets(TONE), sound_packets(tmp_path / "out.mp4")
    assert after == before
    assert len(before) > 200


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_sound_is_copied_bit_for_bit_in_time_with_the_video(suffix: str, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "in.mp4", sound="aac")
    target = tmp_path / f"out{suffix}"
    stamps = _copy(open_source(str(clip)), target)
    before, after = sound_packets(clip), sound_packets(target)
    assert [content for _, content in after] == [content for _, content in before]
    assert len(before) > 40
    shift = times(target)[0]  # mkv knows no time before zero, and moves all by the sound's lead
    assert times(target) == pytest.approx([stamp + shift for stamp in stamps], abs=1100)
    assert [t for t, _ in after] == pytest.approx([t + shift for t, _ in before], abs=1100)


@pytest.mark.parametrize(("codec", "suffix"), [("libopus", ".webm"), ("flac", ".mkv"), ("pcm_s16le", ".mov")])
def test_sound_of_other_codecs_is_copied_too(codec: str, suffix: str, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "in.mkv", sound=codec)
    _copy(open_source(str(clip)), tmp_path / f"out{suffix}")
    before = b"".join(content for _, content in sound_packets(clip))
    assert before
    assert b"".join(content for _, content in sound_packets(tmp_path / f"out{suffix}")) == before


@pytest.mark.parametrize(("codec", "suffix"), [("aac", ".webm"), ("libopus", ".mov"), ("libopus", ".avi")])
def test_sound_that_the_format_cannot_hold_is_left_out_with_a_warning(
    codec: str, suffix: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clip = write_clip(tmp_path / "in.mkv", sound=codec)
    with caplog.at_level(logging.WARNING):
        _copy(open_source(str(clip)), tmp_path / f"out{suffix}")
    assert "no sound: this format cannot hold" in caplog.text
    assert sound_packets(tmp_path / f"out{suffix}") == []
    assert len(times(tmp_path / f"out{suffix}")) == 10


@shared
@pytest.mark.parametrize(
    ("part", "first", "last"),
    [
        ({"start": 1.0, "duration": 2.0}, 1_000_000, 3_000_000),
        ({"limit": 30}, -100_000, 1_000_000),
        ({"start": 4.0}, 4_000_000, 5_000_000),
    ],
)
def test_sound_is_cut_to_the_same_part(part: dict[str, float], first: int, last: int, tmp_path: Path) -> None:
    """A packet that reaches into the part is kept whole; AAC's packets last 21 ms."""
    target = tmp_path / "out.mp4"
    _copy(open_source(str(TONE), **part), target, small=True)  # type: ignore[arg-type]
    packets = sound_packets(TONE)
    expected = [content for t, content in packets if t + 21_333 > first and t < last]
    assert [content for _, content in sound_packets(target)] == expected
    zero = int(part.get("start", 0) * SECOND)
    time_of_first = next(t for t, _ in packets if t + 21_333 > first)
    assert sound_packets(target)[0][0] == pytest.approx(time_of_first - zero, abs=50)


@shared
def test_sound_ends_with_the_last_frame_when_reading_was_broken_off(tmp_path: Path) -> None:
    source = open_source(str(TONE))
    with source, open_sink(str(tmp_path / "out.mp4"), source=source) as sink:
        for frame in source:
            sink.write(frame.image[:48, :64], frame.timestamp)
            if frame.timestamp >= 500_000:
                break
    assert sound_packets(tmp_path / "out.mp4")[-1][0] == pytest.approx(533_333, abs=22_000)


@pytest.mark.parametrize("size", [(1, 1), (65, 47), (64, 1), (203, 33)])
def test_odd_sizes_become_even_by_a_copy_of_the_last_line(size: tuple[int, int], tmp_path: Path) -> None:
    width, height = size
    image = picture(0, *size)
    with open_sink(str(tmp_path / "out.mp4"), source=testsrc.TestSource(64, 48)) as sink:
        sink.write(image, 0)
    with open_source(str(tmp_path / "out.mp4")) as source:
        (frame,) = source
    assert frame.image.shape == (height + height % 2, width + width % 2, 3)
    assert np.abs(frame.image[:height, :width].astype(int) - image).mean() < 6
    assert np.abs(frame.image[-1].astype(int) - frame.image[height - 1]).mean() < 4


def test_webm_keeps_odd_sizes(tmp_path: Path) -> None:
    with open_sink(str(tmp_path / "out.webm"), source=testsrc.TestSource(64, 48)) as sink:
        sink.write(picture(0, 65, 47), 0)
    with open_source(str(tmp_path / "out.webm")) as source:
        assert (source.width, source.height) == (65, 47)
        assert len(list(source)) == 1


def test_gray_and_transparent_frames_are_written_as_rgb(tmp_path: Path) -> None:
    gray = picture(0)[..., 0]
    rgba = np.dstack([picture(1), np.full((48, 64), 7, np.uint8)])
    with open_sink(str(tmp_path / "out.mp4"), source=testsrc.TestSource(64, 48)) as sink:
        sink.write(gray, 0)
        sink.write(rgba, 100_000)
    with open_source(str(tmp_path / "out.mp4")) as source:
        first, second = source
    assert np.abs(first.image[..., 1].astype(int) - gray).mean() < 5
    assert np.abs(second.image.astype(int) - picture(1)).mean() < 5


def test_the_shape_of_pixels_is_kept(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "in.mp4", tags={"sample_aspect_ratio": Fraction(4, 3)})  # type: ignore[dict-item]
    _copy(open_source(str(clip)), tmp_path / "out.mp4")
    with av.open(tmp_path / "out.mp4") as container:
        assert container.streams.video[0].sample_aspect_ratio == Fraction(4, 3)


@pytest.mark.parametrize(("tags", "matrix"), [({}, 2), ({"colorspace": 1, "color_primaries": 1}, 6)])
def test_colours_are_described_as_they_are_stored(tags: dict[str, int], matrix: int, tmp_path: Path) -> None:
    """A source that says no matrix gives an output that says none: players treat both alike."""
    clip = write_clip(tmp_path / "in.mp4", tags=tags)
    _copy(open_source(str(clip)), tmp_path / "out.mp4")
    with av.open(tmp_path / "out.mp4") as container:
        assert int(container.streams.video[0].codec_context.colorspace) == matrix


def test_a_frame_of_another_size_is_an_error(tmp_path: Path) -> None:
    source = testsrc.TestSource(64, 48)
    with (
        pytest.raises(MediaError, match="32x24 pixels does not fit a video of 64x48"),
        open_sink(str(tmp_path / "out.mp4"), source=source) as sink,
    ):
        sink.write(picture(0), 0)
        sink.write(picture(0, 32, 24), 100_000)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "image",
    [np.zeros((4, 4), np.float32), np.zeros((4, 4, 2), np.uint8), np.zeros((0, 4, 3), np.uint8)],
)
def test_what_is_no_image_is_refused(image: np.ndarray, tmp_path: Path) -> None:
    with (
        pytest.raises(MediaError, match="a frame must be"),
        open_sink(str(tmp_path / "out.mp4"), source=testsrc.TestSource(64, 48)) as sink,
    ):
        sink.write(image, 0)


def test_a_missing_encoder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_codec(name: str, mode: str) -> None:
        raise av.codec.codec.UnknownCodecError(name)

    monkeypatch.setattr(av, "Codec", no_codec)
    with pytest.raises(MediaError, match=r"out\.mp4: the installed PyAV has no libx264 encoder"):
        VideoWriter(tmp_path / "out.mp4", testsrc.TestSource(64, 48))
    assert list(tmp_path.iterdir()) == []


def test_an_encoder_that_refuses_is_one_error(tmp_path: Path) -> None:
    with (
        pytest.raises(MediaError, match="cannot encode 17000x2 pixels"),
        open_sink(str(tmp_path / "out.mp4"), source=testsrc.TestSource(64, 48)) as sink,
    ):
        sink.write(np.zeros((2, 17_000, 3), np.uint8), 0)
    assert list(tmp_path.iterdir()) == []


def test_no_frame_is_an_error_and_no_file(tmp_path: Path) -> None:
    (tmp_path / "out.mp4").write_bytes(b"old")
    sink = open_sink(str(tmp_path / "out.mp4"), source=testsrc.TestSource(64, 48))
    with pytest.raises(MediaError, match="not written, as there came no frame"):
        sink.close()
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


def test_an_exception_leaves_what_was_there_before(tmp_path: Path) -> None:
    (tmp_path / "out.mp4").write_bytes(b"old")
    with (
        pytest.raises(KeyboardInterrupt),
        open_sink(str(tmp_path / "out.mp4"), source=testsrc.TestSource(64, 48)) as sink,
    ):
        sink.write(picture(0), 0)
        raise KeyboardInterrupt
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


def test_closing_and_aborting_again_does_nothing(tmp_path: Path) -> None:
    sink = open_sink(str(tmp_path / "out.mp4"), source=testsrc.TestSource(64, 48))
    sink.write(picture(0), 0)
    sink.close()
    sink.close()
    sink.abort()
    assert len(times(tmp_path / "out.mp4")) == 1
    with pytest.raises(MediaError, match="is closed"):
        sink.write(picture(0), 0)


@pytest.mark.parametrize("room", [0, 3_000, 400_000])
def test_a_full_disk_is_one_error_and_leaves_nothing(room: int, tmp_path: Path) -> None:
    """Wherever it fills: at the header, between the frames, or at the index at the end."""
    rng = np.random.default_rng(1)
    sink = VideoWriter(tmp_path / "out.mp4", testsrc.TestSource(64, 48))
    real, written = sink._file.file, 0

    class FullDisk:
        def write(self, data: bytes) -> int:
            nonlocal written
            written += len(data)
            if written > room:
                raise OSError(errno.ENOSPC, "No space left on device")
            return real.write(data)

        def __getattr__(self, name: str) -> object:
            return getattr(real, name)

    sink._output.close()
    sink._output = av.open(FullDisk(), "w", format="mp4", buffer_size=4096)
    with pytest.raises(MediaError, match=r"out\.mp4: cannot be written: no space left on device"), sink:
        for index in range(12):
            sink.write(rng.integers(0, 256, (240, 320, 3), np.uint8), index * 100_000)
    assert written > room
    assert list(tmp_path.iterdir()) == []
