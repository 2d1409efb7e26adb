"""BeginLoop<T>Calculator, and whole loops (spec calculators.md 6)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from graph_runs import run_graph
from graph_steps import Step, add, close, compare, play
from hypothesis import given, settings
from hypothesis import strategies as st
from item_samples import items_of
from mpgraph.calculators.core.begin_loop import VECTORS, BeginLoop
from mpgraph.calculators.core.end_loop import EndLoop
from mpgraph.calculators.vector_family import Vector
from oracle_client import needs_oracle

from mpgraph import Calculator, Context, Graph, Input, Output, Packet
from mpgraph.errors import ContractError
from mpgraph.packet_type import vector_of
from mpgraph.timestamp import MAX, PRESTREAM, Timestamp

BEGIN = """node { calculator: "BeginLoop%sCalculator" input_stream: "ITERABLE:a" input_stream: "CLONE:c"
    output_stream: "ITEM:item" output_stream: "CLONE:clone" output_stream: "BATCH_END:end" }"""
END = """node { calculator: "EndLoopFloatCalculator" input_stream: "ITEM:item" input_stream: "BATCH_END:end"
    output_stream: "ITERABLE:o" }"""
LOOP = f'input_stream: "a" input_stream: "c" {BEGIN % "Float"} {END}'
TICKED = """input_stream: "a" input_stream: "t"
    node { calculator: "BeginLoopFloatCalculator" input_stream: "ITERABLE:a" input_stream: "TICK:t"
           output_stream: "ITEM:item" output_stream: "BATCH_END:end" }"""


def floats(*items: float) -> Packet:
    return Packet(list(items), declared=vector_of(float))


def begin(kind: str = "Float") -> str:
    return f'input_stream: "a" input_stream: "c" {BEGIN % kind}'


@pytest.mark.parametrize("name", VECTORS)
def test_each_item_comes_alone(name: str) -> None:
    items = items_of(VECTORS[name].item)
    text = begin().replace("BeginLoopFloatCalculator", name)
    found = play(text, [add("a", 50, items), add("c", 50, "k")], ["item", "end", "clone"])
    assert [t for t, _ in found["item"]] == [0, 1, 2]
    assert all(got is item for (_, got), item in zip(found["item"], items, strict=True))
    assert found["clone"] == [(0, "k"), (1, "k"), (2, "k")]
    assert found["end"] == [(2, Timestamp(50))]
    assert type(found["end"][0][1]) is Timestamp


def test_the_clock_goes_on_from_batch_to_batch() -> None:
    steps = [add("a", 10, [1.5, 2.5]), add("c", 10, None), add("a", 900, [3.5]), add("c", 900, None)]
    found = play(begin(), steps, ["item", "end", "clone"])
    assert found["item"] == [(0, 1.5), (1, 2.5), (2, 3.5)]
    assert found["end"] == [(1, Timestamp(10)), (2, Timestamp(900))]
    assert found["clone"] == []  # nor is it settled


@pytest.mark.parametrize("nothing", [[], None])
def test_a_batch_without_items_takes_a_tick(nothing: Any) -> None:
    steps = [add("a", 10, [1.5]), add("c", 10, 7), add("a", 11, nothing), add("c", 11, 7)]
    steps += [add("a", 12, [2.5]), add("c", 12, 8)]
    found = play(begin(), steps, ["item", "end", "clone"])
    assert found["item"] == [(0, 1.5), (1, None), (2, 2.5)]
    assert found["clone"] == [(0, 7), (1, None), (2, 8)]
    assert found["end"] == [(0, Timestamp(10)), (1, Timestamp(11)), (2, Timestamp(12))]


def test_a_tick_makes_a_batch() -> None:
    steps = [add("a", 1, None), add("t", 1), add("a", 2, [0.5]), add("t", 2, None)]
    found = play(TICKED, steps, ["item", "end"])
    assert found["end"] == [(0, Timestamp(1)), (1, Timestamp(2))]
    assert found["item"] == [(0, None), (1, 0.5)]


@pytest.mark.parametrize("timestamp", [PRESTREAM, -5, MAX])
def test_any_timestamp_comes_back(timestamp: int) -> None:
    steps = [add("a", timestamp, [1.5]), add("c", timestamp, 7)]
    assert play(LOOP, steps, ["o"])["o"][0] == (timestamp, [1.5])


def test_clones_go_in_and_out() -> None:
    text = begin().replace('input_stream: "CLONE:c"', "")
    with pytest.raises(ContractError, match="0 CLONE input streams need as many CLONE output streams, got 1"):
        Graph(text)


def test_batch_end_is_needed() -> None:
    with pytest.raises(ContractError, match="BATCH_END is required but not connected"):
        Graph(begin().replace('output_stream: "BATCH_END:end"', ""))


class Halve(Calculator, name="TestHalveCalculator"):
    """Halves even whole numbers and drops the others, with the loop's constant added."""

    number = Input[float]("N")
    constant = Input[float]("K")
    half = Output[float]()

    def process(self, cc: Context) -> None:
        if self.number in cc and cc[self.number] % 2 == 0:
            cc.send(self.half, cc[self.number] / 2 + cc.get(self.constant, 0.0))


