"""PacketThinnerCalculator (spec calculators.md 6)."""

from __future__ import annotations

from typing import ClassVar

import pytest
from graph_steps import add, node, packets, play
from hypothesis import given, settings
from hypothesis import strategies as st
from mpgraph.calculators.core.packet_thinner import PacketThinnerOptions

from mpgraph import Calculator, Graph, Packet
from mpgraph.context import Context
from mpgraph.errors import RunError, StopGraph
from mpgraph.formats.video_header import VideoHeader
from mpgraph.packet_type import INT64
from mpgraph.ports import Input, Output

TIMES = st.lists(st.integers(-40, 60), unique=True, max_size=12).map(sorted)


def thinned(options: str, times: list[int], side: str = "", **packet: object) -> list[tuple[int, object]]:
    text = node("PacketThinner", ["x"], ["o"], options, side_inputs=[side] if side else [])
    text = "".join(f'input_side_packet: "{name}" ' for name in packet) + text
    return packets(play(text, [add("x", t, t) for t in times], ["o"], packet))["o"]


@given(TIMES, st.integers(1, 15), st.integers(-20, 20), st.integers(21, 50))
@settings(max_examples=40, deadline=None)
def test_async_waits_a_period_after_each_packet(times: list[int], period: int, start: int, end: int) -> None:
    expected, upcoming = [], start
    for t in times:
        if start <= t < end and t >= upcoming:
            expected.append((t, t))
            upcoming = t + period
    found = thinned(f"period: {period} start_time: {start} end_time: {end}", times)
    assert found == expected


@given(TIMES, st.integers(1, 15), st.integers(-20, 20), st.none() | st.integers(21, 50), st.booleans())
@settings(max_examples=40, deadline=None)
def test_sync_sends_the_most_central_packet(
    times: list[int], period: int, start: int, end: int | None, recentres: bool
) -> None:
    """Of each interval around start + k * period; the newer of two that are as near (spec: ties)."""
    best: dict[int, int] = {}
    for t in times:
        if start <= t and (end is None or t < end):
            centre = (t - start + period // 2) // period * period + start
            if centre not in best or abs(t - centre) <= abs(best[centre] - centre):
                best[centre] = t
    expected = [(centre if recentres else t, t) for centre, t in sorted(best.items())]
    options = f"thinner_type: SYNC period: {period} start_time: {start}"
    options += "" if end is None else f" end_time: {end}"
    text = node("PacketThinner", ["x"], ["o"], f"{options} sync_output_timestamps: {str(recentres).lower()}")
    steps = [("add", "x", t, t) for t in times] + [("close", "x")]
    assert packets(play(text, steps, ["o"]))["o"] == expected


def test_bounds_go_ahead_of_the_input() -> None:
    """ASYNC settles up to the next packet it would send, SYNC up to the centre (spec)."""
    found = play(node("PacketThinner", ["x"], ["o"], "period: 100"), [add("x", 7)], ["o"])["o"]
    assert found[:2] == [(7, 1), (106, None)]
    sync = node("PacketThinner", ["x"], ["o"], "thinner_type: SYNC period: 100")
    found = play(sync, [add("x", 60, "a"), add("x", 250, "b")], ["o"])["o"]
    assert found == [(-1, None), (99, None), (100, "a"), (299, None), (300, "b")]


def test_the_start_of_sync_is_zero_and_of_async_is_not() -> None:
    assert thinned("period: 10", [-30, 0]) == [(-30, -30), (0, 0)]
    assert thinned("thinner_type: SYNC period: 10", [-30, 0, 10]) == [(0, 0), (10, 10)]


def test_side_packets_go_before_the_options() -> None:
    assert thinned("period: 1", [0, 5, 10], "PERIOD:p", p=Packet(10, declared=INT64)) == [(0, 0), (10, 10)]
    merged = PacketThinnerOptions(period=10)
    assert thinned("end_time: 9", [0, 5, 10], "OPTIONS:p", p=merged) == [(0, 0)]


@pytest.mark.parametrize(
    ("options", "message"), [("period: 0", "above 0"), ("start_time: 5 end_time: 5", "must be before")]
)
def test_options_out_of_their_range(options: str, message: str) -> None:
    with pytest.raises(RunError, match=message):
        thinned(options, [])


class Framed(Calculator, name="ThinnerTestSource"):
    """A stream with a video header."""

    out = Output[int]()

    def open(self, cc: Context) -> None:
        cc.set_header(self.out, Packet(VideoHeader(width=4, height=2, frame_rate=30.0)))

    def process(self, cc: Context) -> None:
        raise StopGraph


class Reader(Calculator, name="ThinnerTestSink"):
    """Notes the header."""

    ins = Input[object]()
    seen: ClassVar[list[object]] = []

    def open(self, cc: Context) -> None:
        self.seen.append(cc.header(self.ins).value)


@pytest.mark.parametrize(
    ("options", "rate"),
    [
        ("period: 100000", 30.0),
        ("period: 100000 update_frame_rate: true", 10.0),
        ("period: 110000 update_frame_rate: true", 7.5),
        ("period: 100000 update_frame_rate: true thinner_type: SYNC", 10.0),
        ("period: 1000 update_frame_rate: true thinner_type: SYNC", 30.0),
    ],
)
def test_the_header_gets_the_new_rate(options: str, rate: float) -> None:
    Reader.seen.clear()
    Graph(
        f"""node {{ calculator: "ThinnerTestSource" output_stream: "a" }}
        node {{ calculator: "PacketThinnerCalculator" input_stream: "a" output_stream: "b"
          options {{ [mediapipe.PacketThinnerCalculatorOptions.ext] {{ {options} }} }} }}
        node {{ calculator: "ThinnerTestSink" input_stream: "b" }}"""
    ).run()
    assert Reader.seen == [VideoHeader(width=4, height=2, frame_rate=rate)]
