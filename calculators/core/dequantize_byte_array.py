"""DequantizeByteArrayCalculator: bytes as floats."""

from __future__ import annotations

import numpy as np

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.options import option, options
from mpgraph.packet import Packet
from mpgraph.ports import Input, Output

from .quantize_float_vector import checked_range

__all__ = ["DequantizeByteArray", "DequantizeByteArrayOptions"]


@options(message="mediapipe.DequantizeByteArrayCalculatorOptions", extension=272316343)
class DequantizeByteArrayOptions:
    """The range of the floats.

    Attributes:
        max_quantized_value, min_quantized_value: Both must be set.
    """

    max_quantized_value: float = option(1)
    min_quantized_value: float = option(2)


class DequantizeByteArray(Calculator, name="DequantizeByteArrayCalculator", timestamp_offset=None):
    """Reads bytes as floats: byte * range / 255 + range / 512 + min_quantized_value.

    Input: ENCODED (bytes; of a str, its UTF-8). Output: FLOAT_VECTOR (list[float]), as many, of single
    precision. It is not the exact inverse of `QuantizeFloatVector`.

    Raises:
        ContractError: An option is not set, or the range is empty.

    Upstream: calculators/core/dequantize_byte_array_calculator.cc; spec calculators.md 6.

    Example::

        node {
          calculator: "DequantizeByteArrayCalculator"
          input_stream: "ENCODED:embedding_bytes"
          output_stream: "FLOAT_VECTOR:embedding"
          options {
            [mediapipe.DequantizeByteArrayCalculatorOptions.ext] {
              min_quantized_value: -1
              max_quantized_value: 1
            }
          }
        }
    """

    options: DequantizeByteArrayOptions
    encoded = Input[bytes]("ENCODED")
    floats = Output[list[float]]("FLOAT_VECTOR")

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks the range."""
        super().get_contract(contract)
        checked_range(contract.options(DequantizeByteArrayOptions))

    def open(self, cc: Context) -> None:
        """Computes scale and offset."""
        low, high = checked_range(self.options)
        width = float(high - low)
        self._scale = np.float32(width / 255.0)
        self._bias = np.float32(width / 512.0 + float(low))

    def process(self, cc: Context) -> None:
        """Sends the floats."""
        encoded = cc[self.encoded]
        data = encoded.encode() if isinstance(encoded, str) else encoded
        floats = np.frombuffer(data, np.uint8).astype(np.float32) * self._scale + self._bias
        cc.send_packet(self.floats, Packet(floats.tolist(), cc.timestamp, self.floats.type))
