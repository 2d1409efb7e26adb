"""PassThroughCalculator (spec calculators.md 6, Appendix B)."""

from __future__ import annotations

import pytest
from graph_steps import add, node, play

from mpgraph import Graph
from mpgraph.errors import ContractError


def test_packets_and_bounds_pass_by_tag_and_index() -> None:
    text = node("PassThrough", ["B:0:x", "B:1:y", "z"], ["B:1:oy", "oz", "B:0:ox"])
    found = play(text, [add("x", 1, "a"), add("z", 1, 2.5), add("y", 3, None)], ["ox", "oy", "oz"])
    assert found["ox"][0] == (1, "a")
    assert found["oz"][0] == (1, 2.5)
    assert found["oy"][0] == (1, None)


def test_payloads_are_shared() -> None:
    payload = [1, 2]
    ((_, value),) = play(node("PassThrough", ["x"], ["o"]), [add("x", 5, payload)], ["o"])["o"]
    assert value is payload


def test_side_packets_pass_if_the_node_has_outputs_for_them() -> None:
    text = node("PassThrough", side_inputs=["T:m", "n"], side_outputs=["T:om", "on"])
    with Graph('input_side_packet: "m" input_side_packet: "n"' + text) as graph:
        graph.start({"m": 3, "n": "text"})
        graph.wait_until_idle()
        assert graph.output_side_packet("om").value == 3
        assert graph.output_side_packet("on").value == "text"


def test_side_packets_are_ignored_without_outputs_for_them() -> None:
    text = 'input_side_packet: "m" ' + node("PassThrough", ["x"], ["o"], side_inputs=["m"])
    assert play(text, [add("x", 1, 4)], ["o"], {"m": 1}) == {"o": [(1, 4)]}


@pytest.mark.parametrize(
    ("inputs", "outputs"),
    [(["x"], ["o", "p"]), (["A:x"], ["B:o"]), (["A:0:x", "A:1:y"], ["A:o"]), ([], ["o"])],
)
def test_other_ports_on_one_side_are_refused(inputs: list[str], outputs: list[str]) -> None:
    with pytest.raises(ContractError, match=r"streams to .* must use matching tags and indexes"):
        Graph(node("PassThrough", inputs, outputs))


def test_other_side_packets_on_one_side_are_refused() -> None:
    with pytest.raises(ContractError, match=r"side packets to .* must use matching tags and indexes"):
        Graph('input_side_packet: "m"' + node("PassThrough", side_inputs=["m"], side_outputs=["A:o"]))


def test_the_type_of_an_output_is_that_of_the_input() -> None:
    text = """input_stream: "x"
      node { calculator: "GateCalculator" input_stream: "x" output_stream: "g" output_stream: "STATE_CHANGE:c" }
      node { calculator: "PassThroughCalculator" input_stream: "c" output_stream: "d" }
      node { calculator: "MuxCalculator" input_stream: "INPUT:x" input_stream: "SELECT:d" output_stream: "OUTPUT:o" }"""
    with pytest.raises(ContractError, match="bool") as raised:
        Graph(text)
    assert '"d"' in str(raised.value)
