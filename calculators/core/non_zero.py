"""NonZeroCalculator: whether a number is not 0."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError, StopGraph
from mpgraph.ports import Input, Output, SideInput

__all__ = ["NonZero"]


class NonZero(Calculator, name="NonZeroCalculator"):
    """Says whether integers are other than 0.

    Input or side input: INPUT (int), exactly one of both. Outputs, both optional: OUTPUT (int), 1 or 0;
    OUTPUT_BOOL (bool). With a side input there is one packet, at timestamp 0; upstream then fails when it is
    called again.

    Raises:
        ContractError: INPUT is neither, or both, a stream and a side packet.

    Upstream: calculators/core/non_zero_calculator.cc; spec calculators.md 6.

    Example::

        node {
          calculator: "NonZeroCalculator"
          input_stream: "INPUT:count"
          output_stream: "OUTPUT_BOOL:is_any"
        }
    """

    number = Input[int]("INPUT", optional=True)
    side_number = SideInput[int]("INPUT", optional=True)
    output = Output[int]("OUTPUT", optional=True)
    output_bool = Output[bool]("OUTPUT_BOOL", optional=True)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports; there is one input."""
        super().get_contract(contract)
        if contract.inputs.has("INPUT") == contract.side_inputs.has("INPUT"):
            msg = "INPUT must be connected either as input stream or as input side packet"
            raise ContractError(msg)

    def open(self, cc: Context) -> None:
        """Begins."""
        self._sent = False

    def process(self, cc: Context) -> None:
        """Sends the answer."""
        is_source = self.side_number in cc
        if is_source and self._sent:
            raise StopGraph
        self._sent = True
        if is_source or self.number in cc:
            is_any = (cc[self.side_number] if is_source else cc[self.number]) != 0
            cc.send(self.output, int(is_any))
            cc.send(self.output_bool, is_any)
