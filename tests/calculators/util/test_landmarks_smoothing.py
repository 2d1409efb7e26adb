"""LandmarksSmoothingCalculator: points without their jitter, by the filters of filters.py."""

from __future__ import annotations

import numpy as np
import pytest
from graph_steps import Step, add, close, compare, node, play
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_client import needs_oracle

from mpgraph import Graph
from mpgraph.errors import CalculatorError, ContractError
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.landmark import Landmark, LandmarkList, NormalizedLandmark, NormalizedLandmarkList
from mpgraph.formats.rect import NormalizedRect, Rect

EURO = "one_euro_filter { min_cutoff: 0.05 beta: 80.0 derivate_cutoff: 1.0 }"
VELOCITY = "velocity_filter { window_size: 3 velocity_scale: 2 }"
FILTERS = [
    EURO,
    VELOCITY,
    "one_euro_filter { disable_value_scaling: true }",
    "velocity_filter { disable_value_scaling: true window_size: 0 }",
    "velocity_filter { min_allowed_object_scale: 3 }",
    "no_filter {}",
]
Point = tuple[float, float, float]


def smooth(filter_: str = EURO, *, norm: bool = False, region: bool = False) -> str:
    kind = "NORM_" if norm else ""
    inputs = [f"{kind}LANDMARKS:a"] + ["IMAGE_SIZE:s"] * norm + ["OBJECT_SCALE_ROI:r"] * region
    return node("LandmarksSmoothing", inputs, [f"{kind}FILTERED_LANDMARKS:o"], filter_)


def landmarks(*points: Point) -> LandmarkList:
    return LandmarkList(landmark=[Landmark(x=x, y=y, z=z, visibility=0.5) for x, y, z in points])


@pytest.mark.parametrize("filter_", [EURO, VELOCITY])
def test_a_point_at_rest_stays_and_one_that_jumps_follows(filter_: str) -> None:
    frames = [
        landmarks((0, 0, 0), (100, 100, 0)),
        landmarks((0, 0, 0), (110, 100, 0)),
        landmarks((0, 0, 0), (110, 100, 0)),
    ]
    steps = [add("a", 33_000 * t, frame) for t, frame in enumerate(frames)]
    found = [value for _, value in play(smooth(filter_), steps, ["o"])["o"]]
    assert found[0] == frames[0]
    assert [point.landmark[0].x for point in found] == [0, 0, 0]
    assert 100 < found[1].landmark[1].x < 110
    assert found[1].landmark[1].x < found[2].landmark[1].x < 110
    assert found[2].landmark[1].visibility == 0.5


def test_a_timestamp_without_points_begins_anew() -> None:
    text = smooth(EURO, norm=True)
    points = [
        NormalizedLandmarkList(landmark=[NormalizedLandmark(x=x), NormalizedLandmark(x=x, y=1)])
        for x in (0, 0.5)
    ]
    steps = [add("a", 0, points[0]), add("s", 0, (8, 8)), add("a", 33_000, None), add("s", 33_000, (8, 8))]
    steps += [add("a", 66_000, points[1]), add("s", 66_000, (8, 8))]
    assert play(text, steps, ["o"])["o"][2][1].landmark[0].x == 0.5


def test_the_number_of_points_stays() -> None:
    with pytest.raises(CalculatorError, match="the number of points changed from 1 to 2"):
        play(
            smooth("one_euro_filter { disable_value_scaling: true }"),
            [add("a", 1, landmarks((0, 0, 0))), add("a", 2, landmarks(*[(0, 0, 0)] * 2))],
            ["o"],
        )


def test_the_region_is_of_the_points_kind() -> None:
    rect = NormalizedRect(x_center=0, y_center=0, width=1, height=1)
    steps = [add("a", 1, landmarks((0, 0, 0))), add("r", 1, rect)]
    with pytest.raises(CalculatorError, match="OBJECT_SCALE_ROI must be a Rect here"):
        play(smooth(region=True), steps, ["o"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (smooth(""), "no_filter, velocity_filter or one_euro_filter must be set"),
        (smooth("one_euro_filter { min_cutoff: 0 }"), "must be above 0"),
        (smooth("velocity_filter { window_size: -1 }"), "window_size must be 0 or more, got -1"),
        (smooth(norm=True).replace('input_stream: "IMAGE_SIZE:s"', ""), "NORM_LANDMARKS needs IMAGE_SIZE"),
        (smooth().replace('"FILTERED', '"NORM_FILTERED'), "the output must be FILTERED_LANDMARKS"),
    ],
)
def test_what_does_not_go_together_is_refused(text: str, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        Graph(text)


numbers = st.floats(-2, 2, width=32)
frames = st.lists(
    st.tuples(st.integers(1, 90_000), st.none() | st.tuples(*[st.tuples(numbers, numbers, numbers)] * 2)),
    max_size=5,
)


@needs_oracle
@given(frames, st.sampled_from(FILTERS), st.booleans())
@settings(max_examples=30, deadline=None)
def test_points_in_pixels_against_the_oracle(
    frames: list[tuple[int, tuple[Point, Point] | None]], filter_: str, region: bool
) -> None:
    timestamp, steps = 0, list[Step]()
    for later, points in frames:
        timestamp += later
        steps.append(add("a", timestamp, None if points is None else landmarks(*points)))
        if region:
            steps.append(add("r", timestamp, Rect(x_center=0, y_center=0, width=3, height=4)))
    ends = [close("a"), close("r")] if region else [close("a")]
    compare(smooth(filter_, region=region), [*steps, *ends], ["o"], rounding=True)


@needs_oracle
@given(frames, st.sampled_from(FILTERS))
@settings(max_examples=20, deadline=None)
def test_fractions_against_the_oracle(
    frames: list[tuple[int, tuple[Point, Point] | None]], filter_: str
) -> None:
    """The size comes of an image; a frame without points begins anew."""
    text = smooth(filter_, norm=True).replace('input_stream: "s"', 'input_stream: "i"', 1)
    text += 'node { calculator: "ImagePropertiesCalculator" input_stream: "IMAGE:i" output_stream: "SIZE:s" }'
    frame = ImageFrame(ImageFormat.GRAY8, np.zeros((7, 13), np.uint8))
    timestamp, steps = 0, list[Step]()
    for later, points in frames:
        timestamp += later
        made = [NormalizedLandmark(x=x, y=y, z=z) for x, y, z in points or ()]
        steps += [
            add("a", timestamp, NormalizedLandmarkList(landmark=made) if points else None),
            add("i", timestamp, frame),
        ]
    compare(text, [*steps, close("a"), close("i")], ["o"], rounding=True)
