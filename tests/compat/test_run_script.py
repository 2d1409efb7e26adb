"""``python -m mpgraph.compat script.py``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = """
import sys
import mediapipe as mp
import beside
print(mp.__version__, sys.argv[1:], __name__, beside.HERE, mp.CalculatorGraph(graph_config="").max_queue_size)
"""


def run(*arguments: str, at: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mpgraph.compat", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=at,
        timeout=60,
    )


def test_a_script_runs_unchanged(tmp_path: Path) -> None:
    folder = tmp_path / "ünïcode"
    folder.mkdir()
    (folder / "script.py").write_text(SCRIPT, encoding="utf-8")
    (folder / "beside.py").write_text("HERE = 1\n", encoding="utf-8")
    done = run(str(folder / "script.py"), "a", "-b", at=tmp_path)
    assert done.stderr == ""
    assert done.stdout == "0.10.21 ['a', '-b'] __main__ 1 100\n"


def test_without_a_script_it_tells_how(tmp_path: Path) -> None:
    done = run(at=tmp_path)
    assert done.returncode == 1
    assert done.stderr == "usage: python -m mpgraph.compat SCRIPT [ARGUMENT ...]\n"
