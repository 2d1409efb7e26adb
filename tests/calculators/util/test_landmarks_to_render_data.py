"""LandmarksToRenderDataCalculator: upstream's calculators/util/landmarks_to_render_data_calculator.cc."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from graph_runs import run_graph
from graph_steps import node
from hypothesis import given
from hypothesis import strategies as st

from mpgraph import Graph
from mpgraph.errors import CalculatorError, ContractError
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.landmark import Landmark, LandmarkList, NormalizedLandmark, NormalizedLandmarkList
from mpgraph.formats.render_data import RenderAnnotation, RenderData

F = np.float32
SEVERAL = [0.0, 0.25, 1.0, -0.5]
BLUE = ImageFrame.adopt(np.full((100, 200, 3), (0, 0, 255), np.uint8))
FLAT = "visualize_landmark_depth: false "


def draw(options: str = "", **inputs: Any) -> RenderData:
    """The drawing of inputs by their tags in lower case."""
    tags = [f"{name.upper()}:{name}" for name in inputs]
    text = node("LandmarksToRenderData", tags, ["RENDER_DATA:out"], options)
    ((at, data),) = run_graph(text, {name: [(4, value)] for name, value in inputs.items()}, ["out"])["out"]
    assert at == 4
    assert isinstance(data, RenderData)
    return data


def landmarks(*depths: float) -> NormalizedLandmarkList:
    points = [NormalizedLandmark(x=0.5 + n / 64, y=0.25 + n / 64, z=z) for n, z in enumerate(depths)]
    return NormalizedLandmarkList(landmark=points)


def lines_and_points(data: RenderData) -> tuple[list[RenderAnnotation], list[RenderAnnotation]]:
    """Lines come first."""
    kinds = [annotation.WhichOneof("data") for annotation in data.render_annotations]
    lines = [kind for kind in kinds if kind != "point"]
    assert kinds == lines + ["point"] * (len(kinds) - len(lines))
    return list(data.render_annotations[: len(lines)]), list(data.render_annotations[len(lines) :])


def rgb(color: Any) -> tuple[int, int, int]:
    return color.r, color.g, color.b


def test_points_and_lines_without_depth() -> None:
    options = FLAT + (
        "landmark_connections: [0, 1, 2, 0] thickness: 2.5 landmark_color { r: 1 g: 2 b: 3 } "
        "connection_color { r: 4 g: 5 b: 6 }"
    )
    lines, points = lines_and_points(draw(options, norm_landmarks=landmarks(*SEVERAL)))
    assert [rgb(line.color) for line in lines] == [(4, 5, 6)] * 2
    first, second = (line.line for line in lines)
    assert (first.x_start, first.y_start, first.x_end, first.y_end) == (0.5, 0.25, 0.515625, 0.265625)
    assert (second.x_start, second.x_end) == (0.53125, 0.5)
    assert first.normalized
    assert [rgb(point.color) for point in points] == [(1, 2, 3)] * 4
    assert [(point.point.x, point.point.y) for point in points[:2]] == [(0.5, 0.25), (0.515625, 0.265625)]
    for annotation in (*lines, *points):
        assert annotation.thickness == 2.5
    assert {point.scene_tag for point in points} == {"KEYPOINT"}


def test_landmarks_in_pixels() -> None:
    given = LandmarkList(landmark=[Landmark(x=3, y=4), Landmark(x=30, y=40)])
    (line,), points = lines_and_points(draw("landmark_connections: [0, 1]", landmarks=given))
    assert not line.line.normalized
    assert (line.line.x_end, line.line.y_end) == (30, 40)
    assert [point.point.normalized for point in points] == [False, False]


def test_no_points() -> None:
    data = draw("landmark_connections: [0, 1] render_landmarks: false", norm_landmarks=landmarks(0, 0))
    assert [annotation.WhichOneof("data") for annotation in data.render_annotations] == ["line"]


def test_depth_decides_on_colour_and_size() -> None:
    options = (
        "landmark_connections: [3, 2] min_depth_line_color { r: 200 } max_depth_line_color { g: 100 } "
        "min_depth_circle_thickness: 2 max_depth_circle_thickness: 12"
    )
    (line,), points = lines_and_points(draw(options, norm_landmarks=landmarks(*SEVERAL)))
    assert rgb(line.gradient_line.color1) == (0, 100, 0)  # the nearest
    assert rgb(line.gradient_line.color2) == (199, 0, 0)  # the farthest; the divisor is a little more
    assert not line.HasField("color")
    assert [point.thickness for point in points] == [8, 7, 2, 12]
    assert [rgb(point.color) for point in points] == [(171,) * 3, (128,) * 3, (1,) * 3, (255,) * 3]


@given(st.lists(st.floats(-8, 8, width=32), min_size=2, max_size=6))
def test_any_depths(depths: list[float]) -> None:
    """Step by step as upstream computes: floats, but for the divisor."""
    _, points = lines_and_points(draw(norm_landmarks=landmarks(*depths)))
    near, far = min(map(F, depths)), max(F(1.1754944e-38), *map(F, depths))
    for point, depth in zip(points, depths, strict=True):
        if far - near > 1e-3:
            part = float(F(depth) - near) / (float(far - near) + 1e-6)
            assert rgb(point.color) == (255 - int(F(part * 255)),) * 3
            assert point.thickness == int(F(1 - F(part)) * F(18))
        else:
            assert rgb(point.color) == (0, 0, 0)
            assert point.thickness == 1


def test_equal_depths_do_not_count() -> None:
    (line,), points = lines_and_points(draw("landmark_connections: [0, 1]", norm_landmarks=landmarks(3, 3)))
    assert line.WhichOneof("data") == "line"
    assert [point.thickness for point in points] == [1, 1]


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), float("-inf")])
def test_depths_that_are_no_numbers(odd: float) -> None:
    """All that is known is drawn."""
    lines, points = lines_and_points(
        draw("landmark_connections: [0, 1]", norm_landmarks=landmarks(odd, 0, 1))
    )
    assert (len(lines), len(points)) == (1, 3)


def test_the_scale_makes_thicker() -> None:
    options = "landmark_connections: [0, 1] thickness: 3"
    data = draw(options, norm_landmarks=landmarks(0, 0), render_scale=1.5)
    assert [annotation.thickness for annotation in data.render_annotations] == [4.5] * 3


@pytest.mark.parametrize("name", ["visibility", "presence"])
def test_what_is_not_to_be_seen_is_left_out(name: str) -> None:
    """With its lines; what is not known to be so is drawn."""
    given = landmarks(0, 0, 0)
    for landmark, value in zip(given.landmark, (0.25, 0.5), strict=False):
        setattr(landmark, name, value)
    options = f"landmark_connections: [0, 1, 1, 2] utilize_{name}: true {name}_threshold: 0.5"
    lines, points = lines_and_points(draw(options, norm_landmarks=given))
    assert [line.line.x_start for line in lines] == [0.515625]
    assert [point.point.x for point in points] == [0.515625, 0.53125]
    _, points = lines_and_points(draw(f"{name}_threshold: 0.5", norm_landmarks=given))
    assert len(points) == 3


def test_lines_between_landmarks_that_are_not_there() -> None:
    lines, _ = lines_and_points(
        draw("landmark_connections: [0, 1, 1, 2, -1, 0]", norm_landmarks=landmarks(0, 0))
    )
    assert len(lines) == 1


def test_no_landmarks_at_all() -> None:
    assert draw(norm_landmarks=NormalizedLandmarkList()) == RenderData()


def test_without_a_packet_nothing_is_sent() -> None:
    text = node("LandmarksToRenderData", ["NORM_LANDMARKS:a", "RENDER_SCALE:s"], ["RENDER_DATA:out"])
    found = run_graph(text, {"s": [(1, 2.0), (2, 2.0)], "a": [(2, landmarks(0))]}, ["out"])["out"]
    assert [at for at, _ in found] == [2]
    with pytest.raises(CalculatorError, match="RENDER_SCALE"):
        run_graph(text, {"s": [(3, 2.0)], "a": [(2, landmarks(0))]}, ["out"])


def test_the_picture() -> None:
    """As AnnotationOverlayCalculator draws it: the nearest landmark is whiter and larger."""
    text = """input_stream: "points" input_stream: "image"
        node { calculator: "LandmarksToRenderDataCalculator" input_stream: "NORM_LANDMARKS:points"
               output_stream: "RENDER_DATA:data" }
        node { calculator: "AnnotationOverlayCalculator" input_stream: "IMAGE:image" input_stream: "data"
               output_stream: "IMAGE:out" }"""
    points = [NormalizedLandmark(x=0.25, y=0.5, z=0), NormalizedLandmark(x=0.75, y=0.5, z=1)]
    inputs: dict[str, list[tuple[int, Any]]] = {
        "points": [(0, NormalizedLandmarkList(landmark=points))],
        "image": [(0, BLUE)],
    }
    ((_, picture),) = run_graph(text, inputs, ["out"])["out"]
    found = picture.numpy_view()
    assert found[50, 50].tolist() == [255, 255, 255]
    assert found[50, 150].tolist() == [1, 1, 1]
    white, black = ((found == value).all(axis=2).sum() for value in (255, 1))
    assert white > 10 * black > 0


@pytest.mark.parametrize(
    ("inputs", "options", "message"),
    [
        ([], "", "exactly one input of LANDMARKS, NORM_LANDMARKS must be connected"),
        (["LANDMARKS:a", "NORM_LANDMARKS:b"], "", "connected: LANDMARKS, NORM_LANDMARKS"),
        (["LANDMARKS:a"], "landmark_connections: [1, 2, 3]", "must be pairs; got 3 indices"),
    ],
)
def test_contract(inputs: list[str], options: str, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        Graph(node("LandmarksToRenderData", inputs, ["RENDER_DATA:out"], options))
