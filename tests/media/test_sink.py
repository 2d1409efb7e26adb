"""`open_sink`: what each name opens, and that no input is ever overwritten."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from media_clips import picture, write_clip

from mpgraph.errors import MediaError
from mpgraph.media import testsrc
from mpgraph.media.image_sink import write_image
from mpgraph.media.sink import open_sink
from mpgraph.media.source import open_source


@pytest.mark.parametrize("way", ["same", "relative", "symlink", "hard link"])
def test_the_input_is_not_overwritten(way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clip = write_clip(tmp_path / "clip.mp4", range(3))
    before = clip.read_bytes()
    monkeypatch.chdir(tmp_path)
    other = tmp_path / "other.mp4"
    if way == "symlink":
        other.symlink_to(clip)
    elif way == "hard link":
        other.hardlink_to(clip)
    spec = {"same": str(clip), "relative": "../" + tmp_path.name + "/clip.mp4"}.get(way, str(other))
    with open_source(str(clip)) as source, pytest.raises(MediaError, match="this is the input itself"):
        open_sink(spec, source=source)
    assert clip.read_bytes() == before
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_the_folder_of_input_images_is_not_written_to(tmp_path: Path) -> None:
    write_image(tmp_path / "a.png", picture(0))
    with open_source(str(tmp_path)) as source:
        with pytest.raises(MediaError, match="the input's images lie in this folder"):
            open_sink(str(tmp_path), source=source)
        with pytest.raises(MediaError, match="this is the input itself"):
            open_sink(str(tmp_path / "a.png"), source=source)


def test_a_folder_beside_an_input_video_is_fine(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", range(2))
    with open_source(str(clip)) as source, open_sink(str(tmp_path), source=source) as sink:
        for frame in source:
            sink.write(frame.image, frame.timestamp, frame.name)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["000000.png", "000001.png", "clip.mp4"]


@pytest.mark.parametrize(
    ("spec", "what"),
    [
        ("", "an output needs a name"),
        ("a\0b.mp4", "an output needs a name"),
        ("out", "cannot tell what to write"),
        ("out.xyz", r"cannot tell what to write.* \.mp4 .* \.png"),
        ("none/out.mp4", "there is no folder none"),
        (os.devnull, "to write nothing, give null:"),
        ("x" * 300 + ".mp4", "file name too long"),
        ("x" * 300 + "/", "file name too long"),
    ],
)
def test_names_that_cannot_be_written(
    spec: str, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MediaError, match=what):
        open_sink(spec, source=testsrc.TestSource(64, 48))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["out.mp4", "out.png"])
def test_an_existing_file_is_kept_when_asked_for(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"old")
    source = open_source("testsrc:64x48", limit=1)
    with pytest.raises(MediaError, match="exists already"):
        open_sink(str(tmp_path / name), source=source, overwrite=False)
    with open_sink(str(tmp_path / name), source=source) as sink:
        sink.write(picture(0), 0)
    assert (tmp_path / name).read_bytes() != b"old"


def test_null_takes_frames_and_keeps_nothing() -> None:
    with open_sink("null:", source=testsrc.TestSource(64, 48)) as sink:
        sink.write(picture(0), 0)
        with pytest.raises(MediaError, match="null:: a frame must be"):
            sink.write(np.zeros((3, 3, 9), np.uint8), 1)
