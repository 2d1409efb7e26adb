"""PacketClonerCalculator: the latest packets again, at every tick."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.options import option, options
from mpgraph.packet import Packet
from mpgraph.ports import Input, Inputs, Outputs
from mpgraph.timestamp import next_allowed_in_stream

__all__ = ["PacketCloner", "PacketClonerOptions"]


@options(message="mediapipe.PacketClonerCalculatorOptions", extension=258872085)
class PacketClonerOptions:
    """What happens at ticks before every base stream had a packet.

    Attributes:
        output_only_when_all_inputs_received: Nothing is sent, and the bounds stay.
        output_packets_only_when_all_inputs_received: Nothing is sent, but the bounds move.
    """

    output_only_when_all_inputs_received: bool = option(1)
    output_packets_only_when_all_inputs_received: bool = option(2)


class PacketCloner(
    Calculator, name="PacketClonerCalculator", timestamp_offset=None, process_timestamp_bounds=True
):
    """Sends the latest packet of each base stream again at every timestamp of the tick stream.

    Inputs: untagged base streams; TICK, or, if there is none, the last untagged stream is the tick.
    Outputs: one untagged stream per base stream. A base packet at the tick's own timestamp counts.

    Raises:
        ContractError: There is no tick stream, or another number of outputs than base streams.

    Upstream: calculators/core/packet_cloner_calculator.cc; spec calculators.md 6.

    Example::

        node {
          calculator: "PacketClonerCalculator"
          input_stream: "rarely_made_mask"
          input_stream: "TICK:frames"
          output_stream: "mask_of_each_frame"
        }
    """

    options: PacketClonerOptions
    base = Inputs[object]()
    tick = Input[object]("TICK", optional=True)
    cloned = Outputs[object](same_as=base)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and counts them."""
        super().get_contract(contract)
        count = contract.inputs.count() - (not contract.inputs.has("TICK"))
        if count < 0 or contract.outputs.count() != count:
            msg = (
                "there must be a tick stream (TICK, or else the last untagged input) and one output per "
                f"other untagged input: {max(count, 0)}, got {contract.outputs.count()}"
            )
            raise ContractError(msg)

    def open(self, cc: Context) -> None:
        """Passes headers."""
        slots = cc.input_map.slots("")
        has_tag = cc.is_connected(self.tick)
        self._tick = cc.input_map.slots("TICK")[0] if has_tag else slots[-1]
        self._base = slots if has_tag else slots[:-1]
        self._latest = [Packet() for _ in self._base]
        for slot, out in zip(self._base, cc.outputs, strict=True):
            if not cc.headers[slot].is_empty():
                out.set_header(cc.headers[slot])

    def process(self, cc: Context) -> None:
        """Keeps what came; sends all that is kept at a tick."""
        for index, slot in enumerate(self._base):
            if not cc.inputs[slot].is_empty():
                self._latest[index] = cc.inputs[slot]
        tick = cc.inputs[self._tick]
        missing = any(packet.is_empty() for packet in self._latest)
        if missing and self.options.output_only_when_all_inputs_received:
            return
        if not tick.is_empty() and not (
            missing and self.options.output_packets_only_when_all_inputs_received
        ):
            for packet, out in zip(self._latest, cc.outputs, strict=True):
                if not packet.is_empty():
                    out.send_packet(packet.at(cc.timestamp))
        if tick.timestamp == cc.timestamp:
            for out in cc.outputs:
                out.set_bound(max(out.next_bound, next_allowed_in_stream(cc.timestamp)))
