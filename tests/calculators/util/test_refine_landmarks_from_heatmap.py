"""RefineLandmarksFromHeatmapCalculator: points moved to where a heat map is warm."""

from __future__ import annotations

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
from mpgraph.formats.tensor import Tensor


def refine(options: str = "kernel_size: 3") -> str:
    return node(
        "RefineLandmarksFromHeatmap", ["NORM_LANDMARKS:a", "TENSORS:t"], ["NORM_LANDMARKS:o"], options
    )


def landmarks(*points: tuple[float, float]) -> NormalizedLandmarkList:
    return NormalizedLandmarkList(
        landmark=[NormalizedLandmark(x=x, y=y, z=7, presence=0.875) for x, y in points]
    )


def heat(*warm: tuple[int, int, int], size: int = 8, count: int = 1) -> Tensor:
    """Logits of a map that is cold but for cells of (row, column, landmark)."""
    cells = np.full((1, size, size, count), -100, np.float32)
    for cell in warm:
        cells[(0, *cell)] = 100
    return Tensor(cells)


def test_a_point_moves_to_the_warm_cells_around_it() -> None:
    steps = [add("a", 1, landmarks((0.5, 0.5))), add("t", 1, [heat((3, 4, 0), (3, 5, 0), (0, 0, 0))])]
    assert play(refine(), steps, ["o"])["o"] == [(1, landmarks((4.5 / 8, 3 / 8)))]


@pytest.mark.parametrize("at", [(-0.5, 0.5), (0.5, 1.0), (float("nan"), 0.5)])
def test_a_point_outside_stays(at: tuple[float, float]) -> None:
    ((_, made),) = play(refine(), [add("a", 1, landmarks(at)), add("t", 1, [heat((0, 0, 0))])], ["o"])["o"]
    assert made.SerializeToString() == landmarks(at).SerializeToString()


def test_a_point_stays_where_it_is_cold_but_may_get_less_present() -> None:
    steps = [add("a", 1, landmarks((0.5, 0.5))), add("t", 1, [Tensor(np.full((8, 8, 1), -1, np.float32))])]
    ((_, made),) = play(refine("refine_presence: true refine_visibility: true"), steps, ["o"])["o"]
    assert made.landmark[0].x == 0.5
    assert made.landmark[0].presence == pytest.approx(1 / (1 + np.e))
    assert not made.landmark[0].HasField("visibility")


def test_without_a_map_points_stay_and_without_points_nothing_is_sent() -> None:
    steps = [add("a", 1, landmarks((0.5, 0.5))), add("t", 1, None), add("a", 2, None), add("t", 2, [heat()])]
    assert play(refine(), steps, ["o"])["o"] == [(1, landmarks((0.5, 0.5))), (2, None)]


@pytest.mark.parametrize(
    ("tensors", "got"),
    [
        ([], "none"),
        ([heat(count=2)], r"float32 \(8, 8, 2\)"),
        ([Tensor(np.zeros((8, 8, 1), np.uint8))], "uint8"),
    ],
)
def test_other_tensors_are_refused(tensors: list[Tensor], got: str) -> None:
    with pytest.raises(
        CalculatorError, match=rf"expected a float32 heat map \(height, width, 1\), got {got}"
    ):
        play(refine(), [add("a", 1, landmarks((0.5, 0.5))), add("t", 1, tensors)], ["o"])


fractions = st.floats(-0.25, 1.25, width=32)


@needs_oracle
@given(
    st.tuples(*[st.tuples(fractions, fractions)] * 3),
    st.integers(0, 9),
    st.sampled_from(
        ["", "kernel_size: 3", "kernel_size: 5 refine_presence: true min_confidence_to_refine: 0.9"]
    ),
)
@settings(max_examples=25, deadline=None)
def test_against_the_oracle(points: tuple[tuple[float, float], ...], seed: int, options: str) -> None:
    """The map, of three landmarks, is an image of three channels."""
    text = """input_stream: "i" node { calculator: "ImageToTensorCalculator" input_stream: "IMAGE:i"
        output_stream: "TENSORS:t" options { [mediapipe.ImageToTensorCalculatorOptions.ext] {
        output_tensor_width: 12 output_tensor_height: 9 output_tensor_float_range { min: -9 max: 9 } } } }"""
    text += refine(options).replace('input_stream: "t"', "", 1)
    image = np.random.default_rng(seed).integers(0, 256, (9, 12, 3), np.uint8)
    steps: list[Step] = [add("i", 1, ImageFrame(ImageFormat.SRGB, image)), add("a", 1, landmarks(*points))]
    compare(text, [*steps, close("i"), close("a")], ["o"], rounding=True)
