"""InverseMatrixCalculator: the matrix that takes back what another does."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.formats.arrays import MATRIX
from mpgraph.ports import Input, Output

__all__ = ["InverseMatrix"]

Floats = npt.NDArray[np.float32]
_SIGNS: Final = np.array(((1, -1), (-1, 1)), np.float32)


class InverseMatrix(Calculator, name="InverseMatrixCalculator"):
    """Inverts matrices.

    Input: MATRIX (16 floats, row by row). Output: MATRIX, to the bit as upstream has it.

    Raises:
        ValueError: The determinant is 0, or nearer to it than 2.2e-16.

    Upstream: calculators/util/inverse_matrix_calculator.cc, which leaves the work to Eigen.

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
        matrix = np.array(cc[self.matrix], np.float32).reshape(4, 4)
        determinant = np.linalg.det(matrix.astype(np.float64))
        if not abs(determinant) > np.finfo(np.float64).eps:
            msg = f"the matrix has no inverse, its determinant is {determinant}: {cc[self.matrix]}"
            raise ValueError(msg)
        with np.errstate(all="ignore"):
            cc.send(self.inverse, tuple(_inverted(matrix).ravel().tolist()))


def _inverted(matrix: Floats) -> Floats:
    """The inverse by quarters: adjugates and determinants of its 2x2 blocks, each step rounded to float32."""
    a, b, c, d = matrix[:2, :2], matrix[:2, 2:], matrix[2:, :2], matrix[2:, 2:]
    ab, dc = _by_adjugate(a, b), _by_adjugate(d, c)
    det_a, det_b, det_c, det_d = map(_determinant, (a, b, c, d))
    products = dc.T * ab
    trace = (products[0, 0] + products[1, 0]) + (products[0, 1] + products[1, 1])
    factor = _SIGNS * (np.float32(1) / (det_a * det_d + det_b * det_c - trace))
    quarters = (
        (a * det_d - _product(b, dc), c * det_b - _by_adjugate_of(d, ab)),
        (b * det_c - _by_adjugate_of(a, dc), d * det_a - _product(c, ab)),
    )
    return np.block([[_adjugate_order(quarter * factor) for quarter in row] for row in quarters])


def _determinant(m: Floats) -> np.float32:
    determinant: np.float32 = m[1, 1] * m[0, 0] - m[0, 1] * m[1, 0]
    return determinant


def _product(left: Floats, right: Floats) -> Floats:
    product: Floats = left[:, :1] * right[0] + left[:, 1:] * right[1]
    return product


def _by_adjugate(left: Floats, right: Floats) -> Floats:
    """The adjugate of the left block times the right one."""
    return np.array(
        (left[1, 1] * right[0] - left[0, 1] * right[1], left[0, 0] * right[1] - left[1, 0] * right[0])
    )


def _by_adjugate_of(left: Floats, right: Floats) -> Floats:
    """The left block times the adjugate of the right one."""
    product: Floats = left * (right[1, 1], right[0, 0]) - left[:, ::-1] * (right[1, 0], right[0, 1])
    return product


def _adjugate_order(m: Floats) -> Floats:
    """The block with its elements where an adjugate has them; their signs are in the factor."""
    return m[::-1, ::-1].T
