"""TfLiteTensorsToDetectionsCalculator: upstream's tflite_tensors_to_detections_calculator.cc."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from graph_steps import add, node, play

from mpgraph import Graph
from mpgraph.errors import ContractError, RunError
from mpgraph.formats.anchor import Anchor
from mpgraph.formats.detection import Detection
from mpgraph.formats.tensor import Tensor, TfLiteTensor

Array = npt.NDArray[Any]
SCALES = (
    "x_scale: 10 y_scale: 10 w_scale: 5 h_scale: 5 num_coords: 6 num_keypoints: 1 keypoint_coord_offset: 4"
)
RAW = f"num_classes: 3 num_boxes: 8 {SCALES}"


def detect(
    tensors: list[Array], options: str, anchors: list[Anchor] | None = None, *, newer: bool = False
) -> Any:
    """What comes out; of the calculator that took this one's place if `newer`."""
    made = [(Tensor if newer else TfLiteTensor)(tensor.copy()) for tensor in tensors]
    name = "TensorsToDetections" if newer else "TfLiteTensorsToDetections"
    side = [] if anchors is None else ["ANCHORS:anchors"]
    head = 'input_side_packet: "anchors" ' * len(side)
    text = head + node(name, ["TENSORS:in"], ["DETECTIONS:out"], options, side_inputs=side)
    ((at, out),) = play(text, [add("in", 6, made)], ["out"], {} if anchors is None else {"anchors": anchors})[
        "out"
    ]
    assert at == 6
    assert all(isinstance(detection, Detection) for detection in out)
    return out


def raw_tensors(seed: int) -> list[Array]:
    random = np.random.default_rng(seed)
    return [random.normal(0, 2, (1, 8, columns)).astype(np.float32) for columns in (6, 3)]


def some_anchors() -> list[Anchor]:
    numbers = np.random.default_rng(9).random((8, 4)).tolist()
    return [Anchor(x_center=x, y_center=y, w=w, h=h) for x, y, w, h in numbers]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    "options",
    [
        "",
        "sigmoid_score: true min_score_thresh: 0.5",
        "apply_exponential_on_box_size: true ignore_classes: 1",
        "reverse_output_order: true flip_vertically: true score_clipping_thresh: 1",
    ],
)
def test_raw_tensors_are_read_as_the_newer_calculator_reads_them(seed: int, options: str) -> None:
    given, anchors = raw_tensors(seed), some_anchors()
    found = detect(given, f"{RAW} {options}", anchors)
    assert found == detect(given, f"{RAW} {options}", anchors, newer=True)
    assert found


def test_one_box_by_the_formula() -> None:
    boxes = np.array([[[1, 2, 5, 2.5, 3, 4]]], np.float32)
    scores = np.array([[[0.25, 0.75, 0.5]]], np.float32)
    anchor = Anchor(x_center=0.5, y_center=0.25, w=0.5, h=0.25)
    (found,) = detect([boxes, scores], f"num_classes: 3 num_boxes: 1 {SCALES}", [anchor])
    box = found.location_data.relative_bounding_box
    y, x, h, w = 1 / 10 * 0.25 + 0.25, 2 / 10 * 0.5 + 0.5, 5 / 5 * 0.25, 2.5 / 5 * 0.5
    assert (box.xmin, box.ymin, box.width, box.height) == pytest.approx((x - w / 2, y - h / 2, w, h))
    point = found.location_data.relative_keypoints[0]
    assert (point.x, point.y) == pytest.approx((4 / 10 * 0.5 + 0.5, 3 / 10 * 0.25 + 0.25))
    assert (list(found.score), list(found.label_id)) == ([0.75], [1])


def test_anchors_as_a_tensor() -> None:
    anchors = some_anchors()
    numbers = np.array([(a.y_center, a.x_center, a.h, a.w) for a in anchors], np.float32)
    given = raw_tensors(1)
    assert detect([*given, numbers], RAW) == detect(given, RAW, anchors)


def test_finished_detections_keep_ignored_classes() -> None:
    """As upstream's; the newer calculator drops them."""
    boxes = np.array([[[0.1, 0.2, 0.5, 0.6], [0, 0, 1, 1], [9, 9, 9, 9]]], np.float32)
    tensors = [
        boxes,
        np.array([[2, 0, 0]], np.float32),
        np.array([[0.9, 0.3, 0]], np.float32),
        np.array([2], np.float32),
    ]
    options = "num_classes: 3 num_coords: 4 ignore_classes: 0 ignore_classes: 2"
    found = detect(tensors, options)
    assert [list(detection.label_id) for detection in found] == [[2], [0]]
    box = found[0].location_data.relative_bounding_box
    assert (box.xmin, box.ymin, box.width, box.height) == pytest.approx((0.2, 0.1, 0.4, 0.4))
    assert detect(tensors, options, newer=True) == []
    assert [list(d.label_id) for d in detect(tensors, options + " min_score_thresh: 0.5")] == [[2]]


def test_what_does_not_fit() -> None:
    with pytest.raises(RunError, match="need as many anchors, got 0"):
        detect(raw_tensors(0), RAW)
    with pytest.raises(
        RunError, match="expected 2 tensors, 3 with anchors, or 4 of finished detections, got 1"
    ):
        detect(raw_tensors(0)[:1], RAW)
    with pytest.raises(RunError, match="expected a score tensor"):
        detect([raw_tensors(0)[0]] * 2, RAW, some_anchors())


def test_contract() -> None:
    with pytest.raises(ContractError, match="num_coords must be 4 and 2 per keypoint"):
        Graph(
            node(
                "TfLiteTensorsToDetections",
                ["TENSORS:in"],
                ["DETECTIONS:out"],
                "num_classes: 1 num_coords: 5",
            )
        )
    with pytest.raises(ContractError, match=r"GPU streams \(TENSORS_GPU\)"):
        Graph(node("TfLiteTensorsToDetections", ["TENSORS_GPU:in"], ["DETECTIONS:out"], RAW))
