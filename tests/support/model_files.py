"""Real models for tests, from this machine only."""

from __future__ import annotations

from pathlib import Path

import pytest

from mpgraph import model_store
from mpgraph.errors import ModelUnavailableError


def model_path(name: str) -> Path:
    """The file of a model of the manifest; skips the test if it is not on this machine."""
    try:
        return model_store.find(name, download=False)
    except ModelUnavailableError:
        pytest.skip(f"needs a model: mpgraph models fetch {name}")


def model_bytes(name: str) -> bytes:
    """The content of a model of the manifest; skips the test if it is not on this machine."""
    return model_path(name).read_bytes()
