"""QuantizeFloatVectorCalculator: floats as bytes."""

from __future__ import annotations

from typing import Final

import numpy as np

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.options import has, option, options
from mpgraph.ports import Input, Output

__all__ = ["QuantizeFloatVector", "QuantizeFloatVectorOptions", "checked_range"]

_EPSILON: Final = np.finfo(np.float32).eps


@options(message="mediapipe.QuantizeFloatVectorCalculatorOptions", extension=259848061)
class QuantizeFloatVectorOptions:
    """The range of the floats.

    Attributes:
        max_quantized_value, min_quantized_value: Both must be set; what is beyond them is clamped.
    """

    max_quantized_value: float = option(1)
    min_quantized_value: float = option(2)


def checked_range(options: object) -> tuple[np.float32, np.float32]:
    """The smallest and the largest float that options with these two fields say.

    Raises:
        ContractError: One is not set, or the range is empty.
    """
    bounds = []
    for field in ("min_quantized_value", "max_quantized_value"):
        if not has(options, field):
            msg = f"the option {field} must be set"
            raise ContractError(msg)
        bounds.append(np.float32(getattr(options, field)))
    low, high = bounds
    if not high >= low + _EPSILON:
        msg = f"max_quantized_value {high} must be above min_quantized_value {low}"
        raise ContractError(msg)
    return low, high


class QuantizeFloatVector(Calculator, name="QuantizeFloatVectorCalculator", timestamp_offset=None):
    """Writes floats as bytes: min_quantized_value as 0, max_quantized_value as 255, fractions cut off.

    Input: FLOAT_VECTOR (list[float]). Output: ENCODED (bytes), as many. NaN becomes 0.

    Raises:
        ContractError: An option is not set, or the range is empty.

    Upstream: calculators/core/quantize_float_vector_calculator.cc; spec calculators.md 6.

    Example::

        node {
          calculator: "QuantizeFloatVectorCalculator"
          input_stream: "FLOAT_VECTOR:embedding"
          output_stream: "ENCODED:embedding_bytes"
          options {
            [mediapipe.QuantizeFloatVectorCalculatorOptions.ext] {
              min_quantized_value: -1
              max_quantized_value: 1
            }
          }
        }
    """

    options: QuantizeFloatVectorOptions
    floats = Input[list[float]]("FLOAT_VECTOR")
    encoded = Output[bytes]("ENCODED")

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks the range."""
        super().get_contract(contract)
        checked_range(contract.options(QuantizeFloatVectorOptions))

    def open(self, cc: Context) -> None:
        """Computes the scale."""
        self._low, self._high = checked_range(self.options)
        self._scale = 255.0 / float(self._high - self._low)

    def process(self, cc: Context) -> None:
        """Sends the bytes."""
        floats = np.clip(np.asarray(cc[self.floats], np.float32), self._low, self._high)
        scaled = (floats - self._low).astype(np.float64) * self._scale
        cc.send(self.encoded, np.nan_to_num(scaled, nan=0.0).astype(np.uint8).tobytes())
