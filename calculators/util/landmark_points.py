"""The coordinates of landmarks as arrays, and landmarks with other coordinates."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mpgraph.formats.landmark import NormalizedLandmarkList

__all__ = ["points_of", "with_points"]


def points_of(landmarks: NormalizedLandmarkList) -> npt.NDArray[np.float32]:
    """x, y and z, float32 (landmarks, 3)."""
    points = [(point.x, point.y, point.z) for point in landmarks.landmark]
    return np.array(points, np.float32).reshape(-1, 3)


def with_points(landmarks: NormalizedLandmarkList, points: npt.NDArray[np.float32]) -> NormalizedLandmarkList:
    """A copy with these coordinates, float32 (landmarks, 3), and all else as it was."""
    made = NormalizedLandmarkList()
    made.CopyFrom(landmarks)
    for landmark, (x, y, z) in zip(made.landmark, points.tolist(), strict=True):
        landmark.x, landmark.y, landmark.z = x, y, z
    return made
