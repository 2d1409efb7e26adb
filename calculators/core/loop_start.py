"""The beginning of a loop: each item on its own, at timestamps of the loop's own clock."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.packet import Packet
from mpgraph.ports import Inputs, Output, Outputs
from mpgraph.timestamp import Timestamp

from ..port_rules import same_number

__all__ = ["LoopStart"]


class LoopStart(Calculator, timestamp_offset=None, process_timestamp_bounds=True):
    """Base of the calculators that begin a loop.

    The clock starts at 0 and ticks once per item. A batch without items takes a tick too, at which nothing
    but its end is sent, so that the loop's end learns of every input timestamp.

    Attributes:
        settles_clones: Whether an empty CLONE packet settles its clone at each item.
    """

    settles_clones: ClassVar[bool] = False
    constants = Inputs[object]("CLONE")
    clones = Outputs[object]("CLONE", same_as=constants)
    batch_end = Output[Timestamp]("BATCH_END")

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports; each CLONE goes in and comes out."""
        super().get_contract(contract)
        same_number(contract, "CLONE", "CLONE")

    def open(self, cc: Context) -> None:
        """Sets the clock to 0."""
        self._clock = 0

    def send_batch(self, cc: Context, item: Output[object], batch: Iterable[Packet]) -> None:
        """Sends each packet of the batch at a tick of the clock, and the end at the last of them."""
        start = self._clock
        constants = [(self.clones[i], cc.packet(self.constants[i])) for i in range(cc.count(self.constants))]
        if not self.settles_clones:
            constants = [(clone, packet) for clone, packet in constants if not packet.is_empty()]
        for packet in batch:
            cc.send_packet(item, packet.at(self._clock))
            for clone, constant in constants:
                cc.send_packet(clone, constant.at(self._clock))
            self._clock += 1
        if self._clock == start:
            self._clock += 1
            for output in cc.outputs:
                output.set_bound(self._clock)
        cc.send(self.batch_end, Timestamp.of(cc.timestamp), self._clock - 1)
