"""MergeCalculator: the first of several inputs that has a packet."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.ports import Inputs, Output

__all__ = ["Merge"]


class Merge(Calculator, name="MergeCalculator"):
    """Sends, of the packets of one timestamp, that of the first input that has one.

    Inputs: one or more untagged streams of any types. Output: one untagged stream.

    Upstream: calculators/core/merge_calculator.cc; spec calculators.md 6.

    Example::

        node {
          calculator: "MergeCalculator"
          input_stream: "tracked"
          input_stream: "detected"
          output_stream: "boxes"
        }
    """

    candidates = Inputs[object](at_least=1)
    merged = Output[object]()

    def process(self, cc: Context) -> None:
        """Sends the first packet."""
        for packet in cc.inputs:
            if not packet.is_empty():
                cc.send_packet(self.merged, packet)
                return
