"""Options of TensorsToDetectionsCalculator."""

from __future__ import annotations

from enum import IntEnum

from mpgraph.options import has, option, options

__all__ = ["BoxBoundariesIndices", "BoxFormat", "TensorMapping", "TensorsToDetectionsOptions"]


class BoxFormat(IntEnum):
    """In which order the model gives a box."""

    UNSPECIFIED = 0
    YXHW = 1
    XYWH = 2
    XYXY = 3


@options(message="mediapipe.TensorsToDetectionsCalculatorOptions.TensorMapping")
class TensorMapping:
    """Which tensor is which."""

    detections_tensor_index: int | None = option(1)
    classes_tensor_index: int | None = option(2)
    scores_tensor_index: int | None = option(3)
    num_detections_tensor_index: int | None = option(4)
    anchors_tensor_index: int | None = option(5)

    def problem(self) -> str | None:
        """What is wrong with it, if anything."""
        needed = {"detections": self.detections_tensor_index, "scores": self.scores_tensor_index}
        finished = {
            "classes": self.classes_tensor_index,
            "num_detections": self.num_detections_tensor_index,
        }
        if self.anchors_tensor_index is not None:
            needed["anchors"] = self.anchors_tensor_index
            if set(finished.values()) != {None}:
                return "tensor_mapping has anchors_tensor_index and indices of finished detections"
        elif set(finished.values()) != {None}:
            needed.update(finished)
        if sorted(index for index in needed.values() if index is not None) != list(range(len(needed))):
            return f"tensor_mapping must give the indices 0 to {len(needed) - 1}, each once, got {needed}"
        return None


@options(message="mediapipe.TensorsToDetectionsCalculatorOptions.BoxBoundariesIndices")
class BoxBoundariesIndices:
    """Where in a finished detection its sides stand."""

    ymin: int = option(1, default=0)
    xmin: int = option(2, default=1)
    ymax: int = option(3, default=2)
    xmax: int = option(4, default=3)


@options(message="mediapipe.TensorsToDetectionsCalculatorOptions", extension=335742639)
class TensorsToDetectionsOptions:
    """What the tensors mean.

    Attributes:
        num_classes, num_boxes, num_coords: Sizes of the tensors; a box has 4 coordinates and 2 per keypoint.
        keypoint_coord_offset, box_coord_offset: Where keypoints and box begin.
        num_keypoints: How many keypoints a box has.
        num_values_per_keypoint: 2.
        x_scale, y_scale, w_scale, h_scale: What coordinates are divided by.
        apply_exponential_on_box_size: Sizes are logarithms.
        reverse_output_order: The box is x, y, width, height; `box_format` says it better.
        ignore_classes, allow_classes: Which classes are dropped, or kept; not both.
        sigmoid_score: Scores are logits.
        score_clipping_thresh: Logits are kept within this of 0.
        flip_vertically: y counts from the bottom.
        min_score_thresh: Lower scores are dropped.
        max_results: How many detections to send at most; -1 for all.
        max_classes_per_detection: How many classes a finished detection has.
        tensor_mapping: Which tensor is which, where it is not the usual order.
        box_boundaries_indices: Where in a finished detection its sides stand.
        box_format: The order of a box's coordinates.
    """

    num_classes: int = option(1)
    num_boxes: int = option(2)
    num_coords: int = option(3)
    keypoint_coord_offset: int = option(9)
    num_keypoints: int = option(10)
    num_values_per_keypoint: int = option(11, default=2)
    box_coord_offset: int = option(12)
    x_scale: float = option(4)
    y_scale: float = option(5)
    w_scale: float = option(6)
    h_scale: float = option(7)
    apply_exponential_on_box_size: bool = option(13)
    reverse_output_order: bool = option(14)
    ignore_classes: tuple[int, ...] = option(8)
    allow_classes: tuple[int, ...] = option(21)
    sigmoid_score: bool = option(15)
    score_clipping_thresh: float = option(16)
    flip_vertically: bool = option(18)
    min_score_thresh: float = option(19)
    max_results: int = option(20, default=-1)
    max_classes_per_detection: int = option(25, default=1)
    tensor_mapping: TensorMapping | None = option(22)
    box_boundaries_indices: BoxBoundariesIndices | None = option(23, oneof="box_indices")
    box_format: BoxFormat = option(24)

    def problem(self) -> str | None:
        """What does not go together, if anything."""
        if not (has(self, "num_classes") and has(self, "num_coords")):
            return "num_classes and num_coords must be set"
        if self.max_results == 0:
            return "max_results must not be 0; -1 means any number"
        if self.num_values_per_keypoint != 2 or self.num_coords != 4 + 2 * self.num_keypoints:
            return (
                f"num_coords must be 4 and 2 per keypoint, got {self.num_coords} for {self.num_keypoints} "
                f"keypoints of {self.num_values_per_keypoint} values"
            )
        if self.max_classes_per_detection < 1:
            return f"max_classes_per_detection must be 1 or more, got {self.max_classes_per_detection}"
        ends = (self.box_coord_offset + 4, self.keypoint_coord_offset + 2 * self.num_keypoints)
        if min(self.box_coord_offset, self.keypoint_coord_offset) < 0 or max(ends) > self.num_coords:
            return (
                f"box_coord_offset and keypoint_coord_offset must leave all in {self.num_coords} coordinates"
            )
        if self.allow_classes and self.ignore_classes:
            return "allow_classes goes without ignore_classes"
        if sorted(self.corners()) != [0, 1, 2, 3]:
            return f"box_boundaries_indices must be 0, 1, 2 and 3 in some order, got {self.corners()}"
        return None if self.tensor_mapping is None else self.tensor_mapping.problem()

    def order(self) -> BoxFormat:
        """The order of a box's coordinates."""
        if has(self, "box_format"):
            return BoxFormat.YXHW if self.box_format is BoxFormat.UNSPECIFIED else self.box_format
        return BoxFormat.XYWH if self.reverse_output_order else BoxFormat.YXHW

    def corners(self) -> tuple[int, int, int, int]:
        """Where ymin, xmin, ymax and xmax stand."""
        at = self.box_boundaries_indices or BoxBoundariesIndices()
        return at.ymin, at.xmin, at.ymax, at.xmax
