"""MediaPipeInternalSidePacketToPacketStreamCalculator (spec calculators.md 6)."""

from __future__ import annotations

from graph_steps import finish, node
from oracle_client import needs_oracle, oracle

from mpgraph.timestamp import POSTSTREAM

TEXT = 'input_side_packet: "s" ' + node(
    "MediaPipeInternalSidePacketToPacketStream", [], ["o"], side_inputs=["s"]
)


def test_the_side_packet_comes_at_poststream() -> None:
    assert finish(TEXT, ["o"], {"s": "v"})["o"] == [(POSTSTREAM, "v")]


@needs_oracle
def test_against_the_oracle() -> None:
    theirs = oracle.run_graph(TEXT, [], ["o"], side_packets={"s": "v"}).plain()
    assert finish(TEXT, ["o"], {"s": "v"}) == theirs
