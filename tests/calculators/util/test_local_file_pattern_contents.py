"""LocalFilePatternContentsCalculator (spec calculators.md 3)."""

from __future__ import annotations

from pathlib import Path

import pytest
from graph_steps import finish, node

from mpgraph.errors import RunError

TEXT = 'input_side_packet: "d" input_side_packet: "s" ' + node(
    "LocalFilePatternContents", [], ["CONTENTS:o"], side_inputs=["FILE_DIRECTORY:d", "FILE_SUFFIX:s"]
)


def test_the_files_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "ü.txt", "c.png", "B.txt"):
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / "folder.txt").mkdir()
    (tmp_path / "folder.txt" / "d.txt").write_bytes(b"deeper")
    found = finish(TEXT, ["o"], {"d": str(tmp_path), "s": ".txt"})["o"]
    assert found == [(1, b"B.txt"), (2, b"a.txt"), (3, b"b.txt"), (4, "ü.txt".encode())]


def test_no_file_fits(tmp_path: Path) -> None:
    assert finish(TEXT, ["o"], {"d": str(tmp_path), "s": ""})["o"] == []


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="nowhere"):
        finish(TEXT, ["o"], {"d": str(tmp_path / "nowhere"), "s": ""})
