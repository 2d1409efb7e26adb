"""<T>VectorHasMinSizeCalculator: whether a vector has enough items."""

from __future__ import annotations

from typing import Any, Final

from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.classification import ClassificationList
from mpgraph.formats.landmark import NormalizedLandmarkList
from mpgraph.formats.rect import NormalizedRect
from mpgraph.options import option, options
from mpgraph.ports import Input, Output, SideInput

from ..vector_family import VECTOR, Vector, VectorCalculator

__all__ = ["VECTORS", "CollectionHasMinSize", "CollectionHasMinSizeOptions"]

VECTORS: Final = {
    "ClassificationListVectorHasMinSizeCalculator": Vector(ClassificationList),
    "NormalizedLandmarkListVectorHasMinSizeCalculator": Vector(NormalizedLandmarkList),
    "NormalizedRectVectorHasMinSizeCalculator": Vector(NormalizedRect),
}
"""What the vector of each registered name holds."""


@options(message="mediapipe.CollectionHasMinSizeCalculatorOptions", extension=259397840)
class CollectionHasMinSizeOptions:
    """How many items are enough.

    Attributes:
        min_size: The number, 0 or more.
    """

    min_size: int = option(1)


class CollectionHasMinSize(VectorCalculator):
    """Sends whether each vector has at least so many items.

    Input: ITERABLE ($vector). Side input: one untagged (int, optional), which takes the place of the option;
    no vector has as many items as a negative one. Output: one untagged stream (bool).

    Raises:
        ContractError: The option is negative.

    Upstream: calculators/util/collection_has_min_size_calculator.h.

    Example::

        node {
          calculator: "$name"
          input_stream: "ITERABLE:tracked"
          output_stream: "enough_tracked"
          options {
            [mediapipe.CollectionHasMinSizeCalculatorOptions.ext] { min_size: 2 }
          }
        }
    """

    options: CollectionHasMinSizeOptions
    vector = Input[Any]("ITERABLE", type=VECTOR)
    size = SideInput[int](optional=True)
    enough = Output[bool]()

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks the option."""
        super().get_contract(contract)
        size = contract.options(CollectionHasMinSizeOptions).min_size
        if size < 0:
            msg = f"min_size must be 0 or more, got {size}"
            raise ContractError(msg)

    def open(self, cc: Context) -> None:
        """Takes the size."""
        self._size = cc.get(self.size, self.options.min_size)

    def process(self, cc: Context) -> None:
        """Sends whether it is enough."""
        cc.send(self.enough, 0 <= self._size <= len(self.holds.unpack(cc[self.vector])))


globals().update(CollectionHasMinSize.members(VECTORS))
