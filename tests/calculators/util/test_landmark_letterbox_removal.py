"""LandmarkLetterboxRemovalCalculator and, against the oracle, DetectionLetterboxRemovalCalculator."""

from __future__ import annotations

import numpy as np
import pytest
from graph_steps import Step, add, close, compare, node, play
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_client import needs_oracle

from mpgraph import Graph
from mpgraph.errors import ContractError
from mpgraph.formats.detection import Detection
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.landmark import NormalizedLandmark, NormalizedLandmarkList
from mpgraph.formats.location_data import LocationData

TEXT = node(
    "LandmarkLetterboxRemoval",
    ["LANDMARKS:0:a", "LANDMARKS:1:b", "LETTERBOX_PADDING:p"],
    ["LANDMARKS:0:o", "LANDMARKS:1:q"],
)


def landmarks(*points: tuple[float, float, float]) -> NormalizedLandmarkList:
    return NormalizedLandmarkList(
        landmark=[NormalizedLandmark(x=x, y=y, z=z, presence=1) for x, y, z in points]
    )


def test_the_padding_is_taken_out() -> None:
    steps = [add("a", 1, landmarks((0.25, 0.5, 1), (0.75, 0.125, 0))), add("b", 1, None)]
    found = play(TEXT, [*steps, add("p", 1, (0.25, 0.0, 0.25, 0.5))], ["o", "q"])
    assert found == {"o": [(1, landmarks((0, 1, 2), (1, 0.25, 0)))], "q": [(1, None)]}


def test_without_a_padding_nothing_is_sent() -> None:
    steps = [add("a", 1, landmarks((0, 0, 0))), add("b", 1, landmarks()), add("p", 1, None)]
    assert play(TEXT, steps, ["o", "q"]) == {"o": [(1, None)], "q": [(1, None)]}


def test_each_input_has_its_output() -> None:
    with pytest.raises(
        ContractError, match="2 LANDMARKS input streams need as many LANDMARKS output streams, got 1"
    ):
        Graph(TEXT.replace('output_stream: "LANDMARKS:1:q"', ""))


numbers = st.floats(-2, 2, width=32)


@needs_oracle
@given(
    st.lists(st.tuples(numbers, numbers, numbers), max_size=3),
    st.tuples(numbers, numbers, numbers, numbers),
    st.integers(1, 9),
    st.integers(1, 9),
)
@settings(max_examples=30, deadline=None)
def test_against_the_oracle(
    points: list[tuple[float, float, float]], box: tuple[float, ...], width: int, height: int
) -> None:
    """The padding comes of an image of some shape that is put into a square tensor."""
    location = LocationData(format=LocationData.RELATIVE_BOUNDING_BOX)
    relative = location.relative_bounding_box
    relative.xmin, relative.ymin, relative.width, relative.height = box
    for x, y, _ in points:
        location.relative_keypoints.add(x=x, y=y)
    text = """input_stream: "i" input_stream: "d" input_stream: "l"
        node { calculator: "ImageToTensorCalculator" input_stream: "IMAGE:i"
        output_stream: "TENSORS:t" output_stream: "LETTERBOX_PADDING:p"
        options { [mediapipe.ImageToTensorCalculatorOptions.ext] {
        output_tensor_width: 2 output_tensor_height: 2 keep_aspect_ratio: true
        output_tensor_float_range { min: 0 max: 1 } } } }
        node { calculator: "MergeDetectionsToVectorCalculator" input_stream: "d" output_stream: "v" }
        node { calculator: "DetectionLetterboxRemovalCalculator" input_stream: "DETECTIONS:v"
        input_stream: "LETTERBOX_PADDING:p" output_stream: "DETECTIONS:od" }
        node { calculator: "LandmarkLetterboxRemovalCalculator" input_stream: "LANDMARKS:l"
        input_stream: "LETTERBOX_PADDING:p" output_stream: "LANDMARKS:ol" }"""
    frame = ImageFrame(ImageFormat.SRGB, np.zeros((height, width, 3), np.uint8))
    steps: list[Step] = [add("i", 1, frame), add("d", 1, Detection(location_data=location))]
    steps.append(add("l", 1, landmarks(*points)))
    compare(text, [*steps, close("i"), close("d"), close("l")], ["od", "ol"])
