"""Merge<T>sToVectorCalculator: the packets of several streams as one vector."""

from __future__ import annotations

from typing import Any, Final

from mpgraph.context import Context
from mpgraph.formats.detection import Detection
from mpgraph.formats.image import Image
from mpgraph.ports import Inputs, Output

from ..vector_family import ITEM, VECTOR, Vector, VectorCalculator

__all__ = ["VECTORS", "MergeToVector"]

VECTORS: Final = {
    "MergeDetectionsToVectorCalculator": Vector(Detection),
    "MergeImagesToVectorCalculator": Vector(Image),
}
"""What the vector of each registered name holds."""


class MergeToVector(VectorCalculator):
    """Sends the packets of one timestamp as a vector, in the order of the inputs.

    Inputs: one or more untagged streams, $item; what has no packet is passed over. Output: one untagged
    stream, $vector.

    Upstream: calculators/core/merge_to_vector_calculator.h; spec calculators.md 6.

    Example::

        node {
          calculator: "$name"
          input_stream: "left"
          input_stream: "right"
          output_stream: "both"
        }
    """

    items = Inputs[Any](at_least=1, type=ITEM)
    vector = Output[Any](type=VECTOR)

    def process(self, cc: Context) -> None:
        """Sends the vector."""
        self.send_vector(cc, self.vector, [packet.value for packet in cc.inputs if not packet.is_empty()])


globals().update(MergeToVector.members(VECTORS))
