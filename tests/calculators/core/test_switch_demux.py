"""SwitchDemuxCalculator (spec SW-7, calculators.md 3)."""

from __future__ import annotations

from typing import Any

import pytest
from graph_steps import Found, Step, add, close, node, play
from hypothesis import given
from hypothesis import strategies as st

from mpgraph import Graph, Packet
from mpgraph.errors import ContractError

OUTPUTS = ["C0__:x0", "C1__:x1"]


def demux(select: str = "SELECT:s", options: str = "") -> str:
    # With the options of SwitchContainer, which hands its own on.
    more = f"options {{ [mediapipe.SwitchContainerOptions.ext] {{ {options} }} }}"
    return node("SwitchDemux", ["x", select] if select else ["x"], OUTPUTS, more=more)


def dealt(text: str, steps: list[Step], side: dict[str, Any] | None = None) -> Found:
    """The packets of each channel, without bounds."""
    found = play(text, steps, ["x0", "x1"], side)
    return {name: [packet for packet in packets if packet[1] is not None] for name, packets in found.items()}


def test_a_packet_goes_where_the_selection_points_at_its_time() -> None:
    steps = [add("s", 1, 0), add("x", 1, "a"), add("s", 2, 1), add("x", 2, "b"), add("x", 3, "c")]
    assert dealt(demux(), [*steps, add("s", 3, 0)]) == {"x0": [(1, "a"), (3, "c")], "x1": [(2, "b")]}


def test_enable_is_channel_one() -> None:
    steps = [add("e", 1, True), add("x", 1, "a"), add("e", 2, False), add("x", 2, "b")]
    assert dealt(demux("ENABLE:e"), steps) == {"x0": [(2, "b")], "x1": [(1, "a")]}


def test_packets_wait_for_the_selection() -> None:
    found = play(demux(), [add("x", 5, "a"), add("x", 6, "b"), add("s", 5, 1)], ["x0", "x1"])
    assert found["x1"][0] == (5, "a")
    assert dealt(demux(), [add("x", 5, "a"), add("s", 4, None)])["x0"] == [(5, "a")]  # at the end


def test_a_packet_leaves_as_soon_as_the_selection_is_settled_there() -> None:
    steps = [add("s", 5, 0), add("x", 5, "a"), add("s", 6, 1), add("x", 6, "b")]
    found = play(demux(), [*steps, add("x", 7, "c"), close("x"), add("s", 9, 0)], ["x0", "x1"])
    assert found["x0"][:1] == [(5, "a")]
    assert found["x1"][:2] == [(6, "b"), (7, "c")]


def test_a_packet_at_the_settled_time_does_not_wait() -> None:
    with Graph(demux()) as graph:
        found: list[Packet] = []
        graph.observe("x0", found.append)
        graph.start()
        graph.add_packet("s", 0, 5)
        graph.add_packet("x", "a", 5)
        graph.wait_until_idle()
        assert [packet.value for packet in found] == ["a"]


def test_a_channel_may_lack_a_stream() -> None:
    text = node("SwitchDemux", ["x", "T:y"], ["C0__:o", "C1__:p", "C1__T:q"])
    found = play(text, [add("x", 1, "a"), add("y", 1, "b")], ["o", "p", "q"])
    assert found["o"][0] == (1, "a")
    assert found["p"] == found["q"] == []


@pytest.mark.parametrize(
    ("options", "policy"),
    [("", "ImmediateInputStreamHandler"), ("synchronize_io: true", "DefaultInputStreamHandler")],
)
def test_inputs_are_aligned_if_asked_for(options: str, policy: str) -> None:
    (planned,) = Graph(demux("", options)).plan.nodes
    assert planned.policy == policy


def test_only_the_selected_channel_is_settled() -> None:
    found = play(demux(""), [add("x", 5, "a"), add("x", 9, None)], ["x0", "x1"])
    assert found["x0"][:2] == [(5, "a"), (9, None)]
    assert found["x1"] == []


@pytest.mark.parametrize(
    ("options", "channel"), [("", 0), ("enable: true", 1), ("select: 1", 1), ("enable: false", 0)]
)
def test_the_options_select_first(options: str, channel: int) -> None:
    found = dealt(demux("", options), [add("x", 5, "a")])
    assert found[f"x{channel}"] == [(5, "a")]
    assert found[f"x{1 - channel}"] == []


@pytest.mark.parametrize(("tag", "value"), [("SELECT", 1), ("ENABLE", True)])
def test_a_side_packet_overrides_the_options(tag: str, value: object) -> None:
    text = 'input_side_packet: "d" ' + demux("", "select: 0").replace(
        "options", f'input_side_packet: "{tag}:d" options', 1
    )
    assert dealt(text, [add("x", 5, "a")], {"d": value})["x1"] == [(5, "a")]


@pytest.mark.parametrize("channel", [-1, 2])
def test_a_channel_that_is_none_gets_nothing(channel: int) -> None:
    """SW-3."""
    assert dealt(demux("", f"select: {channel}"), [add("x", 5, "a")]) == {"x0": [], "x1": []}


def test_side_packets_go_to_all_channels() -> None:
    text = node("SwitchDemux", side_inputs=["M:m"], side_outputs=["C0__M:a", "C1__M:b"])
    with Graph('input_side_packet: "m"' + text) as graph:
        graph.start({"m": "text"})
        graph.wait_until_idle()
        assert graph.output_side_packet("a").value == graph.output_side_packet("b").value == "text"


def test_outputs_have_the_type_of_the_input() -> None:
    text = """input_stream: "x"
      node { calculator: "GateCalculator" input_stream: "x" output_stream: "g" output_stream: "STATE_CHANGE:c" }
      node { calculator: "SwitchDemuxCalculator" input_stream: "c" output_stream: "C0__:d" }
      node { calculator: "MuxCalculator" input_stream: "INPUT:x" input_stream: "SELECT:d" output_stream: "OUTPUT:o" }"""
    with pytest.raises(ContractError, match="bool"):
        Graph(text)


@given(st.lists(st.tuples(st.integers(0, 1), st.booleans()), max_size=10))
def test_every_packet_arrives_once(rows: list[tuple[int, bool]]) -> None:
    steps: list[Step] = []
    for timestamp, (channel, first) in enumerate(rows):
        both = [add("s", timestamp, channel), add("x", timestamp, timestamp)]
        steps += both if first else reversed(both)
    found = dealt(demux(), steps)
    for channel in (0, 1):
        assert found[f"x{channel}"] == [(t, t) for t, (chosen, _) in enumerate(rows) if chosen == channel]


def test_packet_objects_are_shared() -> None:
    payload = [1]
    found = dealt(demux(""), [("add", "x", 5, Packet(payload))])
    assert found["x0"][0][1] is payload
