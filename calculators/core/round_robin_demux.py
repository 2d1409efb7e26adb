"""RoundRobinDemuxCalculator: packets in turn to several outputs."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.port_map import PortId
from mpgraph.ports import Input, Output, Outputs

__all__ = ["RoundRobinDemux"]


class RoundRobinDemux(Calculator, name="RoundRobinDemuxCalculator"):
    """Sends the first packet to the first output, the next to the next, and after the last begins again.

    Input: one untagged stream of any type. Outputs: OUTPUT, one or more, of the same type; SELECT (int,
    optional), for each packet the index of its output, at the packet's timestamp.

    Upstream: calculators/core/round_robin_demux_calculator.cc; spec calculators.md 6.

    Example::

        node {
          calculator: "RoundRobinDemuxCalculator"
          input_stream: "frames"
          output_stream: "OUTPUT:0:even_frames"
          output_stream: "OUTPUT:1:odd_frames"
          output_stream: "SELECT:side"
        }
    """

    packets = Input[object]()
    dealt = Outputs[object]("OUTPUT", at_least=1)
    select = Output[int]("SELECT", optional=True)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports; every output has the input's type."""
        super().get_contract(contract)
        for index in range(contract.outputs.count("OUTPUT")):
            contract.outputs.declare("OUTPUT", index, same_as=("input", PortId("", 0)))

    def open(self, cc: Context) -> None:
        """Begins with the first output."""
        self._next = 0

    def process(self, cc: Context) -> None:
        """Sends the packet to the output whose turn it is."""
        if self.packets not in cc:
            return
        cc.send_packet(self.dealt[self._next], cc.packet(self.packets))
        cc.send(self.select, self._next)
        self._next = (self._next + 1) % cc.count(self.dealt)
