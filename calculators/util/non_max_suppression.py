"""NonMaxSuppressionCalculator: one detection of each thing, out of many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Final

import numpy as np

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.detection import Detection
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.options import option, options
from mpgraph.packet import Packet
from mpgraph.packet_type import packet_type
from mpgraph.ports import Input, Inputs, Output

from ..boxes import Box, overlap
from .ranked_detections import best_label, box_of, by_score, mean

__all__ = ["Algorithm", "NonMaxSuppression", "NonMaxSuppressionOptions", "OverlapType"]

_F: Final = np.float32
_DETECTIONS: Final = packet_type(list[Detection])
Similarity = Callable[[Box, Box], np.float32]


class OverlapType(IntEnum):
    """What the common area is compared with."""

    UNSPECIFIED_OVERLAP_TYPE = 0
    JACCARD = 1
    MODIFIED_JACCARD = 2
    INTERSECTION_OVER_UNION = 3


class Algorithm(IntEnum):
    """What becomes of those that overlap."""

    DEFAULT = 0
    WEIGHTED = 1


@options(message="mediapipe.NonMaxSuppressionCalculatorOptions", extension=55383100)
class NonMaxSuppressionOptions:
    """Which detections are of one thing, and what to send of it.

    Attributes:
        num_detection_streams: How many inputs there are.
        max_num_detections: How many detections to send at most; -1 for all.
        min_score_threshold: Lower scores are dropped, if it is above 0.
        min_suppression_threshold: Boxes that overlap by more are of one thing.
        overlap_type: The common area in relation to: JACCARD, the rectangle around both;
            MODIFIED_JACCARD, the second one; INTERSECTION_OVER_UNION, what both cover.
        return_empty_detections: Send an empty vector instead of nothing.
        algorithm: DEFAULT keeps the best one; WEIGHTED sends the mean of all, weighted by score.
        multiclass_nms: Each label by itself.
    """

    num_detection_streams: int = option(1, default=1)
    max_num_detections: int = option(2, default=-1)
    min_score_threshold: float = option(6, default=-1.0)
    min_suppression_threshold: float = option(3, default=1.0)
    overlap_type: OverlapType = option(4, default=OverlapType.JACCARD)
    return_empty_detections: bool = option(5)
    algorithm: Algorithm = option(7)
    multiclass_nms: bool = option(8)


class NonMaxSuppression(Calculator, name="NonMaxSuppressionCalculator"):
    """Sends one detection for each thing that several detections show, the best ones first.

    Inputs: untagged, as many as num_detection_streams, lists of `Detection` with relative boxes and scores;
    IMAGE (ImageFrame, optional), whose size makes boxes in pixels relative. Output: one untagged, a list of
    `Detection`, each with its best score and label only; what has no label is dropped. Without detections
    nothing is sent, unless return_empty_detections says so.

    Upstream sorts scores without keeping the order of equal ones; here it is kept.

    Raises:
        ContractError: No detection stream, max_num_detections of 0, or no overlap type.
        ValueError: A detection has other numbers of scores and labels, or a box of another kind.

    Upstream: calculators/util/non_max_suppression_calculator.cc.

    Example::

        node {
          calculator: "NonMaxSuppressionCalculator"
          input_stream: "candidates"
          output_stream: "detections"
          options {
            [mediapipe.NonMaxSuppressionCalculatorOptions.ext] {
              min_suppression_threshold: 0.3
              overlap_type: INTERSECTION_OVER_UNION
              algorithm: WEIGHTED
            }
          }
        }
    """

    options: NonMaxSuppressionOptions
    detections = Inputs[list[Detection]]()
    image = Input[ImageFrame]("IMAGE", optional=True)
    kept = Output[list[Detection]]()

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks the options."""
        super().get_contract(contract)
        options, inputs = contract.options(NonMaxSuppressionOptions), contract.inputs.count()
        if inputs != options.num_detection_streams or inputs < 1:
            msg = f"num_detection_streams is {options.num_detection_streams}, but {inputs} are connected"
            raise ContractError(msg)
        if options.max_num_detections == 0:
            msg = "max_num_detections must not be 0; -1 means any number"
            raise ContractError(msg)
        if options.overlap_type is OverlapType.UNSPECIFIED_OVERLAP_TYPE:
            msg = "overlap_type must be JACCARD, MODIFIED_JACCARD or INTERSECTION_OVER_UNION"
            raise ContractError(msg)

    def open(self, cc: Context) -> None:
        """Chooses how to compare."""
        self._similarity = _SIMILARITIES[self.options.overlap_type]

    def process(self, cc: Context) -> None:
        """Sends what is kept."""
        streams = [cc.packet(self.detections[index]) for index in range(self.options.num_detection_streams)]
        found = [item for packet in streams if not packet.is_empty() for item in packet.value]
        if not found:
            if self.options.return_empty_detections:
                cc.send_packet(self.kept, Packet([], cc.timestamp, _DETECTIONS))
            return
        size = None
        if self.image in cc and self.options.algorithm is Algorithm.DEFAULT:
            size = (cc[self.image].width, cc[self.image].height)
        with np.errstate(all="ignore"):
            kept = self._kept(found, size)
        cc.send_packet(self.kept, Packet(kept, cc.timestamp, _DETECTIONS))

    def _kept(self, found: Sequence[Detection], size: tuple[int, int] | None) -> list[Detection]:
        if not self.options.multiclass_nms:
            return self._suppress(found, size)
        groups: dict[int, list[Detection]] = {}
        for detection in found:
            for label in detection.label_id:
                groups.setdefault(label, []).append(detection)
        kept = by_score([item for group in groups.values() for item in self._suppress(group, size)])
        return kept[: self.options.max_num_detections] if self.options.max_num_detections > 0 else kept

    def _suppress(self, found: Sequence[Detection], size: tuple[int, int] | None) -> list[Detection]:
        labelled = [item for item in found if item.label_id or item.label]
        ranked = by_score([best_label(item) for item in labelled])
        lowest = self.options.min_score_threshold
        limit = self.options.max_num_detections if self.options.max_num_detections > 0 else len(ranked)
        boxes = [box_of(item.location_data, size) for item in ranked]
        choose = self._weighted if self.options.algorithm is Algorithm.WEIGHTED else self._best
        worthy = len(ranked)
        if lowest > 0:
            worthy = next((i for i, item in enumerate(ranked) if _F(item.score[0]) < _F(lowest)), worthy)
        return choose(ranked, boxes, worthy, limit)

    def _best(self, ranked: list[Detection], boxes: list[Box], worthy: int, limit: int) -> list[Detection]:
        kept: list[int] = []
        least = _F(self.options.min_suppression_threshold)
        for index in range(worthy):
            if not any(self._similarity(boxes[other], boxes[index]) > least for other in kept):
                kept.append(index)
            if len(kept) >= limit:
                break
        return [ranked[index] for index in kept]

    def _weighted(self, ranked: list[Detection], boxes: list[Box], worthy: int, _: int) -> list[Detection]:
        kept: list[Detection] = []
        least = _F(self.options.min_suppression_threshold)
        left = list(range(len(ranked)))
        while left and left[0] < worthy:
            best = left[0]
            near = [index for index in left if self._similarity(boxes[index], boxes[best]) > least]
            kept.append(mean([ranked[index] for index in near], ranked[best]))
            if not near:
                break
            left = [index for index in left if index not in near]
        return kept


def _jaccard(one: Box, other: Box) -> np.float32:
    return _ratio(one, other, one.hull(other).area)


def _modified_jaccard(one: Box, other: Box) -> np.float32:
    return _ratio(one, other, other.area)


def _ratio(one: Box, other: Box, area: np.float32) -> np.float32:
    if not one.intersects(other) or not area > 0:
        return _F(0)
    return one.intersection(other).area / area


_SIMILARITIES: Final[dict[OverlapType, Similarity]] = {
    OverlapType.JACCARD: _jaccard,
    OverlapType.MODIFIED_JACCARD: _modified_jaccard,
    OverlapType.INTERSECTION_OVER_UNION: overlap,
}
