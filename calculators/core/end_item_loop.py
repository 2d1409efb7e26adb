"""EndItemLoopCalculator: what a loop made of each item, on a stream for each."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.packet import Packet
from mpgraph.port_map import PortId
from mpgraph.ports import Input, Outputs
from mpgraph.timestamp import Timestamp, next_allowed_in_stream

__all__ = ["EndItemLoop"]


class EndItemLoop(Calculator, name="EndItemLoopCalculator", timestamp_offset=None):
    """Collects the items of a batch and sends each to its own output, at the timestamp of the batch.

    Inputs: ITEM (any type) and BATCH_END (Timestamp), at the loop's timestamps. Outputs: ITEM, of that type,
    one per item of a batch. A batch without a single item only settles the outputs.

    Raises:
        ValueError: A batch has another number of items than there are outputs.

    Upstream: calculators/core/end_item_loop_calculator.cc; spec calculators.md 6.

    Example::

        node {
          calculator: "EndItemLoopCalculator"
          input_stream: "ITEM:eye_landmarks"
          input_stream: "BATCH_END:eyes_timestamp"
          output_stream: "ITEM:0:left_eye_landmarks"
          output_stream: "ITEM:1:right_eye_landmarks"
        }
    """

    item = Input[object]("ITEM")
    batch_end = Input[Timestamp]("BATCH_END")
    items = Outputs[object]("ITEM", at_least=1)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports; each output is of the input's type."""
        super().get_contract(contract)
        for index in range(contract.outputs.count("ITEM")):
            contract.outputs.declare("ITEM", index, same_as=("input", PortId("ITEM", 0)))

    def open(self, cc: Context) -> None:
        """Begins the first batch."""
        self._batch: list[Packet] = []

    def process(self, cc: Context) -> None:
        """Collects, and sends at the end of the batch."""
        if self.item in cc:
            self._batch.append(cc.packet(self.item))
        if self.batch_end not in cc:
            return
        timestamp = int(cc[self.batch_end])
        outputs = [self.items[index] for index in range(cc.count(self.items))]
        if not self._batch:
            for output in outputs:
                cc.set_bound(output, next_allowed_in_stream(timestamp))
            return
        if len(self._batch) != len(outputs):
            msg = f"{len(outputs)} ITEM outputs need as many items in a batch, got {len(self._batch)}"
            raise ValueError(msg)
        for output, packet in zip(outputs, self._batch, strict=True):
            cc.send_packet(output, packet.at(timestamp))
        self._batch = []
