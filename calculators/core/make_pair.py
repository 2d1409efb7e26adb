"""MakePairCalculator: two packets in one."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.packet import Packet
from mpgraph.ports import Input, Output

__all__ = ["MakePair"]


class MakePair(Calculator, name="MakePairCalculator"):
    """Puts the packets of two streams into pairs.

    Inputs: exactly two untagged streams of any types. Output: one untagged stream of tuples of two
    `Packet`; the one of a stream without a packet at this timestamp is empty.

    Upstream: calculators/core/make_pair_calculator.cc; spec calculators.md 6.

    Example::

        node {
          calculator: "MakePairCalculator"
          input_stream: "frames"
          input_stream: "masks"
          output_stream: "frames_and_masks"
        }
    """

    first = Input[object]()
    second = Input[object]("", 1)
    pair = Output[tuple[Packet, Packet]]()

    def process(self, cc: Context) -> None:
        """Sends the pair."""
        cc.send(self.pair, (cc.packet(self.first), cc.packet(self.second)))
