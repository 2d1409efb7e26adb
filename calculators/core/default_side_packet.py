"""DefaultSidePacketCalculator: a side packet, or another if there is none."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.ports import SideInput, SideOutput

__all__ = ["DefaultSidePacket"]


class DefaultSidePacket(Calculator, name="DefaultSidePacketCalculator"):
    """Passes a side packet on, or a default where nobody connects it.

    Side inputs, of one type: OPTIONAL_VALUE (optional); DEFAULT_VALUE. Side output: VALUE, which is
    OPTIONAL_VALUE if that is connected, else DEFAULT_VALUE.

    Upstream: calculators/core/default_side_packet_calculator.cc; spec calculators.md 6.

    Example::

        node {
          calculator: "DefaultSidePacketCalculator"
          input_side_packet: "OPTIONAL_VALUE:threshold_of_the_user"
          input_side_packet: "DEFAULT_VALUE:usual_threshold"
          output_side_packet: "VALUE:threshold"
        }
    """

    default = SideInput[object]("DEFAULT_VALUE")
    optional = SideInput[object]("OPTIONAL_VALUE", optional=True, same_as=default)
    value = SideOutput[object]("VALUE", same_as=default)

    def open(self, cc: Context) -> None:
        """Sends the one or the other."""
        cc.send_packet(self.value, cc.packet(self.optional if self.optional in cc else self.default))
