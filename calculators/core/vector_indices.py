"""<T>VectorIndicesCalculator: the indices of the items of a vector."""

from __future__ import annotations

from typing import Any, Final

from mpgraph.context import Context
from mpgraph.formats.landmark import NormalizedLandmarkList
from mpgraph.packet import Packet
from mpgraph.packet_type import INT, UINT64, vector_of
from mpgraph.ports import Input, Output

from ..vector_family import VECTOR, Vector, VectorCalculator

__all__ = ["VECTORS", "VectorIndices"]

VECTORS: Final = {
    "IntVectorIndicesCalculator": Vector(int),
    "NormalizedLandmarkListVectorIndicesCalculator": Vector(NormalizedLandmarkList),
    "Uint64tVectorIndicesCalculator": Vector(UINT64),
}
"""What the vector of each registered name holds."""

INDICES: Final = vector_of(INT)


class VectorIndices(VectorCalculator):
    """Sends 0, 1, 2, … for each vector: as many numbers as it has items.

    Input: VECTOR ($vector). Output: INDICES (a list of int).

    Upstream: calculators/core/vector_indices_calculator.h; spec calculators.md 6.

    Example::

        node {
          calculator: "$name"
          input_stream: "VECTOR:all"
          output_stream: "INDICES:indices"
        }
    """

    vector = Input[Any]("VECTOR", type=VECTOR)
    indices = Output[list[int]]("INDICES")

    def process(self, cc: Context) -> None:
        """Sends the numbers."""
        count = len(self.holds.unpack(cc[self.vector]))
        cc.send_packet(self.indices, Packet(list(range(count)), cc.timestamp, INDICES))


globals().update(VectorIndices.members(VECTORS))
