"""ConstantSidePacketCalculator: side packets written in the graph."""

from __future__ import annotations

from typing import Any

import numpy as np

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.options import option, options, which_oneof
from mpgraph.packet import Packet
from mpgraph.packet_type import BOOL, DOUBLE, FLOAT, INT, INT64, STRING, UINT64, PacketType, packet_type
from mpgraph.ports import SideOutputs

from .constant_messages import ClassificationList, LandmarkList, MatrixData, TimeSeriesHeader, message_of

__all__ = ["ConstantSidePacket", "ConstantSidePacketOptions"]


@options(message="mediapipe.ConstantSidePacketCalculatorOptions.StringVector")
class StringVector:
    """Several strings."""

    string_value: tuple[str, ...] = option(1)


@options(message="mediapipe.ConstantSidePacketCalculatorOptions.FloatVector")
class FloatVector:
    """Several floats."""

    float_value: tuple[float, ...] = option(1)


@options(message="mediapipe.ConstantSidePacketCalculatorOptions.IntVector")
class IntVector:
    """Several integers."""

    int_value: tuple[int, ...] = option(1)


@options(message="mediapipe.ConstantSidePacketCalculatorOptions.ConstantSidePacket")
class Constant:
    """One side packet: exactly one of the values."""

    int_value: int = option(1, oneof="value")
    float_value: float = option(2, oneof="value")
    bool_value: bool = option(3, oneof="value")
    string_value: str = option(4, oneof="value")
    uint64_value: int = option(5, oneof="value", wire="uint64")
    classification_list_value: ClassificationList | None = option(6, default=None, oneof="value")
    landmark_list_value: LandmarkList | None = option(7, default=None, oneof="value")
    double_value: float = option(9, oneof="value", wire="double")
    time_series_header_value: TimeSeriesHeader | None = option(10, default=None, oneof="value")
    int64_value: int = option(11, oneof="value", wire="int64")
    matrix_data_value: MatrixData | None = option(12, default=None, oneof="value")
    string_vector_value: StringVector | None = option(13, default=None, oneof="value")
    float_vector_value: FloatVector | None = option(14, default=None, oneof="value")
    int_vector_value: IntVector | None = option(15, default=None, oneof="value")


@options(message="mediapipe.ConstantSidePacketCalculatorOptions", extension=291214597)
class ConstantSidePacketOptions:
    """The side packets, one per output."""

    packet: tuple[Constant, ...] = option(1)


_TYPES: dict[str, PacketType] = {
    "int_value": INT,
    "float_value": FLOAT,
    "bool_value": BOOL,
    "string_value": STRING,
    "uint64_value": UINT64,
    "double_value": DOUBLE,
    "int64_value": INT64,
    "string_vector_value": packet_type(list[str]),
    "float_vector_value": packet_type(list[float]),
    "int_vector_value": packet_type(list[int]),
}


def _packet(constant: Constant) -> Packet:
    """The value, declared with its exact type; float_value is rounded to single precision."""
    kind = which_oneof(constant, "value")
    if kind is None:
        msg = "a packet of ConstantSidePacketCalculator has no value"
        raise ContractError(msg)
    value: Any = getattr(constant, kind)
    if isinstance(value, StringVector):
        value = list(value.string_value)
    elif isinstance(value, FloatVector):
        value = np.asarray(value.float_value, np.float32).tolist()
    elif isinstance(value, IntVector):
        value = list(value.int_value)
    elif kind == "float_value":
        value = float(np.float32(value))
    elif kind not in _TYPES:
        value = message_of(value)
        return Packet(value, declared=packet_type(type(value)))
    return Packet(value, declared=_TYPES[kind])


class ConstantSidePacket(Calculator, name="ConstantSidePacketCalculator"):
    """Gives side packets whose values are written in its options.

    Side outputs: PACKET, one or more; index i is the i-th ``packet`` of the options. A message comes as a
    protobuf message of `mpgraph.formats`; matrix_data_value too is one, and no `Matrix`.

    Raises:
        ContractError: Another number of options than outputs, or one without a value.

    Upstream: calculators/core/constant_side_packet_calculator.cc; spec calculators.md 3.

    Example::

        node {
          calculator: "ConstantSidePacketCalculator"
          output_side_packet: "PACKET:0:threshold"
          output_side_packet: "PACKET:1:path"
          options {
            [mediapipe.ConstantSidePacketCalculatorOptions.ext] {
              packet { float_value: 0.5 }
              packet { string_value: "labels.txt" }
            }
          }
        }
    """

    options: ConstantSidePacketOptions
    constants = SideOutputs[object]("PACKET", at_least=1)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Gives each output the type of its value."""
        super().get_contract(contract)
        packets = contract.options(ConstantSidePacketOptions).packet
        count = contract.side_outputs.count("PACKET")
        if count != len(packets):
            msg = f"{count} PACKET outputs need as many packets in the options, got {len(packets)}"
            raise ContractError(msg)
        for index, constant in enumerate(packets):
            contract.side_outputs.declare("PACKET", index, _packet(constant).type)

    def open(self, cc: Context) -> None:
        """Sends the values."""
        for index, constant in enumerate(self.options.packet):
            cc.send_packet(self.constants[index], _packet(constant))
