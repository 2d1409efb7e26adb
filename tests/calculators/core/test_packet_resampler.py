"""PacketResamplerCalculator (spec calculators.md 6)."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import pytest
from graph_steps import Step, add, close, node, packets, play
from hypothesis import given, settings
from hypothesis import strategies as st
from mpgraph.calculators.core.packet_resampler import PacketResamplerOptions

from mpgraph import Calculator, Graph, Packet
from mpgraph.context import Context
from mpgraph.errors import ContractError, RunError, StopGraph
from mpgraph.formats.video_header import VideoHeader
from mpgraph.ports import Input, Output
from mpgraph.timestamp import PRESTREAM


def resampled(options: str, times: list[int], *, closes: bool = True) -> list[tuple[int, Any]]:
    steps: list[Step] = [add("x", t, t) for t in times]
    text = node("PacketResampler", ["x"], ["o"], options)
    return packets(play(text, [*steps, close("x")] if closes else steps, ["o"]))["o"]


def half_away(number: float) -> int:
    return int(math.copysign(math.floor(abs(number) + 0.5), number))


def expected(times: list[int], rate: float, *, flush: bool, base: int | None = None) -> list[tuple[int, int]]:
    """The rule of each period by itself: the first packet from its middle on, or the one before that."""
    if not times:
        return []
    first = times[0]
    if base is not None:
        first = base + half_away(half_away((first - base) / 1e6 * rate) / rate * 1e6)
    found = []
    index = {t: half_away((t - first) / 1e6 * rate) for t in times}
    for i in range(index[times[-1]] + 1):
        middle = first + half_away(i / rate * 1e6)
        late = [t for t in times if index[t] == i and t >= middle]
        early = [t for t in times if index[t] <= i and (not late or t < late[0])]
        if not late and i == index[times[-1]] and not flush:
            continue
        is_late = late and (not early or late[0] - middle <= middle - early[-1])
        found.append((middle, late[0] if is_late else early[-1]))
    return found


TIMES = st.lists(st.integers(-300_000, 2_000_000), unique=True, max_size=10).map(sorted)


@given(TIMES, st.sampled_from([1.0, 5.0, 29.97, 7 / 3]), st.booleans())
@settings(max_examples=50, deadline=None)
def test_the_nearer_packet_of_each_period(times: list[int], rate: float, flush: bool) -> None:
    found = resampled(f"frame_rate: {rate!r} flush_last_packet: {str(flush).lower()}", times)
    assert found == expected(times, rate, flush=flush)


@given(TIMES, st.integers(-400_000, 400_000))
@settings(max_examples=25, deadline=None)
def test_periods_may_begin_elsewhere(times: list[int], base: int) -> None:
    found = resampled(f"frame_rate: 10 base_timestamp: {base}", times)
    assert found == expected(times, 10.0, flush=True, base=base)


@pytest.mark.parametrize(("rounds", "margin"), [(False, 0), (True, 50_000)])
def test_the_limits(rounds: bool, margin: int) -> None:
    times = list(range(0, 1_000_000, 100_000))
    options = f"frame_rate: 10 start_time: 250000 end_time: 500000 round_limits: {str(rounds).lower()}"
    assert resampled(options, times) == [(t, t) for t in times if 250_000 - margin <= t < 500_000 + margin]


def test_the_bound_is_the_next_timestamp() -> None:
    text = node("PacketResampler", ["x"], ["o"], "frame_rate: 10")
    assert play(text, [add("x", 5)], ["o"])["o"][:2] == [(5, 1), (100_004, None)]


def test_merged_options_and_the_highest_rate() -> None:
    text = 'input_side_packet: "s" ' + node(
        "PacketResampler", ["DATA:x"], ["DATA:o"], "frame_rate: 1", side_inputs=["OPTIONS:s"]
    )
    side = {"s": PacketResamplerOptions(frame_rate=1000.0, max_frame_rate=10.0)}
    found = packets(play(text, [add("x", 0, "a"), add("x", 200_000, "b")], ["o"], side))["o"]
    assert found == [(0, "a"), (100_000, "a"), (200_000, "b")]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("", "the frame rate must be above 0"),
        ("frame_rate: 0", "the frame rate must be above 0"),
        ("frame_rate: 1000001", "at most a million"),
        ("frame_rate: nan", "the frame rate must be"),
        ("frame_rate: 1 jitter: 0.5", "random generator"),
        ("frame_rate: 1 reproducible_sampling: true", "random generator"),
    ],
)
def test_options_that_cannot_be(options: str, message: str) -> None:
    with pytest.raises(RunError, match=message):
        resampled(options, [])


def test_data_or_untagged() -> None:
    with pytest.raises(ContractError, match="untagged or DATA"):
        Graph(node("PacketResampler", ["x", "DATA:y"], ["o"], "frame_rate: 1"))


def test_the_video_header_as_a_packet() -> None:
    options = "frame_rate: 1 use_input_frame_rate: true max_frame_rate: 10"
    text = node("PacketResampler", ["DATA:x", "VIDEO_HEADER:h"], ["DATA:o", "VIDEO_HEADER:g"], options)
    header = VideoHeader(width=4, frame_rate=30.0)
    steps = [add("h", PRESTREAM, header), close("h"), add("x", 0, "a"), add("x", 100_000, "b")]
    found = packets(play(text, steps, ["o", "g"]))
    assert found["g"] == [(PRESTREAM, VideoHeader(width=4, frame_rate=10.0))]
    assert found["o"] == [(0, "a"), (100_000, "b")]


def test_data_at_prestream() -> None:
    with pytest.raises(RunError, match="cannot be resampled"):
        resampled("frame_rate: 1", [PRESTREAM])


class Framed(Calculator, name="ResamplerTestSource"):
    """A stream with a video header."""

    out = Output[int]()

    def open(self, cc: Context) -> None:
        cc.set_header(self.out, Packet(VideoHeader(width=4, frame_rate=30.0)))

    def process(self, cc: Context) -> None:
        raise StopGraph


class Reader(Calculator, name="ResamplerTestSink"):
    """Notes the header."""

    ins = Input[object]()
    seen: ClassVar[list[Packet]] = []

    def open(self, cc: Context) -> None:
        self.seen.append(cc.header(self.ins))


@pytest.mark.parametrize(
    ("kind", "rate"), [("NONE", None), ("PASS_HEADER", 30.0), ("UPDATE_VIDEO_HEADER", 5.0)]
)
def test_the_stream_header(kind: str, rate: float | None) -> None:
    Reader.seen.clear()
    Graph(
        f"""node {{ calculator: "ResamplerTestSource" output_stream: "a" }}
        node {{ calculator: "PacketResamplerCalculator" input_stream: "a" output_stream: "b"
          options {{ [mediapipe.PacketResamplerCalculatorOptions.ext] {{ frame_rate: 5 output_header: {kind} }} }} }}
        node {{ calculator: "ResamplerTestSink" input_stream: "b" }}"""
    ).run()
    (header,) = Reader.seen
    assert header.is_empty() if rate is None else header.value == VideoHeader(width=4, frame_rate=rate)
