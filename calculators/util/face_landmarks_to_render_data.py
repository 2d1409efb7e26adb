"""FaceLandmarksToRenderDataCalculator: a face's landmarks, and the lines of its features."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, pairwise
from typing import Final

from .landmarks_to_render_data import LandmarksToRenderData

__all__ = ["FaceLandmarksToRenderData"]

_LINES: Final = (
    # The lips: outside below and above, inside below and above.
    (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291),
    (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291),
    (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308),
    (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308),
    # One eye below and above, its brow below and above, its iris.
    (33, 7, 163, 144, 145, 153, 154, 155, 133),
    (33, 246, 161, 160, 159, 158, 157, 173, 133),
    (46, 53, 52, 65, 55),
    (70, 63, 105, 66, 107),
    (474, 475, 476, 477, 474),
    # The other eye likewise.
    (263, 249, 390, 373, 374, 380, 381, 382, 362),
    (263, 466, 388, 387, 386, 385, 384, 398, 362),
    (276, 283, 282, 295, 285),
    (300, 293, 334, 296, 336),
    (469, 470, 471, 472, 469),
    # The outline of the face.
    (
        10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152,
        148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109, 10,
    ),
)  # fmt: skip


class FaceLandmarksToRenderData(LandmarksToRenderData, name="FaceLandmarksToRenderDataCalculator"):
    """Draws the lips, eyes, brows, irises and outline of a face, then its landmarks.

    As `LandmarksToRenderData`, whose options it takes, but ``landmark_connections`` has no effect: the 132
    lines are always the same. Those of the irises are drawn of 478 landmarks, not of 468.

    Upstream: graphs/face_mesh/calculators/face_landmarks_to_render_data_calculator.cc.

    Example::

        node {
          calculator: "FaceLandmarksToRenderDataCalculator"
          input_stream: "NORM_LANDMARKS:face_landmarks"
          output_stream: "RENDER_DATA:render_data"
          options {
            [mediapipe.LandmarksToRenderDataCalculatorOptions.ext] {
              landmark_color { r: 255 g: 0 b: 0 }
              connection_color { r: 0 g: 255 b: 0 }
              thickness: 2
              visualize_landmark_depth: false
            }
          }
        }
    """

    def connections(self) -> Iterable[tuple[int, int]]:
        """The lines of a face."""
        return chain.from_iterable(map(pairwise, _LINES))
