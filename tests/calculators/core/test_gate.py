"""GateCalculator (spec calculators.md 6)."""

from __future__ import annotations

from typing import Any

import pytest
from graph_steps import Step, add, close, compare, node, play
from hypothesis import given
from hypothesis import strategies as st
from oracle_client import needs_oracle

from mpgraph import Graph
from mpgraph.errors import ContractError

DECISIONS = [add("x", 1, "a"), add("allow", 1, True), add("x", 2, "b"), add("allow", 2, False)]
DECISIONS += [add("x", 3, "c"), add("allow", 3, None), add("x", 4, None), add("allow", 4, True)]


def gate(tag: str = "ALLOW", options: str = "") -> str:
    return node("Gate", ["x", f"{tag}:allow"], ["o", "STATE_CHANGE:change"], options)


def packets(found: list[tuple[int, Any]]) -> list[tuple[int, Any]]:
    return [(timestamp, value) for timestamp, value in found if value is not None]


@pytest.mark.parametrize(
    ("tag", "options", "passed", "changes"),
    [
        ("ALLOW", "", [(1, "a")], [(2, False), (4, True)]),
        ("DISALLOW", "", [(2, "b")], [(2, True), (3, False)]),
        ("ALLOW", "empty_packets_as_allow: true", [(1, "a"), (3, "c")], [(2, False), (3, True)]),
        ("DISALLOW", "empty_packets_as_allow: true", [(2, "b"), (3, "c")], [(2, True), (4, False)]),
        ("ALLOW", "initial_gate_state: GATE_DISALLOW", [(1, "a")], [(1, True), (2, False), (4, True)]),
        ("ALLOW", "initial_gate_state: GATE_ALLOW", [(1, "a")], [(2, False), (4, True)]),
        ("ALLOW", "initial_gate_state: UNSPECIFIED", [(1, "a")], [(1, True), (2, False), (4, True)]),
    ],
)
def test_a_stream_decides(
    tag: str, options: str, passed: list[tuple[int, Any]], changes: list[tuple[int, Any]]
) -> None:
    found = play(gate(tag, options), DECISIONS, ["o", "change"])
    assert packets(found["o"]) == passed
    assert packets(found["change"]) == changes


def test_what_does_not_pass_is_settled() -> None:
    found = play(gate(), [add("x", 1), add("allow", 1, False)], ["o"])
    assert found["o"][0] == (1, None)


@pytest.mark.parametrize("allow", [True, False])
def test_the_options_decide_alone(allow: bool) -> None:
    text = node("Gate", ["x", "y"], ["o", "p"], f"allow: {str(allow).lower()}")
    found = play(text, [add("x", 1, 5), add("y", 1, 6)], ["o", "p"])
    assert packets(found["o"]) == ([(1, 5)] if allow else [])
    assert packets(found["p"]) == ([(1, 6)] if allow else [])


@pytest.mark.parametrize("tag", ["ALLOW", "DISALLOW"])
@pytest.mark.parametrize("value", [True, False])
def test_a_side_packet_decides_and_a_shut_gate_is_closed(tag: str, value: bool) -> None:
    text = 'input_side_packet: "d" ' + node("Gate", ["x"], ["o"], side_inputs=[f"{tag}:d"])
    found = play(text, [add("x", 1, 5), add("x", 2, 6)], ["o"], {"d": value})
    assert found["o"] == ([(1, 5), (2, 6)] if value == (tag == "ALLOW") else [])


@pytest.mark.parametrize(
    ("inputs", "sides"),
    [
        (["ALLOW:a", "DISALLOW:b"], []),
        (["ALLOW:a"], ["ALLOW:s"]),
        (["ALLOW:a"], ["DISALLOW:s"]),
        ([], ["ALLOW:s", "DISALLOW:t"]),
    ],
)
def test_two_that_decide_are_refused(inputs: list[str], sides: list[str]) -> None:
    text = 'input_side_packet: "s" input_side_packet: "t" '
    with pytest.raises(ContractError, match="one of ALLOW and DISALLOW"):
        Graph(text + node("Gate", ["x", *inputs], ["o"], side_inputs=sides))


def test_each_input_needs_an_output() -> None:
    with pytest.raises(
        ContractError, match="2 untagged input streams need as many untagged output streams, got 1"
    ):
        Graph(node("Gate", ["x", "y", "ALLOW:a"], ["o"]))


@given(st.lists(st.booleans(), min_size=1, max_size=8))
def test_changes_tell_the_whole_history(decisions: list[bool]) -> None:
    steps: list[Step] = []
    for timestamp, decision in enumerate(decisions):
        steps += [add("allow", timestamp, decision), add("x", timestamp, timestamp)]
    found = play(gate(options="initial_gate_state: GATE_DISALLOW"), steps, ["o", "change"])
    state, changes = False, dict(packets(found["change"]))
    for timestamp, decision in enumerate(decisions):
        state = changes.get(timestamp, state)
        assert state == decision
    assert packets(found["o"]) == [(t, t) for t, decision in enumerate(decisions) if decision]


@needs_oracle
@pytest.mark.parametrize("tag", ["ALLOW", "DISALLOW"])
@pytest.mark.parametrize("state", ["UNSPECIFIED", "GATE_UNINITIALIZED", "GATE_ALLOW", "GATE_DISALLOW"])
def test_against_the_oracle(tag: str, state: str) -> None:
    steps = [*DECISIONS, close("allow"), add("x", 9, "d"), close("x")]
    compare(gate(tag, f"initial_gate_state: {state}"), steps, ["o", "change"])
