"""Graphs and calculators given on the command line."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from cli_graphs import PASS, TINY, one_node, write

from mpgraph.cli import main
from mpgraph.cli.exits import UsageError
from mpgraph.cli.graph_file import find_graph, load_calculators

SELFIE = "selfie_segmentation/selfie_segmentation_cpu.pbtxt"
CALCULATOR = """
from mpgraph import ImageFrame, calculator

@calculator("{name}", output="")
def darker(frame: ImageFrame) -> ImageFrame:
    return ImageFrame.adopt(frame.numpy_view() // 2)
"""


@pytest.mark.parametrize(
    "name",
    [
        f"graphs/{SELFIE}",
        f"./graphs/{SELFIE}",
        SELFIE,
        "selfie_segmentation_cpu.pbtxt",
        "selfie_segmentation_cpu",
        "selfie_segmentation/selfie_segmentation_cpu",
    ],
)
def test_a_packaged_graph_is_found_from_anywhere(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the README's command works with the wheel too; the module of the same name is another graph."""
    monkeypatch.chdir(tmp_path)
    found = find_graph(name)
    assert found.as_posix().endswith(f"graphs/{SELFIE}")
    assert "modules" not in found.parts


def test_a_packaged_module_by_its_own_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = find_graph("modules/selfie_segmentation/selfie_segmentation_cpu.pbtxt")
    assert found.parts[-3:-1] == ("modules", "selfie_segmentation")
    assert find_graph("selfie_segmentation_cpu_image").stem == "selfie_segmentation_cpu_image"


def test_a_file_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "selfie_segmentation_cpu").write_text(PASS)
    assert find_graph("selfie_segmentation_cpu") == Path("selfie_segmentation_cpu")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("selfie_segmentation_cp", "did you mean selfie_segmentation/selfie_segmentation_cpu.pbtxt"),
        ("none.pbtxt", "none.pbtxt: no such file or packaged graph"),
        ("selfie_segmentation_cpu.mp4", "no such file or packaged graph"),
        ("", "a graph needs a name"),
        (" ", "a graph needs a name"),
        ("a\0b", "a graph needs a name"),
        ("x" * 5000, "no such file or packaged graph"),
        (".", "a folder, not a graph"),
        ("/", "a folder, not a graph"),
        ("graphs", "no such file"),
    ],
)
def test_no_graph(name: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as raised:
        find_graph(name)
    assert message in str(raised.value)


def test_calculators_of_a_file(tmp_path: Path) -> None:
    """Also from a path that is not ASCII and no Python name."""
    folder = tmp_path / "Ünïcode 文"
    folder.mkdir()
    path = write(folder, CALCULATOR.format(name="CliFileDarker"), "my-calculators.é.py")
    graph = write(tmp_path, one_node("CliFileDarker", tag="FRAME:"))
    assert main(["run", graph, "-i", TINY, "-o", "null:"]) == 3
    for _ in range(2):  # the same file again is no error
        assert main(["run", graph, "-i", TINY, "-o", "null:", "--calculators", path]) == 0


def test_calculators_of_a_module_in_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    write(
        tmp_path,
        "from cli_test_helper import NAME\n" + CALCULATOR.format(name="CliModuleDarker"),
        "cli_test_module.py",
    )
    write(tmp_path, "NAME = 1", "cli_test_helper.py")
    graph = write(tmp_path, one_node("CliModuleDarker", tag="FRAME:"))
    assert main(["check", graph, "--calculators", "cli_test_module"]) == 0


def test_a_file_with_the_name_of_a_loaded_module(tmp_path: Path) -> None:
    before = sys.modules["random"] if "random" in sys.modules else __import__("random")
    load_calculators([write(tmp_path, CALCULATOR.format(name="CliRandomDarker"), "random.py")])
    assert sys.modules["random"] is before
    assert main(["check", write(tmp_path, one_node("CliRandomDarker", tag="FRAME:"))]) == 0


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "import math\n\ndef f() -> None:\n    math.sqrt(-1)\n\nf()\n",
            ("broken.py:4: ValueError:", "    math.sqrt(-1)"),
        ),
        ("x = 1\ny = (\n", ("broken.py:2: SyntaxError:", "    y = (")),
        ("\nimport not_there_at_all\n", ("broken.py:2: ModuleNotFoundError:", "    import not_there_at_all")),
        ("raise SystemExit(0)\n", ("broken.py:1: SystemExit: 0",)),
        (
            "from mpgraph import Calculator, Input\nclass A(Calculator, name='CliA'):\n    x = Input[object]('lower')\n",
            ("broken.py:3: ValueError:", "    x = Input[object]('lower')"),
        ),
    ],
)
def test_an_error_in_the_authors_file_shows_the_authors_line(
    text: str, parts: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, text, "broken.py")
    assert main(["check", write(tmp_path, PASS), "--calculators", path]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"error: --calculators {path}: ")
    for part in parts:
        assert part in error
    assert "Traceback" not in error
    assert "broken" not in sys.modules


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("not_there_at_all", "there is no such module (a file is given with its suffix .py)"),
        ("os.not_there", "there is no such module"),
        ("not/there.py", "there is no such file"),
    ],
)
def test_no_such_calculators(
    name: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", write(tmp_path, PASS), "--calculators", name]) == 2
    assert message in capsys.readouterr().err
