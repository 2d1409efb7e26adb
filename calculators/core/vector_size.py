"""<T>VectorSizeCalculator: how many items a vector has."""

from __future__ import annotations

from typing import Any, Final

from mpgraph.context import Context
from mpgraph.formats.classification import ClassificationList
from mpgraph.formats.landmark import LandmarkList
from mpgraph.ports import Input, Output

from ..vector_family import VECTOR, Vector, VectorCalculator

__all__ = ["VECTORS", "VectorSize"]

VECTORS: Final = {
    "ClassificationListVectorSizeCalculator": Vector(ClassificationList),
    "LandmarkListVectorSizeCalculator": Vector(LandmarkList),
}
"""What the vector of each registered name holds."""


class VectorSize(VectorCalculator):
    """Sends how many items each vector has.

    Input: VECTOR ($vector). Output: SIZE (int).

    Upstream: calculators/core/vector_size_calculator.h; spec calculators.md 6.

    Example::

        node {
          calculator: "$name"
          input_stream: "VECTOR:all"
          output_stream: "SIZE:how_many"
        }
    """

    vector = Input[Any]("VECTOR", type=VECTOR)
    size = Output[int]("SIZE")

    def process(self, cc: Context) -> None:
        """Sends the number."""
        cc.send(self.size, len(self.holds.unpack(cc[self.vector])))


globals().update(VectorSize.members(VECTORS))
