"""StringToIntCalculator and its kin (spec calculators.md 6)."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mpgraph.calculators.core.string_to_int import NUMBERS
from oracle_client import needs_oracle, oracle

from mpgraph import Graph
from mpgraph.errors import CalculatorError

TEXT = 'input_side_packet: "s" node { calculator: "%s" input_side_packet: "s" output_side_packet: "n" }'
LIMITS = {
    "Int": (-(2**31), 2**31 - 1, "int"),
    "Int32": (-(2**31), 2**31 - 1, "int"),
    "Int64": (-(2**63), 2**63 - 1, "int64_t"),
    "Uint": (0, 2**32 - 1, "unsigned int"),
    "Uint32": (0, 2**32 - 1, "unsigned int"),
    "Uint64": (0, 2**64 - 1, "uint64_t"),
}


def read(name: str, text: str | bytes) -> tuple[int, str]:
    graph = Graph(TEXT % f"StringTo{name}Calculator")
    graph.run({"s": text})
    packet = graph.output_side_packet("n")
    return packet.value, str(packet.type)


@pytest.mark.parametrize("name", LIMITS)
def test_numbers_up_to_the_limits(name: str) -> None:
    lowest, highest, kind = LIMITS[name]
    for number in (lowest, highest):
        assert read(name, str(number)) == (number, kind)
    assert read(name, f" +{highest}\n".encode()) == (highest, kind)
    for number in (lowest - 1, highest + 1):
        with pytest.raises(CalculatorError, match=f"expected {lowest} to {highest}, got '{number}'"):
            read(name, str(number))


@pytest.mark.parametrize("text", ["", " ", "12x", "3.0", "1 2", "+-3", "0x10", "\uff11\uff12", b"\xff"])
def test_what_is_no_number(text: str | bytes) -> None:
    with pytest.raises(CalculatorError, match="could not be parsed as an integer"):
        read("Int64", text)


def test_all_names_are_there() -> None:
    assert {name.removeprefix("StringTo").removesuffix("Calculator") for name in NUMBERS} == set(LIMITS)


@needs_oracle
@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(list(LIMITS)),
    st.text("0123456789 +-x.", max_size=6) | st.integers(-(2**64), 2**64).map(str),
)
@example("Int", " 12 ")
@example("Uint", "-0")
def test_the_same_as_upstream(name: str, text: str) -> None:
    graph = TEXT % f"StringTo{name}Calculator"
    try:
        result = oracle.run_graph(graph, {}, [], side_packets={"s": text}, output_side_packets=["n"])
        expected = result.side_packets["n"].data
    except oracle.OracleError:
        with pytest.raises(CalculatorError):
            read(name, text)
    else:
        assert read(name, text)[0] == expected
