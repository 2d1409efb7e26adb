"""Clip<T>VectorSizeCalculator: the first items of a vector."""

from __future__ import annotations

from typing import Any, Final

from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.detection import Detection
from mpgraph.formats.rect import NormalizedRect
from mpgraph.options import option, options
from mpgraph.ports import Input, Output, SideInput

from ..vector_family import VECTOR, Vector, VectorCalculator

__all__ = ["VECTORS", "ClipVectorSize", "ClipVectorSizeOptions"]

VECTORS: Final = {
    "ClipDetectionVectorSizeCalculator": Vector(Detection),
    "ClipNormalizedRectVectorSizeCalculator": Vector(NormalizedRect),
}
"""What the vector of each registered name holds."""


@options(message="mediapipe.ClipVectorSizeCalculatorOptions", extension=274674998)
class ClipVectorSizeOptions:
    """How many items to keep.

    Attributes:
        max_vec_size: The number, 1 or more.
    """

    max_vec_size: int = option(1, default=1)


class ClipVectorSize(VectorCalculator):
    """Sends at most so many items of each vector, the first ones.

    Input: one untagged stream, $vector. Side input: one untagged (int, optional), which takes the place
    of the option. Output: one untagged stream, $vector.

    Raises:
        ContractError: The option is less than 1.
        ValueError: The side input is less than 1, when a vector comes.

    Upstream: calculators/core/clip_vector_size_calculator.h; spec calculators.md 6.

    Example::

        node {
          calculator: "$name"
          input_stream: "all"
          output_stream: "best"
          options {
            [mediapipe.ClipVectorSizeCalculatorOptions.ext] { max_vec_size: 2 }
          }
        }
    """

    options: ClipVectorSizeOptions
    vector = Input[Any](type=VECTOR)
    size = SideInput[int](optional=True)
    clipped = Output[Any](type=VECTOR)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks the option."""
        super().get_contract(contract)
        size = contract.options(ClipVectorSizeOptions).max_vec_size
        if size < 1:
            msg = f"max_vec_size must be 1 or more, got {size}"
            raise ContractError(msg)

    def open(self, cc: Context) -> None:
        """Takes the size."""
        self._size = cc.get(self.size, self.options.max_vec_size)

    def process(self, cc: Context) -> None:
        """Sends the first items."""
        if self._size < 1:
            msg = f"the side packet for max_vec_size must be 1 or more, got {self._size}"
            raise ValueError(msg)
        self.send_vector(cc, self.clipped, self.holds.unpack(cc[self.vector])[: self._size])


globals().update(ClipVectorSize.members(VECTORS))
