"""ImmediateMuxCalculator: packets of several streams as they come."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.options import option, options
from mpgraph.ports import Inputs, Output
from mpgraph.timestamp import ONE_OVER_POSTSTREAM, PRESTREAM, next_allowed_in_stream

__all__ = ["ImmediateMux", "ImmediateMuxOptions"]


@options(message="mediapipe.ImmediateMuxCalculatorOptions")
class ImmediateMuxOptions:
    """What bounds do.

    Attributes:
        process_timestamp_bounds: Whether an input that is merely settled settles the outputs.
    """

    process_timestamp_bounds: bool = option(1)


class ImmediateMux(Calculator, name="ImmediateMuxCalculator"):
    """Passes the packets of all inputs on one stream, and drops those that come too late.

    Inputs: untagged streams of one type. Outputs, untagged: index 0, of the inputs' type; index 1 (bool,
    optional), True for each input packet, passed or not. A packet is dropped if one of its timestamp or of a
    later one was passed, or if the outputs have ended; within one call the first input goes first. Meant for
    nodes with
    ``input_stream_handler { input_stream_handler: "ImmediateInputStreamHandler" }``.

    Raises:
        ContractError: Not one or two outputs.

    Upstream: calculators/core/immediate_mux_calculator.cc; spec calculators.md 6.

    Example::

        node {
          calculator: "ImmediateMuxCalculator"
          input_stream_handler { input_stream_handler: "ImmediateInputStreamHandler" }
          input_stream: "quick_results"
          input_stream: "slow_results"
          output_stream: "results"
        }
    """

    options: ImmediateMuxOptions
    muxed = Output[object]()
    packets = Inputs[object]()
    arrived = Output[bool]("", 1, optional=True)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports; bounds matter if the options say so."""
        super().get_contract(contract)
        if contract.outputs.count() > 2:
            msg = f"there must be one or two untagged output streams, got {contract.outputs.count()}"
            raise ContractError(msg)
        if contract.options(ImmediateMuxOptions).process_timestamp_bounds:
            contract.process_timestamp_bounds = True
            contract.timestamp_offset = None

    def open(self, cc: Context) -> None:
        """Begins with nothing passed."""
        self._bound = PRESTREAM

    def process(self, cc: Context) -> None:
        """Passes what is not too late."""
        arrived = cc.output(self.arrived)
        packets = [packet for packet in cc.inputs if not packet.is_empty()]
        for packet in packets:
            if packet.time >= self._bound:
                cc.send_packet(self.muxed, packet)
                self._bound = next_allowed_in_stream(packet.time)
            if arrived is not None and not arrived.closed:
                arrived.send(True, max(cc.timestamp, arrived.next_bound))
        if packets or not self.options.process_timestamp_bounds or cc.timestamp < self._bound:
            return
        self._bound = next_allowed_in_stream(cc.timestamp)
        for out in cc.outputs:
            if self._bound == ONE_OVER_POSTSTREAM:
                out.close()
            else:
                out.set_bound(max(self._bound, out.next_bound))
