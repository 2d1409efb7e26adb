"""Boxes and scores from the raw numbers of a detector, float32 in upstream's order of operations."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from mpgraph.options import has

from .activations import exp, sigmoid
from .detection_options import BoxFormat, TensorsToDetectionsOptions

__all__ = ["Floats", "Integers", "best_classes", "decode_boxes"]

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]
_F: Final = np.float32
_LOWEST: Final = np.float32(-np.finfo(np.float32).max)


def best_classes(
    scores: Floats, wanted: npt.NDArray[np.bool_], options: TensorsToDetectionsOptions
) -> tuple[Floats, Integers]:
    """The highest score of each box among the wanted classes, and its class; -1 if there is none.

    Args:
        scores: float32 (boxes, classes).
        wanted: bool (classes).
        options: Whether scores are logits.
    """
    if options.sigmoid_score:
        if has(options, "score_clipping_thresh"):
            clip = _F(options.score_clipping_thresh)
            scores = np.where(scores < -clip, -clip, scores)
            scores = np.where(scores > clip, clip, scores)
        scores = sigmoid(scores)
    scores = np.where(wanted & ~np.isnan(scores), scores, _LOWEST)
    classes = scores.argmax(axis=1)
    best = scores[np.arange(len(scores)), classes]
    return best, np.where(best > _LOWEST, classes, -1)


def decode_boxes(raw: Floats, anchors: Floats, options: TensorsToDetectionsOptions) -> Floats:
    """Boxes as ymin, xmin, ymax, xmax and keypoints as x, y, in the columns that the options name.

    Args:
        raw: float32 (boxes, num_coords), as the model gives them.
        anchors: float32 (boxes, 4): y_center, x_center, height, width.
        options: What the numbers mean.
    """
    y_anchor, x_anchor, h_anchor, w_anchor = anchors.T
    first, second, third, fourth = raw[:, options.box_coord_offset : options.box_coord_offset + 4].T
    order = options.order()
    if order is BoxFormat.XYXY:
        x, y = (-first + third) / _F(2), (-second + fourth) / _F(2)
        w, h = third + first, fourth + second
    elif order is BoxFormat.XYWH:
        x, y, w, h = first, second, third, fourth
    else:
        y, x, h, w = first, second, third, fourth
    x_scale, y_scale = _F(options.x_scale), _F(options.y_scale)
    x = x / x_scale * w_anchor + x_anchor
    y = y / y_scale * h_anchor + y_anchor
    h, w = h / _F(options.h_scale), w / _F(options.w_scale)
    if options.apply_exponential_on_box_size:
        h, w = exp(h), exp(w)
    h, w = h * h_anchor / _F(2), w * w_anchor / _F(2)
    decoded = np.zeros_like(raw)
    decoded[:, :4] = np.stack((y - h, x - w, y + h, x + w), axis=1)
    for index in range(options.num_keypoints):
        at = options.keypoint_coord_offset + 2 * index
        x, y = raw[:, at], raw[:, at + 1]
        if order is BoxFormat.YXHW:
            x, y = y, x
        decoded[:, at] = x / x_scale * w_anchor + x_anchor
        decoded[:, at + 1] = y / y_scale * h_anchor + y_anchor
    return decoded
