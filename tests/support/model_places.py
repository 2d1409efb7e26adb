"""A model of a few bytes, and all places in which models are looked for, inside a test's own folder."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from mpgraph import model_store
from mpgraph.model_store import Model


@dataclass(frozen=True)
class Places:
    """`model` and its content; where a file of it would be found, all of them missing at first."""

    model: Model
    content: bytes
    argument_folder: Path
    in_argument: Path
    in_environment: Path
    cached: Path
    installed: Path


def content_model(name: str, content: bytes, *, url: str = "https://example.invalid/") -> Model:
    """A model of that content."""
    return Model(
        name=name,
        path=f"mediapipe/modules/{name}/{name}.bin",
        url=url,
        sha256=hashlib.sha256(content).hexdigest(),
        license="Apache-2.0",
        size=len(content),
        aliases=(f"mediapipe/old/{name}.bin",),
    )


def make_places(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """Leads every place into `folder`; nothing outside it is looked at."""
    content = b"the content of a model"
    site, argument, environment = (folder / name for name in ("site", "argument", "environment"))
    for path in (site / "mediapipe/modules/m", argument, environment):
        path.mkdir(parents=True)
    (site / "mediapipe/__init__.py").write_text("raise AssertionError('mediapipe was imported')")
    monkeypatch.setattr(sys, "path", [str(site)])
    monkeypatch.setattr(model_store, "cache_folder", lambda: folder / "cache")
    monkeypatch.setenv("MPGRAPH_MODELS", str(environment))
    monkeypatch.delenv("MPGRAPH_OFFLINE", raising=False)
    return Places(
        model=content_model("m", content),
        content=content,
        argument_folder=argument,
        in_argument=argument / "m.bin",
        in_environment=environment / "m.bin",
        cached=folder / "cache" / "m.bin",
        installed=site / "mediapipe/modules/m/m.bin",
    )
