"""A graph that finds faces with a real model, of which tests change options, here and on the real MediaPipe."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from graph_runs import run_graph
from model_files import model_path
from oracle_client import oracle

from mpgraph.formats.detection import Detection
from mpgraph.formats.image_frame import ImageFrame

__all__ = ["ANCHORS", "DECODE", "SUPPRESS", "compare_detectors", "detector", "noise"]

ANCHORS = """num_layers: 4 strides: 8 strides: 16 strides: 16 strides: 16 min_scale: 0.1484375 max_scale: 0.75
    input_size_width: 128 input_size_height: 128 aspect_ratios: 1 fixed_anchor_size: true"""
DECODE = """num_classes: 1 num_boxes: 896 num_coords: 16 keypoint_coord_offset: 4 num_keypoints: 6
    sigmoid_score: true x_scale: 128 y_scale: 128 w_scale: 128 h_scale: 128"""
SUPPRESS = """min_suppression_threshold: 0.3 overlap_type: INTERSECTION_OVER_UNION algorithm: WEIGHTED"""


def detector(
    anchors: str = ANCHORS, decode: str = f"{DECODE} reverse_output_order: true", suppress: str = SUPPRESS
) -> str:
    """The graph, from the image ``in`` to the detections ``all``, ``few`` and ``out``."""

    def options(name: str, text: str) -> str:
        return f"options {{ [mediapipe.{name}CalculatorOptions.ext] {{ {text} }} }}"

    size = (
        "output_tensor_width: 128 output_tensor_height: 128 keep_aspect_ratio: true border_mode: BORDER_ZERO"
    )
    model = 'model_path: "mediapipe/modules/face_detection/face_detection_short_range.tflite"'
    tensor_options = options("ImageToTensor", f"{size} output_tensor_float_range {{ min: -1 max: 1 }}")
    return f"""input_stream: "in"
        node {{ calculator: "ImageToTensorCalculator" input_stream: "IMAGE:in" output_stream: "TENSORS:input"
                output_stream: "MATRIX:matrix" {tensor_options} }}
        node {{ calculator: "InferenceCalculator" input_stream: "TENSORS:input" output_stream: "TENSORS:raw"
                {options("Inference", model + " delegate { xnnpack { num_threads: 1 } }")} }}
        node {{ calculator: "SsdAnchorsCalculator" output_side_packet: "anchors"
                {options("SsdAnchors", anchors)} }}
        node {{ calculator: "TensorsToDetectionsCalculator" input_stream: "TENSORS:raw"
                input_side_packet: "ANCHORS:anchors" output_stream: "DETECTIONS:all"
                {options("TensorsToDetections", decode)} }}
        node {{ calculator: "NonMaxSuppressionCalculator" input_stream: "all" output_stream: "few"
                {options("NonMaxSuppression", suppress)} }}
        node {{ calculator: "DetectionProjectionCalculator" input_stream: "DETECTIONS:few"
                input_stream: "PROJECTION_MATRIX:matrix" output_stream: "DETECTIONS:out" }}"""


def noise(seed: int = 1) -> npt.NDArray[np.uint8]:
    """An RGB image of an odd size without faces, in which the model sees something all the same."""
    return np.random.default_rng(seed).integers(0, 256, (97, 131, 3), np.uint8)


def compare_detectors(text: str, image: npt.NDArray[np.uint8], outputs: tuple[str, ...] = ("all",)) -> int:
    """Asserts that the detections are the real MediaPipe's; how many there were of the first output.

    All but the numbers must be equal; those may differ by what kernels for another CPU, or another libm,
    make of them. (Where this was written only the exponential of box sizes did, by one unit in the last place.)
    """
    model_path("face_detection_short_range")
    ours = run_graph(text, {"in": [(5, ImageFrame.adopt(image.copy()))]}, outputs)
    theirs = oracle.run_graph(text, {"in": [(5, image)]}, list(outputs))
    for name in outputs:
        assert [t for t, _ in ours[name]] == [t for t, _ in theirs[name]]
        mine = [item for _, items in ours[name] for item in items]
        expected = [Detection.FromString(data) for _, value in theirs[name] for data in value.data]
        assert [_names(item) for item in mine] == [_names(item) for item in expected]
        assert np.allclose(
            [_numbers(item) for item in mine], [_numbers(item) for item in expected], rtol=1e-5
        )
    first: list[tuple[int, Any]] = ours[outputs[0]]
    return sum(len(items) for _, items in first)


def _names(detection: Detection) -> tuple[Any, ...]:
    location = detection.location_data
    return list(detection.label_id), location.format, len(location.relative_keypoints), len(detection.score)


def _numbers(detection: Detection) -> list[float]:
    box = detection.location_data.relative_bounding_box
    points = [number for point in detection.location_data.relative_keypoints for number in (point.x, point.y)]
    return [*detection.score, box.xmin, box.ymin, box.width, box.height, *points]
