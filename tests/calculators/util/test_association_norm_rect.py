"""AssociationNormRectCalculator: of rectangles that overlap, the later one stays."""

from __future__ import annotations

import pytest
from graph_steps import Step, add, close, compare, play
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_client import needs_oracle

from mpgraph import Graph, Packet
from mpgraph.errors import CalculatorError, ContractError
from mpgraph.formats.rect import NormalizedRect
from mpgraph.packet_type import vector_of


def associate(threshold: float = 0.25, prev: str = "") -> str:
    head = f'input_stream: "{prev}"' if prev else ""
    port = f'input_stream: "PREV:{prev}"' if prev else ""
    return f"""input_stream: "a" input_stream: "b" {head} node {{ calculator: "AssociationNormRectCalculator"
        input_stream: "a" input_stream: "b" {port} output_stream: "o"
        options {{ [mediapipe.AssociationCalculatorOptions.ext] {{ min_similarity_threshold: {threshold} }} }} }}"""


def rect(x: float, y: float = 0.0, size: float = 1.0) -> NormalizedRect:
    return NormalizedRect(x_center=x, y_center=y, width=size, height=size)


LEFT, RIGHT, FAR = rect(0), rect(0.5), rect(5)


def test_the_later_of_two_stays() -> None:
    steps = [add("a", 1, [LEFT, FAR]), add("b", 1, [RIGHT])]
    assert play(associate(), steps, ["o"])["o"] == [(1, [FAR, RIGHT])]
    assert play(associate(0.5), steps, ["o"])["o"] == [(1, [LEFT, FAR, RIGHT])]


def test_also_within_one_stream() -> None:
    steps = [add("a", 1, [RIGHT, FAR, LEFT]), add("b", 1, None)]
    assert play(associate(), steps, ["o"])["o"] == [(1, [FAR, LEFT])]


def test_nothing_is_an_empty_vector_but_a_bound_is_a_bound() -> None:
    steps = [add("a", 1, []), add("b", 1, None), add("a", 2, None), add("b", 2, None)]
    assert play(associate(), steps, ["o"])["o"] == [(1, []), (2, None)]


def test_the_previous_ones_only_make_an_output() -> None:
    steps = [add("a", 1, None), add("b", 1, None), add("p", 1, [LEFT]), add("a", 2, [LEFT]), add("b", 2, [])]
    assert play(associate(prev="p"), [*steps, add("p", 2, [LEFT])], ["o"])["o"] == [(1, []), (2, [LEFT])]


def test_a_rectangle_without_a_size() -> None:
    with pytest.raises(CalculatorError, match="a rectangle lacks y_center, height"):
        play(associate(), [add("a", 1, [NormalizedRect(x_center=0, width=1)]), add("b", 1, [])], ["o"])


def test_the_threshold_is_not_negative() -> None:
    with pytest.raises(ContractError, match=r"min_similarity_threshold must be 0 or more, got -0\.5"):
        Graph(associate(-0.5))


quarters = st.integers(0, 8).map(lambda number: number / 8)
rects = st.builds(rect, quarters, quarters, quarters)


@needs_oracle
@given(st.lists(rects, max_size=5), st.sampled_from([0.0, 0.1, 0.25, 0.5, 1.0]), st.booleans())
@settings(max_examples=30, deadline=None)
def test_against_the_oracle(items: list[NormalizedRect], threshold: float, prev: bool) -> None:
    """Vectors come of loops over detections, for they cannot be put in."""
    previous = 'input_stream: "PREV:a"' if prev else ""
    text = f"""input_stream: "one" input_stream: "floats"
        node {{ calculator: "BeginLoopFloatCalculator" input_stream: "ITERABLE:floats"
                output_stream: "ITEM:float" output_stream: "BATCH_END:end" }}
        node {{ calculator: "EndLoopNormalizedRectCalculator" input_stream: "ITEM:one"
                input_stream: "BATCH_END:end" output_stream: "ITERABLE:a" }}
        node {{ calculator: "AssociationNormRectCalculator" input_stream: "a" input_stream: "a" {previous}
                output_stream: "o" options {{ [mediapipe.AssociationCalculatorOptions.ext] {{
                  min_similarity_threshold: {threshold} }} }} }}"""
    steps: list[Step] = [add("one", index, item) for index, item in enumerate(items)]
    batch = Packet([0.5] * len(items), declared=vector_of(float))
    compare(text, [*steps, add("floats", 70, batch), close("one"), close("floats")], ["o"])
