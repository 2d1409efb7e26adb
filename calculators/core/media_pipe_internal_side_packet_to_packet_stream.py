"""MediaPipeInternalSidePacketToPacketStreamCalculator: a side packet at the end of a stream."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.errors import StopGraph
from mpgraph.ports import Output, SideInput
from mpgraph.timestamp import POSTSTREAM

__all__ = ["MediaPipeInternalSidePacketToPacketStream"]


class MediaPipeInternalSidePacketToPacketStream(
    Calculator, name="MediaPipeInternalSidePacketToPacketStreamCalculator"
):
    """Sends a side packet on a stream at PostStream, before anything else runs.

    Side input: one untagged of any type. Output: one untagged of the same type.

    Upstream: framework/tool/sink.cc; spec calculators.md 6.

    Example::

        node {
          calculator: "MediaPipeInternalSidePacketToPacketStreamCalculator"
          input_side_packet: "summary"
          output_stream: "summary_at_the_end"
        }
    """

    value = SideInput[object]()
    stream = Output[object](same_as=value)

    def open(self, cc: Context) -> None:
        """Sends the side packet."""
        cc.send_packet(self.stream, cc.packet(self.value).at(POSTSTREAM))
        cc.close(self.stream)

    def process(self, cc: Context) -> None:
        """There is nothing left to do."""
        raise StopGraph
