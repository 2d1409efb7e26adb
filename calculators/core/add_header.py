"""AddHeaderCalculator: gives a stream its header."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.ports import Input, Output, SideInput

__all__ = ["AddHeader"]


class AddHeader(Calculator, name="AddHeaderCalculator"):
    """Passes a stream on with another header.

    Inputs: DATA, any type; HEADER (optional), whose stream header is the new one and whose packets are not
    looked at. Side input: HEADER (optional), the header itself. Exactly one of both HEADERs must be there.
    Output: one untagged stream, of DATA's type.

    Raises:
        ContractError: HEADER is neither, or both, a stream and a side packet.

    Upstream: calculators/core/add_header_calculator.cc; spec calculators.md 6.

    Example::

        node {
          calculator: "AddHeaderCalculator"
          input_stream: "DATA:samples"
          input_side_packet: "HEADER:time_series_header"
          output_stream: "samples_with_header"
        }
    """

    data = Input[object]("DATA")
    header = Input[object]("HEADER", optional=True)
    side_header = SideInput[object]("HEADER", optional=True)
    output = Output[object](same_as=data)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports; there is one header."""
        super().get_contract(contract)
        if contract.inputs.has("HEADER") == contract.side_inputs.has("HEADER"):
            msg = "HEADER must be connected either as input stream or as input side packet"
            raise ContractError(msg)

    def open(self, cc: Context) -> None:
        """Sets the header."""
        side = self.side_header in cc
        header = cc.packet(self.side_header) if side else cc.header(self.header)
        if not header.is_empty():
            cc.set_header(self.output, header)

    def process(self, cc: Context) -> None:
        """Passes the packet."""
        cc.send_packet(self.output, cc.packet(self.data))
