"""SsdAnchorsCalculator: boxes of one layer, of several, of a pyramid, and written out."""

from __future__ import annotations

import re

import numpy as np
import pytest
from face_detector import DECODE, compare_detectors, detector, noise
from hypothesis import given, settings
from hypothesis import strategies as st
from mpgraph.calculators.tensor.ssd_anchors import SsdAnchorsOptions, anchors_of
from oracle_client import needs_oracle

from mpgraph import Graph
from mpgraph.errors import ContractError
from mpgraph.formats.anchor import Anchor

SIDE = "min_scale: 0.2 max_scale: 0.95 input_size_width: 128 input_size_height: 128"


def node(options: str) -> str:
    return f"""node {{ calculator: "SsdAnchorsCalculator" output_side_packet: "anchors"
        options {{ [mediapipe.SsdAnchorsCalculatorOptions.ext] {{ {options} }} }} }}"""


def anchors(options: str) -> list[Anchor]:
    with Graph(f'output_side_packet: "anchors" {node(options)}') as graph:
        graph.start()
        graph.wait_until_done()
        found: list[Anchor] = graph.output_side_packet("anchors").value
    return found


def test_two_cells() -> None:
    found = anchors(
        "num_layers: 1 strides: 4 input_size_width: 7 input_size_height: 3 aspect_ratios: 1 "
        "min_scale: 0.5 max_scale: 0.5 interpolated_scale_aspect_ratio: 0"
    )
    assert found == [
        Anchor(x_center=0.25, y_center=0.5, w=0.5, h=0.5),
        Anchor(x_center=0.75, y_center=0.5, w=0.5, h=0.5),
    ]


def test_a_cell_has_a_box_per_ratio_and_one_between_the_scales() -> None:
    """The ratio is width over height at the same area; the last layer's next scale is 1."""
    found = anchors(
        "num_layers: 1 strides: 8 input_size_width: 8 input_size_height: 8 aspect_ratios: 1 "
        "aspect_ratios: 4 min_scale: 0.25 max_scale: 0.25"
    )
    assert [(box.w, box.h) for box in found] == [(0.25, 0.25), (0.5, 0.125), (0.5, 0.5)]


def test_layers_of_one_stride_share_their_cells() -> None:
    options = f"num_layers: 3 strides: 64 strides: 64 strides: 128 aspect_ratios: 1 {SIDE}"
    found = anchors(options)
    assert len(found) == 2 * 2 * 4 + 1 * 2
    assert [box.x_center for box in found[:5]] == [0.25] * 4 + [0.75]


def test_fixed_anchors_are_taken_as_they_are() -> None:
    text = "fixed_anchors { x_center: 0.1 y_center: 0.2 h: 0.3 w: 0.4 }"
    (found,) = anchors(text)
    assert found == Anchor(x_center=0.1, y_center=0.2, h=0.3, w=0.4)


@given(
    st.lists(st.sampled_from([2, 4, 8]), min_size=1, max_size=4).map(sorted),
    st.integers(1, 40),
    st.integers(1, 40),
    st.lists(st.sampled_from([0.5, 1.0, 2.0]), max_size=3),
    st.booleans(),
)
@settings(max_examples=50, deadline=None)
def test_every_cell_has_its_boxes(
    strides: list[int], width: int, height: int, ratios: list[float], more: bool
) -> None:
    options = SsdAnchorsOptions(
        num_layers=len(strides),
        strides=strides,
        input_size_width=width,
        input_size_height=height,
        aspect_ratios=ratios,
        interpolated_scale_aspect_ratio=float(more),
        min_scale=0.1,
        max_scale=0.9,
    )
    boxes = np.array(list(anchors_of(options))).reshape(-1, 4)
    cells = sum(-(-width // stride) * -(-height // stride) for stride in strides)
    assert len(boxes) == cells * (len(ratios) + more)
    assert ((boxes[:, :2] > 0) & (boxes[:, :2] < 1)).all()
    assert (boxes[:, 2:] > 0).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("num_layers: 2 strides: 8", "2 layers need as many strides, got 1"),
        ("num_layers: 1", "1 layers need as many strides, got 0"),
        ("num_layers: 1 strides: 0", "strides must be 1 or more"),
        (
            "num_layers: 1 feature_map_height: 2 strides: 8",
            "as many feature_map_height and _width, got 1 and 0",
        ),
        ("num_layers: 1 feature_map_height: 2 feature_map_width: 2", "1 layers need as many strides, got 0"),
        ("num_layers: 1 fixed_anchors { }", "fixed_anchors go without num_layers"),
        ("multiscale_anchor_generation: true strides: 8", "5 layers need as many strides, got 1"),
    ],
)
def test_options_that_do_not_go_together_are_refused(options: str, message: str) -> None:
    with pytest.raises(ContractError, match=re.escape(message)):
        Graph(node(options))


STRIDES = " ".join(["strides: 16"] * 12)


@needs_oracle
@pytest.mark.parametrize(
    "options",
    [
        f"num_layers: 4 strides: 8 strides: 16 strides: 16 strides: 16 aspect_ratios: 1 {SIDE}",
        f"num_layers: 4 strides: 8 strides: 16 strides: 16 strides: 16 aspect_ratios: 0.3 {SIDE} "
        "anchor_offset_x: 0.25 anchor_offset_y: 0 interpolated_scale_aspect_ratio: 3",
        f"num_layers: 12 {STRIDES} reduce_boxes_in_lowest_layer: true {SIDE}",
        f"num_layers: 1 strides: 8 feature_map_height: 32 feature_map_width: 28 aspect_ratios: 2 {SIDE} "
        "interpolated_scale_aspect_ratio: 0",
        "multiscale_anchor_generation: true min_level: 3 max_level: 3 feature_map_height: 16 "
        "feature_map_width: 28 aspect_ratios: 0.7 input_size_width: 224 input_size_height: 129",
        "multiscale_anchor_generation: true min_level: 3 max_level: 3 feature_map_height: 16 "
        "feature_map_width: 14 aspect_ratios: 0.7 input_size_width: 128 input_size_height: 128 "
        "scales_per_octave: 4 anchor_scale: 3 normalize_coordinates: false",
    ],
)  # fmt: skip
def test_against_the_oracle(options: str) -> None:
    """All 896 anchors, seen through the boxes that they make of a model's output."""
    text = detector(anchors=options, decode=f"{DECODE} box_format: XYWH")
    assert compare_detectors(text, noise()) > 700
