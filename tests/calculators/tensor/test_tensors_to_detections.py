"""TensorsToDetectionsCalculator: raw boxes with anchors, and finished detections."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from face_detector import DECODE, compare_detectors, detector, noise
from graph_steps import add, play
from oracle_client import needs_oracle

from mpgraph import Graph
from mpgraph.errors import CalculatorError, ContractError
from mpgraph.formats.anchor import Anchor
from mpgraph.formats.detection import Detection
from mpgraph.formats.location_data import LocationData
from mpgraph.formats.tensor import Tensor

SCALED = "x_scale: 10 y_scale: 10 w_scale: 5 h_scale: 5"
TWO = f"num_classes: 2 num_boxes: 2 num_coords: 4 {SCALED}"
ANCHORS = [Anchor(x_center=0.25, y_center=0.5, w=1, h=0.5), Anchor(x_center=0.75, y_center=0.5, w=1, h=1)]
BOXES = [[1.0, 2.0, 1.0, 2.0], [-1.0, 0.0, 2.5, 0.5]]
SCORES = [[0.25, 0.75], [0.5, 0.125]]


def node(options: str, side: str = "ANCHORS:anchors") -> str:
    return f"""input_side_packet: "{side.rpartition(":")[2]}" input_stream: "t"
        node {{ calculator: "TensorsToDetectionsCalculator" input_stream: "TENSORS:t"
        input_side_packet: "{side}" output_stream: "DETECTIONS:o"
        options {{ [mediapipe.TensorsToDetectionsCalculatorOptions.ext] {{ {options} }} }} }}"""


def tensor(numbers: Any, *, leading: int = 1) -> Tensor:
    return Tensor(np.array(numbers, np.float32)[(np.newaxis,) * leading])


def detect(options: str, *tensors: Tensor, anchors: list[Anchor] = ANCHORS) -> list[Detection]:
    ((at, found),) = play(node(options), [add("t", 3, list(tensors))], ["o"], {"anchors": anchors})["o"]
    assert at == 3
    assert all(item.location_data.format == LocationData.RELATIVE_BOUNDING_BOX for item in found)
    detections: list[Detection] = found
    return detections


def box(detection: Detection) -> list[float]:
    relative = detection.location_data.relative_bounding_box
    return [relative.xmin, relative.ymin, relative.width, relative.height]


def corners(x: float, y: float, w: float, h: float) -> npt.NDArray[np.float64]:
    return np.array([x - w / 2, y - h / 2, w, h])


@pytest.mark.parametrize("leading", [1, 2])
def test_boxes_are_anchors_moved_and_resized(leading: int) -> None:
    found = detect(TWO, tensor(BOXES, leading=leading), tensor(SCORES, leading=leading))
    assert [(list(item.label_id), list(item.score)) for item in found] == [([1], [0.75]), ([0], [0.5])]
    assert np.allclose(box(found[0]), corners(0.25 + 0.2, 0.5 + 0.1 * 0.5, 0.4, 0.2 * 0.5))
    assert np.allclose(box(found[1]), corners(0.75, 0.5 - 0.1, 0.1, 0.5))


def test_the_order_of_coordinates_may_be_another() -> None:
    x, y, w, h = 2.0, 1.0, 2.0, 1.0
    for options, raw in (
        ("box_format: XYWH", [x, y, w, h]),
        ("reverse_output_order: true", [x, y, w, h]),
        ("box_format: YXHW", [y, x, h, w]),
        ("reverse_output_order: true box_format: YXHW", [y, x, h, w]),
        ("box_format: XYXY", [w / 2 - x, h / 2 - y, w / 2 + x, h / 2 + y]),
    ):
        found = detect(f"{TWO} {options}", tensor([raw, raw]), tensor(SCORES))
        assert np.allclose(box(found[0]), corners(0.25 + 0.2, 0.5 + 0.1 * 0.5, 0.4, 0.2 * 0.5)), options


def test_sizes_may_be_logarithms() -> None:
    found = detect(f"{TWO} apply_exponential_on_box_size: true", tensor(BOXES), tensor(SCORES))
    assert np.allclose(box(found[0])[2:], [np.exp(0.4), np.exp(0.2) * 0.5])


def test_scores_may_be_logits_kept_in_bounds() -> None:
    options = f"{TWO} sigmoid_score: true score_clipping_thresh: 2"
    found = detect(options, tensor(BOXES), tensor([[-50.0, 1.0], [-9.0, 50.0]]))
    assert np.allclose([item.score[0] for item in found], [1 / (1 + np.exp(-1)), 1 / (1 + np.exp(-2))])


@pytest.mark.parametrize(
    ("options", "labels"),
    [
        ("", [1, 0]),
        ("min_score_thresh: 0.5", [1, 0]),
        ("min_score_thresh: 0.625", [1]),
        ("min_score_thresh: 0.875", []),
        ("ignore_classes: 1", [0, 0]),
        ("allow_classes: 1", [1, 1]),
        ("ignore_classes: 0 ignore_classes: 1", [-1, -1]),
        ("allow_classes: 5", []),
        ("max_results: 1", [1]),
        ("max_results: 1 min_score_thresh: 0.2 ignore_classes: 1", [0]),
    ],
)
def test_which_detections_are_wanted(options: str, labels: list[int]) -> None:
    found = detect(f"{TWO} {options}", tensor(BOXES), tensor(SCORES))
    assert [item.label_id[0] for item in found] == labels


def test_classes_may_be_ignored_by_a_side_packet() -> None:
    text = node(TWO).replace("node {", 'input_side_packet: "i" node {', 1)
    text = text.replace('"ANCHORS:anchors"', '"ANCHORS:anchors" input_side_packet: "IGNORE_CLASSES:i"')
    side = {"anchors": ANCHORS, "i": [1]}
    ((_, found),) = play(text, [add("t", 3, [tensor(BOXES), tensor(SCORES)])], ["o"], side)["o"]
    assert [item.label_id[0] for item in found] == [0, 0]
    with pytest.raises(ContractError, match="allow_classes goes without IGNORE_CLASSES"):
        Graph(text.replace("num_classes", "allow_classes: 1 num_classes"))


@pytest.mark.parametrize("size", [[-1.0, 1.0], [1.0, -1.0], [np.nan, 1.0], [1.0, np.nan]])
def test_what_is_no_box_is_dropped(size: list[float]) -> None:
    found = detect(TWO, tensor([BOXES[0], [0.0, 0.0, *size]]), tensor(SCORES))
    assert len(found) == 1


def test_a_score_that_is_no_number_does_not_count() -> None:
    found = detect(TWO, tensor(BOXES), tensor([[np.nan, 0.5], [0.25, np.nan]]))
    assert [item.label_id[0] for item in found] == [1, 0]


def test_keypoints_and_upside_down() -> None:
    options = f"""num_classes: 1 num_boxes: 1 num_coords: 8 num_keypoints: 2 keypoint_coord_offset: 4
        box_format: XYWH flip_vertically: true {SCALED}"""
    raw = [[0.0, 0.0, 5.0, 5.0, 1.0, 2.0, -1.0, -2.0]]
    (found,) = detect(options, tensor(raw), tensor([[1.0]]), anchors=ANCHORS[:1])
    points = [(point.x, point.y) for point in found.location_data.relative_keypoints]
    assert np.allclose(points, [(0.35, 1 - 0.6), (0.15, 1 - 0.4)])
    assert np.allclose(box(found), [0.25 - 0.5, 1 - (0.5 + 0.25), 1, 0.5])


def test_anchors_may_be_a_tensor() -> None:
    numbers = [[a.y_center, a.x_center, a.h, a.w] for a in ANCHORS]
    tensors = [tensor(BOXES), tensor(SCORES)]
    assert detect(TWO, *tensors, tensor(numbers, leading=0), anchors=[]) == detect(TWO, *tensors)


def test_the_tensors_may_come_in_another_order() -> None:
    mapping = "tensor_mapping { detections_tensor_index: 1 scores_tensor_index: 0 }"
    swapped = detect(f"{TWO} {mapping}", tensor(SCORES), tensor(BOXES))
    assert swapped == detect(TWO, tensor(BOXES), tensor(SCORES))


FINISHED = [
    tensor([[0.1, 0.2, 0.5, 0.4], [0.0, 0.0, 1.0, 1.0], [0.3, 0.3, 0.4, 0.4]]),
    tensor([7.0, 3.0, 1.0]),
    tensor([0.9, 0.5, 0.1]),
    tensor([2.0], leading=0),
]


def test_finished_detections_are_as_many_as_they_say() -> None:
    found = detect("num_classes: 9 num_coords: 4", *FINISHED)
    assert [(list(item.label_id), list(item.score)) for item in found] == [
        ([7], [pytest.approx(0.9)]),
        ([3], [0.5]),
    ]
    assert np.allclose(box(found[0]), [0.2, 0.1, 0.2, 0.4])


def test_a_finished_detection_may_have_its_sides_in_another_order() -> None:
    options = "num_classes: 9 num_coords: 4 box_boundaries_indices { xmin: 0 ymin: 1 xmax: 2 ymax: 3 }"
    assert np.allclose(box(detect(options, *FINISHED)[0]), [0.1, 0.2, 0.4, 0.2])
    with pytest.raises(CalculatorError, match="box_boundaries_indices is for 4 tensors, got 2"):
        detect(f"{TWO} {options.partition('4')[2]}", tensor(BOXES), tensor(SCORES))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("num_coords: 4", "num_classes and num_coords must be set"),
        ("num_classes: 1 num_coords: 5", "num_coords must be 4 and 2 per keypoint"),
        ("num_classes: 1 num_coords: 7 num_keypoints: 1 num_values_per_keypoint: 3", "2 per keypoint"),
        ("num_classes: 1 num_coords: 4 max_results: 0", "max_results must not be 0"),
        ("num_classes: 1 num_coords: 4 box_coord_offset: 1", "must leave all in 4 coordinates"),
        ("num_classes: 1 num_coords: 4 ignore_classes: 1 allow_classes: 2", "allow_classes goes without"),
        ("num_classes: 1 num_coords: 4 box_boundaries_indices { ymin: 3 }", "must be 0, 1, 2 and 3"),
        ("num_classes: 1 num_coords: 4 tensor_mapping { detections_tensor_index: 0 }", "0 to 1, each once"),
        (
            "num_classes: 1 num_coords: 4 tensor_mapping { detections_tensor_index: 0 scores_tensor_index: 1 "
            "anchors_tensor_index: 2 classes_tensor_index: 3 }",
            "anchors_tensor_index and indices of finished detections",
        ),
    ],
)
def test_options_that_do_not_go_together_are_refused(options: str, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        Graph(node(options))


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ([tensor(BOXES)], "expected 2 tensors, 3 with anchors, or 4 of finished detections, got 1"),
        ([tensor(BOXES[:1]), tensor(SCORES)], "expected a box tensor (1, 2, 4), got (1, 1, 4)"),
        ([tensor(BOXES), tensor(SCORES, leading=0)], "expected a score tensor (1, 2, 2), got (2, 2)"),
        ([tensor(BOXES), Tensor(np.zeros((1, 2, 2), np.int32))], "expected float32 tensors, got int32"),
        ([tensor(BOXES), tensor(SCORES), tensor([1.0])], "expected an anchor tensor (2, 4), got (1, 1)"),
        ([*FINISHED[:3], tensor([4.0], leading=0)], "4 detections with 1 classes each, but hold 3"),
        ([*FINISHED[:3], tensor([4.0])], "expected tensors (1), (1, N, 4), (1, N) and (1, N)"),
    ],
)
def test_other_tensors_are_refused(tensors: list[Tensor], message: str) -> None:
    with pytest.raises(CalculatorError, match=re.escape(message)):
        detect(TWO, *tensors)


def test_anchors_are_needed() -> None:
    with pytest.raises(
        CalculatorError, match="2 boxes need as many anchors, got 1: connect ANCHORS or a third tensor"
    ):
        detect(TWO, tensor(BOXES), tensor(SCORES), anchors=ANCHORS[:1])


@needs_oracle
@pytest.mark.parametrize(
    "options",
    [
        "reverse_output_order: true",
        "box_format: XYXY apply_exponential_on_box_size: true",
        "box_format: YXHW flip_vertically: true score_clipping_thresh: 3",
        "min_score_thresh: 0.01 max_results: 7",
        "ignore_classes: 0",
        "allow_classes: 0 min_score_thresh: 0.001",
    ],
)
@pytest.mark.parametrize("seed", [1, 2])
def test_against_the_oracle(options: str, seed: int) -> None:
    """Boxes, keypoints and scores of a real model's output."""
    compare_detectors(detector(decode=f"{DECODE} {options}"), noise(seed))
