"""DetectionLabelIdToTextCalculator: upstream's calculators/util/detection_label_id_to_text_calculator.cc."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from graph_runs import run_graph
from graph_steps import node
from oracle_client import needs_oracle, oracle

from mpgraph import Graph
from mpgraph.errors import ContractError, RunError
from mpgraph.formats.detection import Detection


def named(detections: list[Detection], options: str) -> list[Detection]:
    text = node("DetectionLabelIdToText", ["in"], ["out"], options)
    ((at, out),) = run_graph(text, {"in": [(2, detections)]}, ["out"])["out"]
    assert at == 2
    assert isinstance(out, list)
    return out


ITEMS = 'label_items { key: 1 value { name: "cat" display_name: "Cat" } } label_items { key: -5 value { name: "x" } }'


def test_names_take_the_place_of_numbers() -> None:
    given = Detection(label_id=[1, 7, 0], score=[0.5, 0.25, 0.1], label=["old"])
    (out,) = named([given], 'label: "dog" label: "cat"')
    assert out == Detection(label=["old", "cat", "dog"], score=[0.5, 0.25, 0.1])
    assert given.label_id == [1, 7, 0]
    (out,) = named([given], 'label: "dog" label: "cat" keep_label_id: true')
    assert out == Detection(label=["old", "cat", "dog"], label_id=[1, 7, 0], score=[0.5, 0.25, 0.1])


def test_without_a_name_numbers_stay() -> None:
    given = Detection(label_id=[2], score=[0.5])
    for options in ("", 'label: "dog" label: "cat"', ITEMS):
        assert named([given], options) == [given]
    assert named([], 'label: "dog"') == []


def test_names_by_number() -> None:
    (out,) = named([Detection(label_id=[1, -5])], ITEMS)
    assert out == Detection(label=["cat", "x"], display_name=["Cat"])


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_names_of_a_file(tmp_path: Path, end: str) -> None:
    """A name per line; an empty line is an empty name, but the last one none."""
    path = tmp_path / "größe.txt"
    path.write_bytes(("hündchen\n\nkatze" + end).encode())
    given = [Detection(label_id=[label_id]) for label_id in range(4)]
    out = named(given, f'label_map_path: "{path.as_posix()}"')
    assert [list(detection.label) for detection in out] == [["hündchen"], [""], ["katze"], []]


def test_files_that_do_not_fit(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"nowhere\.txt"):
        named([], 'label_map_path: "nowhere.txt"')
    (tmp_path / "empty.txt").touch()
    with pytest.raises(RunError, match=r'"[^"]*empty.txt" is empty'):
        named([], f'label_map_path: "{(tmp_path / "empty.txt").as_posix()}"')


def test_names_are_given_in_one_way() -> None:
    with pytest.raises(ContractError, match="not by label_map_path and label and label_items"):
        Graph(node("DetectionLabelIdToText", ["in"], ["out"], f'label_map_path: "a" label: "b" {ITEMS}'))


@needs_oracle
@pytest.mark.parametrize("seed", range(12))
def test_equals_upstream(seed: int, tmp_path: Path) -> None:
    random = np.random.default_rng(seed)
    (tmp_path / "names.txt").write_text("null\neins\nzwei\n\nvier\n")
    keep = f"keep_label_id: {'true' if random.integers(2) else 'false'} "
    options = keep + str(
        random.choice(['label: "a" label: "b"', ITEMS, f'label_map_path: "{tmp_path}/names.txt"', ""])
    )
    detections = [
        Detection(label_id=random.integers(-5, 6, 3).tolist(), score=[0.5, 0.25, 0.125]) for _ in range(2)
    ]
    text = node("DetectionLabelIdToText", ["in"], ["out"], options)
    merged = text.replace('input_stream: "in"', 'input_stream: "a" input_stream: "b"', 1)
    merged += 'node { calculator: "MergeDetectionsToVectorCalculator" input_stream: "a" input_stream: "b" output_stream: "in" }'
    inputs = {name: [(0, detection)] for name, detection in zip("ab", detections, strict=True)}
    expected = oracle.run_graph(merged, inputs, ["out"])["out"][0][1]
    assert named(detections, options) == [Detection.FromString(data) for data in expected.data]
