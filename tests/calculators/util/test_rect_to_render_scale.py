"""RectToRenderScaleCalculator: upstream's calculators/util/rect_to_render_scale_calculator.cc."""

from __future__ import annotations

import numpy as np
import pytest
from graph_steps import Step, add, node, play

from mpgraph.errors import CalculatorError
from mpgraph.formats.rect import NormalizedRect

F = np.float32


def scales(steps: list[Step], options: str = "") -> list[tuple[int, object]]:
    inputs = ["NORM_RECT:rect", "IMAGE_SIZE:size"]
    return play(node("RectToRenderScale", inputs, ["RENDER_SCALE:out"], options), steps, ["out"])["out"]


@pytest.mark.parametrize(("width", "height", "side"), [(0.5, 0.25, 320), (0.25, 0.75, 360)])
def test_the_longer_side_in_pixels(width: float, height: float, side: int) -> None:
    steps = [add("rect", 1, NormalizedRect(width=width, height=height)), add("size", 1, (640, 480))]
    assert scales(steps, "multiplier: 0.125") == [(1, side / 8)]
    assert scales(steps) == [(1, float(F(side) * F(0.01)))]


def test_without_a_rectangle_it_is_the_multiplier() -> None:
    steps = [add("rect", 1, None), add("size", 1, (640, 480))]
    assert scales(steps, "multiplier: 0.5") == [(1, 0.5)]


def test_bounds() -> None:
    steps = [add("rect", 1, None), add("size", 1, None)]
    assert scales(steps, "multiplier: 0.5 process_timestamp_bounds: true") == [(1, 0.5)]
    assert scales(steps, "multiplier: 0.5") == [(1, None)]


def test_no_size() -> None:
    with pytest.raises(CalculatorError, match="IMAGE_SIZE"):
        scales([add("rect", 1, NormalizedRect(width=1, height=1)), add("size", 1, None)])
