"""DetectionsToRenderDataCalculator: upstream's calculators/util/detections_to_render_data_calculator.cc."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from graph_runs import run_graph
from graph_steps import node
from hypothesis import given
from hypothesis import strategies as st

from mpgraph import Graph
from mpgraph.errors import ContractError, RunError
from mpgraph.formats.detection import Detection, DetectionList
from mpgraph.formats.location_data import LocationData
from mpgraph.formats.render_data import RenderData

F = np.float32


def draw(options: str = "", **inputs: Any) -> RenderData | None:
    """The drawing of inputs by their tags in lower case; None if none was sent."""
    tags = [f"{name.upper()}:{name}" for name in inputs]
    text = node("DetectionsToRenderData", tags, ["RENDER_DATA:out"], options)
    out = run_graph(text, {name: [(4, value)] for name, value in inputs.items()}, ["out"])["out"]
    assert [at for at, _ in out] == [4] * len(out)
    return out[0][1] if out else None


def relative(x: float, y: float, w: float, h: float, **fields: Any) -> Detection:
    place = LocationData(format=LocationData.RELATIVE_BOUNDING_BOX)
    box = place.relative_bounding_box
    box.xmin, box.ymin, box.width, box.height = x, y, w, h
    return Detection(location_data=place, **fields)


def in_pixels(x: int, y: int, w: int, h: int, **fields: Any) -> Detection:
    place = LocationData(format=LocationData.BOUNDING_BOX)
    box = place.bounding_box
    box.xmin, box.ymin, box.width, box.height = x, y, w, h
    return Detection(location_data=place, **fields)


def drawn(detection: Detection, options: str = "") -> list[Any]:
    data = draw(options, detection=detection)
    assert data is not None
    return list(data.render_annotations)


def test_a_box_in_pixels() -> None:
    detection = in_pixels(10, 20, 30, 40, label=["cat"], score=[0.456], feature_tag="tag")
    options = "thickness: 3 color { r: 1 b: 2 } text { font_height: 12 font_face: 1 outline_color { g: 9 } }"
    label, tag, box = drawn(detection, options)
    for annotation in (label, tag, box):
        assert annotation.thickness == 3
        assert (annotation.color.r, annotation.color.g, annotation.color.b) == (1, 0, 2)
    assert [annotation.scene_tag for annotation in (label, tag, box)] == ["LABEL", "FEATURE", "LOCATION"]
    assert (label.text.display_text, label.text.left, label.text.baseline) == ("cat,0.46,", 10, 32)
    assert (label.text.font_height, label.text.font_face, label.text.outline_color.g) == (12, 1, 9)
    assert not label.text.normalized
    assert (tag.text.display_text, tag.text.left, tag.text.baseline) == ("tag", 10, 60)
    assert not tag.text.HasField("font_height")
    corners = box.rectangle
    assert (corners.left, corners.top, corners.right, corners.bottom) == (10, 20, 40, 60)
    assert not corners.normalized


def test_a_relative_box_with_points() -> None:
    detection = relative(0.25, 0.5, 0.5, 0.25, label=["cat"], score=[0.5])
    detection.location_data.relative_keypoints.add(x=0.3, y=1.5)
    label, tag, box, point = drawn(detection)
    line = F(0.25) * 0.1
    assert (label.text.left, label.text.normalized) == (0.25, True)
    assert label.text.baseline == float(F(0.5) + F(line))
    assert label.text.font_height == float(F(line)) * 0.9
    assert (tag.text.display_text, tag.text.baseline, tag.text.font_height) == (
        "",
        0.75,
        float(F(line)) * 0.9,
    )
    assert (box.rectangle.left, box.rectangle.top, box.rectangle.right, box.rectangle.bottom) == (
        0.25,
        0.5,
        0.75,
        0.75,
    )
    assert box.rectangle.normalized
    assert point.scene_tag == "KEYPOINT"
    assert (point.point.x, point.point.y, point.point.normalized) == (float(F(0.3)), 1.5, True)


@given(*[st.floats(-1.5, 1.5, width=32)] * 2, *[st.floats(0, 2, width=32)] * 2)
def test_relative_boxes_stay_within_the_image(x: float, y: float, w: float, h: float) -> None:
    """A box that is wholly outside has no corners."""
    *_, box = drawn(relative(x, y, w, h))
    if x + w < 0 or y + h < 0 or x > 1 or y > 1:
        assert box.WhichOneof("data") == "rectangle"
        assert box.rectangle.ByteSize() == 0
        return
    found = box.rectangle
    expected = (max(x, 0.0), max(y, 0.0), min(x + w, 1.0), min(y + h, 1.0))
    assert (found.left, found.top, found.right, found.bottom) == expected


def test_lines() -> None:
    """Many classes make each line smaller; ids and lines of their own on request."""
    fields: dict[str, Any] = {"label_id": list(range(12)), "score": [1] * 12, "detection_id": 77}
    text, *_ = drawn(relative(0, 0, 1, 0.5, **fields))
    assert text.text.display_text == "".join(f"{k},1," for k in range(12))
    assert text.text.font_height == float(F(0.5 / 13)) * 0.9
    options = "one_label_per_line: true render_detection_id: true text_delimiter: '|'"
    lines = drawn(relative(0, 0, 1, 0.5, **fields), options)[:13]
    assert [line.text.display_text for line in lines] == ["Id: 77", *(f"{k}|1|" for k in range(12))]
    height = F(0.5 / 13)
    assert [line.text.baseline for line in lines] == [min(1.0, float(F(k + 1) * height)) for k in range(13)]


@pytest.mark.parametrize(
    ("score", "text"),
    [
        (0.125, "0.13"),
        (0.005, "0.01"),
        (0.994999, "0.99"),
        (1.0, "1"),
        (-0.125, "-0.13"),
        (12345.678, "12345.7"),
    ],
)
def test_scores_have_two_digits(score: float, text: str) -> None:
    label, *_ = drawn(in_pixels(0, 0, 1, 1, label=["a"], score=[score]))
    assert label.text.display_text == f"a,{text},"


def test_the_order_of_inputs_and_the_scene() -> None:
    data = draw(
        'scene_class: "mine"',
        detection=in_pixels(3, 0, 1, 1),
        detections=[in_pixels(2, 0, 1, 1)],
        detection_list=DetectionList(detection=[in_pixels(1, 0, 1, 1)]),
    )
    assert data is not None
    assert data.scene_class == "mine"
    assert [a.rectangle.left for a in data.render_annotations if a.scene_tag == "LOCATION"] == [1, 2, 3]


def test_without_detections() -> None:
    assert draw(detections=[]) == RenderData(scene_class="DETECTION")
    assert draw("produce_empty_packet: false", detections=[]) is None


def test_what_cannot_be_drawn() -> None:
    with pytest.raises(RunError, match=r"must have a box.*got GLOBAL"):
        draw(detection=Detection(location_data=LocationData(format=LocationData.GLOBAL)))
    with pytest.raises(RunError, match="got 1 scores, 0 labels and 0 label ids"):
        draw(detection=in_pixels(0, 0, 1, 1, score=[1]))
    with pytest.raises(RunError, match="as many scores as classes"):
        draw(detection=in_pixels(0, 0, 1, 1, score=[1], label=["a"], label_id=[1, 2]))
    with pytest.raises(ContractError, match="must be connected"):
        Graph(node("DetectionsToRenderData", [], ["RENDER_DATA:out"]))
