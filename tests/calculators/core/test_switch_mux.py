"""SwitchMuxCalculator (spec SW-8, calculators.md 3); the cases are those of upstream's test."""

from __future__ import annotations

from typing import Any

from graph_steps import Step, add, close, node, play

from mpgraph import Graph, Packet

MUX = node("SwitchMux", ["SELECT:s", "C0__:x0", "C1__:x1"], ["o"])


def muxed(steps: list[Step], text: str = MUX, side: dict[str, Any] | None = None) -> list[tuple[int, Any]]:
    """The packets that come out, without bounds."""
    return [packet for packet in play(text, steps, ["o"], side)["o"] if packet[1] is not None]


def selected(*pairs: tuple[int, int]) -> list[Step]:
    return [add("s", timestamp, channel) for timestamp, channel in pairs]


def channel(number: int, *times: int) -> list[Step]:
    return [add(f"x{number}", time, f"{number}@{time}") for time in times]


def test_channels_on_time() -> None:
    steps = [*selected((1, 0)), *channel(0, 1), *selected((2, 1)), add("x0", 2, None), *channel(1, 2)]
    assert muxed(steps) == [(1, "0@1"), (2, "1@2")]


def test_channels_early() -> None:
    steps = [*channel(0, 1, 2), *channel(1, 1, 2, 3), *selected((1, 0), (2, 1)), add("s", 3, None)]
    assert muxed(steps) == [(1, "0@1"), (2, "1@2"), (3, "1@3")]


def test_channels_late() -> None:
    steps = [*selected((1, 0), (2, 1), (3, 0)), *channel(1, 2), *channel(0, 1, 3)]
    assert muxed(steps) == [(1, "0@1"), (2, "1@2"), (3, "0@3")]


def test_a_channel_that_lags_holds_up_the_next() -> None:
    steps = [*selected((1, 0), (3, 1)), *channel(1, 3, 4), *channel(0, 1)]
    found = play(MUX, [*steps, add("x0", 2, None)], ["o"])["o"]
    waiting = play(MUX, steps, ["o"])["o"]
    assert [value for _, value in found if value is not None][:2] == ["0@1", "1@3"]
    assert waiting[0] == (1, "0@1")


def test_a_packet_at_the_settled_time_does_not_wait() -> None:
    with Graph(MUX) as graph:
        found: list[Packet] = []
        graph.observe("o", found.append)
        graph.start()
        for name, value, timestamp in (("s", 0, 5), ("x0", "a", 5), ("x1", "b", 6), ("s", 1, 6)):
            graph.add_packet(name, value, timestamp)
        graph.wait_until_idle()
        assert [packet.value for packet in found] == ["a", "b"]


def test_packets_outside_the_selected_time_are_dropped() -> None:
    steps = [*selected((2, 1), (4, 0)), *channel(0, 1, 2, 3, 4), *channel(1, 1, 2, 3, 4)]
    assert muxed([*steps, close("x1"), close("x0")]) == [(1, "0@1"), (2, "1@2"), (3, "1@3"), (4, "0@4")]


def test_bounds_of_the_selected_channel_pass() -> None:
    text = node("SwitchMux", ["C0__:x0", "C1__:x1"], ["o"])
    assert play(text, [add("x1", 3, None), add("x0", 5, None)], ["o"])["o"][0] == (5, None)


def test_a_tag_with_several_indexes() -> None:
    text = node("SwitchMux", ["C0__T:0:a", "C0__T:1:b", "C1__T:0:c", "C1__T:1:d"], ["T:0:o", "T:1:p"])
    found = play(text, [add("a", 1, 1), add("b", 1, 2), add("c", 1, 3), add("d", 1, 4)], ["o", "p"])
    assert (found["o"][0], found["p"][0]) == ((1, 1), (1, 2))


def test_a_side_packet_comes_of_the_first_channel() -> None:
    text = node("SwitchMux", side_inputs=["SELECT:s", "C0__:a", "C1__:b"], side_outputs=["o"])
    sides = "".join(f'input_side_packet: "{name}" ' for name in "sab")
    with Graph(sides + text) as graph:
        graph.start({"s": 1, "a": "zero", "b": "one"})
        graph.wait_until_idle()
        assert graph.output_side_packet("o").value == "one"
