"""TensorsToFloatsCalculator: a tensor's numbers as floats."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import numpy as np

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.formats.tensor import Tensor
from mpgraph.options import option, options
from mpgraph.packet import Packet
from mpgraph.packet_type import packet_type
from mpgraph.ports import Input, Output

from ..port_rules import exactly_one
from .activations import sigmoid

__all__ = ["Activation", "TensorsToFloats", "TensorsToFloatsOptions"]

_FLOATS: Final = packet_type(list[float])


class Activation(IntEnum):
    """What is done to each number."""

    NONE = 0
    SIGMOID = 1


@options(message="mediapipe.TensorsToFloatsCalculatorOptions", extension=343499115)
class TensorsToFloatsOptions:
    """What is done to the numbers.

    Attributes:
        activation: Nothing, or the logistic function.
    """

    activation: Activation = option(1)


class TensorsToFloats(Calculator, name="TensorsToFloatsCalculator"):
    """Sends the numbers of the first tensor.

    Input: TENSORS, of which the first is float32. Outputs, one of both: FLOAT, of a tensor with one number;
    FLOATS, a list of all, row by row.

    Raises:
        ContractError: Neither or both outputs are connected.
        ValueError: No tensor, one of another type, or more than one number for FLOAT.

    Upstream: calculators/tensor/tensors_to_floats_calculator.cc.

    Example::

        node {
          calculator: "TensorsToFloatsCalculator"
          input_stream: "TENSORS:face_flag_tensor"
          output_stream: "FLOAT:face_score"
          options {
            [mediapipe.TensorsToFloatsCalculatorOptions.ext] { activation: SIGMOID }
          }
        }
    """

    options: TensorsToFloatsOptions
    tensors = Input[list[Tensor]]("TENSORS")
    one = Output[float]("FLOAT", optional=True)
    all = Output[list[float]]("FLOATS", optional=True)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks them."""
        super().get_contract(contract)
        exactly_one(contract, "output", "FLOAT", "FLOATS")

    def process(self, cc: Context) -> None:
        """Sends the numbers."""
        tensors = cc[self.tensors]
        if not tensors or tensors[0].dtype != np.float32:
            msg = f"expected a float32 tensor first, got {tensors or 'none'}"
            raise ValueError(msg)
        numbers = tensors[0].data.ravel()
        if self.options.activation is Activation.SIGMOID:
            numbers = sigmoid(numbers)
        if cc.is_connected(self.all):
            cc.send_packet(self.all, Packet(numbers.tolist(), cc.timestamp, _FLOATS))
        elif numbers.size == 1:
            cc.send(self.one, float(numbers[0]))
        else:
            msg = f"FLOAT takes a tensor with one number, got {numbers.size}; FLOATS takes any"
            raise ValueError(msg)
