"""RectTransformationCalculator: shift, square, scale."""

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
from mpgraph.formats.rect import NormalizedRect, Rect


def transform(options: str = "", tag: str = "RECT") -> str:
    size = 'input_stream: "IMAGE_SIZE:s"' if tag.startswith("NORM") else ""
    head = 'input_stream: "s"' if size else ""
    return f"""input_stream: "r" {head} node {{ calculator: "RectTransformationCalculator"
        input_stream: "{tag}:r" {size} output_stream: "o"
        options {{ [mediapipe.RectTransformationCalculatorOptions.ext] {{ {options} }} }} }}"""


def numbers(rect: Any) -> list[float]:
    return [rect.x_center, rect.y_center, rect.width, rect.height, rect.rotation]


def one(options: str, rect: Rect) -> list[float]:
    ((_, found),) = play(transform(options), [add("r", 1, rect)], ["o"])["o"]
    return numbers(found)


RECT = Rect(x_center=10, y_center=20, width=4, height=8)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("", [10, 20, 4, 8, 0]),
        ("scale_x: 1.5 scale_y: 0.4", [10, 20, 6, 3, 0]),
        ("shift_x: 0.5 shift_y: -0.3", [12, 17, 4, 8, 0]),
        ("square_long: true", [10, 20, 8, 8, 0]),
        ("square_short: true", [10, 20, 4, 4, 0]),
        ("square_short: true scale_x: 2", [10, 20, 8, 4, 0]),
        ("shift_x: 1 rotation_degrees: 90", [10, 24, 4, 8, 0]),
        (f"shift_y: 1 rotation: {math.pi}", [10, 12, 4, 8, 0]),
    ],
)
def test_a_rectangle_of_pixels(options: str, expected: list[float]) -> None:
    """Parts of pixels are cut off; what the options turn is the shift alone, as in upstream."""
    assert one(options, RECT) == expected


def test_its_own_rotation_turns_the_shift_and_is_kept() -> None:
    rect = Rect(x_center=10, y_center=20, width=4, height=8, rotation=math.pi / 2, rect_id=7)
    ((_, found),) = play(transform("shift_x: 1"), [add("r", 1, rect)], ["o"])["o"]
    assert numbers(found) == [10, 24, 4, 8, pytest.approx(math.pi / 2)]
    assert found.rect_id == 7
    assert rect.y_center == 20


def test_a_square_is_one_of_pixels() -> None:
    rect = NormalizedRect(x_center=0.5, y_center=0.5, width=0.25, height=0.25)
    steps = [add("r", 1, rect), add("s", 1, (200, 100))]
    ((_, found),) = play(transform("square_long: true", "NORM_RECT"), steps, ["o"])["o"]
    assert numbers(found) == [0.5, 0.5, 0.25, 0.5, 0]


@pytest.mark.parametrize("tag", ["RECTS", "NORM_RECTS"])
def test_lists_are_transformed_item_by_item(tag: str) -> None:
    cls: Any = Rect if tag == "RECTS" else NormalizedRect
    rects = [cls(x_center=1, y_center=2, width=n, height=n) for n in range(3)]
    steps = [add("r", 1, rects), add("r", 2, [])]
    if tag == "NORM_RECTS":
        steps = [step for at in (1, 2) for step in (steps[at - 1], add("s", at, (10, 10)))]
    found = play(transform("scale_x: 2", tag), steps, ["o"])["o"]
    assert [[rect.width for rect in rects] for _, rects in found] == [[0, 2, 4], []]


def test_without_the_size_nothing_is_sent() -> None:
    rect = NormalizedRect(x_center=0.5, y_center=0.5, width=0.25, height=0.25)
    steps = [add("r", 1, rect), add("s", 1, None), add("r", 2, None), add("s", 2, (1, 1))]
    assert play(transform("", "NORM_RECT"), steps, ["o"])["o"] == [(1, None), (2, None)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (transform("rotation: 1 rotation_degrees: 5"), "rotation and rotation_degrees exclude each other"),
        (transform("square_long: false square_short: true"), "square_long and square_short exclude"),
        (
            transform("", "NORM_RECT").replace('input_stream: "IMAGE_SIZE:s"', ""),
            "NORM_RECT needs IMAGE_SIZE",
        ),
        (transform().replace('"RECT:r"', '"RECT:r" input_stream: "RECTS:r"'), "connected: RECT, RECTS"),
    ],
)
def test_what_does_not_go_together_is_refused(text: str, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        Graph(text)


shifts = st.sampled_from(["", "shift_x: 0.3", "shift_x: -0.2 shift_y: 0.7"])
turns = st.sampled_from(["", "rotation: 1.3", "rotation_degrees: -135", "rotation: -40"])
squares = st.sampled_from(["", "square_long: true", "square_short: true"])
scales = st.sampled_from(["", "scale_x: 1.5 scale_y: 1.7"])
fractions = st.floats(-2, 2, width=32)


@needs_oracle
@given(
    st.tuples(shifts, turns, squares, scales).map(" ".join), st.tuples(*[st.integers(-99, 99)] * 4), fractions
)
@settings(max_examples=25, deadline=None)
def test_pixels_against_the_oracle(options: str, at: tuple[int, int, int, int], rotation: float) -> None:
    rect = Rect(x_center=at[0], y_center=at[1], width=at[2], height=at[3], rotation=rotation)
    compare(transform(options), [add("r", 1, rect), close("r")], ["o"])


@needs_oracle
@given(st.tuples(shifts, turns, squares, scales).map(" ".join), st.tuples(*[fractions] * 5))
@settings(max_examples=25, deadline=None)
def test_fractions_against_the_oracle(options: str, at: tuple[float, ...]) -> None:
    """The size comes of an image, for it cannot be put in."""
    text = transform(options, "NORM_RECT").replace('input_stream: "s"', 'input_stream: "i"', 1)
    text += 'node { calculator: "ImagePropertiesCalculator" input_stream: "IMAGE:i" output_stream: "SIZE:s" }'
    rect = NormalizedRect(x_center=at[0], y_center=at[1], width=at[2], height=at[3], rotation=at[4])
    steps: list[Step] = [
        add("r", 1, rect),
        add("i", 1, ImageFrame(ImageFormat.GRAY8, np.zeros((7, 13), np.uint8))),
    ]
    compare(text, [*steps, close("r"), close("i")], ["o"], rounding=True)
