"""LabelsToRenderDataCalculator: upstream's calculators/util/labels_to_render_data_calculator.cc."""

from __future__ import annotations

from typing import Any

import pytest
from graph_runs import run_graph
from graph_steps import node

from mpgraph import Graph
from mpgraph.errors import CalculatorError, ContractError
from mpgraph.formats.classification import ClassificationList
from mpgraph.formats.render_data import RenderAnnotation
from mpgraph.formats.video_header import VideoHeader
from mpgraph.timestamp import PRESTREAM

TWO = ClassificationList()
TWO.classification.add(label="cat", display_name="a cat", score=0.75)
TWO.classification.add(label="dog", display_name="a dog", score=1e-7)


def write(options: str = "", header: VideoHeader | None = None, **inputs: Any) -> list[RenderAnnotation]:
    tags = [f"{name.upper()}:{name}" for name in inputs]
    streams: dict[str, list[tuple[int, Any]]] = {name: [(4, value)] for name, value in inputs.items()}
    if header is not None:
        tags.append("VIDEO_PRESTREAM:header")
        streams["header"] = [(PRESTREAM, header)]
    text = node("LabelsToRenderData", tags, ["RENDER_DATA:out"], options)
    ((at, data),) = run_graph(text, streams, ["out"])["out"]
    assert at == 4
    return list(data.render_annotations)


def words(annotations: list[RenderAnnotation]) -> list[str]:
    return [annotation.text.display_text for annotation in annotations]


def test_one_line_in_red_unless_told_otherwise() -> None:
    (line,) = write(classifications=TWO)
    assert line.text.display_text == "cat"
    assert (line.color.r, line.color.g, line.color.b, line.thickness) == (255, 0, 0, 2)
    text = line.text
    assert (text.font_height, text.font_face, text.left, text.baseline) == (50, 0, 0, 63)
    assert not text.normalized
    assert not text.HasField("outline_thickness")


def test_several_lines() -> None:
    options = (
        "max_num_labels: 9 color { r: 1 } color { g: 2 } thickness: 3 font_height_px: 10 font_face: 4 "
        "horizontal_offset_px: 5 vertical_offset_px: 6 outline_thickness: 7 outline_color { b: 8 }"
    )
    lines = write(options, labels=["x", "y", "z"])
    assert words(lines) == ["x", "y", "z"]
    assert [(line.color.r, line.color.g) for line in lines] == [(1, 0), (0, 2), (1, 0)]
    assert [line.text.baseline for line in lines] == [19, 32, 45]
    assert {(line.text.left, line.text.font_face, line.thickness) for line in lines} == {(5, 4, 3)}
    assert {(line.text.outline_thickness, line.text.outline_color.b) for line in lines} == {(7, 8)}


def test_the_outline_is_black_unless_told_otherwise() -> None:
    (line,) = write("outline_thickness: 1", labels=["x"])
    assert line.text.HasField("outline_color")
    assert (line.text.outline_color.r, line.text.outline_color.g, line.text.outline_color.b) == (0, 0, 0)


def test_names_and_scores() -> None:
    every = "max_num_labels: 9 "
    assert words(write(every, classifications=TWO)) == ["cat", "dog"]
    assert words(write(every + "use_display_name: true", classifications=TWO)) == ["a cat", "a dog"]
    found = words(write(every + "display_classification_score: true", classifications=TWO))
    assert found == ["cat:0.75", "dog:1e-07"]
    assert words(write(every, labels=["x", "y"], scores=[1.0, 0.123456789])) == ["x:1", "y:0.123457"]


@pytest.mark.parametrize("most", [0, -1])
def test_no_lines(most: int) -> None:
    assert write(f"max_num_labels: {most}", labels=["x"]) == []
    assert write(labels=[]) == []


def test_at_the_bottom() -> None:
    header = VideoHeader(width=640, height=480)
    options = "location: BOTTOM_LEFT max_num_labels: 2 font_height_px: 10 vertical_offset_px: -4"
    lines = write(options, header, labels=["x", "y", "z"])
    assert [line.text.baseline for line in lines] == [463, 476]


def test_not_as_many_scores() -> None:
    with pytest.raises(CalculatorError, match="got 1 scores and 2 labels"):
        write(labels=["x", "y"], scores=[1.0])


def test_scores_without_labels() -> None:
    text = node("LabelsToRenderData", ["LABELS:a", "SCORES:b"], ["RENDER_DATA:out"])
    with pytest.raises(CalculatorError, match="LABELS"):
        run_graph(text, {"b": [(1, [0.5])]}, ["out"])


@pytest.mark.parametrize(
    ("inputs", "options", "message"),
    [
        ([], "", "exactly one input of CLASSIFICATIONS, LABELS must be connected"),
        (["CLASSIFICATIONS:a", "SCORES:b"], "", "SCORES belong to LABELS"),
        (["LABELS:a"], "location: BOTTOM_LEFT", "needs VIDEO_PRESTREAM"),
    ],
)
def test_contract(inputs: list[str], options: str, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        Graph(node("LabelsToRenderData", inputs, ["RENDER_DATA:out"], options))