def halved(vectors: list[list[float]]) -> list[tuple[int, list[float]]]:
    """What the loop of `Halve` makes of vectors at 0, 10, 20, … with their timestamps as constants."""
    batches = [(10 * i, [x / 2 + 10 * i for x in vector if x % 2 == 0]) for i, vector in enumerate(vectors)]
    return [(t, batch) for t, batch in batches if batch]


BODY = """node { calculator: "TestHalveCalculator" input_stream: "N:item" input_stream: "K:clone"
    output_stream: "half" }"""


@pytest.mark.parametrize("threads", [1, 4])
@given(vectors=st.lists(st.lists(st.integers(0, 5).map(float), max_size=4), max_size=8))
@settings(max_examples=15, deadline=None)
def test_a_loop_with_a_body(threads: int, vectors: list[list[float]]) -> None:
    text = f"""num_threads: {threads} input_stream: "a" input_stream: "c" output_stream: "o"
        {BEGIN % "Float"} {BODY} {END.replace("ITEM:item", "ITEM:half")}"""
    constants = [(10 * i, float(10 * i)) for i in range(len(vectors))]
    inputs: dict[str, list[tuple[int, Any]]] = {
        "a": [(10 * i, vector) for i, vector in enumerate(vectors)],
        "c": list(constants),
    }
    assert run_graph(text, inputs, ["o"])["o"] == halved(vectors)


@pytest.mark.parametrize("threads", [1, 4])
def test_the_body_may_be_a_subgraph(threads: int, tmp_path: Path) -> None:
    (tmp_path / "halve_twice.pbtxt").write_text(f"""type: "TestHalveTwice" input_stream: "N:item"
        input_stream: "K:clone" output_stream: "OUT:half_of_half" {BODY}
        node {{ calculator: "TestHalveCalculator" input_stream: "N:half" input_stream: "K:clone"
                output_stream: "half_of_half" }}""")
    text = f"""input_stream: "a" input_stream: "c" output_stream: "o" {BEGIN % "Float"}
        node {{ calculator: "TestHalveTwice" input_stream: "N:item" input_stream: "K:clone"
                output_stream: "OUT:done" }} {END.replace("ITEM:item", "ITEM:done")}"""
    found: list[tuple[int, Any]] = []
    with Graph(text, graph_path=[tmp_path], num_threads=threads) as graph:
        graph.observe("o", lambda packet: found.append((packet.time, packet.value)))
        graph.start()
        for timestamp, vector in enumerate([[4.0, 2.0], [], [1.0], [8.0, 12.0]]):
            graph.add_packet("a", vector, timestamp)
            graph.add_packet("c", 0.0, timestamp)
        graph.close_all_inputs()
        graph.wait_until_done()
    assert found == [(0, [1.0]), (3, [2.0, 3.0])]


