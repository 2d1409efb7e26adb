"""`resource_util.set_resource_dir` (PY-R1)."""

from __future__ import annotations

from pathlib import Path

import pytest

from mpgraph.compat import resource_util


def test_the_folder_is_that_of_new_graphs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource_util, "_root", None)
    (tmp_path / "labels.txt").write_text("one", encoding="utf-8")
    resource_util.set_resource_dir(str(tmp_path))
    assert resource_util.resources().read_text("labels.txt") == "one"
    with pytest.raises(TypeError, match=r"set_resource_dir\(\): incompatible function arguments"):
        resource_util.set_resource_dir(3)  # type: ignore[arg-type]
