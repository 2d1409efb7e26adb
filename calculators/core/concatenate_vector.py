"""Concatenate<T>VectorCalculator and Concatenate<T>ListCalculator: several vectors as one."""

from __future__ import annotations

from typing import Any, Final

from mpgraph.context import Context
from mpgraph.formats.body_rig import Joint, JointList
from mpgraph.formats.classification import Classification, ClassificationList
from mpgraph.formats.detection import Detection
from mpgraph.formats.image import Image
from mpgraph.formats.landmark import Landmark, LandmarkList, NormalizedLandmark, NormalizedLandmarkList
from mpgraph.formats.render_data import RenderData
from mpgraph.formats.tensor import Tensor
from mpgraph.options import option, options
from mpgraph.packet_type import UINT64
from mpgraph.ports import Inputs, Output

from ..vector_family import ITEM_OR_VECTOR, VECTOR, MessageList, Vector, VectorCalculator

__all__ = ["LISTS", "VECTORS", "ConcatenateList", "ConcatenateVector", "ConcatenateVectorOptions"]

VECTORS: Final = {
    "ConcatenateBoolVectorCalculator": Vector(bool),
    "ConcatenateClassificationListVectorCalculator": Vector(ClassificationList),
    "ConcatenateDetectionVectorCalculator": Vector(Detection),
    "ConcatenateFloatVectorCalculator": Vector(float),
    "ConcatenateImageVectorCalculator": Vector(Image),
    "ConcatenateInt32VectorCalculator": Vector(int),
    "ConcatenateLandmarListVectorCalculator": Vector(NormalizedLandmarkList),  # an old slip of the pen
    "ConcatenateLandmarkListVectorCalculator": Vector(LandmarkList),
    "ConcatenateLandmarkVectorCalculator": Vector(NormalizedLandmark),
    "ConcatenateNormalizedLandmarkListVectorCalculator": Vector(NormalizedLandmarkList),
    "ConcatenateRenderDataVectorCalculator": Vector(RenderData),
    "ConcatenateStringVectorCalculator": Vector(str),
    "ConcatenateTensorVectorCalculator": Vector(Tensor),
    "ConcatenateUInt64VectorCalculator": Vector(UINT64),
}
"""What the vector of each registered name holds."""

LISTS: Final = {
    "ConcatenateClassificationListCalculator": MessageList(ClassificationList, Classification),
    "ConcatenateJointListCalculator": MessageList(JointList, Joint),
    "ConcatenateLandmarkListCalculator": MessageList(LandmarkList, Landmark),
    "ConcatenateNormalizedLandmarkListCalculator": MessageList(NormalizedLandmarkList, NormalizedLandmark),
}
"""The same for items in a message."""


@options(message="mediapipe.ConcatenateVectorCalculatorOptions", extension=259397839)
class ConcatenateVectorOptions:
    """What to do where some inputs have no packet.

    Attributes:
        only_emit_if_all_present: Send nothing, instead of the items of the others.
    """

    only_emit_if_all_present: bool = option(1)


class ConcatenateVector(VectorCalculator):
    """Sends the items of all inputs as one vector, in the order of the inputs.

    Inputs: one or more untagged streams, each $item or $vector; what has no packet is passed over. Output:
    one untagged stream, $vector. A vector without items is sent too.

    Upstream: calculators/core/concatenate_vector_calculator.h; spec calculators.md 6.

    Example::

        node {
          calculator: "$name"
          input_stream: "left"
          input_stream: "right"
          output_stream: "both"
          options {
            [mediapipe.ConcatenateVectorCalculatorOptions.ext] { only_emit_if_all_present: true }
          }
        }
    """

    options: ConcatenateVectorOptions
    vectors = Inputs[Any](at_least=1, type=ITEM_OR_VECTOR)
    whole = Output[Any](type=VECTOR)

    def process(self, cc: Context) -> None:
        """Sends the whole."""
        values = [packet.value for packet in cc.inputs if not packet.is_empty()]
        if self.options.only_emit_if_all_present and len(values) < len(cc.inputs):
            return
        self.send_vector(cc, self.whole, [item for value in values for item in self.items_of(value)])

    def items_of(self, value: Any) -> list[Any]:
        """The items that an input brings, or the one."""
        return value if isinstance(value, list) else [value]


class ConcatenateList(ConcatenateVector):
    """Sends the items of all inputs as one $vector, in the order of the inputs.

    Inputs: one or more untagged streams, $vector; what has no packet is passed over. Output: one untagged
    stream, $vector, which is sent even if it has no items.

    Upstream: calculators/core/concatenate_proto_list_calculator.cc; spec calculators.md 6.

    Example::

        node {
          calculator: "$name"
          input_stream: "left"
          input_stream: "right"
          output_stream: "both"
          options {
            [mediapipe.ConcatenateVectorCalculatorOptions.ext] { only_emit_if_all_present: true }
          }
        }
    """

    vectors = Inputs[Any](at_least=1, type=VECTOR)

    def items_of(self, value: Any) -> list[Any]:
        """The items in the message."""
        return list(self.holds.unpack(value))


globals().update(ConcatenateVector.members(VECTORS))
globals().update(ConcatenateList.members(LISTS))
