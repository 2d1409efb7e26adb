"""InverseMatrixCalculator: the matrix that takes back what another does."""

from __future__ import annotations

import numpy as np

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.formats.arrays import MATRIX
from mpgraph.ports import Input, Output

__all__ = ["InverseMatrix"]


class InverseMatrix(Calculator, name="InverseMatrixCalculator"):
    """Inverts matrices.

    Input: MATRIX (16 floats, row by row). Output: MATRIX, computed in double precision, so it may differ from
    upstream's in the last place.

    Raises:
        ValueError: The determinant is 0, or nearer to it than 2.2e-16.

    Upstream: calculators/util/inverse_matrix_calculator.cc.

    Example::

        node {
          calculator: "InverseMatrixCalculator"
          input_stream: "MATRIX:region_to_image"
          output_stream: "MATRIX:image_to_region"
        }
    """

    matrix = Input[tuple[float, ...]]("MATRIX", type=MATRIX)
    inverse = Output[tuple[float, ...]]("MATRIX", type=MATRIX)

    def process(self, cc: Context) -> None:
        """Sends the inverse."""
        matrix = np.array(cc[self.matrix], np.float32).astype(np.float64).reshape(4, 4)
        determinant = np.linalg.det(matrix)
        if not abs(determinant) > np.finfo(np.float64).eps:
            msg = f"the matrix has no inverse, its determinant is {determinant}: {cc[self.matrix]}"
            raise ValueError(msg)
        inverse = np.linalg.inv(matrix).astype(np.float32)
        cc.send(self.inverse, tuple(inverse.ravel().tolist()))
