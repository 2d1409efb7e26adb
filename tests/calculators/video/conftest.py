"""Of all tests of videos."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def sound_is_saved_in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As nobody removes it."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
