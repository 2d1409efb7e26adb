"""EndLoop<T>Calculator: what a loop made of each item, as a vector again."""

from __future__ import annotations

from typing import Any, Final

from mpgraph.context import Context
from mpgraph.formats.arrays import MATRIX
from mpgraph.formats.classification import ClassificationList
from mpgraph.formats.detection import Detection
from mpgraph.formats.image import Image
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.landmark import LandmarkList, NormalizedLandmarkList
from mpgraph.formats.matrix import Matrix
from mpgraph.formats.rect import NormalizedRect
from mpgraph.formats.render_data import RenderData
from mpgraph.formats.tensor import Tensor
from mpgraph.ports import Input, Output
from mpgraph.timestamp import Timestamp, next_allowed_in_stream

from ..vector_family import ITEM, VECTOR, Vector, VectorCalculator

__all__ = ["VECTORS", "EndLoop"]

VECTORS: Final = {
    "EndLoopAffineMatrixCalculator": Vector(MATRIX),
    "EndLoopBooleanCalculator": Vector(bool),
    "EndLoopClassificationListCalculator": Vector(ClassificationList),
    "EndLoopDetectionCalculator": Vector(Detection),
    "EndLoopFloatCalculator": Vector(float),
    "EndLoopImageCalculator": Vector(Image),
    "EndLoopImageFrameCalculator": Vector(ImageFrame),
    "EndLoopImageSizeCalculator": Vector(tuple[int, int]),
    "EndLoopLandmarkListVectorCalculator": Vector(LandmarkList),
    "EndLoopMatrixCalculator": Vector(Matrix),
    "EndLoopNormalizedLandmarkListVectorCalculator": Vector(NormalizedLandmarkList),
    "EndLoopNormalizedRectCalculator": Vector(NormalizedRect),
    "EndLoopRenderDataCalculator": Vector(RenderData),
    "EndLoopTensorCalculator": Vector(Tensor),
}
"""What the vector of each registered name holds."""


class EndLoop(VectorCalculator, timestamp_offset=None):
    """Collects the items of a batch and sends them as one vector, at the timestamp that the batch came from.

    Inputs: ITEM ($item) and BATCH_END (Timestamp), at the loop's timestamps. Output: ITERABLE ($vector).
    A batch without a single item only settles the output: no empty vector comes out.

    Upstream: calculators/core/end_loop_calculator.h; spec calculators.md 6.

    Example::

        node {
          calculator: "$name"
          input_stream: "ITEM:result_of_item"
          input_stream: "BATCH_END:items_timestamp"
          output_stream: "ITERABLE:results"
        }
    """

    item = Input[Any]("ITEM", type=ITEM)
    batch_end = Input[Timestamp]("BATCH_END")
    iterable = Output[Any]("ITERABLE", type=VECTOR)

    def open(self, cc: Context) -> None:
        """Begins the first batch."""
        self._batch: list[Any] = []

    def process(self, cc: Context) -> None:
        """Collects, and sends at the end of the batch."""
        if self.item in cc:
            self._batch.append(cc[self.item])
        if self.batch_end in cc:
            timestamp = int(cc[self.batch_end])
            if self._batch:
                self.send_vector(cc, self.iterable, self._batch, timestamp)
                self._batch = []
            else:
                cc.set_bound(self.iterable, next_allowed_in_stream(timestamp))


globals().update(EndLoop.members(VECTORS))
