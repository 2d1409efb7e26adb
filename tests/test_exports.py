"""What `import mpgraph` offers, and what it leaves alone."""

from __future__ import annotations

import ast
import importlib
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

import mpgraph

ROOT: Final = Path(__file__).parents[1]
HEAVY: Final = [
    "ai_edge_litert",
    "av",
    "cv2",
    "google.protobuf",
    "mpgraph.calculators",
    "numpy",
    "platformdirs",
    "rich",
    "tflite_runtime",
]


def loaded_by(code: str) -> list[str]:
    """Which of the heavy modules are loaded after the code, in a process of its own."""
    code += f"\nimport sys\nprint(*(name for name in {HEAVY} if name in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=60,
    )
    assert done.stderr == ""
    return done.stdout.split()


def test_the_names_are_sorted_and_all_there() -> None:
    assert mpgraph.__all__ == sorted(set(mpgraph.__all__))
    assert [name for name in mpgraph.__all__ if not hasattr(mpgraph, name)] == []
    assert set(mpgraph.__all__) <= set(dir(mpgraph))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'mpgraph' has no attribute 'Nothing'"):
        mpgraph.Nothing  # noqa: B018


def test_importing_loads_nothing_heavy() -> None:
    assert loaded_by("import mpgraph") == []


def test_a_graph_without_numbers_loads_nothing_heavy() -> None:
    """But the standard calculator that it names."""
    text = (
        'input_stream: "a" node { calculator: "PassThroughCalculator" input_stream: "a" output_stream: "b" }'
    )
    assert loaded_by(f"import mpgraph\nmpgraph.Graph({text!r})") == ["mpgraph.calculators"]


@pytest.mark.parametrize(
    ("name", "loaded"),
    [(name, ["numpy"]) for name in ("Image", "ImageFormat", "ImageFrame", "Tensor")]
    + [
        (name, [])
        for name in (
            "Packet",
            "Timestamp",
            "CalculatorGraph",
            "ValidatedGraphConfig",
            "install_as_mediapipe",
            "resource_util",
            "solutions",
        )
    ],
)
def test_payload_types_are_loaded_when_they_are_asked_for(name: str, loaded: list[str]) -> None:
    assert loaded_by(f"import mpgraph\nmpgraph.{name}\nfrom mpgraph import {name}") == loaded


def test_opencv_is_loaded_when_it_is_used() -> None:
    assert loaded_by("from mpgraph.lazy import cv2") == []
    assert "cv2" in loaded_by("from mpgraph.lazy import cv2\ncv2.INTER_AREA")


NEEDED = {"mpgraph.building.backend": "setuptools", "mpgraph.inference.tflite_runtime": "tflite_runtime"}
"""What a module cannot be imported without, where that need not be there."""


def packages() -> list[str]:
    folders = {"mpgraph": ROOT / "mpgraph", "mpgraph.calculators": ROOT / "calculators"}
    found = []
    for package, folder in folders.items():
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder).with_suffix("").parts
            found.append(".".join((package, *parts)).removesuffix(".__init__"))
    return [name for name in found if not name.endswith("__main__")]


@pytest.mark.parametrize("name", packages())
def test_what_a_module_exports_is_sorted_and_there(name: str) -> None:
    if name in NEEDED:
        pytest.importorskip(NEEDED[name])
    module = importlib.import_module(name)
    exported = getattr(module, "__all__", None)
    if exported is None:
        assert not (module.__file__ or "").endswith("__init__.py") or not _defines(module.__file__ or "")
        return
    upper_first = sorted(
        exported, key=lambda item: (not item.isupper(), not item[0].isupper(), natural(item))
    )
    assert list(exported) in (sorted(exported), upper_first)  # ruff's order: constants, classes, the rest
    assert len(set(exported)) == len(exported)
    assert [item for item in exported if not hasattr(module, item)] == []


def natural(name: str) -> list[tuple[str, int]]:
    """So that INT8 comes before INT16."""
    return [(text, int(digits or 0)) for text, digits in re.findall(r"(\D*)(\d*)", name)]


def _defines(file: str) -> bool:
    body = ast.parse(Path(file).read_text(encoding="utf-8")).body
    return any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in body)
