"""``mpgraph check``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli_graphs import PASS, one_node, write

from mpgraph import GraphConfig, model_store
from mpgraph.cli import main

HOSTILE = Path(__file__).parents[2] / ".." / "shared" / "data" / "hostile"
MODEL = """
node {
  calculator: "ConstantSidePacketCalculator"
  output_side_packet: "PACKET:path"
  options { [mediapipe.ConstantSidePacketCalculatorOptions.ext] { packet { string_value: "%s" } } }
}
"""

NODE = (
    'input_stream: "in"\nnode { calculator: "PassThroughCalculator" input_stream: "%s" output_stream: "out" }'
)
BAD_GRAPHS = {
    "syntax": ('node { calculator: "PassThroughCalculator"', 2, "PbtxtSyntaxError"),
    "unknown field": ("nodes {}", 2, "PbtxtSyntaxError"),
    "unknown calculator": (
        'input_stream: "in" node { calculator: "PassThroughCalculato" input_stream: "in" }',
        3,
        "UnknownCalculatorError",
    ),
    "undeclared stream": (NODE % "elsewhere", 2, "ContractError"),
    "cycle": (
        'node { calculator: "PassThroughCalculator" input_stream: "a" output_stream: "b" }'
        'node { calculator: "PassThroughCalculator" input_stream: "b" output_stream: "a" }',
        2,
        "ContractError",
    ),
    "wrong packet type": (
        'input_stream: "in" node { calculator: "CliWidth" input_stream: "FRAME:in" output_stream: "width" }'
        'node { calculator: "CliEveryOther" input_stream: "width" output_stream: "out" }',
        2,
        "ContractError",
    ),
    "nested too deeply": ("node { options { " + "[a.b] { " * 200, 5, "LimitError"),
    "recursive": (
        'type: "CliRecursive" input_stream: "in" node { calculator: "CliRecursive" input_stream: "in" }',
        5,
        "LimitError",
    ),
    "empty": ("", 2, "ConfigError"),
    "only a comment": ("# nothing", 2, "ConfigError"),
    "not UTF-8": ('node { calculator: "\udcff" }', 2, "PbtxtSyntaxError"),
}


def check_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    code = main(["check", "--json", *arguments])
    return code, json.loads(capsys.readouterr().out)


def test_a_good_graph(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, PASS)
    assert main(["check", path]) == 0
    assert capsys.readouterr() == (f"{path}: ok (1 node, 2 streams)\n", "")


def test_a_binary_graph(tmp_path: Path) -> None:
    path = tmp_path / "graph.binarypb"
    path.write_bytes(GraphConfig.from_text(PASS).to_binary())
    assert main(["check", str(path)]) == 0


@pytest.mark.parametrize("name", BAD_GRAPHS)
def test_bad_graphs(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Section 10: one clear error with its place, the right exit code, no traceback."""
    text, code, kind = BAD_GRAPHS[name]
    path = tmp_path / "graph.pbtxt"
    path.write_bytes(text.encode(errors="surrogateescape"))
    assert main(["check", str(path)]) == code
    captured = capsys.readouterr()
    assert captured.out == f"{path}: 1 error\n"
    assert captured.err.startswith(f"error: {path}:")
    assert captured.err.count("error: ") == 1
    assert "Traceback" not in captured.err
    found, (finding,) = check_json(capsys, str(path))
    assert found == code
    assert not finding["ok"]
    (error,) = finding["errors"]
    assert error["kind"] == kind


@pytest.mark.parametrize("name", BAD_GRAPHS)
def test_bad_graphs_do_not_run(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text, code, _ = BAD_GRAPHS[name]
    path = tmp_path / "graph.pbtxt"
    path.write_bytes(text.encode(errors="surrogateescape"))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert main(["run", str(path)]) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"error: {path}:")
    assert captured.err.count("error: ") == 1
    assert not list(elsewhere.iterdir())


def test_all_errors_of_a_graph_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "\n".join(f'node {{ calculator: "CliMissing{k}" output_stream: "s{k}" }}' for k in range(25))
    path = write(tmp_path, text)
    code, (finding,) = check_json(capsys, path)
    assert code == 3
    assert finding["missing_calculators"] == sorted(f"CliMissing{k}" for k in range(25))
    assert [error["line"] for error in finding["errors"]] == list(range(1, 26))
    assert {(error["file"], error["column"]) for error in finding["errors"]} == {(path, 6)}
    main(["check", path])
    assert capsys.readouterr().err.endswith("and 5 more errors; -v shows them\n")
    main(["check", path, "-v"])
    assert capsys.readouterr().err.count("\nerror: ") == 25