def test_what_the_body_drops_does_not_hold_the_end_back() -> None:
    """Bounds go through the body, so that each batch comes out before the next goes in."""
    text = f"""input_stream: "a" input_stream: "c" {BEGIN % "Float"} {BODY}
        {END.replace("ITEM:item", "ITEM:half")}"""
    steps = [add("a", 1, [1.0, 2.0, 3.0]), add("c", 1, 0.0), add("a", 2, [1.0]), add("c", 2, 0.0)]
    assert play(text, steps, ["o"])["o"] == [(1, [1.0]), (2, None)]


class BeginLoopFloats(BeginLoop, name="TestBeginLoopFloatsCalculator", holds=Vector(list[float])):  # type: ignore[call-arg, misc]
    """Loops over vectors of floats."""


class EndLoopFloats(EndLoop, name="TestEndLoopFloatsCalculator", holds=Vector(list[float])):  # type: ignore[call-arg, misc]
    """Collects vectors of floats."""


NESTED = """num_threads: %d input_stream: "a" output_stream: "o"
    node { calculator: "TestBeginLoopFloatsCalculator" input_stream: "ITERABLE:a"
           output_stream: "ITEM:row" output_stream: "BATCH_END:rows_end" }
    node { calculator: "BeginLoopFloatCalculator" input_stream: "ITERABLE:row"
           output_stream: "ITEM:cell" output_stream: "BATCH_END:row_end" }
    node { calculator: "PassThroughCalculator" input_stream: "cell" output_stream: "same_cell" }
    node { calculator: "EndLoopFloatCalculator" input_stream: "ITEM:same_cell"
           input_stream: "BATCH_END:row_end" output_stream: "ITERABLE:same_row" }
    node { calculator: "TestEndLoopFloatsCalculator" input_stream: "ITEM:same_row"
           input_stream: "BATCH_END:rows_end" output_stream: "ITERABLE:o" }"""


@pytest.mark.parametrize("threads", [1, 4])
@given(
    tables=st.lists(
        st.lists(st.lists(st.floats(width=32, allow_nan=False), max_size=3), max_size=4), max_size=5
    )
)
@settings(max_examples=15, deadline=None)
def test_a_loop_in_a_loop(threads: int, tables: list[list[list[float]]]) -> None:
    """An empty row comes back as none, and a table of none but empty rows as no table."""
    kept = [(7 * i, [row for row in table if row]) for i, table in enumerate(tables)]
    found = run_graph(NESTED % threads, {"a": [(7 * i, table) for i, table in enumerate(tables)]}, ["o"])
    assert found["o"] == [(t, table) for t, table in kept if table]


batches = st.lists(
    st.tuples(
        st.none() | st.lists(st.floats(-8, 8, width=16), max_size=3).map(lambda items: floats(*items)),
        st.none() | st.integers(0, 9),
    ),
    max_size=6,
)


@needs_oracle
@given(batches)
@settings(max_examples=20, deadline=None)
def test_a_loop_against_the_oracle(batches: list[tuple[Packet | None, int | None]]) -> None:
    steps: list[Step] = []
    for timestamp, (vector, constant) in enumerate(batches):
        steps += [add("a", 3 * timestamp, vector), add("c", 3 * timestamp, constant)]
    compare(LOOP, [*steps, close("a"), close("c")], ["item", "clone", "o"])


@needs_oracle
@given(st.lists(st.tuples(st.sampled_from("at"), st.booleans()), max_size=8))
@settings(max_examples=15, deadline=None)
def test_ticks_against_the_oracle(events: list[tuple[str, bool]]) -> None:
    steps = [
        add(name, timestamp, floats(timestamp + 0.5) if there and name == "a" else (1 if there else None))
        for timestamp, (name, there) in enumerate(events)
    ]
    compare(TICKED + END, [*steps, close("a"), close("t")], ["item", "o"])


@needs_oracle
@pytest.mark.parametrize("kind", ["Int", "String"])
def test_other_types_against_the_oracle(kind: str) -> None:
    values: list[Any] = [1, -2, 3] if kind == "Int" else ["a", "", "ß"]
    vector = Packet(values, declared=vector_of(type(values[0])))
    compare(begin(kind), [add("a", 5, vector), add("c", 5, True)], ["item", "clone"])
