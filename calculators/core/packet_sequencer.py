"""PacketSequencerCalculator: packets in step with ticks."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.ports import Inputs, Outputs
from mpgraph.timestamp import MIN, next_allowed_in_stream

from ..port_rules import same_number

__all__ = ["PacketSequencer"]


class PacketSequencer(
    Calculator,
    name="PacketSequencerCalculator",
    timestamp_offset=None,
    input_policy="ImmediateInputStreamHandler",
):
    """Gives INPUT packets the next timestamps that the TICK streams have not passed yet.

    Inputs: INPUT and TICK, any number each. Outputs: OUTPUT, one per INPUT. Each INPUT packet is sent at
    the output's bound; a tick at or after the bound moves the bound past it.

    Raises:
        ContractError: Another number of OUTPUT than INPUT streams.

    Upstream: calculators/core/packet_sequencer_calculator.cc; spec SW-6, calculators.md 6.

    Example::

        node {
          calculator: "PacketSequencerCalculator"
          input_stream: "INPUT:selection"
          input_stream: "TICK:frames"
          output_stream: "OUTPUT:selection_between_frames"
        }
    """

    untimed = Inputs[object]("INPUT")
    ticks = Inputs[object]("TICK")
    timed = Outputs[object]("OUTPUT", same_as=untimed)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and counts them."""
        super().get_contract(contract)
        same_number(contract, "INPUT", "OUTPUT")

    def open(self, cc: Context) -> None:
        """Looks up the slots."""
        self._pairs = tuple(zip(cc.input_map.slots("INPUT"), cc.outputs, strict=True))
        self._ticks = cc.input_map.slots("TICK")

    def process(self, cc: Context) -> None:
        """Sends packets, then moves the bounds past a tick."""
        for slot, out in self._pairs:
            packet = cc.inputs[slot]
            if not packet.is_empty():
                out.send_packet(packet.at(max(MIN, out.next_bound)))
        # Without a tick, as upstream, the bounds still leave the very start of time.
        ticked = any(cc.inputs[slot].time == cc.timestamp for slot in self._ticks)
        tick = max(MIN, cc.timestamp) if ticked else MIN
        for out in cc.outputs:
            if tick >= out.next_bound:
                out.set_bound(next_allowed_in_stream(tick))
