"""PacketResamplerCalculator: packets at a constant rate."""

from __future__ import annotations

import math
from dataclasses import replace
from enum import IntEnum

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.formats.video_header import VideoHeader
from mpgraph.options import has, merge, option, options
from mpgraph.packet import Packet
from mpgraph.port_map import PortId
from mpgraph.ports import Input, Output, SideInput
from mpgraph.timestamp import MAX, MIN, PRESTREAM, add_offset, from_seconds

from ..port_rules import exactly_one_untagged_or

__all__ = ["PacketResampler", "PacketResamplerOptions"]


class OutputHeader(IntEnum):
    """What becomes of the stream header."""

    NONE = 0
    PASS_HEADER = 1
    UPDATE_VIDEO_HEADER = 2


@options(message="mediapipe.PacketResamplerCalculatorOptions", extension=95743844)
class PacketResamplerOptions:
    """The rate, and which packets.

    Attributes:
        frame_rate: Packets per second, above 0 and at most a million; must be set.
        output_header: NONE, PASS_HEADER or UPDATE_VIDEO_HEADER: with the new frame rate.
        flush_last_packet: Whether the last packet is sent if its period has none yet.
        jitter, jitter_with_reflection, reproducible_sampling: Refused, as by upstream's open-source build.
        base_timestamp: In microseconds; where a period begins. Unset: at the first packet.
        start_time, end_time: In microseconds; packets are sent from the one up to, and without, the other.
        round_limits: Whether these limits are half a period wider.
        use_input_frame_rate: Whether the rate is that of the packet of VIDEO_HEADER.
        max_frame_rate: Upper limit of the rate, if above 0.
    """

    frame_rate: float = option(1, default=-1.0, wire="double")
    output_header: OutputHeader = option(2, default=OutputHeader.NONE)
    flush_last_packet: bool = option(3, default=True)
    jitter: float = option(4, wire="double")
    base_timestamp: int = option(5, wire="int64")
    start_time: int = option(6, wire="int64")
    end_time: int = option(7, wire="int64")
    round_limits: bool = option(8, default=False)
    jitter_with_reflection: bool = option(9, default=False)
    reproducible_sampling: bool = option(10, default=False)
    use_input_frame_rate: bool = option(11, default=False)
    max_frame_rate: float = option(12, default=-1.0, wire="double")


