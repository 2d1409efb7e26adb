"""NonMaxSuppressionCalculator: which detections are of one thing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from face_detector import DECODE, compare_detectors, detector, noise
from graph_steps import Step, add, close, compare, node, play
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_client import needs_oracle

from mpgraph import Graph
from mpgraph.errors import CalculatorError, ContractError
from mpgraph.formats.detection import Detection
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.location_data import LocationData


def suppress(options: str = "", inputs: tuple[str, ...] = ("a",)) -> str:
    return node("NonMaxSuppression", inputs, ["o"], f"overlap_type: INTERSECTION_OVER_UNION {options}")


def detection(
    x: float, y: float, w: float, h: float, *scores: float, labels: tuple[int, ...] = (0,)
) -> Detection:
    location = LocationData(format=LocationData.RELATIVE_BOUNDING_BOX)
    box = location.relative_bounding_box
    box.xmin, box.ymin, box.width, box.height = x, y, w, h
    location.relative_keypoints.add(x=x, y=y)
    return Detection(score=scores, label_id=labels, location_data=location)


LEFT = detection(0, 0, 1, 1, 0.5)
RIGHT = detection(0.5, 0, 1, 1, 0.75)  # a third of what both cover is common
FAR = detection(5, 5, 1, 1, 0.25)


def kept(options: str, detections: list[Detection]) -> list[Detection]:
    ((_, found),) = play(suppress(options), [add("a", 1, detections)], ["o"])["o"]
    result: list[Detection] = found
    return result


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("", [RIGHT, LEFT, FAR]),
        ("min_suppression_threshold: 0.375", [RIGHT, LEFT, FAR]),
        ("min_suppression_threshold: 0.25", [RIGHT, FAR]),
        ("max_num_detections: 2", [RIGHT, LEFT]),
        ("min_score_threshold: 0.5", [RIGHT, LEFT]),
        ("min_score_threshold: 0.9", []),
    ],
)
def test_the_best_of_those_that_overlap_is_kept(options: str, expected: list[Detection]) -> None:
    assert kept(options, [LEFT, FAR, RIGHT]) == expected


@pytest.mark.parametrize(
    ("kind", "threshold", "count"),
    [("JACCARD", 0.375, 2), ("JACCARD", 0.25, 1), ("MODIFIED_JACCARD", 0.5, 2), ("MODIFIED_JACCARD", 0.4, 1)],
)
def test_overlap_may_be_measured_otherwise(kind: str, threshold: float, count: int) -> None:
    """A common half of the second box is a third of the rectangle around both."""
    text = suppress(f"min_suppression_threshold: {threshold}").replace("INTERSECTION_OVER_UNION", kind)
    ((_, found),) = play(text, [add("a", 1, [LEFT, RIGHT])], ["o"])["o"]
    assert len(found) == count


def test_those_that_overlap_may_be_averaged() -> None:
    (mean,) = kept("min_suppression_threshold: 0.25 algorithm: WEIGHTED", [LEFT, RIGHT])
    box = mean.location_data.relative_bounding_box
    assert [box.xmin, box.width] == pytest.approx([0.5 * 0.75 / 1.25, 1])
    assert mean.location_data.relative_keypoints[0].x == pytest.approx(0.3)
    assert list(mean.score) == [0.75]


def test_only_the_best_label_is_kept() -> None:
    (found,) = kept("", [detection(0, 0, 1, 1, 0.25, 0.75, 0.5, labels=(4, 5, 6))])
    assert (list(found.label_id), list(found.score)) == ([5], [0.75])


def test_what_has_no_label_is_dropped() -> None:
    assert kept("", [detection(0, 0, 1, 1, 0.5, labels=()), FAR]) == [FAR]


def test_labels_may_be_names() -> None:
    named = Detection(label=["cat", "dog"], score=[0.25, 0.5], location_data=LEFT.location_data)
    (found,) = kept("", [named])
    assert (list(found.label), list(found.score)) == (["dog"], [0.5])


def test_classes_may_be_looked_at_one_by_one() -> None:
    other = detection(0, 0, 1, 1, 0.25, labels=(7,))
    options = "multiclass_nms: true min_suppression_threshold: 0.25"
    assert kept(options, [LEFT, other, RIGHT]) == [RIGHT, other]
    assert kept(f"{options} max_num_detections: 1", [LEFT, other, RIGHT]) == [RIGHT]


def test_several_streams_are_one_set() -> None:
    text = suppress("num_detection_streams: 2 min_suppression_threshold: 0.25", ("a", "b"))
    steps = [add("a", 1, [LEFT]), add("b", 1, [RIGHT]), add("a", 2, None), add("b", 2, [LEFT])]
    assert play(text, steps, ["o"])["o"] == [(1, [RIGHT]), (2, [LEFT])]


@pytest.mark.parametrize(("options", "expected"), [("", None), ("return_empty_detections: true", [])])
def test_nothing_gives_nothing_or_an_empty_vector(options: str, expected: Any) -> None:
    assert play(suppress(options), [add("a", 1, [])], ["o"])["o"] == [(1, expected)]


def test_boxes_in_pixels_need_the_image() -> None:
    location = LocationData(format=LocationData.BOUNDING_BOX)
    location.bounding_box.width, location.bounding_box.height = 20, 10
    item = Detection(score=[1], label_id=[0], location_data=location)
    frame = ImageFrame(ImageFormat.GRAY8, np.zeros((10, 20), np.uint8))
    text = suppress("min_suppression_threshold: 0.25", ("a", "IMAGE:i"))
    found = play(text, [add("i", 1, frame), add("a", 1, [item, LEFT])], ["o"])["o"]
    assert found == [(1, [item])]
    with pytest.raises(CalculatorError, match="or IMAGE and a BOUNDING_BOX, got BOUNDING_BOX"):
        kept("", [item])


def test_scores_and_labels_are_as_many() -> None:
    with pytest.raises(
        CalculatorError, match="as many scores as labels, got 2 scores, 1 label_id and 0 label"
    ):
        kept("", [detection(0, 0, 1, 1, 0.5, 0.25)])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("num_detection_streams: 2", "num_detection_streams is 2, but 1 are connected"),
        ("num_detection_streams: 0", "num_detection_streams is 0, but 1 are connected"),
        ("max_num_detections: 0", "max_num_detections must not be 0"),
        ("overlap_type: UNSPECIFIED_OVERLAP_TYPE", "overlap_type must be JACCARD"),
    ],
)
def test_options_that_do_not_go_together_are_refused(options: str, message: str) -> None:
    text = suppress(options)
    if "overlap_type" in options:
        text = text.replace("overlap_type: INTERSECTION_OVER_UNION", "")
    with pytest.raises(ContractError, match=message):
        Graph(text)


tenths = st.integers(0, 10).map(lambda tenth: tenth / 8)
found_things = st.builds(
    detection, tenths, tenths, tenths, tenths, st.integers(1, 1000).map(lambda n: n / 1024)
)


@needs_oracle
@given(
    st.lists(found_things, min_size=1, max_size=8, unique_by=lambda item: item.score[0]),
    st.sampled_from(["JACCARD", "MODIFIED_JACCARD", "INTERSECTION_OVER_UNION"]),
    st.sampled_from([0.1, 0.25, 0.5]),
    st.sampled_from(["", "algorithm: WEIGHTED", "max_num_detections: 2", "min_score_threshold: 0.3"]),
)
@settings(max_examples=40, deadline=None)
def test_against_the_oracle(detections: list[Detection], kind: str, threshold: float, more: str) -> None:
    """Scores differ, since upstream does not keep the order of equal ones."""
    names = [f"d{index}" for index in range(len(detections))]
    inputs = " ".join(f'input_stream: "{name}"' for name in names)
    text = f"""{inputs} node {{ calculator: "MergeDetectionsToVectorCalculator" {inputs} output_stream: "a" }}
        node {{ calculator: "NonMaxSuppressionCalculator" input_stream: "a" output_stream: "o"
        options {{ [mediapipe.NonMaxSuppressionCalculatorOptions.ext] {{
          overlap_type: {kind} min_suppression_threshold: {threshold} {more} }} }} }}"""
    steps: list[Step] = [add(name, 1, item) for name, item in zip(names, detections, strict=True)]
    compare(text, [*steps, *map(close, names)], ["o"])


@needs_oracle
@pytest.mark.parametrize("more", ["algorithm: WEIGHTED", "min_score_threshold: 0.01", "multiclass_nms: true"])
def test_detections_of_a_model_against_the_oracle(more: str) -> None:
    decode = f"{DECODE} reverse_output_order: true min_score_thresh: 0.001"
    suppress = f"overlap_type: INTERSECTION_OVER_UNION min_suppression_threshold: 0.3 {more}"
    text = detector(decode=decode, suppress=suppress)
    assert compare_detectors(text, noise(), ("few",)) > 1
