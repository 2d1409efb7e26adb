"""BeginItemLoopCalculator: the packets of several streams one by one."""

from __future__ import annotations

from mpgraph.context import Context
from mpgraph.ports import Inputs, Output

from .loop_start import LoopStart

__all__ = ["BeginItemLoop"]


class BeginItemLoop(LoopStart, name="BeginItemLoopCalculator"):
    """Sends the packets of its inputs one by one, so that the nodes up to EndItemLoop see one at a time.

    Inputs: ITEM, one or more of one type; CLONE, any number of any type, constants of the loop. Outputs:
    ITEM, of that type; the CLONEs once per item; BATCH_END (Timestamp), the input timestamp. The outputs
    have timestamps of the loop's own, which count items from 0.

    BATCH_END comes with the last item. A timestamp without ITEMs takes one timestamp of the loop, at which
    only BATCH_END is sent. Where CLONE has no packet its clone is settled at each item.

    Raises:
        ContractError: Another number of CLONE outputs than inputs.
        ValueError: Some ITEMs have a packet and others have none.

    Upstream: calculators/core/begin_item_loop_calculator.cc; spec calculators.md 6.

    Example::

        node {
          calculator: "BeginItemLoopCalculator"
          input_stream: "ITEM:0:left_eye"
          input_stream: "ITEM:1:right_eye"
          output_stream: "ITEM:eye"
          output_stream: "BATCH_END:eyes_timestamp"
        }
    """

    settles_clones = True
    items = Inputs[object]("ITEM", at_least=1)
    item = Output[object]("ITEM", same_as=items[0])

    def process(self, cc: Context) -> None:
        """Sends a batch."""
        packets = [cc.packet(self.items[index]) for index in range(cc.count(self.items))]
        there = [packet for packet in packets if not packet.is_empty()]
        if there and len(there) != len(packets):
            lacking = ", ".join(f"ITEM:{index}" for index, packet in enumerate(packets) if packet.is_empty())
            msg = f"all ITEM inputs must have a packet, or none; {lacking} has none"
            raise ValueError(msg)
        self.send_batch(cc, self.item, there)
