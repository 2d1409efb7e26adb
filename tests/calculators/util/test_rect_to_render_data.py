"""RectToRenderDataCalculator: upstream's calculators/util/rect_to_render_data_calculator.cc."""

from __future__ import annotations

from typing import Any

import pytest
from graph_runs import run_graph
from graph_steps import node

from mpgraph import Graph
from mpgraph.errors import ContractError
from mpgraph.formats.rect import NormalizedRect, Rect
from mpgraph.formats.render_data import RenderAnnotation


def draw(tag: str, value: Any, options: str = "") -> list[RenderAnnotation]:
    text = node("RectToRenderData", [f"{tag}:rect"], ["RENDER_DATA:out"], options)
    ((at, data),) = run_graph(text, {"rect": [(4, value)]}, ["out"])["out"]
    assert at == 4
    return list(data.render_annotations)


def corners(box: RenderAnnotation.Rectangle) -> tuple[float, ...]:
    return box.left, box.top, box.right, box.bottom


def test_a_turned_one() -> None:
    rect = NormalizedRect(x_center=0.5, y_center=0.25, width=0.5, height=0.25, rotation=0.5)
    (drawn,) = draw("NORM_RECT", rect, "color { r: 1 b: 2 } thickness: 3")
    assert corners(drawn.rectangle) == (0.25, 0.125, 0.75, 0.375)
    assert (drawn.rectangle.rotation, drawn.rectangle.normalized) == (0.5, True)
    assert (drawn.color.r, drawn.color.g, drawn.color.b, drawn.thickness) == (1, 0, 2, 3)
    assert not drawn.rectangle.HasField("top_left_thickness")


def test_several_in_pixels() -> None:
    rects = [Rect(x_center=5, y_center=6, width=3, height=4), Rect(x_center=50, y_center=60)]
    first, second = draw("RECTS", rects)
    assert corners(first.rectangle) == (3.5, 4, 6.5, 8)
    assert corners(second.rectangle) == (50, 60, 50, 60)
    assert not first.rectangle.normalized
    assert draw("RECTS", []) == []
    assert len(draw("NORM_RECTS", [NormalizedRect(x_center=0.5, y_center=0.5, width=1, height=1)] * 2)) == 2
    assert len(draw("RECT", rects[0])) == 1


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ("", "rectangle"),
        ("filled: true", "filled_rectangle"),
        ("oval: true", "oval"),
        ("oval: true filled: true", "filled_oval"),
    ],
)
def test_shapes(options: str, kind: str) -> None:
    (drawn,) = draw("RECT", Rect(x_center=5, y_center=6, width=4, height=4), options)
    assert drawn.WhichOneof("data") == kind
    shape: Any = getattr(drawn, kind)
    while hasattr(shape, "oval") or hasattr(shape, "rectangle"):
        shape = shape.oval if hasattr(shape, "oval") else shape.rectangle
    assert corners(shape) == (3, 4, 7, 8)


def test_the_point_at_the_corner() -> None:
    (drawn,) = draw("RECT", Rect(x_center=5, y_center=6, width=4, height=4), "top_left_thickness: 5")
    assert drawn.rectangle.top_left_thickness == 5


@pytest.mark.parametrize(
    ("tag", "rect", "is_drawn"),
    [
        ("NORM_RECT", NormalizedRect(x_center=-1, y_center=0.5, width=1, height=1), False),
        ("NORM_RECT", NormalizedRect(x_center=-1, y_center=0.5, width=1, height=1, rotation=1), True),
        ("NORM_RECT", NormalizedRect(x_center=-0.25, y_center=0.5, width=1, height=1), True),
        ("NORM_RECT", NormalizedRect(x_center=0.5, y_center=2, width=1, height=1), False),
        ("RECT", Rect(x_center=5, y_center=200, width=2, height=2), True),
        ("RECT", Rect(x_center=5, y_center=-20, width=2, height=2), False),
    ],
)
def test_beside_the_image(tag: str, rect: Any, is_drawn: bool) -> None:
    """A rectangle then has no corners."""
    (drawn,) = draw(tag, rect)
    assert drawn.WhichOneof("data") == "rectangle"
    assert drawn.rectangle.HasField("left") is is_drawn


@pytest.mark.parametrize(
    ("inputs", "options", "message"),
    [
        ([], "", "exactly one input of NORM_RECT, RECT, NORM_RECTS, RECTS must be connected"),
        (["RECT:a", "RECTS:b"], "", "connected: RECT, RECTS"),
        (["RECT:a"], "top_left_thickness: 1 oval: true", "top_left_thickness excludes oval and filled"),
        (["RECT:a"], "top_left_thickness: 1 filled: true", "top_left_thickness excludes oval and filled"),
    ],
)
def test_contract(inputs: list[str], options: str, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        Graph(node("RectToRenderData", inputs, ["RENDER_DATA:out"], options))
