"""Resources: ids to files (spec rule SV-5)."""

from __future__ import annotations

from pathlib import Path

import pytest
from model_places import Places, make_places

from mpgraph import model_store
from mpgraph.errors import ModelHashError, ModelUnavailableError
from mpgraph.resources import Resources


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    made = make_places(tmp_path, monkeypatch)
    known = {made.model.path: made.model}
    monkeypatch.setattr(model_store, "lookup", known.get)
    monkeypatch.setenv("MPGRAPH_OFFLINE", "1")
    monkeypatch.chdir(tmp_path)
    return made


def write(path: Path, content: bytes = b"content") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_an_existing_path_is_used_as_it_is(tmp_path: Path) -> None:
    file = write(tmp_path / "labels.txt")
    assert Resources().path(str(file)) == file
    assert Resources().read(str(file)) == b"content"


def test_order_current_folder_graph_folders_root_models(places: Places, tmp_path: Path) -> None:
    """Each place added wins over all that were there before."""
    name = places.model.path
    resources = Resources([tmp_path / "graph", tmp_path / "second"], root=tmp_path / "root")
    with pytest.raises(ModelUnavailableError, match='model "m"'):
        resources.path(name)
    write(places.cached, places.content)
    assert resources.path(name) == places.cached
    for folder in ("root", "second", "graph"):
        file = write(tmp_path / folder / name)
        assert resources.path(name) == file
    write(tmp_path / name)
    assert resources.path(name) == Path(name)


def test_a_folder_of_models(places: Places) -> None:
    file = write(places.in_argument, places.content)
    assert Resources(models=places.argument_folder).path(places.model.path) == file
    file.write_bytes(b"another")
    with pytest.raises(ModelHashError):
        Resources(models=places.argument_folder).read(places.model.path)


def test_mapping_replaces_an_id(places: Places, tmp_path: Path) -> None:
    file = write(tmp_path / "mine.bin")
    resources = Resources([tmp_path], mapping={places.model.path: "mine.bin", "gone": "nowhere.bin"})
    assert resources.read(places.model.path) == file.read_bytes()
    with pytest.raises(ModelUnavailableError, match=r'"nowhere.bin" \(given for "gone"\) was not found'):
        resources.path("gone")


def test_not_found_lists_each_attempt(places: Places, tmp_path: Path) -> None:
    (tmp_path / "graph" / "some" / "thing").mkdir(parents=True)
    with pytest.raises(ModelUnavailableError) as raised:
        Resources([tmp_path / "graph"], root=tmp_path / "root").path("some/thing")
    text = str(raised.value)
    assert 'resource "some/thing" was not found' in text
    assert "\n  - some/thing\n" in text
    assert f"\n  - {tmp_path}/graph/some/thing: it is a folder\n" in text
    assert f"\n  - {tmp_path}/root/some/thing\n" in text
    assert "list of known models" in text


def test_an_empty_id(places: Places) -> None:
    with pytest.raises(ModelUnavailableError, match="empty id"):
        Resources([places.argument_folder]).path("")


def test_downloading_can_be_forbidden(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MPGRAPH_OFFLINE")
    with pytest.raises(ModelUnavailableError, match="downloading was not asked for"):
        Resources(download=False).path(places.model.path)


def test_text(tmp_path: Path) -> None:
    file = write(tmp_path / "labels.txt", b"\xef\xbb\xbfcat\r\nd\xc3\xb6g\n")
    assert Resources().read(str(file)) == b"\xef\xbb\xbfcat\r\nd\xc3\xb6g\n"
    assert Resources().read_text(str(file)) == "cat\ndög\n"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(ModelUnavailableError, match="not UTF-8 text"):
        Resources().read_text(str(file))


def test_a_file_that_goes_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    resources = Resources()
    monkeypatch.setattr(resources, "path", lambda _: tmp_path / "gone")
    with pytest.raises(ModelUnavailableError, match='resource "x" cannot be read'):
        resources.read("x")
