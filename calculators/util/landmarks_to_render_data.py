"""LandmarksToRenderDataCalculator: landmarks as points, and lines between them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.landmark import LandmarkList, NormalizedLandmarkList
from mpgraph.formats.render_data import RenderData
from mpgraph.options import option, options
from mpgraph.ports import Input, Output

from ..color import ColorOption
from ..port_rules import exactly_one
from .set_color import set_color

__all__ = ["LandmarksToRenderData", "LandmarksToRenderDataOptions"]

_F: Final = np.float32
_TINY: Final = np.finfo(np.float32).tiny
_FLAT: Final = 1e-3
"""A difference of depths that is none."""
_Depths = npt.NDArray[np.float64] | None


@options(message="mediapipe.LandmarksToRenderDataCalculatorOptions", extension=258435389)
class LandmarksToRenderDataOptions:
    """How landmarks are drawn.

    Attributes:
        landmark_connections: Pairs of landmarks, by their indices, that lines are drawn between; those that
            are not there are left out.
        landmark_color, connection_color: Of the points and of the lines.
        thickness: Of points and lines, in pixels.
        visualize_landmark_depth: Whether z, where it differs, decides on the colours, and on how thick the
            points are.
        utilize_visibility, utilize_presence: Whether landmarks that are known to be less visible, or
            present, than the threshold are left out, with their lines.
        visibility_threshold, presence_threshold: Those thresholds.
        min_depth_circle_thickness, max_depth_circle_thickness: How thick, in whole pixels, a point is that
            is farthest, and nearest.
        min_depth_line_color, max_depth_line_color: What is mixed for the end of a line: the second for the
            smallest z, the first for the largest.
        render_landmarks: Whether points are drawn.
    """

    landmark_connections: tuple[int, ...] = option(1)
    landmark_color: ColorOption = option(2, default=ColorOption())
    connection_color: ColorOption = option(3, default=ColorOption())
    thickness: float = option(4, default=1.0, wire="double")
    visualize_landmark_depth: bool = option(5, default=True)
    utilize_visibility: bool = option(6)
    visibility_threshold: float = option(7, wire="double")
    utilize_presence: bool = option(8)
    presence_threshold: float = option(9, wire="double")
    min_depth_circle_thickness: float = option(10, wire="double")
    max_depth_circle_thickness: float = option(11, default=18.0, wire="double")
    min_depth_line_color: ColorOption = option(12, default=ColorOption())
    max_depth_line_color: ColorOption = option(13, default=ColorOption(r=255, g=255, b=255))
    render_landmarks: bool = option(14, default=True)


class LandmarksToRenderData(Calculator, name="LandmarksToRenderDataCalculator"):
    """Draws lines between landmarks, then the landmarks.

    Inputs:
        LANDMARKS: `LandmarkList`, in pixels, or NORM_LANDMARKS: `NormalizedLandmarkList`.
        RENDER_SCALE: float that the thickness is multiplied by, optional; at each timestamp with landmarks.

    Outputs:
        RENDER_DATA: RenderData, for landmarks, even if there are none in the list.

    Raises:
        ContractError: None or both of the landmarks are connected, or a connection lacks its second end.
        EmptyPacketError: Landmarks come without a scale.

    Upstream: calculators/util/landmarks_to_render_data_calculator.cc.

    Example::

        node {
          calculator: "LandmarksToRenderDataCalculator"
          input_stream: "NORM_LANDMARKS:hand_landmarks"
          output_stream: "RENDER_DATA:render_data"
          options {
            [mediapipe.LandmarksToRenderDataCalculatorOptions.ext] {
              landmark_connections: [0, 1, 1, 2]
              landmark_color { r: 255 g: 0 b: 0 }
              connection_color { r: 0 g: 255 b: 0 }
              thickness: 4.0
            }
          }
        }
    """

    options: LandmarksToRenderDataOptions
    landmarks = Input[LandmarkList]("LANDMARKS", optional=True)
    norm_landmarks = Input[NormalizedLandmarkList]("NORM_LANDMARKS", optional=True)
    render_scale = Input[float]("RENDER_SCALE", optional=True)
    render_data = Output[RenderData]("RENDER_DATA")

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks the connections."""
        super().get_contract(contract)
        exactly_one(contract, "input", "LANDMARKS", "NORM_LANDMARKS")
        ends = contract.options(LandmarksToRenderDataOptions).landmark_connections
        if len(ends) % 2:
            msg = f"landmark_connections must be pairs; got {len(ends)} indices"
            raise ContractError(msg)

    def connections(self) -> Iterable[tuple[int, int]]:
        """Pairs of landmarks to draw lines between, by their indices."""
        ends = self.options.landmark_connections
        return zip(ends[::2], ends[1::2], strict=True)

    def open(self, cc: Context) -> None:
        """Learns what there is and what to draw."""
        self._normalized = cc.is_connected(self.norm_landmarks)
        self._connections = list(self.connections())

    def process(self, cc: Context) -> None:
        """Sends the drawing."""
        port: Input[Any] = self.norm_landmarks if self._normalized else self.landmarks
        if port not in cc:
            return
        thickness = _F(self.options.thickness)
        if cc.is_connected(self.render_scale):
            thickness *= _F(cc[self.render_scale])
        landmarks = cc[port].landmark
        depths = self._depths(landmarks)
        data = RenderData()
        self._draw_lines(data, landmarks, float(thickness), depths)
        if self.options.render_landmarks:
            self._draw_points(data, landmarks, float(thickness), depths)
        cc.send(self.render_data, data)

    def _draw_lines(self, data: RenderData, landmarks: Any, thickness: float, depths: _Depths) -> None:
        options = self.options
        for first, second in self._connections:
            if not (0 <= first < len(landmarks) and 0 <= second < len(landmarks)):
                continue
            start, end = landmarks[first], landmarks[second]
            if not (self._is_there(start) and self._is_there(end)):
                continue
            annotation = data.render_annotations.add(thickness=thickness)
            line: Any = annotation.line if depths is None else annotation.gradient_line
            line.x_start, line.y_start, line.x_end, line.y_end = start.x, start.y, end.x, end.y
            line.normalized = self._normalized
            if depths is None:
                set_color(annotation.color, options.connection_color)
            else:
                for color, index in ((line.color1, first), (line.color2, second)):
                    far, near = options.min_depth_line_color, options.max_depth_line_color
                    set_color(color, _mixed(far, near, _F(depths[index])))

    def _draw_points(self, data: RenderData, landmarks: Any, thickness: float, depths: _Depths) -> None:
        options = self.options
        least, most = _F(options.min_depth_circle_thickness), _F(options.max_depth_circle_thickness)
        for index, landmark in enumerate(landmarks):
            if not self._is_there(landmark):
                continue
            annotation = data.render_annotations.add(scene_tag="KEYPOINT", thickness=thickness)
            if depths is None:
                set_color(annotation.color, options.landmark_color)
            else:
                gray = 255 - int(_F(depths[index] * 255))
                set_color(annotation.color, ColorOption(r=gray, g=gray, b=gray))
                annotation.thickness = int(least + (_F(1) - _F(depths[index])) * (most - least))
            point = annotation.point
            point.x, point.y, point.normalized = landmark.x, landmark.y, self._normalized

    def _depths(self, landmarks: Any) -> _Depths:
        """How far away the landmarks are, 0 to 1; None if that is not asked for, or the same for all."""
        if not self.options.visualize_landmark_depth or not landmarks:
            return None
        depths = np.array([landmark.z for landmark in landmarks], np.float32)
        with np.errstate(all="ignore"):
            nearest, farthest = np.fmin.reduce(depths), max(np.fmax.reduce(depths), _TINY)
            if not farthest - nearest > _FLAT:
                return None
            found: _Depths = np.nan_to_num((depths - nearest) / (np.float64(farthest - nearest) + 1e-6))
            return found

    def _is_there(self, landmark: Any) -> bool:
        options = self.options
        for wanted, name, least in (
            (options.utilize_visibility, "visibility", options.visibility_threshold),
            (options.utilize_presence, "presence", options.presence_threshold),
        ):
            if wanted and landmark.HasField(name) and getattr(landmark, name) < _F(least):
                return False
        return True


def _mixed(one: ColorOption, other: ColorOption, part: np.float32) -> ColorOption:
    """So much of one colour, and the rest of the other."""
    rest = _F(1) - part
    return ColorOption(
        r=int(_F(one.r) * part + _F(other.r) * rest),
        g=int(_F(one.g) * part + _F(other.g) * rest),
        b=int(_F(one.b) * part + _F(other.b) * rest),
    )
