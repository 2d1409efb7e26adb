"""BeginLoop<T>Calculator: the items of a vector one by one."""

from __future__ import annotations

from typing import Any, Final

from mpgraph.context import Context
from mpgraph.formats.detection import Detection
from mpgraph.formats.image import Image
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.landmark import NormalizedLandmarkList
from mpgraph.formats.matrix import Matrix
from mpgraph.formats.rect import NormalizedRect
from mpgraph.formats.tensor import Tensor
from mpgraph.packet import Packet
from mpgraph.packet_type import UINT64
from mpgraph.ports import Input, Output

from ..vector_family import ITEM, VECTOR, Vector, VectorCalculator
from .loop_start import LoopStart

__all__ = ["VECTORS", "BeginLoop"]

VECTORS: Final = {
    "BeginLoopDetectionCalculator": Vector(Detection),
    "BeginLoopFloatCalculator": Vector(float),
    "BeginLoopImageCalculator": Vector(Image),
    "BeginLoopImageFrameCalculator": Vector(ImageFrame),
    "BeginLoopIntCalculator": Vector(int),
    "BeginLoopMatrixCalculator": Vector(Matrix),
    "BeginLoopMatrixVectorCalculator": Vector(list[Matrix]),
    "BeginLoopNormalizedLandmarkListVectorCalculator": Vector(NormalizedLandmarkList),
    "BeginLoopNormalizedRectCalculator": Vector(NormalizedRect),
    "BeginLoopStringCalculator": Vector(str),
    "BeginLoopTensorCalculator": Vector(Tensor),
    "BeginLoopUint64tCalculator": Vector(UINT64),
}
"""What the vector of each registered name holds."""


class BeginLoop(LoopStart, VectorCalculator):
    """Sends the items of each vector one by one, so that the nodes up to EndLoop see one at a time.

    Inputs: ITERABLE ($vector); CLONE, any number of any type, constants of the loop; TICK (optional), whose
    packets only make a batch. Outputs: ITEM ($item); the CLONEs once per item; BATCH_END (Timestamp), the
    input timestamp. The outputs have timestamps of the loop's own, which count items from 0.

    BATCH_END comes with the last item. A timestamp without ITERABLE, or with an empty one, takes one
    timestamp of the loop, at which only BATCH_END is sent. Where CLONE has no packet its clone is not settled
    either, so nodes that need both wait.

    Raises:
        ContractError: Another number of CLONE outputs than inputs.

    Upstream: calculators/core/begin_loop_calculator.h; spec calculators.md 6.

    Example::

        node {
          calculator: "$name"
          input_stream: "ITERABLE:items"
          input_stream: "CLONE:image"
          output_stream: "ITEM:item"
          output_stream: "CLONE:image_of_item"
          output_stream: "BATCH_END:items_timestamp"
        }
    """

    iterable = Input[Any]("ITERABLE", type=VECTOR)
    tick = Input[object]("TICK", optional=True)
    item = Output[Any]("ITEM", type=ITEM)

    def process(self, cc: Context) -> None:
        """Sends a batch."""
        items = self.holds.unpack(cc.get(self.iterable, []))
        self.send_batch(cc, self.item, map(Packet, items))


globals().update(BeginLoop.members(VECTORS))
