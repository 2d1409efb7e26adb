"""PacketInnerJoinCalculator: only where all streams have a packet."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.ports import Inputs, Outputs

from ..port_rules import same_number

__all__ = ["PacketInnerJoin"]


class PacketInnerJoin(Calculator, name="PacketInnerJoinCalculator"):
    """Passes the packets of those timestamps at which every input has one.

    Inputs: one or more untagged streams of any types. Outputs: one untagged stream per input.

    Raises:
        ContractError: Another number of outputs than inputs.

    Upstream: calculators/core/packet_inner_join_calculator.cc; spec calculators.md 6.

    Example::

        node {
          calculator: "PacketInnerJoinCalculator"
          input_stream: "frames"
          input_stream: "masks"
          output_stream: "frames_with_mask"
          output_stream: "masks_with_frame"
        }
    """

    packets = Inputs[object](at_least=1)
    joined = Outputs[object](same_as=packets)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and counts them."""
        super().get_contract(contract)
        same_number(contract)

    def process(self, cc: Context) -> None:
        """Passes all packets, or none."""
        if not any(packet.is_empty() for packet in cc.inputs):
            for packet, out in zip(cc.inputs, cc.outputs, strict=True):
                out.send_packet(packet)
