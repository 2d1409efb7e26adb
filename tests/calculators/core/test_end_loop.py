"""EndLoop<T>Calculator (spec calculators.md 6); whole loops are in test_begin_loop.py."""

from __future__ import annotations

from typing import Any

import pytest
from graph_steps import add, close, compare, play
from item_samples import items_of
from mpgraph.calculators.core.end_loop import VECTORS
from oracle_client import needs_oracle

from mpgraph import Graph
from mpgraph.errors import ContractError, PacketTypeError
from mpgraph.timestamp import MAX, PRESTREAM, Timestamp

TEXT = """input_stream: "i" input_stream: "e" node { calculator: "EndLoopFloatCalculator"
    input_stream: "ITEM:i" input_stream: "BATCH_END:e" output_stream: "ITERABLE:o" }"""


@pytest.mark.parametrize("name", VECTORS)
def test_the_items_of_a_batch_come_as_one_vector(name: str) -> None:
    items = items_of(VECTORS[name].item)
    steps = [add("i", t, item) for t, item in enumerate(items)]
    steps += [add("e", 2, Timestamp(70)), add("i", 3, items[0]), add("e", 3, Timestamp(90))]
    found = play(TEXT.replace("EndLoopFloatCalculator", name), steps, ["o"])["o"]
    assert [t for t, _ in found] == [70, 90]
    assert all(got is item for got, item in zip(found[0][1], items, strict=True))
    assert found[1][1][0] is items[0]


def test_a_batch_without_items_settles_the_output() -> None:
    steps = [add("e", 0, Timestamp(70)), add("i", 0, None), add("i", 1, 1.5), add("e", 1, Timestamp(71))]
    assert play(TEXT, steps, ["o"])["o"] == [(70, None), (71, [1.5])]


@pytest.mark.parametrize(("at", "settled"), [(PRESTREAM, MAX), (MAX, MAX)])
def test_a_special_timestamp_settles_all(at: int, settled: int) -> None:
    """Where upstream aborts."""
    steps = [add("e", 0, Timestamp.of(at)), close("i")]
    assert play(TEXT, steps, ["o"])["o"][0] == (settled, None)


def test_items_whose_batch_never_ends_are_dropped() -> None:
    steps = [add("i", 0, 1.5), add("i", 1, 2.5), close("i"), close("e")]
    assert [value for _, value in play(TEXT, steps, ["o"])["o"] if value is not None] == []


def test_an_integer_is_no_timestamp() -> None:
    with pytest.raises(PacketTypeError, match='"int", but "::mediapipe::Timestamp" was requested'):
        play(TEXT, [add("e", 0, 70)], ["o"])


def test_both_inputs_are_needed() -> None:
    with pytest.raises(ContractError, match="BATCH_END is required but not connected"):
        Graph(TEXT.replace('input_stream: "BATCH_END:e"', ""))


def test_a_batch_that_goes_back_in_time_fails_the_run() -> None:
    steps = [add("i", 0, 1.5), add("e", 0, Timestamp(70)), add("i", 1, 1.5), add("e", 1, Timestamp(70))]
    with pytest.raises(ValueError, match="70"):
        play(TEXT, steps, ["o"])


CONVERTED: list[tuple[str, str, list[Any]]] = [
    ("Detection", "MergeDetectionsToVector", items_of(VECTORS["EndLoopDetectionCalculator"].item)),
    (
        "NormalizedLandmarkListVector",
        "ConcatenateNormalizedLandmarkListVector",
        items_of(VECTORS["EndLoopNormalizedLandmarkListVectorCalculator"].item),
    ),
]


@needs_oracle
@pytest.mark.parametrize(("kind", "collect", "items"), CONVERTED, ids=lambda value: str(value)[:30])
def test_messages_there_and_back_against_the_oracle(kind: str, collect: str, items: list[Any]) -> None:
    text = f"""input_stream: "a" input_stream: "b"
        node {{ calculator: "{collect}Calculator" input_stream: "a" input_stream: "b" output_stream: "v" }}
        node {{ calculator: "BeginLoop{kind}Calculator" input_stream: "ITERABLE:v" output_stream: "ITEM:i"
                output_stream: "BATCH_END:e" }}
        node {{ calculator: "EndLoop{kind}Calculator" input_stream: "ITEM:i" input_stream: "BATCH_END:e"
                output_stream: "ITERABLE:o" }}"""
    steps = [add("a", 1, items[0]), add("b", 1, items[1]), add("a", 2, None), add("b", 2, items[2])]
    steps += [add("a", 3, None), add("b", 3, None), close("a"), close("b")]
    compare(text, steps, ["v", "i", "o"])
