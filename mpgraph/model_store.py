"""Where model files come from: the manifest, and the places in which a model is looked for.

The places, in order:

1. a folder of the user's: the `folder` argument, else the environment variable ``MPGRAPH_MODELS``;
2. the cache of this user;
3. the files of an installed `mediapipe` package (which is not imported);
4. the URL in the manifest;
5. the released wheel of `mediapipe` that the manifest names, through ``pip download``.

No file is ever handed out whose SHA-256 is not the manifest's. ``MPGRAPH_OFFLINE=1`` leaves out the
last two places, which are in `mpgraph.model_download`, the only module that uses the network.
"""

from __future__ import annotations

import difflib
import functools
import hashlib
import importlib.resources
import importlib.util
import os
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any

from mpgraph.errors import InternalError, ModelError, ModelHashError, ModelUnavailableError

__all__ = [
    "Copy",
    "Model",
    "Progress",
    "Tensor",
    "cache_folder",
    "copies",
    "fetch",
    "find",
    "get",
    "lookup",
    "manifest",
    "offline",
    "wheel",
]

Progress = Callable[[str, int, "int | None"], None]
"""Called while a file is fetched: its name, the bytes that are there, the bytes in all (None: unknown)."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """An input or output of a model. `dtype` is a numpy name."""

    name: str
    shape: tuple[int, ...]
    dtype: str


@dataclass(frozen=True, slots=True)
class Model:
    """An entry of the manifest; `models/manifest.toml` says what each field means."""

    name: str
    path: str
    url: str
    sha256: str
    license: str
    size: int | None = None
    in_wheel: bool = False
    aliases: tuple[str, ...] = ()
    inputs: tuple[Tensor, ...] = ()
    outputs: tuple[Tensor, ...] = ()
    custom_ops: tuple[str, ...] = ()

    @property
    def file_name(self) -> str:
        """The last part of `path`."""
        return PurePosixPath(self.path).name

    @property
    def cached(self) -> Path:
        """Where the cache holds the file, whether or not it is there."""
        return cache_folder() / f"{self.name}{PurePosixPath(self.path).suffix}"


@dataclass(frozen=True, slots=True)
class Copy:
    """A file on this machine that should be `model`. `place` is ``folder``, ``cache`` or ``mediapipe``."""

    model: Model
    place: str
    path: Path

    @property
    def sha256(self) -> str:
        """The file's SHA-256; computed once per process for a file that does not change."""
        status = self.path.stat()
        return _sha256(self.path, status.st_mtime_ns, status.st_size)

    @property
    def intact(self) -> bool:
        """Whether the file is the model."""
        return self.sha256 == self.model.sha256


def manifest() -> Mapping[str, Model]:
    """Every model that mpgraph knows, by name, in the order of the manifest."""
    return _manifest()[0]


def wheel() -> str:
    """The requirement of the wheel that holds the models with `Model.in_wheel`."""
    return _manifest()[1]


def lookup(name: str) -> Model | None:
    """The model of that short name, file name or upstream path (with or without ``mediapipe/``)."""
    wanted = name.replace("\\", "/").removeprefix("./").removeprefix("mediapipe/")
    return manifest().get(wanted) or _by_path().get(wanted)


def get(name: str) -> Model:
    """`lookup`, or an error.

    Raises:
        ModelUnavailableError: The manifest has no such model; says which it has of a similar name.
    """
    if model := lookup(name):
        return model
    close = difflib.get_close_matches(PurePosixPath(name).stem, manifest(), n=3, cutoff=0.7)
    hint = f"; did you mean {' or '.join(close)}?" if close else ""
    message = f'no model is called "{name}"{hint} (`mpgraph models list` shows all)'
    raise ModelUnavailableError(message)


