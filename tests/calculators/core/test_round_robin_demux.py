"""RoundRobinDemuxCalculator (spec calculators.md 6)."""

from __future__ import annotations

import pytest
from graph_steps import add, node, play
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgraph import Graph
from mpgraph.errors import ContractError


@given(st.integers(1, 4), st.lists(st.integers(0, 99), unique=True, max_size=10).map(sorted))
@settings(max_examples=30, deadline=None)
def test_packet_n_goes_to_output_n_mod_count(count: int, times: list[int]) -> None:
    outputs = [f"OUTPUT:{index}:o{index}" for index in range(count)]
    names = [f"o{index}" for index in range(count)]
    text = node("RoundRobinDemux", ["x"], [*outputs, "SELECT:s"])
    found = play(text, [add("x", time, str(time)) for time in times], [*names, "s"])
    for index, name in enumerate(names):
        expected = [(t, str(t) if n % count == index else None) for n, t in enumerate(times)]
        assert found[name] == expected  # offset 0: where it is not its turn it is settled
    assert found["s"] == [(t, n % count) for n, t in enumerate(times)]


def test_select_is_optional_and_an_output_is_not() -> None:
    assert play(node("RoundRobinDemux", ["x"], ["OUTPUT:o"]), [add("x", 1, 7)], ["o"])["o"] == [(1, 7)]
    with pytest.raises(ContractError, match="OUTPUT is required"):
        Graph(node("RoundRobinDemux", ["x"], ["SELECT:s"]))
