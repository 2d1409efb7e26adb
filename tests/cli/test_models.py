"""``mpgraph models list|fetch|verify|path``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest
from model_places import Places, make_places

from mpgraph import model_store
from mpgraph.cli import models


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    made = make_places(tmp_path, monkeypatch)
    monkeypatch.setattr(model_store, "manifest", lambda: {"m": made.model})
    monkeypatch.setattr(model_store, "lookup", {"m": made.model, "m.bin": made.model}.get)
    monkeypatch.setenv("MPGRAPH_OFFLINE", "1")
    return made


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser(prog="mpgraph")
    models.add_parser(parser.add_subparsers(dest="command", required=True))
    args = parser.parse_args(["models", *arguments])
    result: int = args.run(args)
    return result


def test_list(places: Places, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list") == 0
    assert capsys.readouterr().out == f"m         0 KiB  -          {places.model.path}\n"
    places.in_environment.write_bytes(places.content)
    assert run("list") == 0
    assert capsys.readouterr().out == f"m         0 KiB  folder     {places.model.path}\n"


def test_list_as_json(places: Places, capsys: pytest.CaptureFixture[str]) -> None:
    places.in_argument.write_bytes(places.content)
    places.in_environment.write_bytes(b"broken, so it does not count")
    assert run("list", "--json", "--folder", str(places.argument_folder)) == 0
    (entry,) = json.loads(capsys.readouterr().out)
    assert entry["name"] == "m"
    assert entry["sha256"] == places.model.sha256
    assert (entry["place"], entry["file"]) == ("folder", str(places.in_argument))


def test_path(places: Places, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("path", "m") == 3
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith('error: model "m" (mediapipe/modules/m/m.bin) was not found. Tried:')
    places.in_environment.write_bytes(places.content)
    assert run("path", "m.bin") == 0
    assert capsys.readouterr().out == f"{places.in_environment}\n"


def test_fetch(places: Places, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("fetch", "m") == 3
    assert "MPGRAPH_OFFLINE is set" in capsys.readouterr().err
    places.in_environment.write_bytes(places.content)
    for wanted in ("m", "--all"):
        assert run("fetch", wanted) == 0
        assert capsys.readouterr().out == f"m  {places.in_environment}\n"


def test_fetch_of_something_unknown(places: Places, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("fetch", "unknown") == 3
    assert 'error: no model is called "unknown"' in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["fetch"], ["fetch", "--all", "m"], ["path"], ["nothing"]])
def test_usage(places: Places, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        run(*arguments)
    assert raised.value.code == 2


def test_verify(places: Places, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("verify") == 0
    assert run("verify", "m") == 3
    assert capsys.readouterr().out == "missing  m\n"
    places.in_environment.write_bytes(places.content)
    assert run("verify") == 0
    assert capsys.readouterr().out == f"ok       m  {places.in_environment}\n"
    places.installed.write_bytes(b"broken")
    assert run("verify") == 3
    assert f"BROKEN   m  {places.installed}\n" in capsys.readouterr().out


def test_progress_is_shown_on_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert models._progress() is None
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    show = models._progress()
    assert show is not None
    show("m.bin", 50, 100)
    show("m.bin", 100, 100)
    show("m.bin", 2048, None)
    assert capsys.readouterr().err == "\rm.bin   50 %\rm.bin  100 %\n\rm.bin  2 KiB"
