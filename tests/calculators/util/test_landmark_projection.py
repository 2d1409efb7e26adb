"""LandmarkProjectionCalculator: points of a region, as of the whole image."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from graph_steps import Step, add, close, compare, play
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_client import needs_oracle

from mpgraph import Graph
from mpgraph.errors import ContractError
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.landmark import NormalizedLandmark, NormalizedLandmarkList
from mpgraph.formats.rect import NormalizedRect


def project(*regions: str, options: str = "", count: int = 1) -> str:
    names = [region.rpartition(":")[2] for region in regions]
    lists = range(count)
    ports = [f'input_stream: "{region}"' for region in regions]
    ports += [
        f'input_stream: "NORM_LANDMARKS:{i}:l{i}" output_stream: "NORM_LANDMARKS:{i}:o{i}"' for i in lists
    ]
    head = "".join(f'input_stream: "{name}" ' for name in [*names, *(f"l{i}" for i in lists)])
    return f"""{head} node {{ calculator: "LandmarkProjectionCalculator" {" ".join(ports)}
        options {{ [mediapipe.LandmarkProjectionCalculatorOptions.ext] {{ {options} }} }} }}"""


def landmarks(*points: tuple[float, float, float]) -> NormalizedLandmarkList:
    return NormalizedLandmarkList(
        landmark=[NormalizedLandmark(x=x, y=y, z=z, visibility=0.5) for x, y, z in points]
    )


def coordinates(found: list[tuple[int, Any]]) -> list[list[float]]:
    ((_, made),) = found
    assert all(point.visibility == 0.5 for point in made.landmark)
    return [[point.x, point.y, point.z] for point in made.landmark]


CORNERS = landmarks((0, 0, 1), (1, 0, 0), (0.5, 0.5, -1))
TURNED = NormalizedRect(x_center=0.5, y_center=0.25, width=0.25, height=0.25, rotation=math.pi / 2)


def test_a_square_region() -> None:
    rect = NormalizedRect(x_center=0.5, y_center=0.25, width=0.25, height=0.25)
    found = play(project("NORM_RECT:r"), [add("r", 1, rect), add("l0", 1, CORNERS)], ["o0"])
    assert coordinates(found["o0"]) == [[0.375, 0.125, 0.25], [0.625, 0.125, 0], [0.5, 0.25, -0.25]]


@pytest.mark.parametrize(
    ("options", "second"), [("", [0.625, 0.375]), ("ignore_rotation: true", [0.625, 0.125])]
)
def test_a_region_that_is_turned(options: str, second: list[float]) -> None:
    steps = [add("r", 1, TURNED), add("l0", 1, CORNERS)]
    found = play(project("NORM_RECT:r", options=options), steps, ["o0"])
    assert coordinates(found["o0"])[1] == pytest.approx([*second, 0])


def test_with_the_size_a_turned_region_is_turned_in_pixels() -> None:
    """A square of 50 by 50 pixels, around (100, 25)."""
    rect = NormalizedRect(x_center=0.5, y_center=0.25, width=0.25, height=0.5, rotation=math.pi / 2)
    steps = [add("r", 1, rect), add("s", 1, (200, 100)), add("l0", 1, CORNERS)]
    found = play(project("NORM_RECT:r", "IMAGE_DIMENSIONS:s"), steps, ["o0"])
    assert np.allclose(
        coordinates(found["o0"]), [[0.625, 0, 0.5], [0.625, 0.5, 0], [0.5, 0.25, -0.5]], atol=1e-6
    )


def test_a_matrix() -> None:
    """z is scaled by the length of what (0, 0) to (1, 0) becomes."""
    matrix = (0.0, 2.0, 0.0, 1.0, -3.0, 0.0, 0.0, 5.0, *[0.0] * 8)
    steps = [add("m", 1, matrix), add("l0", 1, CORNERS)]
    found = play(project("PROJECTION_MATRIX:m"), steps, ["o0"])
    assert coordinates(found["o0"]) == [[1, 5, 3], [1, 2, 0], [2, 3.5, -3]]


def test_several_lists_and_what_is_not_there() -> None:
    steps = [add("r", 1, TURNED), add("l0", 1, None), add("l1", 1, landmarks())]
    steps += [add("r", 2, None), add("l0", 2, CORNERS), add("l1", 2, CORNERS)]
    found = play(project("NORM_RECT:r", count=2), steps, ["o0", "o1"])
    assert found == {"o0": [(1, None), (2, None)], "o1": [(1, landmarks()), (2, None)]}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (project(), "connected: none"),
        (project("NORM_RECT:r", "PROJECTION_MATRIX:m"), "connected: NORM_RECT, PROJECTION_MATRIX"),
        (project("PROJECTION_MATRIX:m", "IMAGE_DIMENSIONS:s"), "IMAGE_DIMENSIONS goes with NORM_RECT only"),
        (
            project("NORM_RECT:r", count=2).replace('output_stream: "NORM_LANDMARKS:1:o1"', ""),
            "2 NORM_LANDMARKS input",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(text: str, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        Graph(text)


numbers = st.floats(-2, 2, width=32)
rects = st.builds(
    NormalizedRect,
    x_center=numbers,
    y_center=numbers,
    width=st.floats(0.125, 2, width=32),
    height=st.floats(0.125, 2, width=32),
    rotation=st.floats(-4, 4, width=32),
)


@needs_oracle
@given(
    rects,
    st.lists(st.tuples(numbers, numbers, numbers), max_size=3),
    st.sampled_from(["rect", "size", "matrix"]),
    st.sampled_from(["", "ignore_rotation: true"]),
)
@settings(max_examples=40, deadline=None)
def test_against_the_oracle(
    rect: NormalizedRect, points: list[tuple[float, float, float]], kind: str, options: str
) -> None:
    """Size and matrix come of an image."""
    regions = {
        "rect": ["NORM_RECT:r"],
        "size": ["NORM_RECT:r", "IMAGE_DIMENSIONS:s"],
        "matrix": ["PROJECTION_MATRIX:m"],
    }[kind]
    text = project(*regions, options=options)
    for name in ("r", "s", "m", "l0"):
        text = text.replace(f'input_stream: "{name}" ', "", 1)
    text = f"""input_stream: "i" input_stream: "r" input_stream: "l0" {text}
        node {{ calculator: "ImagePropertiesCalculator" input_stream: "IMAGE:i" output_stream: "SIZE:s" }}
        node {{ calculator: "ImageToTensorCalculator" input_stream: "IMAGE:i" input_stream: "NORM_RECT:r"
        output_stream: "TENSORS:t" output_stream: "MATRIX:m"
        options {{ [mediapipe.ImageToTensorCalculatorOptions.ext] {{
        output_tensor_width: 2 output_tensor_height: 3 keep_aspect_ratio: true
        output_tensor_float_range {{ min: 0 max: 1 }} }} }} }}"""
    frame = ImageFrame(ImageFormat.SRGB, np.zeros((7, 13, 3), np.uint8))
    steps: list[Step] = [add("i", 1, frame), add("r", 1, rect), add("l0", 1, landmarks(*points))]
    compare(text, [*steps, close("i"), close("r"), close("l0")], ["o0"], rounding=True)
