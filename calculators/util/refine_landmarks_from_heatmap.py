"""RefineLandmarksFromHeatmapCalculator: points moved to where a heat map is warm."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.formats.landmark import NormalizedLandmarkList
from mpgraph.formats.tensor import Tensor
from mpgraph.options import option, options
from mpgraph.ports import Input, Output

from ..tensor.activations import sigmoid

__all__ = ["RefineLandmarksFromHeatmap", "RefineLandmarksFromHeatmapOptions"]

_F: Final = np.float32


@options(message="mediapipe.RefineLandmarksFromHeatmapCalculatorOptions", extension=362281653)
class RefineLandmarksFromHeatmapOptions:
    """How to move points.

    Attributes:
        kernel_size: Side of the square of cells around a point that is looked at; an odd number.
        min_confidence_to_refine: Points whose warmest cell is colder stay.
        refine_presence, refine_visibility: Whether these, where set, are at most as high as that cell.
    """

    kernel_size: int = option(1, default=9)
    min_confidence_to_refine: float = option(2, default=0.5)
    refine_presence: bool = option(3)
    refine_visibility: bool = option(4)


class RefineLandmarksFromHeatmap(Calculator, name="RefineLandmarksFromHeatmapCalculator"):
    """Moves each point to the mean of the cells around it, weighted by the heat map of that point.

    Inputs: NORM_LANDMARKS (`NormalizedLandmarkList`); TENSORS, of which the first is the heat map: float32
    (height, width, landmarks), or the same with a leading 1, logits. Output: NORM_LANDMARKS; without a heat
    map they stay.

    Raises:
        ValueError: No tensor, or one of another type or shape.

    Upstream: calculators/util/refine_landmarks_from_heatmap_calculator.cc.

    Example::

        node {
          calculator: "RefineLandmarksFromHeatmapCalculator"
          input_stream: "NORM_LANDMARKS:landmarks"
          input_stream: "TENSORS:heatmap_tensor"
          output_stream: "NORM_LANDMARKS:refined_landmarks"
          options {
            [mediapipe.RefineLandmarksFromHeatmapCalculatorOptions.ext] { kernel_size: 7 }
          }
        }
    """

    options: RefineLandmarksFromHeatmapOptions
    landmarks = Input[NormalizedLandmarkList]("NORM_LANDMARKS")
    tensors = Input[list[Tensor]]("TENSORS")
    refined = Output[NormalizedLandmarkList]("NORM_LANDMARKS")

    def process(self, cc: Context) -> None:
        """Sends the moved points."""
        if self.landmarks not in cc:
            return
        if self.tensors not in cc:
            cc.send_packet(self.refined, cc.packet(self.landmarks))
            return
        made = NormalizedLandmarkList()
        made.CopyFrom(cc[self.landmarks])
        heat = _heatmap(cc[self.tensors], len(made.landmark))
        with np.errstate(all="ignore"):
            for index, point in enumerate(made.landmark):
                self._refine(point, heat[:, :, index])
        cc.send(self.refined, made)

    def _refine(self, point: Any, heat: npt.NDArray[np.float32]) -> None:
        options = self.options
        height, width = heat.shape
        across, down = _F(point.x) * _F(width), _F(point.y) * _F(height)
        if not (-1 < across < width and -1 < down < height):  # cut off, -0.5 is 0
            return
        offset = (options.kernel_size - 1) // 2
        left, top = max(0, int(across) - offset), max(0, int(down) - offset)
        cells = sigmoid(heat[top : int(down) + offset + 1, left : int(across) + offset + 1])
        if not cells.size:
            return
        rows, columns = np.indices(cells.shape, np.float32)
        total = _sum(cells)
        warmest = max(float(cells.max()), 0.0)
        if not total > 0:
            return
        if warmest >= _F(options.min_confidence_to_refine):
            point.x = float(_sum((columns + _F(left)) * cells) / _F(width) / total)
            point.y = float(_sum((rows + _F(top)) * cells) / _F(height) / total)
        if options.refine_presence and point.HasField("presence"):
            point.presence = min(point.presence, warmest)
        if options.refine_visibility and point.HasField("visibility"):
            point.visibility = min(point.visibility, warmest)


def _sum(cells: npt.NDArray[np.float32]) -> np.float32:
    """The sum, one cell after the other."""
    total: np.float32 = np.cumsum(cells.ravel(), dtype=np.float32)[-1]
    return total


def _heatmap(tensors: list[Tensor], count: int) -> npt.NDArray[np.float32]:
    heat: npt.NDArray[Any] = tensors[0].data if tensors else np.zeros(0, np.int32)
    if heat.ndim == 4 and heat.shape[0] == 1:
        heat = heat[0]
    if heat.dtype != np.float32 or heat.ndim != 3 or heat.shape[2] != count:
        got = f"{heat.dtype} {heat.shape}" if tensors else "none"
        msg = f"expected a float32 heat map (height, width, {count}), got {got}"
        raise ValueError(msg)
    return heat