def cache_folder() -> Path:
    """The folder in which fetched models are kept."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("mpgraph", appauthor=False), "models")


def offline() -> bool:
    """Whether the environment variable ``MPGRAPH_OFFLINE`` forbids the network."""
    return os.environ.get("MPGRAPH_OFFLINE", "0") not in ("", "0")


def find(
    name: str | Model, *, folder: Path | None = None, download: bool = True, progress: Progress | None = None
) -> Path:
    """The file of a model, fetched if need be.

    Args:
        name: A short name, file name or upstream path.
        folder: A folder of the user's that is looked into first, instead of ``MPGRAPH_MODELS``.
        download: Whether the network may be used (``MPGRAPH_OFFLINE`` forbids it in any case).
        progress: Called while something is fetched.

    Raises:
        ModelHashError: The user's folder holds another file under the model's name.
        ModelUnavailableError: It is nowhere; the message lists each place that was tried.
    """
    model = name if isinstance(name, Model) else get(name)
    tried: list[str] = []
    for place, candidates in _places(model, folder, tried):
        for copy in candidates:
            problem = _problem(copy)
            if problem is None:
                return copy.path
            if place == "folder":
                raise ModelHashError(_wrong_hash(copy, problem))
            tried.append(f"{place}: {problem}")
    if not download or offline():
        reason = "MPGRAPH_OFFLINE is set" if offline() else "downloading was not asked for"
        tried.append(f"network: not tried, because {reason}")
    else:
        from mpgraph import model_download

        if model_download.download(model, tried, progress):
            return model.cached
    raise ModelUnavailableError(_unavailable(model, tried))


def fetch(
    names: Sequence[str], *, folder: Path | None = None, progress: Progress | None = None
) -> Iterator[tuple[Model, Path | ModelError]]:
    """Finds each of the models; yields its file or the error, one by one.

    Raises:
        ModelUnavailableError: One of the names is unknown; raised before anything is fetched.
    """
    for model in [get(name) for name in names]:
        result: Path | ModelError
        try:
            result = find(model, folder=folder, progress=progress)
        except ModelError as error:
            result = error
        yield model, result


def copies(model: Model, *, folder: Path | None = None) -> list[Copy]:
    """Every file on this machine that should be the model, intact or not, in the order of the places."""
    return [copy for _, candidates in _places(model, folder, []) for copy in candidates]


def _places(model: Model, folder: Path | None, tried: list[str]) -> Iterator[tuple[str, list[Copy]]]:
    """Each local place with the files there; why a place has none is appended to `tried`."""
    user = folder or (Path(value) if (value := os.environ.get("MPGRAPH_MODELS")) else None)
    if user is None:
        tried.append("folder of your own: none given, MPGRAPH_MODELS is not set")
    else:
        named = [model.file_name, *(p for path in (model.path, *model.aliases) for p in _spellings(path))]
        found = [Copy(model, "folder", user / name) for name in named if (user / name).is_file()]
        if not found:
            tried.append(f"{user}: {'not in it' if user.is_dir() else 'there is no such folder'}")
        yield "folder", found

    cached = [Copy(model, "cache", model.cached)] if model.cached.is_file() else []
    if not cached:
        tried.append(f"cache: no {model.cached}")
    yield "cache", cached

    if root := _installed_mediapipe():
        path = root / model.path.removeprefix("mediapipe/")
        found = [Copy(model, "mediapipe", path)] if path.is_file() else []
        if not found:
            tried.append(f"installed mediapipe: no {path}")
        yield "mediapipe", found
    else:
        tried.append("installed mediapipe: there is none in this Python environment")


def _problem(copy: Copy) -> str | None:
    """Why the file cannot be used."""
    try:
        if not copy.intact:
            return f"{copy.path} has another SHA-256 ({copy.sha256[:12]}…, {copy.path.stat().st_size} bytes)"
    except OSError as error:
        return str(error)
    return None


def _wrong_hash(copy: Copy, problem: str) -> str:
    model = copy.model
    return (
        f"{problem}, so it is not {model.name} as published:"
        f"\n  expected SHA-256 {model.sha256}{f' ({model.size} bytes)' if model.size else ''}"
        f"\n  found    SHA-256 {copy.sha256 if os.access(copy.path, os.R_OK) else '(unreadable)'}"
        f"\nReplace or remove the file, or leave MPGRAPH_MODELS unset; `mpgraph models fetch {model.name}` "
        "fetches the right one. To run a model of your own, give its path under a name of its own."
    )


def _unavailable(model: Model, tried: Sequence[str]) -> str:
    lines = "".join(f"\n  - {line}" for line in tried)
    return (
        f'model "{model.name}" ({model.path}) was not found. Tried:{lines}'
        f"\nType `mpgraph models fetch {model.name}` where there is a network, or put the file "
        f"at {model.cached}, or set MPGRAPH_MODELS to a folder that holds {model.file_name}."
    )


def _spellings(path: str) -> tuple[str, str]:
    return path, path.removeprefix("mediapipe/")


def _installed_mediapipe() -> Path | None:
    """The folder of the installed package; finding it does not import it."""
    try:
        spec = importlib.util.find_spec("mediapipe")
    except (ImportError, ValueError):
        return None
    locations = spec.submodule_search_locations if spec else None
    return Path(next(iter(locations))) if locations else None


@functools.lru_cache(maxsize=256)
def _sha256(path: Path, modified: int, size: int) -> str:
    del modified, size  # They are part of the key: another file under this path is hashed anew.
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@functools.cache
def _manifest() -> tuple[Mapping[str, Model], str]:
    text = importlib.resources.files("mpgraph.models").joinpath("manifest.toml").read_text("utf-8")
    data = tomllib.loads(text)
    models = [_model(entry) for entry in data["model"]]
    by_name = {model.name: model for model in models}
    if len(by_name) != len(models):
        message = "models/manifest.toml has two models of one name"
        raise InternalError(message)
    return MappingProxyType(by_name), data["wheel"]


def _model(entry: dict[str, Any]) -> Model:
    for key in ("aliases", "custom_ops"):
        entry[key] = tuple(entry.get(key, ()))
    for key in ("inputs", "outputs"):
        entry[key] = tuple(Tensor(t["name"], tuple(t["shape"]), t["dtype"]) for t in entry.get(key, ()))
    return Model(**entry)


@functools.cache
def _by_path() -> Mapping[str, Model]:
    """By path and alias without ``mediapipe/``, and by file name, where the first one listed wins."""
    paths: dict[str, Model] = {}
    for model in manifest().values():
        paths.update({path.removeprefix("mediapipe/"): model for path in (model.path, *model.aliases)})
    for model in manifest().values():
        paths.setdefault(model.file_name, model)
    return paths
