"""SequenceShiftCalculator: packets at the timestamps of other packets."""

from __future__ import annotations

from collections import deque

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.options import option, options
from mpgraph.packet import Packet
from mpgraph.ports import Input, Output, SideInput

__all__ = ["SequenceShift", "SequenceShiftOptions"]


@options(message="mediapipe.SequenceShiftCalculatorOptions", extension=107633927)
class SequenceShiftOptions:
    """How far.

    Attributes:
        packet_offset: n > 0: the i-th timestamp gets the packet of n before it; n < 0: the packet of -n
            after it.
        emit_empty_packets_before_first_packet: Not supported, upstream neither.
    """

    packet_offset: int = option(1, default=-1)
    emit_empty_packets_before_first_packet: bool = option(2, default=False)


class SequenceShift(Calculator, name="SequenceShiftCalculator", timestamp_offset=None):
    """Shifts the packets of a stream against its timestamps.

    Input and output: one untagged stream of any type. Side input: PACKET_OFFSET (int, optional), which goes
    before the option packet_offset. With n > 0 the first n timestamps get nothing and the last n packets are
    lost; with n < 0 the last -n timestamps get nothing and the first -n packets are lost; with 0 all is
    passed. Only packets settle the output, unless the shift is 0.

    Raises:
        ValueError: emit_empty_packets_before_first_packet with n > 0.

    Upstream: calculators/core/sequence_shift_calculator.cc; spec calculators.md 6.

    Example::

        node {
          calculator: "SequenceShiftCalculator"
          input_stream: "frames"
          output_stream: "previous_frames"
          options {
            [mediapipe.SequenceShiftCalculatorOptions.ext] { packet_offset: 1 }
          }
        }
    """

    options: SequenceShiftOptions
    packet = Input[object]()
    offset = SideInput[int]("PACKET_OFFSET", optional=True)
    shifted = Output[object](same_as=packet)

    def open(self, cc: Context) -> None:
        """Learns the shift."""
        self._offset = cc.get(self.offset, self.options.packet_offset)
        self._packets: deque[Packet] = deque()
        out = cc.output(self.shifted)
        if self._offset == 0 and out is not None:
            out.set_offset(0)

    def process(self, cc: Context) -> None:
        """Sends a packet if there is one for a timestamp."""
        packet = cc.packet(self.packet)
        self._packets.append(packet if self._offset > 0 else Packet.empty(packet.time))
        if len(self._packets) > abs(self._offset):
            oldest = self._packets.popleft()
            shifted = oldest.at(packet.time) if self._offset > 0 else packet.at(oldest.time)
            cc.send_packet(self.shifted, shifted)
        elif self._offset > 0 and self.options.emit_empty_packets_before_first_packet:
            msg = "emit_empty_packets_before_first_packet is not supported with a shift above 0"
            raise ValueError(msg)
