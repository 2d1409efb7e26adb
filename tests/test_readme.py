"""The README's own examples run as they stand."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from model_files import model_path

from mpgraph import Graph, ImageFrame
from mpgraph.cli import main

README = Path(__file__).parents[1] / "README.md"


def blocks(language: str) -> list[str]:
    return re.findall(
        rf"^```{language}\n(.*?)^```", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )


def block(language: str, mark: str) -> str:
    (found,) = [text for text in blocks(language) if mark in text]
    return found


@pytest.fixture
def my_folder(tmp_path: Path) -> Path:
    (tmp_path / "my.py").write_text(block("python", "# my.py"), encoding="utf-8")
    (tmp_path / "tint.pbtxt").write_text(block("pbtxt", "# tint.pbtxt"), encoding="utf-8")
    return tmp_path


def test_every_python_block_is_known_to_these_tests() -> None:
    marks = ["with Graph(GRAPH)", "install_as_mediapipe", "# my.py", "MirrorCalculator", "# test_my.py"]
    assert len(blocks("python")) == len(marks)
    assert all(block("python", mark) for mark in marks)


def test_the_graph_from_python(capsys: pytest.CaptureFixture[str]) -> None:
    exec(block("python", "with Graph(GRAPH)"), {})
    assert capsys.readouterr().out == "0 0\n33333 1\n66666 4\n"


def test_code_written_for_mediapipe(tmp_path: Path) -> None:
    """In a process of its own, as modules stay."""
    model_path("selfie_segmentation_landscape")  # else skips
    done = subprocess.run(
        [sys.executable, "-c", block("python", "install_as_mediapipe")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "(120, 160) float32\n"


def test_the_calculator_on_the_command_line(my_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(my_folder)
    command = block("bash", "tint.pbtxt").split()
    assert command[0] == "mpgraph"
    command[command.index("holiday.mp4")] = "testsrc:64x48@10x0.5"
    assert main(command[1:]) == 0
    assert (my_folder / "tinted.mp4").stat().st_size


def test_the_test_of_the_calculator(my_folder: Path) -> None:
    (my_folder / "test_my.py").write_text(block("python", "# test_my.py"), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_my.py"]
    done = subprocess.run(command, cwd=my_folder, capture_output=True, text=True)
    assert "1 passed" in done.stdout, done.stdout


def test_the_calculator_from_python(my_folder: Path) -> None:
    script = """
import numpy as np, my
from mpgraph import Graph, ImageFrame
with Graph("tint.pbtxt") as graph:
    graph.observe("output_video", lambda packet: print(packet.value.numpy_view()[0, 0].tolist()))
    graph.start()
    graph.add_packet("input_video", ImageFrame.adopt(np.full((2, 2, 3), 100, np.uint8)), 0)
"""
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=my_folder, capture_output=True, text=True, check=True
    )
    assert result.stdout == "[20, 100, 100]\n"


def test_the_function() -> None:
    exec(block("python", "MirrorCalculator"), {"__name__": "readme_mirror"})
    found = []
    graph = Graph(
        'input_stream: "i" node { calculator: "MirrorCalculator" input_stream: "IMAGE:i" output_stream: "IMAGE:o" }'
    )
    graph.observe("o", lambda packet: found.append(packet.value.numpy_view()))
    with graph:
        graph.start()
        graph.add_packet("i", ImageFrame.adopt(np.arange(12, dtype=np.uint8).reshape(1, 4, 3)), 0)
    assert found[0][0, :, 0].tolist() == [9, 6, 3, 0]
