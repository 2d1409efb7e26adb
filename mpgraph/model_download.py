"""Fetches models over the network into the cache: the only module of mpgraph that uses the network.

Every fetch is announced on the logger (as a warning, so that it is seen where logging is not set up).
What arrives is checked against the manifest before it is put into the cache in one step, so that
several processes may fetch the same model at once and none ever sees half of it.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import logging
import secrets
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mpgraph.errors import ModelError
from mpgraph.model_store import Model, Progress, manifest, wheel

__all__ = ["download"]

_log = logging.getLogger(__name__)

_TIMEOUT_S = 10.0  # to connect, and between two pieces
_PIECE = 1 << 16
_LIMIT = 1 << 30  # of a file whose size the manifest does not tell

# The models are the same in every wheel of the release; this one is for Linux on x86-64.
_PIP = [
    *("-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check", "--retries=1"),
    *("--no-deps", "--only-binary=:all:", "--python-version=3.11", "--implementation=cp"),
    "--platform=manylinux_2_28_x86_64",
]


def download(model: Model, tried: list[str], progress: Progress | None = None) -> bool:
    """Fetches the model into the cache, from its URL or else out of the wheel.

    Returns:
        Whether it is there. Why a place failed is appended to `tried`.
    """
    try:
        _from_url(model, progress)
    except (ModelError, OSError, http.client.HTTPException) as error:
        tried.append(f"{model.url}: {_reason(error)}")
        _log.warning("that failed: %s", _reason(error))
    else:
        return True
    if not model.in_wheel:
        tried.append(f"wheel {wheel()}: the model is not in it")
        return False
    try:
        _from_wheel(model)
    except (ModelError, OSError, zipfile.BadZipFile) as error:
        tried.append(f"wheel {wheel()} through pip: {_reason(error)}")
        return False
    return True


def _from_url(model: Model, progress: Progress | None) -> None:
    size = f" ({model.size / 1024:.0f} KiB)" if model.size else ""
    _log.warning("fetching model %s%s from %s", model.name, size, model.url)
    request = urllib.request.Request(model.url, headers={"User-Agent": "mpgraph"})
    opener = urllib.request.build_opener(_Handler)
    with opener.open(request, timeout=_TIMEOUT_S) as response:
        total = model.size or int(response.headers.get("Content-Length") or 0)
        pieces = iter(lambda: response.read(_PIECE), b"")
        _store(model, _counted(model, pieces, total, progress))


class _Connection(http.client.HTTPSConnection):
    """A connection whose timeout holds for all addresses of a host together, not for each of many."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._create_connection = _connect


class _Handler(urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_Connection, req)


def _connect(address: tuple[str, int], timeout: float, source: tuple[str, int] | None) -> socket.socket:
    name, port = address
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)]
    failure = OSError(f"{name} has no address")
    for host in found:
        try:
            connection = socket.create_connection((host, port), timeout / len(found), source)
        except OSError as error:
            failure = error
        else:
            connection.settimeout(timeout)
            return connection
    raise failure


def _counted(model: Model, pieces: Iterator[bytes], total: int, progress: Progress | None) -> Iterator[bytes]:
    """Passes the pieces on; what can only be something else than the model ends in a clear error."""
    done = 0
    for piece in pieces:
        if not done and piece.lstrip()[:1] == b"<":
            message = "an HTML or XML page came instead of the model (a proxy or a login page?)"
            raise ModelError(message)
        done += len(piece)
        if done > (total or _LIMIT):
            message = f"more than the expected {total or _LIMIT} bytes came"
            raise ModelError(message)
        if progress:
            progress(model.file_name, done, total or None)
        yield piece
    if not done:
        message = "an empty file came"
        raise ModelError(message)
    if total and done < total:
        message = f"the transfer broke off after {done} of {total} bytes"
        raise ModelError(message)


def _from_wheel(model: Model) -> None:
    """Has pip download the wheel and caches every model in it, since it is large."""
    _log.warning("fetching the wheel %s (about 36 MB) with pip, for model %s", wheel(), model.name)
    with tempfile.TemporaryDirectory(prefix="mpgraph-") as folder:
        _run_pip(folder)
        (path,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(path) as archive:
            members = frozenset(archive.namelist())
            if model.path not in members:
                message = f"{path.name} has no {model.path}"
                raise ModelError(message)
            _extract(archive, model)
            for other in manifest().values():
                if other.in_wheel and other.path in members and not other.cached.exists():
                    with contextlib.suppress(ModelError, OSError):  # Told when that one is asked for.
                        _extract(archive, other)


def _run_pip(folder: str) -> None:
    command = [sys.executable, *_PIP, "--dest", folder, wheel()]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        lines = [line for line in result.stderr.splitlines() if line.strip()]
        message = lines[-1].removeprefix("ERROR: ") if lines else f"pip ended with {result.returncode}"
        raise ModelError(message)


def _extract(archive: zipfile.ZipFile, model: Model) -> None:
    with archive.open(model.path) as member:
        _store(model, iter(lambda: member.read(_PIECE), b""))


def _store(model: Model, pieces: Iterator[bytes]) -> None:
    """Puts the file into the cache in one step, if it is the model."""
    target = model.cached
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(6)}")
    digest = hashlib.sha256()
    try:
        with temporary.open("xb") as file:
            for piece in pieces:
                digest.update(piece)
                file.write(piece)
        if digest.hexdigest() != model.sha256:
            message = f"what came has the SHA-256 {digest.hexdigest()}, expected {model.sha256}"
            raise ModelError(message)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _reason(error: Exception) -> str:
    """The error in few words."""
    if isinstance(error, urllib.error.HTTPError):
        return f"the server answered {error.code} {error.reason}"
    if isinstance(error, urllib.error.URLError):
        return f"not reachable ({error.reason})"
    return str(error) or type(error).__name__
