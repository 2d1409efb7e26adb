"""BypassCalculator (spec calculators.md 6)."""

from __future__ import annotations

import pytest
from graph_steps import add, node, play

from mpgraph import Graph
from mpgraph.errors import ContractError

PASS = 'pass_input_stream: "IMAGE:1" pass_output_stream: ":0"'


def test_listed_streams_pass_and_others_are_settled() -> None:
    text = 'input_side_packet: "s" ' + node(
        "Bypass", ["IMAGE:0:a", "IMAGE:1:b", "c"], ["o", "MASK:m"], PASS, side_inputs=["MODEL:s"]
    )
    steps = [
        add("a", 1, "a"),
        add("b", 1, "b"),
        add("c", 1, "c"),
        add("a", 2),
        add("b", 2, None),
        add("c", 2),
    ]
    found = play(text, steps, ["o", "m"], {"s": 0})
    assert found == {"o": [(1, "b"), (2, None)], "m": [(1, None), (2, None)]}


def test_without_options_nothing_passes() -> None:
    assert play(node("Bypass", ["a"], ["o"]), [add("a", 1), add("a", 2)], ["o"])["o"] == [
        (1, None),
        (2, None),
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ('pass_input_stream: "IMAGE"', "1 pass_input_stream need as many pass_output_stream, got 0"),
        (
            'pass_input_stream: "IMAGE" pass_output_stream: "X"',
            'pass_output_stream: the node has no stream "X"',
        ),
        ('pass_input_stream: "IMAGE:2" pass_output_stream: ""', "pass_input_stream: the node has no stream"),
        ('pass_input_stream: "image" pass_output_stream: ""', "TAG:index is invalid"),
    ],
)
def test_what_the_node_does_not_have(options: str, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        Graph(node("Bypass", ["IMAGE:a"], ["o"], options))


def test_a_passed_stream_keeps_its_type() -> None:
    text = node("Bypass", ["ALLOW:a"], ["o"], 'pass_input_stream: "ALLOW" pass_output_stream: ""')
    text += 'node { calculator: "PacketPresenceCalculator" input_stream: "PACKET:z" output_stream: "PRESENCE:a2" }'
    with pytest.raises(ContractError, match="bool"):
        Graph(
            'input_stream: "z" '
            + text.replace("ALLOW:a", "ALLOW:a2")
            + 'node { calculator: "NonZeroCalculator" input_stream: "INPUT:o" output_stream: "OUTPUT:n" }'
        )
