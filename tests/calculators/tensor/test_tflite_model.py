"""TfLiteModelCalculator: spec calculators.md 3."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tiny_models import addition

from mpgraph import Graph
from mpgraph.errors import ConfigError, RunError
from mpgraph.formats.model import Resource, TfLiteModel


def load(side: dict[str, Any], output: str = "MODEL") -> TfLiteModel:
    names = "".join(f'input_side_packet: "{tag.lower()}" ' for tag in side)
    ports = "".join(f'input_side_packet: "{tag}:{tag.lower()}" ' for tag in side)
    text = f"""
        {names} output_side_packet: "model"
        node {{ calculator: "TfLiteModelCalculator" {ports} output_side_packet: "{output}:model" }}"""
    with Graph(text) as graph:
        graph.run({tag.lower(): value for tag, value in side.items()})
        model = graph.output_side_packet("model").value
    assert isinstance(model, TfLiteModel)
    return model


@pytest.mark.parametrize("output", ["MODEL", "SHARED_MODEL"])
def test_model_from_bytes(output: str) -> None:
    content = addition()
    assert load({"MODEL_BLOB": content}, output).data == content
    assert load({"MODEL_SPAN": memoryview(content)}, output).data == content
    assert load({"MODEL_RESOURCE": Resource(content)}, output).data == content


def test_model_from_an_open_file(tmp_path: Path) -> None:
    """A part of the file; the descriptor stays open."""
    content = addition()
    path = tmp_path / "package"
    path.write_bytes(b"before" + content + b"after")
    with path.open("rb") as file:
        assert load({"MODEL_FD": (file.fileno(), 6, len(content))}).data == content
        file.seek(0)
        assert file.read(6) == b"before"


def test_the_last_input_wins() -> None:
    content, other = addition((1, 2)), addition((1, 3))
    assert load({"MODEL_BLOB": other, "MODEL_RESOURCE": Resource(content)}).data == content


def test_no_model() -> None:
    with pytest.raises(RunError, match="no model was given"):
        load({})
    with pytest.raises(RunError, match="not a TensorFlow Lite model: 5 bytes"):
        load({"MODEL_BLOB": b"hello"})
    with pytest.raises(ConfigError, match="exactly one side output of MODEL, SHARED_MODEL"):
        Graph('node { calculator: "TfLiteModelCalculator" }')
