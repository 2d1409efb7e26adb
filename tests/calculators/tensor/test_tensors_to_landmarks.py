"""TensorsToLandmarksCalculator: points from a tensor's numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from graph_steps import add, close, compare, node, play
from oracle_client import needs_oracle

from mpgraph import Graph
from mpgraph.errors import CalculatorError, ContractError
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.landmark import Landmark, LandmarkList, NormalizedLandmark, NormalizedLandmarkList
from mpgraph.formats.tensor import Tensor

SIZE = "input_image_width: 10 input_image_height: 20"
BOTH = ["LANDMARKS:o", "NORM_LANDMARKS:n"]


def points(
    options: str, *, inputs: tuple[str, ...] = (), side: tuple[str, ...] = (), outputs: list[str] = BOTH
) -> str:
    head = "".join(f'input_side_packet: "{name.rpartition(":")[2]}" ' for name in side)
    return head + node("TensorsToLandmarks", ["TENSORS:t", *inputs], outputs, options, side_inputs=side)


def tensor(*numbers: float) -> list[Tensor]:
    return [Tensor(np.array([numbers], np.float32))]


def test_points_in_pixels_and_in_fractions() -> None:
    text = points(f"num_landmarks: 2 {SIZE} normalize_z: 2")
    found = play(text, [add("t", 1, tensor(5, 5, 5, 2, 4, -10))], ["o", "n"])
    assert found["o"] == [(1, LandmarkList(landmark=[Landmark(x=5, y=5, z=5), Landmark(x=2, y=4, z=-10)]))]
    fractions = [NormalizedLandmark(x=0.5, y=0.25, z=0.25), NormalizedLandmark(x=0.2, y=0.2, z=-0.5)]
    assert found["n"] == [(1, NormalizedLandmarkList(landmark=fractions))]


@pytest.mark.parametrize(
    ("numbers", "point"),
    [
        ([5.0], Landmark(x=5)),
        ([5.0, 5.0], Landmark(x=5, y=5)),
        ([5.0, 5.0, 5.0, 0.0], Landmark(x=5, y=5, z=5, visibility=0.5)),
        ([5.0, 5.0, 5.0, 0.0, 3.0], Landmark(x=5, y=5, z=5, visibility=0.5, presence=3)),
        ([5.0, 5.0, 5.0, 0.0, 3.0, 8.0], Landmark(x=5, y=5, z=5, visibility=0.5, presence=3)),
    ],
)
def test_a_point_has_what_there_are_numbers_for(numbers: list[float], point: Landmark) -> None:
    text = points(f"num_landmarks: 1 {SIZE} visibility_activation: SIGMOID")
    found = play(text, [add("t", 1, tensor(*numbers))], ["o", "n"])
    assert found["o"][0][1].landmark[0] == point
    fraction = found["n"][0][1].landmark[0]
    assert (fraction.HasField("z"), fraction.HasField("presence")) == (True, point.HasField("presence"))


def test_points_may_be_flipped() -> None:
    text = points(f"num_landmarks: 1 {SIZE} flip_horizontally: true flip_vertically: true")
    assert play(text, [add("t", 1, tensor(4, 3, 2))], ["o"])["o"][0][1].landmark[0] == Landmark(
        x=6, y=17, z=2
    )


def test_a_packet_goes_before_the_option() -> None:
    options = f"num_landmarks: 1 {SIZE} flip_horizontally: true"
    text = points(options, inputs=("FLIP_HORIZONTALLY:h",), side=("FLIP_VERTICALLY:v",))
    steps = [add("t", 1, tensor(4, 3)), add("h", 1, False), add("t", 2, tensor(4, 3)), add("h", 2, None)]
    steps += [add("t", 3, None), add("h", 3, True)]
    found = play(text, steps, ["o"], {"v": True})["o"]
    assert [(t, [(p.x, p.y) for p in value.landmark] if value else value) for t, value in found] == [
        (1, [(4, 17)]),
        (2, [(6, 17)]),
        (3, None),
    ]


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ([], "expected a float32 tensor first, got none"),
        ([Tensor(np.zeros(9, np.uint8))], "expected a float32 tensor first"),
        (tensor(1), "expected numbers for 2 landmarks, got 1"),
    ],
)
def test_other_tensors_are_refused(tensors: list[Tensor], message: str) -> None:
    with pytest.raises(CalculatorError, match=message):
        play(points(f"num_landmarks: 2 {SIZE}"), [add("t", 1, tensors)], ["o"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (points(SIZE), "num_landmarks must be 1 or more, got 0"),
        (points("num_landmarks: 1 input_image_width: 5"), "need input_image_width and input_image_height"),
        (points("num_landmarks: 1 flip_vertically: true", outputs=["LANDMARKS:o"]), "flipping need"),
        (points("num_landmarks: 1", inputs=("FLIP_VERTICALLY:v",), outputs=["LANDMARKS:o"]), "flipping need"),
        (
            points(f"num_landmarks: 1 {SIZE}", inputs=("FLIP_VERTICALLY:v",), side=("FLIP_VERTICALLY:w",)),
            "FLIP_VERTICALLY must be either an input stream or a side packet",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(text: str, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        Graph(text)


@needs_oracle
@pytest.mark.parametrize("count", [1, 2, 4, 5, 6, 9, 18])
@pytest.mark.parametrize(
    "more",
    ["", "flip_vertically: true normalize_z: 3", "visibility_activation: SIGMOID flip_horizontally: true"],
)
def test_against_the_oracle(count: int, more: str) -> None:
    """The tensor, of 18 numbers, comes of an image; 4 and 5 landmarks leave numbers over."""
    text = """input_stream: "i" node { calculator: "ImageToTensorCalculator" input_stream: "IMAGE:i"
        output_stream: "TENSORS:t" options { [mediapipe.ImageToTensorCalculatorOptions.ext] {
        output_tensor_width: 3 output_tensor_height: 2 output_tensor_float_range { min: -9 max: 9 } } } }"""
    text += points(f"num_landmarks: {count} {SIZE} {more}").replace('input_stream: "t"', "", 1)
    image = np.random.default_rng(count).integers(0, 256, (2, 3, 3), np.uint8)
    steps: list[Any] = [add("i", 1, ImageFrame(ImageFormat.SRGB, image)), close("i")]
    compare(text, steps, ["o", "n"], rounding="SIGMOID" in more)
