"""MatrixMultiplyCalculator: a matrix times each matrix of a stream."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.formats.matrix import Matrix
from mpgraph.ports import Input, Output, SideInput

__all__ = ["MatrixMultiply"]


class MatrixMultiply(Calculator, name="MatrixMultiplyCalculator"):
    """Multiplies each matrix by another one from the left.

    Input: one untagged stream of `Matrix` (n, m). Side input: one untagged `Matrix` (k, n). Output: one
    untagged stream of their products, `Matrix` (k, m).

    Raises:
        ValueError: The side packet has other columns than the input has rows.

    Upstream: calculators/core/matrix_multiply_calculator.cc; spec calculators.md 6.

    Example::

        node {
          calculator: "MatrixMultiplyCalculator"
          input_stream: "samples"
          input_side_packet: "mixing_matrix"
          output_stream: "mixed_samples"
        }
    """

    matrix = Input[Matrix]()
    factor = SideInput[Matrix]()
    product = Output[Matrix]()

    def process(self, cc: Context) -> None:
        """Sends the product."""
        factor, matrix = cc[self.factor], cc[self.matrix]
        if factor.cols != matrix.rows:
            msg = f"the side packet's {factor!r} cannot multiply {matrix!r}: it needs {matrix.rows} columns"
            raise ValueError(msg)
        cc.send(self.product, Matrix.adopt(factor.data @ matrix.data))
