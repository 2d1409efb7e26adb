"""FaceLandmarksToRenderDataCalculator: the lines of a face."""

from __future__ import annotations

from graph_runs import run_graph
from graph_steps import node

from mpgraph.formats.landmark import NormalizedLandmark, NormalizedLandmarkList
from mpgraph.formats.render_data import RenderData

OPTIONS = "landmark_connections: [0, 1] visualize_landmark_depth: false render_landmarks: false"


def lines(count: int) -> list[tuple[int, int]]:
    """Between which of so many landmarks they are, whose x tells their index."""
    text = node("FaceLandmarksToRenderData", ["NORM_LANDMARKS:a"], ["RENDER_DATA:out"], "")
    text = text.replace(
        "}", f"options {{ [mediapipe.LandmarksToRenderDataCalculatorOptions.ext] {{ {OPTIONS} }} }} }}"
    )
    given = NormalizedLandmarkList(landmark=[NormalizedLandmark(x=n) for n in range(count)])
    ((_, data),) = run_graph(text, {"a": [(0, given)]}, ["out"])["out"]
    assert isinstance(data, RenderData)
    return [(int(each.line.x_start), int(each.line.x_end)) for each in data.render_annotations]


def test_the_lines_of_a_face() -> None:
    """132 of them, whatever the options say; closed ones come back to where they began."""
    found = lines(478)
    assert len(found) == len(set(found)) == 132
    assert found[:2] == [(61, 146), (146, 91)]
    assert (0, 1) not in found
    assert found[-1] == (109, 10)
    outline = found[-36:]
    assert [end for _, end in outline[:-1]] == [start for start, _ in outline[1:]]
    assert outline[0][0] == outline[-1][1]


def test_a_face_without_irises() -> None:
    assert len(lines(468)) == 132 - 8