class PacketResampler(Calculator, name="PacketResamplerCalculator", timestamp_offset=None):
    """Repeats and drops packets so that they come at a constant rate.

    Inputs: DATA or untagged, any type; VIDEO_HEADER (`VideoHeader`, optional), a packet at PreStream. Side
    inputs (optional): OPTIONS, options that are merged over the node's; SEED (str), without use. Outputs:
    DATA or untagged; VIDEO_HEADER (`VideoHeader`, optional), at PreStream: the header with the new rate.
    The i-th timestamp is i periods after the first one; there goes the nearer one of the packets before and
    after it, or, where no packet is nearer than half a period, the one before.

    Raises:
        ContractError: Not exactly one of DATA and an untagged stream.
        ValueError: The rate is out of its range; jitter or reproducible_sampling is set;
            UPDATE_VIDEO_HEADER with max_frame_rate; DATA has a packet at PreStream.

    Upstream: calculators/core/packet_resampler_calculator.cc; spec calculators.md 6.

    Example::

        node {
          calculator: "PacketResamplerCalculator"
          input_stream: "DATA:frames"
          output_stream: "DATA:five_frames_per_second"
          options {
            [mediapipe.PacketResamplerCalculatorOptions.ext] { frame_rate: 5 }
          }
        }
    """

    options: PacketResamplerOptions
    untagged = Input[object](optional=True)
    tagged = Input[object]("DATA", optional=True)
    header = Input[VideoHeader]("VIDEO_HEADER", optional=True)
    side_options = SideInput[PacketResamplerOptions]("OPTIONS", optional=True)
    seed = SideInput[str]("SEED", optional=True)
    resampled = Output[object](optional=True)
    resampled_tagged = Output[object]("DATA", optional=True)
    new_header = Output[VideoHeader]("VIDEO_HEADER", optional=True)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports; the output has the input's type."""
        super().get_contract(contract)
        exactly_one_untagged_or(contract, "input", "DATA")
        exactly_one_untagged_or(contract, "output", "DATA")
        tags = ["DATA" if ports.has("DATA") else "" for ports in (contract.inputs, contract.outputs)]
        contract.outputs.declare(tags[1], same_as=("input", PortId(tags[0])))

    def open(self, cc: Context) -> None:
        """Merges and checks the options; sets the header."""
        chosen = self.options
        if self.side_options in cc:
            chosen = merge(chosen, cc[self.side_options])
        if chosen.jitter != 0 or chosen.reproducible_sampling:
            msg = "jitter and reproducible_sampling need a random generator that is not available"
            raise ValueError(msg)
        self._options = chosen
        self._data = self.tagged if cc.is_connected(self.tagged) else self.untagged
        self._output = self.resampled_tagged if cc.is_connected(self.resampled_tagged) else self.resampled
        self._set_rate(chosen.frame_rate)
        self._video_header = VideoHeader(frame_rate=self._rate)
        self._header_sent = False
        self._first: int | None = None
        self._count = 0
        self._last = Packet()
        header = cc.header(self._data)
        if header.is_empty() or chosen.output_header == OutputHeader.NONE:
            return
        if chosen.output_header == OutputHeader.UPDATE_VIDEO_HEADER:
            if chosen.max_frame_rate > 0:
                msg = "output_header: UPDATE_VIDEO_HEADER cannot be used with max_frame_rate"
                raise ValueError(msg)
            self._video_header = replace(header.get(VideoHeader), frame_rate=self._rate)
            header = Packet(self._video_header)
        cc.set_header(self._output, header)

    def process(self, cc: Context) -> None:
        """Takes the header, and sends what a packet completes."""
        if cc.timestamp == PRESTREAM and self.header in cc:
            if self._options.use_input_frame_rate:
                self._set_rate(cc[self.header].frame_rate)
            self._video_header = replace(cc[self.header], frame_rate=self._rate)
            if self._data not in cc:
                return
        if not self._header_sent:
            cc.send(self.new_header, self._video_header, PRESTREAM)
            self._header_sent = True
        if cc.timestamp <= PRESTREAM:
            msg = "DATA has a packet at PreStream, which cannot be resampled"
            raise ValueError(msg)
        self._sample(cc, cc.packet(self._data))
        self._last = cc.packet(self._data)

    def close(self, cc: Context) -> None:
        """Sends the last packet if its period has none."""
        if (
            self._first is not None
            and self._options.flush_last_packet
            and self._index(self._last.time) == self._count
        ):
            self._send(cc, self._last)

    def _set_rate(self, rate: float) -> None:
        if self._options.max_frame_rate > 0:
            rate = min(rate, self._options.max_frame_rate)
        if not 0 < rate <= 1e6:
            msg = f"the frame rate must be above 0 and at most a million per second, got {rate}"
            raise ValueError(msg)
        self._rate = rate
        margin = int(1e6 / rate) // 2 if self._options.round_limits else 0
        start, end = self._options.start_time, self._options.end_time
        self._start = (start if has(self._options, "start_time") else MIN) - margin
        self._end = (end if has(self._options, "end_time") else MAX) + margin

    def _sample(self, cc: Context, packet: Packet) -> None:
        now = cc.timestamp
        if self._first is None:
            self._first = now
            if has(self._options, "base_timestamp"):
                self._first = self._options.base_timestamp
                self._first = self._time(self._index(now))
        index = self._index(now)
        if index < self._count:
            return
        while index > self._count:
            self._send(cc, self._last)
        target = self._time(self._count)
        if now >= target:
            is_nearer = self._last.is_empty() or now - target <= target - self._last.time
            self._send(cc, packet if is_nearer else self._last)
        cc.set_bound(self._output, self._time(self._count))

    def _send(self, cc: Context, packet: Packet) -> None:
        """Sends the packet at the next timestamp, if that is within the limits."""
        target = self._time(self._count)
        if self._start <= target < self._end:
            cc.send_packet(self._output, packet.at(target))
        self._count += 1

    def _time(self, index: int) -> int:
        """The timestamp of the packet with this number."""
        assert self._first is not None
        return add_offset(self._first, from_seconds(index / self._rate))

    def _index(self, timestamp: int) -> int:
        """The number of the packet whose timestamp is nearest, halves rounded away from zero."""
        assert self._first is not None
        number = (timestamp - self._first) / 1e6 * self._rate
        return int(math.copysign(math.floor(abs(number) + 0.5), number))
