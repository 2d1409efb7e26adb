"""The real MediaPipe, where it is set up beside the repository."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

__all__ = ["SHARED", "needs_oracle", "needs_shared", "oracle"]

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared"

oracle: Any = None
if (SHARED / "oracle" / "client.py").is_file():
    sys.path.insert(0, str(SHARED / "oracle"))
    import client

    oracle = client

needs_shared = pytest.mark.skipif(not (SHARED / "data").is_dir(), reason="../shared/data is not there")


def needs_oracle(test: Any) -> Any:
    """Marks a test that compares with the real MediaPipe."""
    missing = oracle is None or not oracle.available()
    return pytest.mark.oracle(pytest.mark.skipif(missing, reason="../shared/oracle is not set up")(test))
