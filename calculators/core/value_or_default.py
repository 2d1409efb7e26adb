"""ValueOrDefaultCalculator: a packet for every tick."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.ports import Input, Output, SideInput

__all__ = ["ValueOrDefault"]


class ValueOrDefault(Calculator, name="ValueOrDefaultCalculator"):
    """Fills the gaps of a stream: at each tick its packet, or a default.

    Inputs: IN, any type; TICK, any type. Side input: one untagged, of IN's type, the default. Outputs: OUT,
    of IN's type, with IN's header; FLAG (bool), True where the default was sent, and nothing elsewhere. An
    IN packet at a timestamp without TICK is lost.

    Upstream: calculators/core/value_or_default_calculator.cc; spec calculators.md 6.

    Example::

        node {
          calculator: "ValueOrDefaultCalculator"
          input_stream: "IN:masks"
          input_stream: "TICK:frames"
          input_side_packet: "no_mask"
          output_stream: "OUT:mask_of_each_frame"
          output_stream: "FLAG:is_no_mask"
        }
    """

    value = Input[object]("IN")
    tick = Input[object]("TICK")
    default = SideInput[object](same_as=value)
    filled = Output[object]("OUT", same_as=value)
    flag = Output[bool]("FLAG")

    def open(self, cc: Context) -> None:
        """Passes the header."""
        if not cc.header(self.value).is_empty():
            cc.set_header(self.filled, cc.header(self.value))

    def process(self, cc: Context) -> None:
        """Sends at a tick."""
        if self.tick not in cc:
            return
        if self.value in cc:
            cc.send_packet(self.filled, cc.packet(self.value))
        else:
            cc.send_packet(self.filled, cc.packet(self.default).at(cc.timestamp))
            cc.send(self.flag, True)
