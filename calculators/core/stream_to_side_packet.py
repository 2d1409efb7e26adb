"""StreamToSidePacketCalculator: a packet of a stream as a side packet."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.ports import Input, SideOutput
from mpgraph.timestamp import UNSET

__all__ = ["StreamToSidePacket"]


class StreamToSidePacket(Calculator, name="StreamToSidePacketCalculator"):
    """Makes a side packet of the only packet of a stream.

    Input: one untagged stream of any type. Side output: one untagged, of the same type, which loses the
    packet's timestamp.

    Raises:
        SidePacketError: The stream has a second packet.

    Upstream: calculators/core/stream_to_side_packet_calculator.cc; spec calculators.md 6.

    Example::

        node {
          calculator: "StreamToSidePacketCalculator"
          input_stream: "summary"
          output_side_packet: "summary_of_the_run"
        }
    """

    packet = Input[object]()
    side_packet = SideOutput[object](same_as=packet)

    def process(self, cc: Context) -> None:
        """Sets the side packet."""
        if self.packet in cc:
            cc.send_packet(self.side_packet, cc.packet(self.packet).at(UNSET))
