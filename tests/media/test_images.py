"""Folders and patterns of images as frames."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from media_clips import picture

from mpgraph.errors import MediaError
from mpgraph.media.images import ImageSource
from mpgraph.media.source import open_source


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Ten images whose order by number is not that by letter, of two sizes, and things that are no images."""
    for number in range(1, 11):
        size = (32, 24) if number % 2 else (48, 32)
        bgr = np.ascontiguousarray(picture(number, *size)[..., ::-1])
        (tmp_path / f"shot {number}.png").write_bytes(cv2.imencode(".png", bgr)[1].tobytes())
    (tmp_path / "notes.txt").write_text("no image")
    (tmp_path / ".hidden.png").write_bytes(b"no image")
    (tmp_path / "folder.png").mkdir()
    return tmp_path


def test_a_folder_gives_its_images_in_natural_order(folder: Path) -> None:
    with open_source(str(folder)) as source:
        assert (source.width, source.height, source.frame_count) == (32, 24, 10)
        frames = list(source)
    assert [frame.name for frame in frames] == [f"shot {k}" for k in range(1, 11)]
    for number, frame in enumerate(frames, start=1):
        np.testing.assert_array_equal(frame.image, picture(number, *((32, 24) if number % 2 else (48, 32))))


def test_images_are_30_to_a_second(folder: Path) -> None:
    frames = list(open_source(str(folder), limit=4))
    assert [frame.timestamp for frame in frames] == [0, 33_333, 66_667, 100_000]
    assert frames[0].duration == 33_333


def test_start_and_duration_go_by_that_time(folder: Path) -> None:
    frames = list(open_source(str(folder), start=0.1, duration=0.1))
    assert [frame.name for frame in frames] == ["shot 4", "shot 5", "shot 6"]


def test_a_pattern_gives_the_images_that_fit(folder: Path) -> None:
    frames = list(open_source(str(folder / "shot [1-3].png")))
    assert [frame.name for frame in frames] == ["shot 1", "shot 2", "shot 3"]
    (folder / "deep").mkdir()
    (folder / "shot 7.png").rename(folder / "deep" / "shot 7.png")
    assert len(list(open_source(str(folder / "**" / "shot 7.*")))) == 1


def test_a_name_that_looks_like_a_pattern_but_exists_is_a_name(folder: Path) -> None:
    (folder / "shot 1.png").rename(folder / "shot [2].png")
    (frame,) = open_source(str(folder / "shot [2].png"))
    assert frame.name == "shot [2]"


def test_files_are_those_that_are_read(folder: Path) -> None:
    source = ImageSource.of_folder(folder)
    assert len(source.files()) == 10
    assert all(path.parent == folder for path in source.files())


def test_a_broken_image_among_others_is_named_when_it_is_its_turn(folder: Path) -> None:
    (folder / "shot 3.png").write_bytes(b"no image")
    frames = iter(open_source(str(folder)))
    assert [next(frames).name, next(frames).name] == ["shot 1", "shot 2"]
    with pytest.raises(MediaError, match=r"shot 3\.png: cannot be read as an image"):
        next(frames)
