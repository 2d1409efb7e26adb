"""DefaultSidePacketCalculator (spec calculators.md 6)."""

from __future__ import annotations

from typing import Any

import pytest
from graph_steps import node

from mpgraph import Graph
from mpgraph.errors import ContractError


def value(side: dict[str, Any], ports: list[str]) -> Any:
    text = 'input_side_packet: "a" input_side_packet: "b" '
    with Graph(text + node("DefaultSidePacket", side_inputs=ports, side_outputs=["VALUE:v"])) as graph:
        graph.start(side)
        graph.wait_until_idle()
        return graph.output_side_packet("v").value


def test_the_optional_value_goes_before_the_default() -> None:
    side = {"a": 1, "b": 2}
    assert value(side, ["OPTIONAL_VALUE:a", "DEFAULT_VALUE:b"]) == 1
    assert value(side, ["DEFAULT_VALUE:b"]) == 2


def test_a_falsy_value_is_a_value() -> None:
    assert value({"a": 0, "b": 2}, ["OPTIONAL_VALUE:a", "DEFAULT_VALUE:b"]) == 0


def test_the_default_is_needed() -> None:
    with pytest.raises(ContractError, match="DEFAULT_VALUE is required"):
        value({"a": 1, "b": 2}, ["OPTIONAL_VALUE:a"])
