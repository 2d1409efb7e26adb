"""Split<T>VectorCalculator and Split<T>ListCalculator: parts of a vector, each on a stream of its own."""

from __future__ import annotations

from itertools import combinations
from typing import Any, Final

from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.arrays import MATRIX
from mpgraph.formats.body_rig import Joint, JointList
from mpgraph.formats.classification import ClassificationList
from mpgraph.formats.detection import Detection
from mpgraph.formats.image import Image
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.landmark import Landmark, LandmarkList, NormalizedLandmark, NormalizedLandmarkList
from mpgraph.formats.matrix import Matrix
from mpgraph.formats.rect import NormalizedRect
from mpgraph.formats.tensor import Tensor
from mpgraph.options import option, options
from mpgraph.packet_type import UINT64
from mpgraph.ports import Input, Outputs

from ..vector_family import VECTOR, MessageList, Vector, VectorCalculator

__all__ = ["LISTS", "VECTORS", "Range", "SplitVector", "SplitVectorOptions"]

VECTORS: Final = {
    "MovableSplitImageFrameVectorCalculator": Vector(ImageFrame, moves=True),
    "SplitAffineMatrixVectorCalculator": Vector(MATRIX),
    "SplitClassificationListVectorCalculator": Vector(ClassificationList),
    "SplitDetectionVectorCalculator": Vector(Detection),
    "SplitFloatVectorCalculator": Vector(float),
    "SplitImageVectorCalculator": Vector(Image),
    "SplitLandmarkVectorCalculator": Vector(NormalizedLandmark),
    "SplitMatrixVectorCalculator": Vector(Matrix),
    "SplitNormalizedLandmarkListVectorCalculator": Vector(NormalizedLandmarkList),
    "SplitNormalizedRectVectorCalculator": Vector(NormalizedRect),
    "SplitTensorVectorCalculator": Vector(Tensor, moves=True),
    "SplitUint64tVectorCalculator": Vector(UINT64),
}
"""What the vector of each registered name holds."""

LISTS: Final = {
    "SplitJointListCalculator": MessageList(JointList, Joint),
    "SplitLandmarkListCalculator": MessageList(LandmarkList, Landmark),
    "SplitNormalizedLandmarkListCalculator": MessageList(NormalizedLandmarkList, NormalizedLandmark),
}
"""The same for items in a message."""


@options(message="mediapipe.SplitVectorCalculatorOptions.Range")
class Range:
    """Items from `begin` up to, and without, `end`, counted from 0."""

    begin: int = option(1)
    end: int = option(2)


@options(message="mediapipe.SplitVectorCalculatorOptions", extension=259438222)
class SplitVectorOptions:
    """Which items go where.

    Attributes:
        ranges: Index i says what output i gets.
        element_only: Outputs are single items instead of vectors; each range is of one item.
        combine_outputs: The one output gets the items of all ranges, as one vector.
    """

    ranges: tuple[Range, ...] = option(1)
    element_only: bool = option(2)
    combine_outputs: bool = option(3)


class SplitVector(VectorCalculator):
    """Sends parts of each vector, as the ranges of the options say.

    Input: one untagged stream, $vector. Outputs: one untagged stream per range, $vector, or with
    element_only $item; with combine_outputs a single one, $vector.

    Upstream moves tensors and image frames and so fails where someone else holds the vector; here items are
    shared, and nobody may change them.

    Raises:
        ContractError: Another number of outputs than the ranges ask for; a range that is negative, empty or
            runs backwards; with element_only, one that is longer than one; ranges that overlap, with
            combine_outputs or where upstream moves the items.
        ValueError: A vector is shorter than a range needs.

    Upstream: calculators/core/split_vector_calculator.h, split_proto_list_calculator.cc; spec
    calculators.md 6.

    Example::

        node {
          calculator: "$name"
          input_stream: "all"
          output_stream: "first_two"
          output_stream: "rest"
          options {
            [mediapipe.SplitVectorCalculatorOptions.ext] {
              ranges { begin: 0 end: 2 }
              ranges { begin: 2 end: 5 }
            }
          }
        }
    """

    options: SplitVectorOptions
    vector = Input[Any](type=VECTOR)
    parts = Outputs[Any](at_least=1, type=VECTOR)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks the ranges."""
        super().get_contract(contract)
        options = contract.options(SplitVectorOptions)
        outputs, ranges = contract.outputs.count(), options.ranges
        expected = 1 if options.combine_outputs else len(ranges)
        if outputs != expected:
            why = "combine_outputs makes 1 output" if options.combine_outputs else f"{expected} ranges"
            msg = f"{why} need as many untagged output streams, got {outputs}"
            raise ContractError(msg)
        for index, part in enumerate(ranges):
            where = f"ranges[{index}] (begin: {part.begin} end: {part.end})"
            if not 0 <= part.begin <= part.end or (part.begin == part.end and not options.combine_outputs):
                msg = f"{where} must begin at 0 or later and end after its begin"
                raise ContractError(msg)
            if options.element_only and not options.combine_outputs and part.end - part.begin != 1:
                msg = f"{where} must be of one item, since element_only is set"
                raise ContractError(msg)
        if options.combine_outputs or cls.holds.moves:
            for one, other in combinations(ranges, 2):
                if one.begin <= other.begin < one.end or other.begin <= one.begin < other.end:
                    why = "combine_outputs" if options.combine_outputs else f"{contract.calculator}"
                    msg = (
                        f"{why} needs ranges that do not overlap, got {one.begin} to {one.end} "
                        f"and {other.begin} to {other.end}"
                    )
                    raise ContractError(msg)
        if options.element_only and not options.combine_outputs:
            for index in range(outputs):
                contract.outputs.declare("", index, cls.holds.item)

    def open(self, cc: Context) -> None:
        """Learns how many items a vector must have."""
        self._shortest = max((part.end for part in self.options.ranges), default=0)

    def process(self, cc: Context) -> None:
        """Sends the parts."""
        items = self.holds.unpack(cc[self.vector])
        if len(items) < self._shortest:
            msg = f"the ranges need {self._shortest} items, but the vector has {len(items)}"
            raise ValueError(msg)
        ranges = self.options.ranges
        if self.options.combine_outputs:
            combined = [item for part in ranges for item in items[part.begin : part.end]]
            self.send_vector(cc, self.parts[0], combined)
        elif self.options.element_only:
            for index, part in enumerate(ranges):
                cc.send(self.parts[index], items[part.begin])
        else:
            for index, part in enumerate(ranges):
                self.send_vector(cc, self.parts[index], items[part.begin : part.end])


globals().update(SplitVector.members(VECTORS))
globals().update(SplitVector.members(LISTS))
