"""The manifest, and the places on this machine in which a model is looked for."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from model_places import Places, content_model, make_places

from mpgraph import model_download, model_store
from mpgraph.errors import ModelError, ModelHashError, ModelUnavailableError

SELFIE = "mediapipe/modules/selfie_segmentation/selfie_segmentation.tflite"


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    return make_places(tmp_path, monkeypatch)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> bool:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(model_download, "download", refuse)


def test_manifest_is_complete() -> None:
    models = model_store.manifest()
    assert len(models) >= 42
    assert model_store.wheel() == "mediapipe==0.10.21"
    paths = [path for model in models.values() for path in (model.path, *model.aliases)]
    assert len(set(paths)) == len(paths)
    assert len({model.sha256 for model in models.values()}) == len(models)
    for name, model in models.items():
        assert model.name == name
        assert re.fullmatch(r"mediapipe/[\w/.-]+", model.path)
        assert re.fullmatch(r"https://[\w./?=+-]+", model.url)
        assert re.fullmatch(r"[0-9a-f]{64}", model.sha256)
        assert model.license == "Apache-2.0"
        if model.in_wheel:
            assert model.size, "what is in the wheel was at hand"
        if model.in_wheel and model.path.endswith(".tflite"):
            assert model.inputs
            assert model.outputs


def test_manifest_of_a_selfie_model() -> None:
    model = model_store.manifest()["selfie_segmentation_landscape"]
    assert model.size == 250145
    assert model.inputs == (model_store.Tensor("input_1", (1, 144, 256, 3), "float32"),)
    assert model.outputs == (model_store.Tensor("segment_back", (1, 144, 256, 1), "float32"),)
    assert model.custom_ops == ("Convolution2DTransposeBias",)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("selfie_segmentation", "selfie_segmentation"),
        ("selfie_segmentation.tflite", "selfie_segmentation"),
        (SELFIE, "selfie_segmentation"),
        (SELFIE.removeprefix("mediapipe/"), "selfie_segmentation"),
        (SELFIE.replace("/", "\\"), "selfie_segmentation"),
        ("mediapipe/models/iris_landmark.tflite", "iris_landmark"),
        ("face_landmark.tflite", "face_landmark"),
        ("mediapipe/models/face_landmark.tflite", "face_landmark_legacy"),
        ("mediapipe/modules/hand_landmark/handedness.txt", "handedness"),
    ],
)
def test_lookup(name: str, found: str) -> None:
    model = model_store.lookup(name)
    assert model is not None
    assert model.name == found


def test_lookup_of_something_unknown() -> None:
    assert model_store.lookup("selfie") is None
    assert model_store.lookup("") is None
    with pytest.raises(ModelUnavailableError, match="did you mean selfie_segmentation"):
        model_store.get("selfie_segmentatoin")


def test_the_user_s_folder_comes_first_then_the_cache_then_an_installed_mediapipe(places: Places) -> None:
    for place in (places.installed, places.cached, places.in_environment, places.in_argument):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(places.content)
        folder = places.argument_folder if place is places.in_argument else None
        assert model_store.find(places.model, folder=folder) == place


@pytest.mark.parametrize("path", ["m.bin", "mediapipe/modules/m/m.bin", "modules/m/m.bin", "old/m.bin"])
def test_a_folder_may_hold_the_file_name_or_the_upstream_path(places: Places, path: str) -> None:
    file = places.argument_folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(places.content)
    assert model_store.find(places.model, folder=places.argument_folder) == file


def test_another_file_in_the_user_s_folder_is_an_error(places: Places) -> None:
    places.in_environment.write_bytes(b"something else")
    places.cached.parent.mkdir(parents=True)
    places.cached.write_bytes(places.content)
    with pytest.raises(ModelHashError) as raised:
        model_store.find(places.model)
    text = str(raised.value)
    assert str(places.in_environment) in text
    assert places.model.sha256 in text
    assert hashlib.sha256(b"something else").hexdigest() in text
    assert "Replace or remove the file" in text
    assert "mpgraph models fetch m" in text


def test_a_broken_file_elsewhere_is_passed_over_and_named(places: Places) -> None:
    for place in (places.cached, places.installed):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"broken")
    with pytest.raises(ModelUnavailableError) as raised:
        model_store.find(places.model, download=False)
    assert f"cache: {places.cached} has another SHA-256" in str(raised.value)
    assert f"mediapipe: {places.installed} has another SHA-256" in str(raised.value)
    places.installed.write_bytes(places.content)
    assert model_store.find(places.model, download=False) == places.installed


def test_not_found_names_every_place_and_what_to_type(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MPGRAPH_OFFLINE", "1")
    with pytest.raises(ModelUnavailableError) as raised:
        model_store.find(places.model)
    text = str(raised.value)
    for part in (
        f"{places.in_environment.parent}: not in it",
        f"cache: no {places.cached}",
        f"installed mediapipe: no {places.installed}",
        "MPGRAPH_OFFLINE is set",
        "`mpgraph models fetch m`",
        f"put the file at {places.cached}",
        "set MPGRAPH_MODELS",
    ):
        assert part in text


def test_a_folder_that_does_not_exist_is_named(places: Places, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="nowhere: there is no such folder"):
        model_store.find(places.model, folder=tmp_path / "nowhere", download=False)


def test_without_mediapipe_or_folder(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MPGRAPH_MODELS")
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(ModelUnavailableError) as raised:
        model_store.find(places.model, download=False)
    assert "there is none in this Python environment" in str(raised.value)
    assert "MPGRAPH_MODELS is not set" in str(raised.value)


def test_mediapipe_is_not_imported(places: Places) -> None:
    """The installed package of `places` raises when it is imported."""
    places.installed.write_bytes(places.content)
    assert model_store.find(places.model) == places.installed
    assert "mediapipe" not in sys.modules


@pytest.mark.parametrize(("value", "expected"), [("1", True), ("yes", True), ("0", False), ("", False)])
def test_offline(monkeypatch: pytest.MonkeyPatch, value: str, expected: bool) -> None:
    monkeypatch.setenv("MPGRAPH_OFFLINE", value)
    assert model_store.offline() is expected


def test_a_file_is_hashed_once_until_it_changes(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    places.in_environment.write_bytes(places.content)
    reads: list[object] = []
    digest = hashlib.file_digest

    def counting(file: Any, name: str) -> object:
        reads.append(file)
        return digest(file, name)

    monkeypatch.setattr(hashlib, "file_digest", counting)
    for _ in range(3):
        model_store.find(places.model)
    assert len(reads) == 1
    places.in_environment.write_bytes(places.content[::-1])
    os.utime(places.in_environment, ns=(1, 1))
    with pytest.raises(ModelHashError):
        model_store.find(places.model)


def test_fetch_yields_files_and_errors_one_by_one(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = content_model("other", b"other")
    known = {model.name: model for model in (places.model, missing)}
    monkeypatch.setattr(model_store, "get", known.__getitem__)
    monkeypatch.setenv("MPGRAPH_OFFLINE", "1")
    places.in_environment.write_bytes(places.content)
    results: Iterator[tuple[model_store.Model, Path | ModelError]] = model_store.fetch(["other", "m"])
    first, second = results
    assert first[0] is missing
    assert isinstance(first[1], ModelUnavailableError)
    assert second == (places.model, places.in_environment)


def test_copies(places: Places) -> None:
    assert model_store.copies(places.model) == []
    places.in_environment.write_bytes(places.content)
    places.installed.write_bytes(b"broken")
    assert [(copy.place, copy.path, copy.intact) for copy in model_store.copies(places.model)] == [
        ("folder", places.in_environment, True),
        ("mediapipe", places.installed, False),
    ]
