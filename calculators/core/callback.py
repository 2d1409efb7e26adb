"""CallbackCalculator and CallbackWithHeaderCalculator: functions that are called with packets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.packet import Packet
from mpgraph.packet_type import PacketType
from mpgraph.ports import Input, Inputs, SideInput

from ..port_rules import exactly_one

__all__ = ["CALLBACK", "HEADER_CALLBACK", "VECTOR_CALLBACK", "Callback", "CallbackWithHeader"]

CALLBACK: Final = PacketType("std::function<void(const ::mediapipe::Packet&)>", callable)
"""A function that takes a packet."""
VECTOR_CALLBACK: Final = PacketType("std::function<void(const std::vector<::mediapipe::Packet>&)>", callable)
"""A function that takes a list of packets."""
HEADER_CALLBACK: Final = PacketType(
    "std::function<void(const ::mediapipe::Packet&, const ::mediapipe::Packet&)>", callable
)
"""A function that takes a packet and the stream's header, a packet too."""


class Callback(Calculator, name="CallbackCalculator", timestamp_offset=None):
    """Calls a function with the packets of each timestamp.

    Inputs: with CALLBACK one untagged stream, with VECTOR_CALLBACK one or more. Side inputs, exactly one of
    the first two: CALLBACK, a function of the `Packet`; VECTOR_CALLBACK, a function of the list of the
    packets of all inputs, which are empty where a stream has none; OBSERVE_TIMESTAMP_BOUNDS (bool, optional),
    which must be True: the function is also called, with empty packets, where the inputs are merely settled.

    Raises:
        ContractError: Not exactly one of CALLBACK and VECTOR_CALLBACK.
        ValueError: OBSERVE_TIMESTAMP_BOUNDS is False.

    Upstream: framework/tool/sink.cc; spec calculators.md 6.

    Example::

        node {
          calculator: "CallbackCalculator"
          input_stream: "results"
          input_side_packet: "CALLBACK:what_to_call"
        }
    """

    packets = Inputs[object](at_least=1)
    callback = SideInput[Callable[[Packet], Any]]("CALLBACK", optional=True, type=CALLBACK)
    vector_callback = SideInput[Callable[[list[Packet]], Any]](
        "VECTOR_CALLBACK", optional=True, type=VECTOR_CALLBACK
    )
    observes = SideInput[bool]("OBSERVE_TIMESTAMP_BOUNDS", optional=True)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports; one function takes one stream."""
        super().get_contract(contract)
        exactly_one(contract, "side_input", "CALLBACK", "VECTOR_CALLBACK")
        if contract.side_inputs.has("CALLBACK") and contract.inputs.count() > 1:
            msg = f"CALLBACK takes one stream, got {contract.inputs.count()}; use VECTOR_CALLBACK"
            raise ContractError(msg)
        contract.process_timestamp_bounds = contract.side_inputs.has("OBSERVE_TIMESTAMP_BOUNDS")

    def open(self, cc: Context) -> None:
        """Checks that bounds are wanted if they were asked for."""
        if not cc.get(self.observes, True):
            msg = "the side packet OBSERVE_TIMESTAMP_BOUNDS must be True, or not be connected"
            raise ValueError(msg)

    def process(self, cc: Context) -> None:
        """Calls the function."""
        if self.callback in cc:
            cc[self.callback](cc.inputs[0])
        else:
            cc[self.vector_callback](list(cc.inputs))


class CallbackWithHeader(Calculator, name="CallbackWithHeaderCalculator", timestamp_offset=None):
    """Calls a function with each packet and the header of the stream.

    Inputs: INPUT, any type; HEADER, whose first packet is the header if INPUT has no stream header; the same
    stream may feed both. Side input: CALLBACK, a function of the `Packet` and of the header's `Packet`.

    Raises:
        ValueError: An INPUT packet came before any header.

    Upstream: framework/tool/sink.cc; spec calculators.md 6.

    Example::

        node {
          calculator: "CallbackWithHeaderCalculator"
          input_stream: "INPUT:frames"
          input_stream: "HEADER:video_header"
          input_side_packet: "CALLBACK:what_to_call"
        }
    """

    packet = Input[object]("INPUT")
    header = Input[object]("HEADER")
    callback = SideInput[Callable[[Packet, Packet], Any]]("CALLBACK", type=HEADER_CALLBACK)

    def open(self, cc: Context) -> None:
        """Takes the stream's header."""
        self._header = cc.header(self.packet)

    def process(self, cc: Context) -> None:
        """Takes the header that comes as a packet, or calls the function."""
        if self.packet in cc:
            if self._header.is_empty():
                msg = "INPUT has a packet, but neither a stream header nor a packet of HEADER came before"
                raise ValueError(msg)
            cc[self.callback](cc.packet(self.packet), self._header)
        elif self._header.is_empty():
            self._header = cc.packet(self.header)
