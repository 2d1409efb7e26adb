"""SidePacketsToStreamsCalculator: side packets, or what is in them, on streams."""

from __future__ import annotations

from enum import IntEnum

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError, StopGraph
from mpgraph.options import has, option, options
from mpgraph.packet import Packet
from mpgraph.ports import Outputs, SideInputs
from mpgraph.timestamp import POSTSTREAM, PRESTREAM

__all__ = ["SidePacketsToStreams", "SidePacketsToStreamsOptions"]


class SetTimestampMode(IntEnum):
    """The timestamps of the packets."""

    VECTOR_INDEX = 0
    PRE_STREAM = 1
    WHOLE_STREAM = 2
    NONE = 3


@options(message="mediapipe.SidePacketsToStreamsCalculatorOptions", extension=60982839)
class SidePacketsToStreamsOptions:
    """What is sent, and when.

    Attributes:
        num_inputs: If set, how many side packets and streams there must be.
        set_timestamp: VECTOR_INDEX: 0, 1, 2 and so on; PRE_STREAM: PreStream; WHOLE_STREAM: PostStream;
            NONE: those that the packets in the vectors have.
        vectors_of_packets: Whether each side packet is a list of packets, all of one length.
    """

    num_inputs: int = option(1, default=1)
    set_timestamp: SetTimestampMode = option(2, default=SetTimestampMode.VECTOR_INDEX)
    vectors_of_packets: bool = option(3, default=True)


class SidePacketsToStreams(Calculator, name="SidePacketsToStreamsCalculator"):
    """Sends side packets, or the packets of the lists in them, on streams, and stops.

    Side inputs: untagged, lists of `Packet`, or with ``vectors_of_packets: false`` anything. Outputs: one
    untagged stream per side input.

    Raises:
        ContractError: Numbers of ports that do not fit; NONE without vectors.
        ValueError: The lists differ in length.

    Upstream: framework/tool/source.cc; spec calculators.md 6.

    Example::

        node {
          calculator: "SidePacketsToStreamsCalculator"
          input_side_packet: "list_of_packets"
          output_stream: "packets"
        }
    """

    options: SidePacketsToStreamsOptions
    values = SideInputs[object]()
    streams = Outputs[object]()

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and counts them."""
        super().get_contract(contract)
        chosen = contract.options(SidePacketsToStreamsOptions)
        sides, outputs = contract.side_inputs.count(), contract.outputs.count()
        wanted = chosen.num_inputs if has(chosen, "num_inputs") else sides
        if not wanted == sides == outputs:
            msg = f"there must be {wanted} side packets and as many output streams, got {sides} and {outputs}"
            raise ContractError(msg)
        if chosen.vectors_of_packets:
            contract.side_inputs.declare_all("", list[Packet])
        elif chosen.set_timestamp == SetTimestampMode.NONE:
            msg = "set_timestamp: NONE needs vectors_of_packets, since a side packet has no timestamp"
            raise ContractError(msg)
        else:
            contract.outputs.declare_all("", same_as="side_input")

    def process(self, cc: Context) -> None:
        """Sends everything."""
        lists: list[list[Packet]] = (
            [packet.value for packet in cc.side_inputs]
            if self.options.vectors_of_packets
            else [[packet] for packet in cc.side_inputs]
        )
        lengths = sorted({len(packets) for packets in lists})
        if len(lengths) > 1:
            msg = f"the lists in the side packets must be of one length, got {lengths}"
            raise ValueError(msg)
        for packets, out in zip(lists, cc.outputs, strict=True):
            for index, packet in enumerate(packets):
                out.send_packet(packet.at(self._timestamp(index, packet)))
        raise StopGraph

    def _timestamp(self, index: int, packet: Packet) -> int:
        fixed = {
            SetTimestampMode.VECTOR_INDEX: index,
            SetTimestampMode.PRE_STREAM: PRESTREAM,
            SetTimestampMode.WHOLE_STREAM: POSTSTREAM,
        }
        return fixed.get(self.options.set_timestamp, packet.time)
