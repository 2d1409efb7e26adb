"""Detections by their scores: the best label, the box, the mean of several."""

from __future__ import annotations

from typing import Final

import numpy as np

from mpgraph.formats.detection import Detection
from mpgraph.formats.location_data import LocationData

from ..boxes import Box

__all__ = ["best_label", "box_of", "by_score", "mean"]

_F: Final = np.float32


def by_score(detections: list[Detection]) -> list[Detection]:
    """The detections from the highest score to the lowest, equal ones in their order."""
    return sorted(detections, key=lambda item: -item.score[0])


def best_label(detection: Detection) -> Detection:
    """The detection with only its best score and the label of that.

    Raises:
        ValueError: It has other numbers of scores and labels.
    """
    count = len(detection.score)
    if not count or count not in (len(detection.label_id), len(detection.label)):
        msg = (
            f"a detection needs as many scores as labels, got {count} scores, "
            f"{len(detection.label_id)} label_id and {len(detection.label)} label"
        )
        raise ValueError(msg)
    best = Detection()
    best.CopyFrom(detection)
    if count == 1 and len(detection.label_id) <= 1 and len(detection.label) <= 1:
        return best
    top = max(range(count), key=lambda index: detection.score[index])
    best.score[:] = [detection.score[top]]
    if len(detection.label_id) > top:
        best.label_id[:] = [detection.label_id[top]]
    else:
        best.label[:] = [detection.label[top]]
    return best


def box_of(location: LocationData, size: tuple[int, int] | None) -> Box:
    """The box in fractions of the image; one in pixels needs the image's size.

    Raises:
        ValueError: It is a mask, or in pixels without a size.
    """
    if location.format == LocationData.RELATIVE_BOUNDING_BOX:
        box = location.relative_bounding_box
        return Box.of(box.xmin, box.ymin, box.width, box.height)
    if size is None or location.format == LocationData.MASK:
        name = LocationData.Format.Name(location.format)
        msg = f"a detection needs a RELATIVE_BOUNDING_BOX, or IMAGE and a BOUNDING_BOX, got {name}"
        raise ValueError(msg)
    if location.format == LocationData.GLOBAL:
        return Box.of(0, 0, 1, 1)
    width, height = _F(size[0]), _F(size[1])
    pixels = location.bounding_box
    numbers = (
        _F(pixels.xmin) / width,
        _F(pixels.ymin) / height,
        _F(pixels.width) / width,
        _F(pixels.height) / height,
    )
    return Box.of(*map(float, numbers))


def mean(group: list[Detection], best: Detection) -> Detection:
    """The best detection with the mean box and keypoints of the group, weighted by score."""
    result = Detection()
    result.CopyFrom(best)
    if not group:
        return result
    count = len(best.location_data.relative_keypoints)
    total = _F(0)
    sums = np.zeros(4 + 2 * count, np.float32)
    for item in group:
        score = _F(item.score[0])
        total += score
        location = item.location_data
        box = location.relative_bounding_box
        xmin, ymin = _F(box.xmin), _F(box.ymin)
        numbers = [xmin, ymin, xmin + _F(box.width), ymin + _F(box.height)]
        for keypoint in location.relative_keypoints[:count]:
            numbers += [_F(keypoint.x), _F(keypoint.y)]
        sums += np.array(numbers, np.float32) * score
    sums /= total
    box = result.location_data.relative_bounding_box
    box.xmin, box.ymin = float(sums[0]), float(sums[1])
    box.width, box.height = float(sums[2] - sums[0]), float(sums[3] - sums[1])
    for index, keypoint in enumerate(result.location_data.relative_keypoints):
        keypoint.x, keypoint.y = float(sums[4 + 2 * index]), float(sums[5 + 2 * index])
    return result
