"""RoiTrackingCalculator: the last region as long as it still fits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from graph_steps import Step, add, close, compare, node, play
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_client import needs_oracle

from mpgraph.errors import CalculatorError
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.landmark import NormalizedLandmark, NormalizedLandmarkList
from mpgraph.formats.rect import NormalizedRect

INPUTS = ["PREV_LANDMARKS:l", "PREV_LANDMARKS_RECT:p", "RECROP_RECT:n", "IMAGE_SIZE:s"]
Numbers = tuple[float, float, float, float, float]


def track(options: str) -> str:
    return node("RoiTracking", INPUTS, ["TRACKING_RECT:o"], options)


def rect(
    x: float = 0.5, y: float = 0.5, width: float = 0.5, height: float = 0.5, rotation: float = 0
) -> NormalizedRect:
    return NormalizedRect(x_center=x, y_center=y, width=width, height=height, rotation=rotation)


def landmarks(*points: tuple[float, float]) -> NormalizedLandmarkList:
    return NormalizedLandmarkList(landmark=[NormalizedLandmark(x=x, y=y) for x, y in points])


def keeps(options: str, last: NormalizedRect, new: NormalizedRect, points: NormalizedLandmarkList) -> bool:
    steps = [add("l", 1, points), add("p", 1, last), add("n", 1, new), add("s", 1, (200, 100))]
    ((_, found),) = play(track(options), steps, ["o"])["o"]
    assert found in (last, new)
    return bool(found == last)


@pytest.mark.parametrize(
    ("options", "last", "kept"),
    [
        ("", rect(9), True),
        ("iou_requirements {}", rect(0.6), True),
        ("iou_requirements {}", rect(0.75), False),
        ("iou_requirements { min_iou: 0.3 }", rect(0.75), True),
        ("iou_requirements {}", rect(9), True),  # nothing in common: a slip of upstream's
        ("rect_requirements {}", rect(0.54, 0.46), True),
        ("rect_requirements {}", rect(0.56), False),
        ("rect_requirements {}", rect(0.5, 0.44), False),
        ("rect_requirements { translation: 0.2 }", rect(0.56), True),
        ("rect_requirements {}", rect(width=0.54, height=0.46), True),
        ("rect_requirements {}", rect(width=0.56), False),
        ("rect_requirements {}", rect(height=0.44), False),
        ("rect_requirements {}", rect(rotation=0.17), True),
        ("rect_requirements {}", rect(rotation=-0.18), False),
        ("rect_requirements { rotation_degrees: 11 }", rect(rotation=-0.18), True),
    ],
)
def test_requirements_of_regions(options: str, last: NormalizedRect, kept: bool) -> None:
    assert keeps(options, last, rect(), landmarks()) == kept


@pytest.mark.parametrize(
    ("margin", "rotation", "point", "kept"),
    [
        (0.0, 0.0, (0.7, 0.7), True),
        (0.0, 0.0, (0.8, 0.5), False),
        (0.25, 0.0, (0.8, 0.5), True),
        (-0.25, 0.0, (0.7, 0.7), False),
        (0.0, math.pi / 2, (0.5, 0.9), True),  # the region is 100 by 50 pixels, turned
        (0.0, math.pi / 2, (0.7, 0.5), False),
    ],
)
def test_requirements_of_points(
    margin: float, rotation: float, point: tuple[float, float], kept: bool
) -> None:
    options = f"landmarks_requirements {{ recrop_rect_margin: {margin} }}"
    assert keeps(options, rect(9), rect(rotation=rotation), landmarks((0.5, 0.5), point)) == kept


def test_without_a_last_region_the_new_one_and_without_a_new_one_nothing() -> None:
    steps = [add("l", 1, None), add("p", 1, None), add("n", 1, rect(0.25)), add("s", 1, (2, 2))]
    steps += [add("l", 2, landmarks()), add("p", 2, rect()), add("n", 2, None), add("s", 2, (2, 2))]
    assert play(track(""), steps, ["o"])["o"] == [(1, rect(0.25)), (2, None)]


def test_a_last_region_needs_the_size() -> None:
    steps = [add("l", 1, landmarks()), add("p", 1, rect()), add("n", 1, rect()), add("s", 1, None)]
    with pytest.raises(CalculatorError, match="IMAGE_SIZE"):
        play(track(""), steps, ["o"])


near = st.floats(-0.25, 0.25, width=32)
regions = st.tuples(near, near, near, near, st.floats(-4, 4, width=32))
places = st.lists(st.tuples(*[st.floats(0, 1, width=32)] * 2), max_size=3)


@needs_oracle
@given(
    regions,
    st.tuples(near, near, near, near, near),
    places,
    st.sampled_from(
        [
            "iou_requirements {}",
            "rect_requirements {}",
            "rect_requirements { rotation_degrees: 5.5 translation: 0.3 scale: 0.4 }",
            "landmarks_requirements { recrop_rect_margin: 0.2 }",
            "iou_requirements { min_iou: 0.2 } rect_requirements { rotation_degrees: 40 translation: 1 scale: 1 }",
        ]
    ),
)
@settings(max_examples=60, deadline=None)
def test_against_the_oracle(
    new: Numbers, change: Numbers, points: list[tuple[float, float]], options: str
) -> None:
    """The size comes of an image."""
    text = track(options).replace('input_stream: "s"', 'input_stream: "i"', 1)
    text += 'node { calculator: "ImagePropertiesCalculator" input_stream: "IMAGE:i" output_stream: "SIZE:s" }'
    one = [number + 0.5 for number in new[:4]] + [new[4]]
    other = [a + b for a, b in zip(one, change, strict=True)]
    frame = ImageFrame(ImageFormat.GRAY8, np.zeros((7, 13), np.uint8))
    steps: list[Step] = [add("l", 1, landmarks(*points)), add("p", 1, rect(*other)), add("n", 1, rect(*one))]
    compare(text, [*steps, add("i", 1, frame), *map(close, "lpni")], ["o"])
