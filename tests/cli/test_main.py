"""The command line as a whole: `mpgraph.cli` and `mpgraph.__main__`."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli_graphs import PASS, TINY, write

import mpgraph
from mpgraph.cli import main

HEAVY = ("ai_edge_litert", "av", "cv2", "rich", "tflite_runtime", "tensorflow", "google.protobuf")


def loaded_by(*arguments: str) -> set[str]:
    script = (
        "import sys; from mpgraph.cli import main; code = main(sys.argv[1:])\n"
        "print('LOADED', *sys.modules); sys.exit(code)"
    )
    result = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True
    )
    return set(result.stdout.split("LOADED")[1].split())


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"mpgraph {mpgraph.__version__}\n"


def test_version_loads_nothing_heavy() -> None:
    loaded = loaded_by("--version")
    assert "mpgraph.cli" in loaded
    assert not loaded & {*HEAVY, "numpy"}


def test_check_loads_neither_cv2_nor_a_runtime() -> None:
    """Section 9; of the selfie graph it loads every calculator. Regions are messages, so it takes protobuf."""
    loaded = loaded_by("check", "selfie_segmentation_cpu")
    assert "mpgraph.calculators.tensor.image_to_tensor" in loaded
    assert loaded & set(HEAVY) == {"google.protobuf"}


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["unknown"],
        ["run"],
        ["run", "a.pbtxt", "--limit", "0"],
        ["run", "a.pbtxt", "--limit", "many"],
        ["run", "a.pbtxt", "--start", "-1"],
        ["run", "a.pbtxt", "--start", "nan"],
        ["run", "a.pbtxt", "--duration", "0"],
        ["run", "a.pbtxt", "--duration", "inf"],
        ["run", "a.pbtxt", "--threads", "0"],
        ["run", "a.pbtxt", "--unknown"],
        ["run", "a.pbtxt", "--calculator_graph_config_file", "b.pbtxt"],
        ["check"],
        ["check", "a.pbtxt", "--json", "--expand"],
    ],
)
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "error: " in captured.err
    assert "Traceback" not in captured.err


@pytest.mark.parametrize(
    "arguments", [["--help"], ["run", "--help"], ["check", "--help"], ["models", "--help"]]
)
def test_help(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 0
    assert "usage: mpgraph" in capsys.readouterr().out


def test_the_process_is_left_as_it_was(tmp_path: Path) -> None:
    interval, handlers = sys.getswitchinterval(), list(logging.getLogger("mpgraph").handlers)
    assert main(["check", write(tmp_path, PASS)]) == 0
    assert sys.getswitchinterval() == interval
    assert logging.getLogger("mpgraph").handlers == handlers


def test_the_switch_interval_is_short_while_a_command_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Section 9: the command line may set it, the library must not."""
    module = write(tmp_path, "import sys; seen = sys.getswitchinterval()", "look_at_interval.py")
    assert main(["check", write(tmp_path, PASS), "--calculators", module]) == 0
    assert sys.modules["look_at_interval"].seen == pytest.approx(0.001)


def test_a_bug_of_ours_is_told_without_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        msg = "impossible"
        raise AssertionError(msg)

    monkeypatch.setattr("mpgraph.cli.check._check", broken)
    assert main(["check", "x"]) == 1
    assert capsys.readouterr().err == (
        "error: AssertionError: impossible (a bug in mpgraph; -v shows the traceback)\n"
    )
    assert main(["check", "x", "-v"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_whoever_reads_stdout_may_leave(tmp_path: Path) -> None:
    """As in ``mpgraph run … | head -1``."""
    graph = write(tmp_path, PASS)
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as stdout:
        result = subprocess.run(
            [sys.executable, "-m", "mpgraph", "run", graph, "-i", TINY, "-o", "null:"],
            stdout=stdout,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert result.returncode == 1
    assert result.stderr == b""


def test_python_m_mpgraph(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "mpgraph", "check", str(tmp_path / "none.pbtxt")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 2
    assert result.stderr.startswith("error: ")
