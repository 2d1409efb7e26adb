"""PacketPresenceCalculator: whether there was a packet."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.ports import Input, Output

__all__ = ["PacketPresence"]


class PacketPresence(Calculator, name="PacketPresenceCalculator", process_timestamp_bounds=True):
    """Says for every settled timestamp whether the input had a packet.

    Input: PACKET, any type. Output: PRESENCE (bool): True at the timestamp of a packet, False where the
    input is merely settled.

    Upstream: calculators/core/packet_presence_calculator.cc; spec calculators.md 6.

    Example::

        node {
          calculator: "PacketPresenceCalculator"
          input_stream: "PACKET:detections"
          output_stream: "PRESENCE:has_detections"
        }
    """

    packet = Input[object]("PACKET")
    presence = Output[bool]("PRESENCE")

    def process(self, cc: Context) -> None:
        """Sends whether there is a packet."""
        cc.send(self.presence, self.packet in cc)
