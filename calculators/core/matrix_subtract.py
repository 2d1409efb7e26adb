"""MatrixSubtractCalculator: the difference of two matrices."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.matrix import Matrix
from mpgraph.ports import Input, Output, SideInput

__all__ = ["MatrixSubtract"]


class MatrixSubtract(Calculator, name="MatrixSubtractCalculator"):
    """Subtracts a matrix from each matrix of a stream, or each of them from a matrix.

    Input and side input: MINUEND and SUBTRAHEND (`Matrix`), one of them as a stream, the other as a side
    packet. Output: one untagged stream of MINUEND - SUBTRAHEND (`Matrix`).

    Raises:
        ContractError: Not exactly one stream and the other side packet.
        ValueError: The sizes differ.

    Upstream: calculators/core/matrix_subtract_calculator.cc; spec calculators.md 6.

    Example::

        node {
          calculator: "MatrixSubtractCalculator"
          input_stream: "MINUEND:features"
          input_side_packet: "SUBTRAHEND:mean"
          output_stream: "centred_features"
        }
    """

    minuend = Input[Matrix]("MINUEND", optional=True)
    subtrahend = Input[Matrix]("SUBTRAHEND", optional=True)
    side_minuend = SideInput[Matrix]("MINUEND", optional=True)
    side_subtrahend = SideInput[Matrix]("SUBTRAHEND", optional=True)
    difference = Output[Matrix]()

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks that they are two matrices."""
        super().get_contract(contract)
        given = sorted(contract.inputs.tags()), sorted(contract.side_inputs.tags())
        if given not in ((["MINUEND"], ["SUBTRAHEND"]), (["SUBTRAHEND"], ["MINUEND"])):
            msg = "one of MINUEND and SUBTRAHEND must be an input stream, the other an input side packet"
            raise ContractError(msg)

    def process(self, cc: Context) -> None:
        """Sends the difference."""
        minuend = cc[self.minuend] if self.minuend in cc else cc[self.side_minuend]
        subtrahend = cc[self.subtrahend] if self.subtrahend in cc else cc[self.side_subtrahend]
        if minuend.data.shape != subtrahend.data.shape:
            msg = f"MINUEND {minuend!r} and SUBTRAHEND {subtrahend!r} must be of one size"
            raise ValueError(msg)
        cc.send(self.difference, Matrix.adopt(minuend.data - subtrahend.data))
