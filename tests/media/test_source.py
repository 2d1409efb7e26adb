"""`open_source`: what each name opens, and what it says of the names that it cannot open."""

from __future__ import annotations

from pathlib import Path

import pytest
from media_clips import SHARED, write_clip

from mpgraph.errors import MediaError
from mpgraph.media.source import Frame, open_source

shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data is not there")
HOSTILE = SHARED / "hostile"

SOUND = {
    "cmyk.jpg": (240, 320, 3),
    "exif_rotated.jpg": (240, 320, 3),
    "grey16.png": (320, 320),
    "grey8.png": (320, 320),
    "odd_641x479.png": (479, 641, 3),
    "one_frame.mp4": (240, 320, 3),
    "one_pixel.png": (1, 1, 3),
    "one_row_2000x1.png": (1, 2000, 3),
    "palette.png": (240, 320, 3),
    "rgb16.png": (320, 320, 3),
    "rgba.png": (320, 320, 4),
    "truncated_faststart.mp4": (480, 640, 3),
}
BROKEN = {
    "audio_only.mp4": "there is no video in it, only sound",
    "empty.mp4": "the file is empty",
    "empty.png": "the file is empty",
    "huge_header.png": "its header says 100000x100000 pixels",
    "text.jpg": "broken, or of a kind that OpenCV does not read",
    "text.mp4": "broken, or not a video at all",
    "truncated.jpg": "it is cut short",
    "truncated.mp4": "broken, or not a video at all",
    "zero_width.png": "its header says 0x10 pixels",
}


@shared
@pytest.mark.parametrize(("name", "shape"), SOUND.items())
def test_unusual_files_give_frames(
    name: str, shape: tuple[int, ...], capfd: pytest.CaptureFixture[str]
) -> None:
    with open_source(str(HOSTILE / name)) as source:
        frames = list(source)
        assert (source.height, source.width) == shape[:2]
    assert frames[0].image.shape == shape
    assert frames[0].image.flags.c_contiguous
    assert not frames[0].image.flags.writeable
    assert capfd.readouterr().err == ""


@shared
@pytest.mark.parametrize(("name", "what"), BROKEN.items())
def test_broken_files_give_one_error_and_no_other_noise(
    name: str, what: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(MediaError, match=what) as raised:
        open_source(str(HOSTILE / name))
    assert name in str(raised.value)
    assert "\n" not in str(raised.value)
    assert capfd.readouterr() == ("", "")


@shared
def test_every_hostile_file_is_in_this_test() -> None:
    assert {path.name for path in HOSTILE.iterdir()} == {*SOUND, *BROKEN}


@pytest.mark.parametrize(
    ("spec", "what"),
    [
        ("", "an input needs a name"),
        ("a\0b", "an input needs a name"),
        ("missing.mp4", r"missing\.mp4: no such file or folder"),
        ("missing/", "missing/: no such file or folder"),
        ("*.png", r"\*\.png: no image fits this pattern"),
        (".", r"\.: no image in this folder"),
        ("/dev/null", "/dev/null: neither a regular file nor a folder"),
        ("http://example.invalid/a.mp4", "only files are read"),
        ("x" * 5000, "file name too long"),
        ("camera:one", "a camera is given by its number"),
    ],
)
def test_names_that_open_nothing(
    spec: str, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MediaError, match=what):
        open_source(spec)


def test_a_video_is_known_by_its_content_not_by_its_name(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", range(3)).rename(tmp_path / "clip")
    with open_source(str(clip)) as source:
        assert source.files() == (clip,)
        assert len(list(source)) == 3


def test_a_file_called_like_the_test_source_needs_a_path(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", range(3)).rename(tmp_path / "testsrc")
    with open_source(str(clip)) as source:
        assert (source.width, source.height) == (64, 48)


def test_a_frame_is_read_only() -> None:
    (frame,) = open_source("testsrc:16x16", limit=1)
    assert isinstance(frame, Frame)
    with pytest.raises(ValueError, match="read-only"):
        frame.image[0, 0] = 0
