"""MatrixToVectorCalculator: a matrix as a list of its numbers."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.formats.matrix import Matrix
from mpgraph.packet import Packet
from mpgraph.ports import Input, Output

__all__ = ["MatrixToVector"]


class MatrixToVector(Calculator, name="MatrixToVectorCalculator"):
    """Lists the numbers of each matrix, column by column.

    Input: one untagged stream of `Matrix`. Output: one untagged stream of list[float].

    Upstream: calculators/core/matrix_to_vector_calculator.cc; spec calculators.md 6.

    Example::

        node {
          calculator: "MatrixToVectorCalculator"
          input_stream: "features"
          output_stream: "feature_vector"
        }
    """

    matrix = Input[Matrix]()
    vector = Output[list[float]]()

    def process(self, cc: Context) -> None:
        """Sends the list."""
        numbers = cc[self.matrix].data.ravel(order="F").tolist()
        cc.send_packet(self.vector, Packet(numbers, cc.timestamp, self.vector.type))
