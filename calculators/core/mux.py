"""MuxCalculator: one of several inputs, chosen by number."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.ports import Input, Inputs, Output, SideInput

__all__ = ["Mux"]


class Mux(Calculator, name="MuxCalculator"):
    """Sends the packet of the selected input.

    Inputs: INPUT, any number of any type; SELECT (int) as stream or as side packet, the index of the
    INPUT to pass. Output: OUTPUT. Without a SELECT packet nothing is sent. With a SELECT stream the input
    policy is MuxInputStreamHandler, which waits for the selected input only.

    Raises:
        ContractError: SELECT is neither, or both, a stream and a side packet.
        IndexError: SELECT names no input.

    Upstream: calculators/core/mux_calculator.cc; spec calculators.md 6.

    Example::

        node {
          calculator: "MuxCalculator"
          input_stream: "INPUT:0:left"
          input_stream: "INPUT:1:right"
          input_stream: "SELECT:side"
          output_stream: "OUTPUT:chosen"
        }
    """

    inputs = Inputs[object]("INPUT")
    select = Input[int]("SELECT", optional=True)
    side_select = SideInput[int]("SELECT", optional=True)
    chosen = Output[object]("OUTPUT")

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks who selects."""
        super().get_contract(contract)
        if contract.inputs.has("SELECT") == contract.side_inputs.has("SELECT"):
            msg = "SELECT must be connected either as input stream or as input side packet"
            raise ContractError(msg)
        if contract.inputs.has("SELECT"):
            contract.input_policy = "MuxInputStreamHandler"

    def process(self, cc: Context) -> None:
        """Sends the selected packet."""
        if cc.is_connected(self.select):
            if self.select not in cc:
                return
            index = cc[self.select]
        else:
            index = cc[self.side_select]
        count = cc.count(self.inputs)
        if not 0 <= index < count:
            msg = f"SELECT is {index}, but the inputs are INPUT:0 to INPUT:{count - 1}"
            raise IndexError(msg)
        packet = cc.packet(self.inputs[index])
        if not packet.is_empty():
            cc.send_packet(self.chosen, packet)