def test_an_invalid_graph_is_worse_than_a_missing_calculator(tmp_path: Path) -> None:
    text = 'node { calculator: "CliMissing" }\n' + NODE % "elsewhere"
    assert main(["check", write(tmp_path, text)]) == 2


def test_the_worst_of_several(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, missing = write(tmp_path, PASS), write(tmp_path, one_node("CliMissing"), "missing.pbtxt")
    invalid = write(tmp_path, NODE % "elsewhere", "invalid.pbtxt")
    code, findings = check_json(capsys, good, missing, invalid)
    assert code == 3
    assert [finding["ok"] for finding in findings] == [True, False, False]
    assert main(["check", good, invalid]) == 2


def test_json_of_a_good_graph(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, PASS)
    code, findings = check_json(capsys, path)
    assert code == 0
    assert findings == [
        {
            "graph": path,
            "ok": True,
            "nodes": 1,
            "streams": 2,
            "errors": [],
            "calculators": ["PassThroughCalculator"],
            "missing_calculators": [],
            "models": [],
        }
    ]


def test_models_are_named_and_located(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model beside the graph, one that nobody knows, and known ones; nothing is downloaded."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("MPGRAPH_MODELS", str(tmp_path))
    monkeypatch.setattr(model_store, "_installed_mediapipe", lambda: None)
    (tmp_path / "mine.tflite").write_bytes(b"a model")
    names = [
        "mine.tflite",
        "unknown.tflite",
        "mediapipe/modules/selfie_segmentation/selfie_segmentation.tflite",
    ]
    text = "".join((MODEL % name).replace(":path", f":path{k}") for k, name in enumerate(names))
    path = write(tmp_path, text)
    code, (finding,) = check_json(capsys, path)
    assert code == 3
    assert finding["errors"] == []
    assert {model["id"]: model["status"] for model in finding["models"]} == {
        names[0]: "found",
        names[1]: "missing",
        names[2]: "missing",
    }
    assert main(["check", path]) == 3
    captured = capsys.readouterr()
    assert captured.out == f"{path}: valid, but 2 models missing\n"
    assert f'error: {path}: resource "unknown.tflite" was not found.' in captured.err
    assert "Type `mpgraph models fetch selfie_segmentation`" in captured.err


def test_a_model_with_another_content(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MPGRAPH_MODELS", str(tmp_path))
    (tmp_path / "selfie_segmentation.tflite").write_bytes(b"truncated")
    path = write(
        tmp_path / ".." / tmp_path.name, MODEL % "modules/selfie_segmentation/selfie_segmentation.tflite"
    )
    code, (finding,) = check_json(capsys, path)
    assert code == 3
    assert [model["status"] for model in finding["models"]] == ["broken"]


def test_expand_prints_the_graph(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, f'type: "CliInner" {PASS}', "cli_inner.pbtxt")
    outer = write(
        tmp_path,
        'input_stream: "in" node { calculator: "CliInner" input_stream: "in" output_stream: "out" }',
    )
    assert main(["check", "--expand", outer]) == 0
    expanded = GraphConfig.from_text(capsys.readouterr().out)
    assert [node.calculator for node in expanded.node] == ["PassThroughCalculator"]
    assert expanded.node[0].input_stream == ("in",)


def test_graph_path(tmp_path: Path) -> None:
    folder = tmp_path / "more" / "deeper"
    folder.mkdir(parents=True)
    write(
        folder,
        'type: "CliElsewhere" input_stream: "IN:a" node { calculator: "CliSilent" input_stream: "a" output_stream: "b" }',
        "x.pbtxt",
    )
    graph = write(tmp_path, 'input_stream: "in" node { calculator: "CliElsewhere" input_stream: "IN:in" }')
    assert main(["check", graph]) == 3
    assert main(["check", graph, "--graph-path", str(tmp_path / "more")]) == 0


@pytest.mark.skipif(not HOSTILE.is_dir(), reason="needs the shared test data")
def test_hostile_files_are_no_graphs(capsys: pytest.CaptureFixture[str]) -> None:
    """Section 10: one clear error each."""
    paths = sorted(HOSTILE.iterdir())
    assert len(paths) > 20
    for path in paths:
        assert main(["check", str(path)]) == 2, path
        captured = capsys.readouterr()
        assert captured.err.startswith(f"error: {path}: ")
        assert captured.err.count("\n") == 1
        assert len(captured.err) < 400


def test_missing_and_unreadable_graphs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("", "none.pbtxt", str(tmp_path)):
        assert main(["check", name]) == 2
        assert capsys.readouterr().err.count("error: ") == 1
