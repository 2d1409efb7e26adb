"""SwitchContainer (spec SW-1 to SW-10): its expansion, its errors and its behaviour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from graph_steps import Step, add, close, compare, node, play
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_client import needs_oracle, oracle

from mpgraph import Calculator, Graph
from mpgraph.config.schema import GraphConfig
from mpgraph.context import Context
from mpgraph.errors import ContractError
from mpgraph.ports import Input, Output

PASS = 'contained_node { calculator: "PassThroughCalculator" }'
TWO = f"{PASS} {PASS}"
OTHERS = f'{PASS} contained_node {{ name: "m" calculator: "MergeCalculator" }}'


class Negate(Calculator, name="CoreSwitchNegate"):
    """Sends minus the number."""

    number = Input[int]()
    negated = Output[int]()

    def process(self, cc: Context) -> None:
        cc.send(self.negated, -cc[self.number])


def switch(
    inputs: Sequence[str],
    outputs: Sequence[str],
    options: str = TWO,
    *,
    sides: Sequence[str] = (),
    side_outputs: Sequence[str] = (),
    more: str = "",
) -> str:
    text = node(
        "SwitchContainer", inputs, outputs, options, side_inputs=sides, side_outputs=side_outputs, more=more
    )
    names = dict.fromkeys(entry.rpartition(":")[2] for entry in sides)
    return " ".join(f'input_side_packet: "{name}"' for name in names) + " " + text


CONTAINERS = {
    "enable stream": switch(["ENABLE:e", "v"], ["o"], OTHERS),
    "select stream": switch(["SELECT:s", "v", "w"], ["o", "p"]),
    "named": switch(["v"], ["o"], f"select: 1 {OTHERS}", more='name: "sw"'),
    "tags": switch(["B:1:v", "B:0:w", "A:x", "ENABLE:e"], ["B:0:o", "B:1:p", "A:q"]),
    "ticks": switch(["B:1:v", "B:0:w", "A:x", "ENABLE:e"], ["B:0:o", "B:1:p", "A:q"],
                    f'tick_input_stream: "A" tick_input_stream: "B:1" {TWO}'),
    "asynchronous": switch(["ENABLE:e", "v"], ["o"], f"async_selection: true synchronize_io: true {OTHERS}"),
    "side packets": switch(["v"], ["o"], sides=["SELECT:s", "m"], side_outputs=["om"]),
    "both kinds": switch(["ENABLE:e", "v"], ["o"], sides=["SELECT:s", "M:m"], side_outputs=["M:om"]),
    "streams twice": switch(["v", "T:v", "w", "S:v"], ["o", "T:p", "q", "S:r"]),
    "tagged first": switch(["T:0:v", "T:1:v", "A:v"], ["T:0:o", "T:1:p", "A:q"]),
    "numbered name": switch(["v", "B:v", "C:v_2"], ["o", "B:p", "C:q"]),
    "side packets twice": switch(["v"], ["o"], sides=["m", "m"], side_outputs=["om", "on"]),
    "nested": switch(["ENABLE:e", "v"], ["o"], PASS + ' contained_node { calculator: "SwitchContainer" '
                     f"options {{ [mediapipe.SwitchContainerOptions.ext] {{ select: 1 {TWO} }} }} }}"),
    "one node": switch(["v"], ["o"], PASS),
    "handler": switch(["ENABLE:e", "v"], ["o"],
                      more='input_stream_handler { input_stream_handler: "ImmediateInputStreamHandler" }'),
}  # fmt: skip


@needs_oracle
@pytest.mark.parametrize("name", CONTAINERS)
def test_the_expanded_graph_is_upstreams(name: str) -> None:
    """SW-4, SW-5: names, ports and order of the nodes."""
    theirs = GraphConfig.from_text(oracle.expand(CONTAINERS[name]))
    ours = Graph(CONTAINERS[name]).config
    assert replace(ours, executor=()).to_text() == replace(theirs, executor=()).to_text()


def test_the_nodes_of_a_container() -> None:
    """SW-4, SW-5."""
    nodes = Graph(switch(["ENABLE:e", "v"], ["o"], OTHERS, more='name: "sw"')).config.node
    assert [f"{n.name}: {' '.join(n.input_stream)} -> {' '.join(n.output_stream)}" for n in nodes] == [
        "sw__PacketSequencerCalculator: INPUT:e TICK:v -> OUTPUT:sw__gate_enable_timed",
        "sw__SwitchDemuxCalculator: ENABLE:sw__gate_enable_timed v -> C0__:sw__c0__v C1__:sw__c1__v",
        "sw__PassThroughCalculator: sw__c0__v -> sw__c0__o",
        "sw__m: sw__c1__v -> sw__c1__o",
        "sw__SwitchMuxCalculator: ENABLE:sw__gate_enable_timed C0__:sw__c0__o C1__:sw__c1__o -> o",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (switch(["v"], ["o"], f"enable: true select: 1 {TWO}"), "options 'enable' and 'select'"),
        (switch(["v", "ENABLE:a", "SELECT:b"], ["o"]), "inputs 'ENABLE' and 'SELECT'"),
        (switch(["v"], ["o"], sides=["ENABLE:a", "SELECT:b"]), "inputs 'ENABLE' and 'SELECT'"),
        (switch(["v"], ["o"], "select: 0"), "at least one contained_node"),
    ],
)
def test_containers_that_do_not_fit(text: str, message: str) -> None:
    """SW-1, SW-2."""
    with pytest.raises(ContractError, match=message):
        Graph(text)


SYNCHRONOUS = [(1, 10), (2, 20), (3, -30), (4, -40), (5, 50)]


@pytest.mark.parametrize("options", ["", "enable: true", "synchronize_io: true"])
def test_data_waits_for_the_selection(options: str) -> None:
    """SW-6, SW-10: each packet goes through the node that is selected at its time."""
    text = switch(
        ["ENABLE:e", "v"], ["o"], f'{options} {PASS} contained_node {{ calculator: "CoreSwitchNegate" }}'
    )
    steps = [add("e", 1, False), add("v", 1, 10), add("v", 2, 20), add("e", 3, True), add("v", 3, 30)]
    steps += [add("v", 4, 40), add("e", 5, False), add("v", 5, 50)]
    found = [packet for packet in play(text, steps, ["o"])["o"] if packet[1] is not None]
    assert found == SYNCHRONOUS


def test_an_asynchronous_selection_holds_at_once() -> None:
    """SW-10."""
    text = switch(["ENABLE:e", "v"], ["o"], f"async_selection: true {TWO}")
    steps = [add("v", 1, 10), add("v", 2, 20), add("e", 3, True), add("v", 3, 30)]
    assert [p for p in play(text, steps, ["o"])["o"] if p[1] is not None] == [(1, 10), (2, 20), (3, 30)]


@pytest.mark.parametrize(
    ("tag", "value", "expected"), [("SELECT", 0, 5), ("SELECT", 1, -5), ("ENABLE", True, -5)]
)
def test_a_side_packet_selects(tag: str, value: object, expected: int) -> None:
    """SW-9."""
    text = switch(
        ["v"], ["o"], f'{PASS} contained_node {{ calculator: "CoreSwitchNegate" }}', sides=[f"{tag}:d"]
    )
    assert play(text, [add("v", 1, 5)], ["o"], {"d": value})["o"][0] == (1, expected)


@pytest.mark.parametrize("channel", [-1, 2])
def test_a_channel_that_is_none_is_silence(channel: int) -> None:
    """SW-3."""
    found = play(switch(["v"], ["o"], f"select: {channel} {TWO}"), [add("v", 1, 5)], ["o"])
    assert [packet for packet in found["o"] if packet[1] is not None] == []


@needs_oracle
@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["", "synchronize_io: true", "async_selection: true"]),
    st.sampled_from(["", "enable: true", "select: 1", "select: 7"]),
    st.sampled_from([["SELECT:s"], ["ENABLE:e"], []]),
    st.lists(st.tuples(st.sampled_from("vvwse"), st.integers(1, 4), st.integers(0, 4)), max_size=14),
    st.permutations("vwse"),
)
def test_against_the_oracle(
    how: str, first: str, selector: list[str], moves: list[tuple[str, int, int]], closing: list[str]
) -> None:
    text = " ".join(f'input_stream: "{name}"' for name in "se" if not any(name in s[-1] for s in selector))
    text += switch([*selector, "v", "w"], ["o", "p"], f"{how} {first} {TWO} {PASS}")
    now = dict.fromkeys("vwse", 0)
    steps: list[Step] = []
    for stream, gap, number in moves:
        now[stream] += gap
        value: Any = number % 2 == 0 if stream == "e" else number
        steps.append(add(stream, now[stream], None if number == 4 else value))
    compare(text, [*steps, *map(close, closing)], ["o", "p"])
