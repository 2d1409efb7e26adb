"""Frames as image files."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from media_clips import picture

from mpgraph.errors import MediaError
from mpgraph.media import testsrc
from mpgraph.media.image_file import read_image
from mpgraph.media.image_sink import FolderSink, write_image
from mpgraph.media.sink import open_sink
from mpgraph.media.source import Source, Span, open_source


def _one_frame() -> Source:
    return testsrc.TestSource(64, 48, span=Span(limit=1))


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif", ".PNG", ".ppm"])
def test_an_image_is_written_exactly(suffix: str, tmp_path: Path) -> None:
    target = tmp_path / f"Füße 手{suffix}"
    with open_sink(str(target), source=_one_frame()) as sink:
        sink.write(picture(0), 0)
    np.testing.assert_array_equal(read_image(target), picture(0))
    assert list(tmp_path.iterdir()) == [target]


def test_transparency_is_kept_where_the_format_has_it(tmp_path: Path) -> None:
    rgba = np.dstack([picture(0), picture(1)[..., 0]])
    write_image(tmp_path / "a.png", rgba)
    np.testing.assert_array_equal(read_image(tmp_path / "a.png"), rgba)
    write_image(tmp_path / "a.jpg", rgba)
    assert np.abs(read_image(tmp_path / "a.jpg").astype(int) - picture(0)).mean() < 4


def test_gray_is_kept(tmp_path: Path) -> None:
    write_image(tmp_path / "a.png", np.ascontiguousarray(picture(0)[..., 0]))
    np.testing.assert_array_equal(read_image(tmp_path / "a.png"), picture(0)[..., 0])


def test_an_image_holds_one_frame(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="an image holds one frame, not 150: end the name with /"):
        open_sink(str(tmp_path / "a.png"), source=testsrc.TestSource(64, 48))
    with (
        pytest.raises(MediaError, match="an image holds one frame, not 2"),
        open_sink(str(tmp_path / "a.png"), source=_one_frame()) as sink,
    ):
        sink.write(picture(0), 0)
        sink.write(picture(1), 1)
    assert list(tmp_path.iterdir()) == []


def test_no_frame_is_an_error(tmp_path: Path) -> None:
    with (
        pytest.raises(MediaError, match="not written, as there came no frame"),
        open_sink(str(tmp_path / "a.png"), source=_one_frame()),
    ):
        pass


def test_an_image_that_the_format_cannot_hold_is_one_error(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(MediaError, match="OpenCV cannot write 70000x1 pixels"):
        write_image(tmp_path / "a.webp", np.zeros((1, 70_000, 3), np.uint8))
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr().err == ""


def test_a_folder_gets_a_file_for_each_frame(tmp_path: Path) -> None:
    target = tmp_path / "out"
    source = testsrc.TestSource(64, 48, 10, 1)
    with open_sink(f"{target}/", source=source) as sink:
        for frame in source:
            sink.write(frame.image, frame.timestamp, frame.name)
    assert sorted(path.name for path in target.iterdir()) == [f"{k:06d}.png" for k in range(10)]
    np.testing.assert_array_equal(read_image(target / "000003.png"), source.frame(3))


def test_files_in_a_folder_keep_the_names_of_their_inputs(tmp_path: Path) -> None:
    for name in ("a.png", "b.png", "b.bmp"):
        (tmp_path / name).write_bytes(cv2.imencode(name[1:], picture(0))[1].tobytes())
    target = tmp_path / "out"
    target.mkdir()
    source = open_source(str(tmp_path))
    with open_sink(str(target), source=source) as sink:
        for frame in source:
            sink.write(frame.image, frame.timestamp, frame.name)
    assert sorted(path.name for path in target.iterdir()) == ["a.png", "b-2.png", "b.png"]


def test_an_aborted_folder_keeps_the_files_that_are_whole(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), FolderSink(tmp_path / "out") as sink:
        sink.write(picture(0), 0)
        raise ZeroDivisionError
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["000000.png"]
    assert read_image(tmp_path / "out/000000.png").shape == (48, 64, 3)


def test_a_folder_that_cannot_be_made_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MediaError, match="exists already"):
        open_sink(f"{tmp_path}/file/", source=_one_frame())
    with pytest.raises(MediaError, match="there is no folder"):
        open_sink(f"{tmp_path}/none/out/", source=_one_frame())
