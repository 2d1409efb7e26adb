"""PassThroughCalculator: what goes in comes out."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.packet import NOTHING
from mpgraph.ports import Inputs, Outputs, SideInputs, SideOutputs

__all__ = ["PassThrough"]


class PassThrough(Calculator, name="PassThroughCalculator"):
    """Passes packets, side packets and headers on unchanged.

    Inputs and outputs: any, with the same tags and indexes on both sides. Side packets likewise; if the
    node has no output side packets, its input side packets are ignored.

    Raises:
        ContractError: Inputs and outputs do not match.

    Upstream: calculators/core/pass_through_calculator.cc; spec calculators.md 6.

    Example::

        node {
          calculator: "PassThroughCalculator"
          input_stream: "TICK:ticks"
          input_stream: "frames"
          output_stream: "TICK:same_ticks"
          output_stream: "same_frames"
        }
    """

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Gives each output the type of the input with its tag and index."""
        for inputs, outputs, what in (
            (contract.inputs, contract.outputs, "streams"),
            (contract.side_inputs, contract.side_outputs, "side packets"),
        ):
            if not outputs.map.same_ports(inputs.map) and (outputs.map or what == "streams"):
                msg = (
                    f"Input and output {what} to PassThroughCalculator must use matching tags and indexes; "
                    f"inputs: {', '.join(inputs.map.entries()) or 'none'}, "
                    f"outputs: {', '.join(outputs.map.entries()) or 'none'}"
                )
                raise ContractError(msg)
        for tag in contract.inputs.tags():
            contract.declare(Inputs[object](tag))
            contract.declare(Outputs[object](tag, same_as=Inputs[object](tag)))
        for tag in contract.side_inputs.tags():
            contract.declare(SideInputs[object](tag))
            contract.declare(SideOutputs[object](tag, same_as=SideInputs[object](tag)))
        contract.timestamp_offset = 0

    def open(self, cc: Context) -> None:
        """Passes headers and side packets."""
        for header, out in zip(cc.headers, cc.outputs, strict=True):
            if not header.is_empty():
                out.set_header(header)
        for packet, side_out in zip(cc.side_inputs, cc.side_outputs, strict=False):
            side_out.send_packet(packet)

    def process(self, cc: Context) -> None:
        """Passes the packets."""
        if len(cc.inputs) == 1:
            cc.outputs[0].send_packet(cc.inputs[0])
            return
        for packet, out in zip(cc.inputs, cc.outputs):  # noqa: B905 as many of each, by the contract
            if packet.value is not NOTHING:
                out.send_packet(packet)
