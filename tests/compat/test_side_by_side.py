"""The same calls to the real MediaPipe and, by `install_as_mediapipe`, to mpgraph: results, exceptions, texts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
from oracle_client import needs_oracle, oracle

SCRIPT: Final = Path(__file__).parents[1] / "support" / "mediapipe_calls.py"

DIFFERENT: Final = {
    # upstream prints the node as text, a pattern, or its own file and line
    "broken: tags": "Unable to initialize TagMaps for node.",
    "broken: types": 'Input stream "s" of calculator "ImagePropertiesCalculator_2" expects packets of type',
    "broken: unexpected port": "GateCalculator::GetContract failed to validate:",
    "broken: negative threads": "; The num_threads field in ThreadPoolExecutorOptions should be positive",
    "twice": "ValidatedGraphConfig can be initialized only once.",
    # upstream tells nothing of use
    "wait before start": "start",
    "done before start": "start",
    "close before start": "start",
    "start with no packet": 'the side packet "a" is no Packet but int',
    # the advice after the fact is worded otherwise
    **dict.fromkeys(
        ("idle fails", "add after error", "close fails"),
        'Packet timestamp mismatch on a calculator receiving from stream "in". '
        "Current minimum expected timestamp is 8 but received 2.",
    ),
}
"""Calls whose texts differ, and what mpgraph's has; the class is upstream's there too."""


def calls(python: str, *arguments: str, at: Path) -> list[list[Any]]:
    done = subprocess.run(
        [python, str(SCRIPT), *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
        cwd=at,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> list[list[Any]]:
    return calls(sys.executable, "mpgraph", at=tmp_path_factory.mktemp("ours"))


@needs_oracle
def test_the_same_comes_of_each_call(ours: list[list[Any]], tmp_path: Path) -> None:
    theirs = calls(oracle.default_python(), at=tmp_path)
    assert [call[0] for call in ours] == [call[0] for call in theirs]
    assert len(ours) > 100
    wrong = [(mine, real) for mine, real in zip(ours, theirs, strict=True) if not agree(mine, real)]
    assert wrong == []


def agree(mine: list[Any], real: list[Any]) -> bool:
    name, outcome, *rest = real
    if outcome != "error":
        return mine == real
    if mine[1] != "error":
        return False
    (classes, text), (my_classes, my_text) = rest, mine[2:]
    if classes[0] not in my_classes:
        return False
    if name in DIFFERENT:
        return DIFFERENT[name] in my_text
    said = (
        text.partition(" arguments. ")[0] if "incompatible" in text else text
    )  # a list of signatures follows
    return all(line.removeprefix("; ").removesuffix(".") in my_text for line in said.splitlines())


def test_the_comparison_can_fail() -> None:
    error = ["x", "error", ["ValueError", "Exception"], "a\n; b"]
    assert agree(["x", "error", ["ValueError"], "a\n; b (mpgraph: more)"], error)
    assert not agree(["x", "error", ["RuntimeError"], "a\n; b"], error)
    assert not agree(["x", "error", ["ValueError"], "a"], error)
    assert not agree(["x", "ok", "3"], error)
    assert not agree(["x", "ok", "3"], ["x", "ok", "4"])


def test_the_calls_run_without_the_real_one(ours: list[list[Any]]) -> None:
    outcomes = {call[0]: call[1:] for call in ours}
    assert outcomes["received in all"] == [
        "ok",
        "[('out', 1, 0), ('out', 1, 5), ('out', 1, 7), ('out', 1, 0)]",
    ]
    assert outcomes["missing file"][0] == "error"
    assert outcomes["missing file"][1][0] == "FileNotFoundError"
