"""PacketThinnerCalculator: at most one packet per period."""

from __future__ import annotations

import math
from enum import IntEnum

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.formats.video_header import VideoHeader
from mpgraph.options import has, merge, option, options
from mpgraph.packet import Packet
from mpgraph.packet_type import INT64
from mpgraph.ports import Input, Output, SideInput
from mpgraph.timestamp import MAX, MIN, add_offset

__all__ = ["PacketThinner", "PacketThinnerOptions"]


class ThinnerType(IntEnum):
    """Which packet of a period is kept."""

    ASYNC = 1
    SYNC = 2


@options(message="mediapipe.PacketThinnerCalculatorOptions", extension=288533508)
class PacketThinnerOptions:
    """Which packets are kept, and where they go.

    Attributes:
        thinner_type: ASYNC: the first one, and the next one that is at least a period later; SYNC: of
            each period, the one nearest to its centre.
        period: In microseconds, above 0.
        start_time: In microseconds; earlier packets are dropped. Unset: no limit (ASYNC), 0 (SYNC).
        end_time: In microseconds; at the first packet from here on the output is closed. Unset: no limit.
        sync_output_timestamps: Whether SYNC moves packets to the centre of their period.
        update_frame_rate: Whether a `VideoHeader` gets the frame rate of what is left.
    """

    thinner_type: ThinnerType = option(1, default=ThinnerType.ASYNC)
    period: int = option(2, default=1, wire="int64")
    start_time: int = option(3, wire="int64")
    end_time: int = option(4, wire="int64")
    sync_output_timestamps: bool = option(5, default=True)
    update_frame_rate: bool = option(6, default=False)


class PacketThinner(Calculator, name="PacketThinnerCalculator", timestamp_offset=None):
    """Keeps at most one packet per period.

    Input and output: one untagged stream of any type. Side inputs (optional): OPTIONS, options that are
    merged over the node's; PERIOD (int64), which goes before their period, but not in the header's frame
    rate. SYNC sends the packet of the last period when its input ends or end_time comes (there upstream
    fails).

    Raises:
        ValueError: The period is not above 0, or the start is not before the end.

    Upstream: calculators/core/packet_thinner_calculator.cc; spec calculators.md 6.

    Example::

        node {
          calculator: "PacketThinnerCalculator"
          input_stream: "frames"
          output_stream: "one_frame_per_second"
          options {
            [mediapipe.PacketThinnerCalculatorOptions.ext] { thinner_type: SYNC period: 1000000 }
          }
        }
    """

    options: PacketThinnerOptions
    packet = Input[object]()
    side_options = SideInput[PacketThinnerOptions]("OPTIONS", optional=True)
    side_period = SideInput[int]("PERIOD", optional=True, type=INT64)
    thinned = Output[object](same_as=packet)

    def open(self, cc: Context) -> None:
        """Merges the options, and passes or changes the header."""
        chosen = self.options
        if self.side_options in cc:
            chosen = merge(chosen, cc[self.side_options])
        self._is_sync = chosen.thinner_type == ThinnerType.SYNC
        self._recentres = chosen.sync_output_timestamps
        self._period = cc.get(self.side_period, chosen.period)
        if has(chosen, "start_time"):
            self._start = chosen.start_time
        else:
            self._start = 0 if self._is_sync else MIN
        self._end = chosen.end_time if has(chosen, "end_time") else MAX
        if self._period <= 0:
            msg = f"the period must be above 0 microseconds, got {self._period}"
            raise ValueError(msg)
        if self._start >= self._end:
            msg = f"start_time {self._start} must be before end_time {self._end}"
            raise ValueError(msg)
        self._next = self._start
        self._kept = Packet()
        cc.set_bound(self.thinned, self._start)
        out = cc.output(self.thinned)
        if out is not None and not self._is_sync:
            out.set_offset(0)
        header = cc.header(self.packet)
        if not header.is_empty() and chosen.update_frame_rate:
            header = Packet(_thinned(header.get(VideoHeader), chosen))
        if not header.is_empty():
            cc.set_header(self.thinned, header)

    def process(self, cc: Context) -> None:
        """Keeps or drops the packet."""
        if cc.timestamp >= self._end:
            self._send_kept(cc)
            cc.close(self.thinned)
        elif cc.timestamp >= self._start:
            if self._is_sync:
                self._keep_central(cc)
            elif cc.timestamp >= self._next:
                cc.send_packet(self.thinned, cc.packet(self.packet))
                self._next = add_offset(cc.timestamp, self._period)
                if self._next > cc.timestamp:  # not at the end of time
                    cc.set_bound(self.thinned, self._next)

    def close(self, cc: Context) -> None:
        """Sends the packet of the last period."""
        self._send_kept(cc)

    def _send_kept(self, cc: Context) -> None:
        if not self._kept.is_empty():
            cc.send_packet(self.thinned, self._kept.at(self._place(self._kept.time)))
            self._kept = Packet()

    def _keep_central(self, cc: Context) -> None:
        packet = cc.packet(self.packet)
        if self._kept.is_empty():
            cc.set_bound(self.thinned, self._place(packet.time))
        elif (centre := self._centre(packet.time)) != self._centre(self._kept.time):
            self._send_kept(cc)
            cc.set_bound(self.thinned, self._place(packet.time))
        elif abs(packet.time - centre) > abs(self._kept.time - centre):
            return
        self._kept = packet

    def _centre(self, timestamp: int) -> int:
        """The centre of the timestamp's period; timestamps are never before the start."""
        periods = (timestamp - self._start + self._period // 2) // self._period
        return periods * self._period + self._start

    def _place(self, timestamp: int) -> int:
        """Where a packet of the timestamp goes."""
        return self._centre(timestamp) if self._recentres else timestamp


def _thinned(header: VideoHeader, chosen: PacketThinnerOptions) -> VideoHeader:
    """The header with the frame rate of the stream that is left."""
    if chosen.thinner_type == ThinnerType.SYNC:
        rate = min(header.frame_rate, 1e6 / chosen.period)
    else:
        every = math.ceil(header.frame_rate * chosen.period / 1e6)
        rate = header.frame_rate / every if every else header.frame_rate
    return VideoHeader(
        format=header.format,
        width=header.width,
        height=header.height,
        duration=header.duration,
        frame_rate=rate,
    )
