"""Get<T>VectorItemCalculator: one item of a vector."""

from __future__ import annotations

from typing import Any, Final

from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.classification import ClassificationList
from mpgraph.formats.detection import Detection
from mpgraph.formats.landmark import LandmarkList, NormalizedLandmarkList
from mpgraph.formats.rect import NormalizedRect, Rect
from mpgraph.options import option, options
from mpgraph.packet_type import INT, UINT64, one_of
from mpgraph.ports import Input, Output

from ..vector_family import ITEM, VECTOR, Vector, VectorCalculator

__all__ = ["VECTORS", "GetVectorItem", "GetVectorItemOptions"]

VECTORS: Final = {
    "GetClassificationListVectorItemCalculator": Vector(ClassificationList),
    "GetDetectionVectorItemCalculator": Vector(Detection),
    "GetLandmarkListVectorItemCalculator": Vector(LandmarkList),
    "GetNormalizedLandmarkListVectorItemCalculator": Vector(NormalizedLandmarkList),
    "GetNormalizedRectVectorItemCalculator": Vector(NormalizedRect),
    "GetRectVectorItemCalculator": Vector(Rect),
}
"""What the vector of each registered name holds."""


@options(message="mediapipe.GetVectorItemCalculatorOptions", extension=463538543)
class GetVectorItemOptions:
    """Which item to take.

    Attributes:
        item_index: Its index, from 0, where INDEX does not say it.
        output_empty_on_oob: Whether a vector without the item sends nothing, instead of being an error.
    """

    item_index: int | None = option(1, default=None)
    output_empty_on_oob: bool = option(2)


class GetVectorItem(VectorCalculator):
    """Sends the item of each vector that INDEX, or else the option item_index, names.

    Inputs: VECTOR ($vector); INDEX (int or uint64, optional). Output: ITEM ($item). Where neither INDEX nor
    item_index says which, nothing is sent.

    Raises:
        ContractError: There is neither INDEX nor item_index.
        IndexError: The index is negative, or the vector has no such item and output_empty_on_oob is not set.

    Upstream: calculators/core/get_vector_item_calculator.h; spec calculators.md 6.

    Example::

        node {
          calculator: "$name"
          input_stream: "VECTOR:all"
          input_stream: "INDEX:chosen"
          output_stream: "ITEM:one"
          options {
            [mediapipe.GetVectorItemCalculatorOptions.ext] { item_index: 0 }
          }
        }
    """

    options: GetVectorItemOptions
    vector = Input[Any]("VECTOR", type=VECTOR)
    index = Input[int]("INDEX", optional=True, type=one_of(INT, UINT64))
    item = Output[Any]("ITEM", type=ITEM)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks that something says which item."""
        super().get_contract(contract)
        no_option = contract.options(GetVectorItemOptions).item_index is None
        if no_option and not contract.inputs.has("INDEX"):
            msg = "which item? connect INDEX or set the option item_index"
            raise ContractError(msg)

    def process(self, cc: Context) -> None:
        """Sends the item."""
        if self.vector not in cc:
            return
        if self.index in cc:
            index = cc[self.index]
        elif self.options.item_index is not None:
            index = self.options.item_index
        else:
            return
        items = self.holds.unpack(cc[self.vector])
        if 0 <= index < len(items):
            cc.send(self.item, items[index])
        elif index < 0 or not self.options.output_empty_on_oob:
            msg = f"the vector has {len(items)} items, counted from 0, and so no item {index}"
            raise IndexError(msg)


globals().update(GetVectorItem.members(VECTORS))
