"""TensorsToDetectionsCalculator: what a detector's tensors say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.anchor import Anchor
from mpgraph.formats.detection import Detection
from mpgraph.formats.location_data import LocationData
from mpgraph.formats.tensor import Tensor
from mpgraph.options import has
from mpgraph.packet import Packet
from mpgraph.packet_type import packet_type
from mpgraph.ports import Input, Output, SideInput

from .box_decoding import Floats, Integers, best_classes, decode_boxes
from .detection_options import TensorMapping, TensorsToDetectionsOptions

__all__ = ["TensorsToDetections"]

_F: Final = np.float32
_ONE: Final = np.float32(1)
_DETECTIONS: Final = packet_type(list[Detection])


class TensorsToDetections(Calculator, name="TensorsToDetectionsCalculator"):
    """Makes detections of the tensors of a detector, in the order of its boxes.

    Inputs: TENSORS, float32: boxes (1, N, C) or (1, 1, N, C) and scores (1, N, K) or (1, 1, N, K), which
    need anchors, as a third tensor (N, 4) or as side packet; or four of a detector that has done all this
    itself: boxes (1, N, C), classes (1, N), scores (1, N) and their number (1). Side inputs: ANCHORS (a list
    of `Anchor`, optional), taken at the first packet; IGNORE_CLASSES (a list of int, optional). Output:
    DETECTIONS, a list of `Detection` with score, label_id, a box and keypoints in fractions of the image.

    Boxes that are turned inside out or not a number are dropped.

    Raises:
        ContractError: Options that do not go together.
        ValueError: Tensors of another number, type or shape, or no anchors.

    Upstream: calculators/tensor/tensors_to_detections_calculator.cc.

    Example::

        node {
          calculator: "TensorsToDetectionsCalculator"
          input_stream: "TENSORS:tensors"
          input_side_packet: "ANCHORS:anchors"
          output_stream: "DETECTIONS:candidates"
          options {
            [mediapipe.TensorsToDetectionsCalculatorOptions.ext] {
              num_classes: 1
              num_boxes: 896
              num_coords: 16
              keypoint_coord_offset: 4
              num_keypoints: 6
              sigmoid_score: true
              score_clipping_thresh: 100.0
              reverse_output_order: true
              x_scale: 128.0
              y_scale: 128.0
              h_scale: 128.0
              w_scale: 128.0
              min_score_thresh: 0.5
            }
          }
        }
    """

    options: TensorsToDetectionsOptions
    tensors = Input[list[Tensor]]("TENSORS")
    anchors = SideInput[list[Anchor]]("ANCHORS", optional=True)
    ignored = SideInput[list[int]]("IGNORE_CLASSES", optional=True)
    detections = Output[list[Detection]]("DETECTIONS")

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks the options."""
        super().get_contract(contract)
        options = contract.options(TensorsToDetectionsOptions)
        problem = options.problem()
        if options.allow_classes and contract.side_inputs.has("IGNORE_CLASSES"):
            problem = "allow_classes goes without IGNORE_CLASSES"
        if problem is not None:
            raise ContractError(problem)

    def open(self, cc: Context) -> None:
        """Learns which classes count."""
        options = self.options
        ignored: list[int] = cc.get(self.ignored, list(options.ignore_classes))
        self._ignored = frozenset(ignored)
        self._allowed = frozenset(options.allow_classes)
        self._mapping = options.tensor_mapping or TensorMapping()
        self._wanted = np.array([self._counts(index) for index in range(options.num_classes)], bool)
        self._anchors: Floats | None = None

    def process(self, cc: Context) -> None:
        """Sends the detections."""
        tensors = [tensor.data for tensor in cc[self.tensors]]
        for tensor in tensors:
            if tensor.dtype != np.float32:
                msg = f"expected float32 tensors, got {tensor.dtype}"
                raise ValueError(msg)
        if len(tensors) not in (2, 3, 4):
            msg = f"expected 2 tensors, 3 with anchors, or 4 of finished detections, got {len(tensors)}"
            raise ValueError(msg)
        with np.errstate(all="ignore"):
            if len(tensors) == 4:
                found = self._finished(tensors)
            else:
                anchors: list[Anchor] = cc.get(self.anchors, [])
                found = self._raw(tensors, anchors)
        cc.send_packet(self.detections, Packet(list(found), cc.timestamp, _DETECTIONS))

    # Boxes and scores as the model gives them.

    def _raw(self, tensors: Sequence[npt.NDArray[Any]], side: Sequence[Anchor]) -> Iterable[Detection]:
        options, mapping = self.options, self._mapping
        if options.box_boundaries_indices is not None:
            msg = f"box_boundaries_indices is for 4 tensors, got {len(tensors)}"
            raise ValueError(msg)
        boxes = _part(tensors, mapping.detections_tensor_index, 0)
        scores = _part(tensors, mapping.scores_tensor_index, 1)
        count = options.num_boxes
        raw = _reshaped(boxes, "box", count, options.num_coords)
        logits = _reshaped(scores, "score", count, options.num_classes)
        likely, classes = best_classes(logits, self._wanted, options)
        if self._anchors is None:
            if len(tensors) == 3:
                numbers = _part(tensors, mapping.anchors_tensor_index, 2)
                if numbers.shape != (count, 4):
                    msg = f"expected an anchor tensor ({count}, 4), got {numbers.shape}"
                    raise ValueError(msg)
                self._anchors = numbers
            elif len(side) == count:
                self._anchors = np.array([(a.y_center, a.x_center, a.h, a.w) for a in side], np.float32)
            else:
                msg = (
                    f"{count} boxes need as many anchors, got {len(side)}: connect ANCHORS or a third tensor"
                )
                raise ValueError(msg)
        chosen = self._good_enough(likely, classes)
        decoded = decode_boxes(raw[chosen], self._anchors[chosen], options)
        rows = zip(decoded, likely[chosen, None], classes[chosen, None], strict=True)
        return self._limited(self._detection(*row) for row in rows)

    def _good_enough(self, scores: Floats, classes: Integers) -> Integers:
        good = np.array([self._counts(index) for index in classes.tolist()], bool)
        if has(self.options, "min_score_thresh"):
            good &= ~(scores < _F(self.options.min_score_thresh))
        return np.flatnonzero(good)

    # Finished detections.

    def _finished(self, tensors: Sequence[npt.NDArray[Any]]) -> Iterable[Detection]:
        mapping, each = self._mapping, self.options.max_classes_per_detection
        boxes = _part(tensors, mapping.detections_tensor_index, 0)
        classes = _part(tensors, mapping.classes_tensor_index, 1)
        scores = _part(tensors, mapping.scores_tensor_index, 2)
        number = _part(tensors, mapping.num_detections_tensor_index, 3)
        size = (1, boxes.shape[1] if boxes.ndim == 3 else -1)
        wanted = [(1,), (*size, self.options.num_coords), size, size]
        shapes = [tensor.shape for tensor in (number, boxes, classes, scores)]
        if shapes != wanted:
            msg = (
                f"expected tensors (1), (1, N, {self.options.num_coords}), (1, N) and (1, N) of number, "
                f"boxes, classes and scores, got {', '.join(map(str, shapes))}"
            )
            raise ValueError(msg)
        count = int(number[0])
        if count * each > size[1]:
            msg = f"the tensors tell of {count} detections with {each} classes each, but hold {size[1]}"
            raise ValueError(msg)
        rows = (
            self._detection(boxes[0, at], scores[0, at : at + each], classes[0, at : at + each].astype(int))
            for at in range(0, count * each, each)
        )
        return self._limited(rows)

    # Both.

    def _counts(self, index: int) -> bool:
        """Whether detections of the class are wanted."""
        return index in self._allowed if self._allowed else index not in self._ignored

    def _limited(self, detections: Iterable[Detection | None]) -> Iterable[Detection]:
        limit, sent = self.options.max_results, 0
        for detection in detections:
            if 0 < limit <= sent:
                return
            if detection is not None:
                sent += 1
                yield detection

    def _detection(self, row: Floats, scores: Floats, classes: Integers) -> Detection | None:
        """The detection of a row of coordinates; None if it is none."""
        options, flip = self.options, self.options.flip_vertically
        least = _F(options.min_score_thresh) if has(options, "min_score_thresh") else None
        kept = [
            (float(score), index)
            for score, index in zip(scores, classes.tolist(), strict=True)
            if self._counts(index) and (least is None or not score < least)
        ]
        ymin, xmin, ymax, xmax = (row[index] for index in options.corners())
        width, height = xmax - xmin, ymax - ymin
        if not kept or not (width >= 0 and height >= 0):
            return None
        location = LocationData(format=LocationData.RELATIVE_BOUNDING_BOX)
        box = location.relative_bounding_box
        box.xmin, box.ymin = float(xmin), float(_ONE - ymax if flip else ymin)
        box.width, box.height = float(width), float(height)
        for index in range(options.num_keypoints):
            x, y = row[
                options.keypoint_coord_offset + 2 * index : options.keypoint_coord_offset + 2 * index + 2
            ]
            location.relative_keypoints.add(x=float(x), y=float(_ONE - y if flip else y))
        return Detection(
            score=[score for score, _ in kept], label_id=[index for _, index in kept], location_data=location
        )


def _part(tensors: Sequence[npt.NDArray[Any]], mapped: int | None, usual: int) -> Floats:
    """The tensor at the index that the options say, else at the usual one."""
    index = usual if mapped is None else mapped
    if not 0 <= index < len(tensors):
        msg = f"tensor_mapping names tensor {index}, but there are {len(tensors)}"
        raise ValueError(msg)
    return tensors[index]


def _reshaped(tensor: Floats, what: str, count: int, columns: int) -> Floats:
    """The tensor as (count, columns)."""
    if tensor.shape not in ((1, count, columns), (1, 1, count, columns)):
        msg = f"expected a {what} tensor (1, {count}, {columns}), got {tensor.shape}"
        raise ValueError(msg)
    return tensor.reshape(count, columns)
