"""CallbackPacketCalculator: a function that collects packets."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from enum import IntEnum
from typing import Any, Final

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.options import option, options
from mpgraph.packet import Packet
from mpgraph.ports import SideOutput
from mpgraph.timestamp import POSTSTREAM

from .callback import CALLBACK

__all__ = ["CallbackPacket", "CallbackPacketOptions", "PacketTarget"]


class PacketTarget(list[Packet]):
    """A list for the packets of a stream, which a graph's text can name.

    Attributes:
        address: What the option ``pointer`` names it by, as long as it lives.
    """

    def __init__(self) -> None:
        super().__init__()
        self.address = f"{id(self):#x}".encode()
        _TARGETS[self.address] = self

    __hash__ = object.__hash__  # type: ignore[assignment]


_TARGETS: Final[weakref.WeakValueDictionary[bytes, PacketTarget]] = weakref.WeakValueDictionary()


class PointerType(IntEnum):
    """What the function does with a packet."""

    UNKNOWN = 0
    VECTOR_PACKET = 1
    POST_STREAM_PACKET = 2


@options(message="mediapipe.CallbackPacketCalculatorOptions", extension=245965803)
class CallbackPacketOptions:
    """What is collected, and where.

    Attributes:
        type: VECTOR_PACKET: every packet, in order; POST_STREAM_PACKET: only the one at PostStream.
        pointer: The `PacketTarget.address` of the list. Upstream's is an address in memory, which Python
            code must not follow.
    """

    type: PointerType = option(1)
    pointer: bytes = option(2)


class CallbackPacket(Calculator, name="CallbackPacketCalculator"):
    """Makes a function for `Callback` that puts packets into a `PacketTarget`.

    Side output: one untagged, a function of a `Packet`.

    Raises:
        ContractError: The type is neither VECTOR_PACKET nor POST_STREAM_PACKET.
        LookupError: No `PacketTarget` lives at the pointer.

    Upstream: calculators/internal/callback_packet_calculator.cc; spec calculators.md 6.

    Example::

        node {
          calculator: "CallbackPacketCalculator"
          output_side_packet: "collect"
          options {
            [mediapipe.CallbackPacketCalculatorOptions.ext] { type: VECTOR_PACKET pointer: "0x7f3c5a10" }
          }
        }
    """

    options: CallbackPacketOptions
    callback = SideOutput[Callable[[Packet], Any]](type=CALLBACK)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the port and checks the type."""
        super().get_contract(contract)
        if contract.options(CallbackPacketOptions).type == PointerType.UNKNOWN:
            msg = "the option type must be VECTOR_PACKET or POST_STREAM_PACKET"
            raise ContractError(msg)

    def open(self, cc: Context) -> None:
        """Sends the function."""
        target = _TARGETS.get(self.options.pointer)
        if target is None:
            msg = f"the option pointer is {self.options.pointer!r}: no PacketTarget with this address lives"
            raise LookupError(msg)

        def keep_last(packet: Packet) -> None:
            if packet.time == POSTSTREAM:
                target[:] = [packet]

        is_vector = self.options.type == PointerType.VECTOR_PACKET
        cc.send_packet(self.callback, Packet(target.append if is_vector else keep_last, declared=CALLBACK))
