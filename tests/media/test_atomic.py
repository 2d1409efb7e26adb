"""Files that are whole or not there."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from mpgraph.errors import MediaError
from mpgraph.media.atomic import AtomicFile, check_target


def test_a_file_has_its_name_only_once_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    with AtomicFile(target) as output:
        output.file.write(b"new")
        assert not target.exists()
        (hidden,) = tmp_path.iterdir()
        assert (hidden.name[0], hidden.suffix) == (".", ".txt")
    assert target.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [target]


def test_an_exception_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError), AtomicFile(target) as output:
        output.file.write(b"new")
        raise ZeroDivisionError
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_failure_to_write_is_a_media_error(tmp_path: Path) -> None:
    with (
        pytest.raises(MediaError, match=r"a\.txt: cannot be written: no space left on device"),
        AtomicFile(tmp_path / "a.txt"),
    ):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_a_failure_at_the_last_step_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "replace", refused)
    with pytest.raises(MediaError, match="permission denied"), AtomicFile(tmp_path / "a.txt"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_link_stays_a_link_and_its_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/real.txt").write_bytes(b"old")
    (tmp_path / "link.txt").symlink_to(tmp_path / "deep/real.txt")
    with AtomicFile(tmp_path / "link.txt") as output:
        output.file.write(b"new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "deep/real.txt").read_bytes() == b"new"
    assert len(list((tmp_path / "deep").iterdir())) == 1


def test_targets_that_cannot_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "there.txt").write_bytes(b"old")
    with pytest.raises(MediaError, match="is a folder"):
        check_target(tmp_path)
    with pytest.raises(MediaError, match="there is no folder"):
        check_target(tmp_path / "none/a.txt")
    with pytest.raises(MediaError, match="exists already"):
        check_target(tmp_path / "there.txt", overwrite=False)
    with pytest.raises(MediaError, match="is not a regular file"):
        check_target(Path(os.devnull))
    with pytest.raises(MediaError, match="cannot be written: file name too long"):
        AtomicFile(tmp_path / ("x" * 300))
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(MediaError, match="permission denied"):
        check_target(tmp_path / "there.txt")
