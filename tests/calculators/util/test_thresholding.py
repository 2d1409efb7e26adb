"""ThresholdingCalculator: whether a number is above a threshold."""

from __future__ import annotations

import pytest
from graph_steps import add, close, compare, node, play
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_client import needs_oracle

from mpgraph import Graph, Packet
from mpgraph.errors import CalculatorError, ContractError
from mpgraph.packet_type import DOUBLE

OUTPUTS = ["FLAG:flag", "ACCEPT:yes", "REJECT:no"]
NAMES = ["flag", "yes", "no"]


def text(options: str = "", inputs: tuple[str, ...] = ("FLOAT:x",), side: tuple[str, ...] = ()) -> str:
    head = "".join(f'input_side_packet: "{name.rpartition(":")[2]}" ' for name in side)
    return head + node("Thresholding", inputs, OUTPUTS, options, side_inputs=side)


def test_only_above_is_accepted() -> None:
    steps = [add("x", 1, 0.75), add("x", 2, 0.5), add("x", 3, -1.0), add("x", 4, None)]
    found = play(text("threshold: 0.5"), steps, NAMES)
    assert found["flag"] == [(1, True), (2, False), (3, False), (4, None)]
    assert found["yes"] == [(1, True), (2, None), (3, None), (4, None)]
    assert found["no"] == [(1, None), (2, False), (3, False), (4, None)]


def test_the_threshold_is_0_by_default() -> None:
    assert play(text(), [add("x", 1, 0.0), add("x", 2, 1e-30)], NAMES)["flag"] == [(1, False), (2, True)]


def test_a_side_packet_gives_the_threshold() -> None:
    found = play(text(side=("THRESHOLD:t",)), [add("x", 1, 2.0), add("x", 2, 4.0)], NAMES, {"t": 3.0})
    assert found["flag"] == [(1, False), (2, True)]


def test_a_stream_gives_it_until_the_next() -> None:
    steps = [add("x", 1, 0.5), add("t", 1, None), add("x", 2, 0.5), add("t", 2, 1.0)]
    steps += [add("x", 3, 0.5), add("t", 3, None)]
    found = play(text(inputs=("FLOAT:x", "THRESHOLD:t")), steps, NAMES)
    assert found["flag"] == [(1, True), (2, False), (3, False)]
    with pytest.raises(CalculatorError, match="a THRESHOLD came without a FLOAT"):
        play(text(inputs=("FLOAT:x", "THRESHOLD:t")), [add("t", 1, 1.0), add("x", 1, None)], NAMES)


@pytest.mark.parametrize(
    ("options", "inputs", "side", "both"),
    [
        ("threshold: 0", ("FLOAT:x", "THRESHOLD:t"), (), "input stream and option"),
        ("threshold: 0", ("FLOAT:x",), ("THRESHOLD:s",), "side packet and option"),
        ("", ("FLOAT:x", "THRESHOLD:t"), ("THRESHOLD:s",), "input stream and side packet"),
    ],
)
def test_one_gives_the_threshold(
    options: str, inputs: tuple[str, ...], side: tuple[str, ...], both: str
) -> None:
    with pytest.raises(ContractError, match=f"can give the threshold, not {both}"):
        Graph(text(options, inputs, side))


@needs_oracle
@given(
    st.lists(st.tuples(st.floats(-1, 1, width=32), st.none() | st.floats(-1, 1)), max_size=5),
    st.sampled_from(["", "threshold: 0.25", "threshold: -1"]),
)
@settings(max_examples=20, deadline=None)
def test_against_the_oracle(rows: list[tuple[float, float | None]], options: str) -> None:
    streams = not options
    steps = []
    for timestamp, (number, threshold) in enumerate(rows):
        steps.append(add("x", timestamp, number))
        if streams:
            given = None if threshold is None else Packet(threshold, declared=DOUBLE)
            steps.append(add("t", timestamp, given))
    ends = [close("x"), close("t")] if streams else [close("x")]
    compare(text(options, ("FLOAT:x", "THRESHOLD:t") if streams else ("FLOAT:x",)), [*steps, *ends], NAMES)
