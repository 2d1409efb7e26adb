"""Three different items of each type that vectors hold, to try a family's members with."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from mpgraph.formats.arrays import MATRIX
from mpgraph.formats.body_rig import Joint
from mpgraph.formats.classification import Classification, ClassificationList
from mpgraph.formats.detection import Detection
from mpgraph.formats.image import Image
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.landmark import Landmark, LandmarkList, NormalizedLandmark, NormalizedLandmarkList
from mpgraph.formats.matrix import Matrix
from mpgraph.formats.rect import NormalizedRect, Rect
from mpgraph.formats.render_data import RenderData
from mpgraph.formats.tensor import Tensor
from mpgraph.packet_type import PacketType, packet_type

__all__ = ["items_of"]

_GRAY: Final = [np.full((2, 3, 1), value, np.uint8) for value in (7, 8, 9)]
_ITEMS: Final[dict[PacketType, list[Any]]] = {
    packet_type(bool): [True, False, True],
    packet_type(float): [0.5, -1.25, 3.0],
    packet_type(int): [3, -4, 5],
    packet_type(str): ["a", "", "straße"],
    packet_type(tuple[int, int]): [(640, 480), (1, 1), (3, 2)],
    MATRIX: [tuple(float(i + k) for i in range(16)) for k in range(3)],
    packet_type(Classification): [Classification(index=i, score=i / 4) for i in range(3)],
    packet_type(ClassificationList): [
        ClassificationList(classification=[Classification(index=j) for j in range(i)]) for i in range(3)
    ],
    packet_type(Detection): [Detection(detection_id=i) for i in range(3)],
    packet_type(Image): [Image(ImageFormat.GRAY8, data) for data in _GRAY],
    packet_type(ImageFrame): [ImageFrame(ImageFormat.GRAY8, data) for data in _GRAY],
    packet_type(Joint): [Joint(visibility=i / 4) for i in range(3)],
    packet_type(Landmark): [Landmark(x=i, y=-i) for i in range(3)],
    packet_type(LandmarkList): [LandmarkList(landmark=[Landmark(x=i)]) for i in range(3)],
    packet_type(Matrix): [Matrix(np.full((1, 2), i)) for i in range(3)],
    packet_type(list[Matrix]): [[Matrix(np.full((i, 2), i))] for i in range(3)],
    packet_type(NormalizedLandmark): [NormalizedLandmark(x=i / 4) for i in range(3)],
    packet_type(NormalizedLandmarkList): [
        NormalizedLandmarkList(landmark=[NormalizedLandmark(x=i / 4)]) for i in range(3)
    ],
    packet_type(NormalizedRect): [
        NormalizedRect(x_center=0.5, y_center=0.5, width=i / 4, height=1) for i in range(3)
    ],
    packet_type(Rect): [Rect(x_center=i, y_center=2, width=3, height=4) for i in range(3)],
    packet_type(RenderData): [RenderData(scene_class=str(i)) for i in range(3)],
    packet_type(Tensor): [Tensor(np.full(2, i, np.float32)) for i in range(3)],
}


def items_of(item: PacketType) -> list[Any]:
    """Three items of the type, no two of them equal in all families' tests but the booleans."""
    return _ITEMS.get(item) or [2**63, 0, 2**64 - 1]  # else uint64
