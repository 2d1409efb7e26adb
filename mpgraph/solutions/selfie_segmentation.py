"""Where in an image a person is."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from mpgraph.compat.solution_base import SolutionBase

__all__ = ["SelfieSegmentation"]


class SelfieSegmentation(SolutionBase):
    """Segments a person from the background, image by image.

    ::

        with SelfieSegmentation(model_selection=1) as segmentation:
            mask = segmentation.process(image).segmentation_mask

    Args:
        model_selection: 0 for the general model, of 256x256 pixels, 1 for the landscape model, of 256x144.

    Upstream: ``mediapipe.python.solutions.selfie_segmentation``; rule PY-S10.
    """

    def __init__(self, model_selection: int = 0) -> None:
        super().__init__(
            binary_graph_path="mediapipe/modules/selfie_segmentation/selfie_segmentation_cpu.binarypb",
            side_inputs={"model_selection": model_selection},
            outputs=["segmentation_mask"],
        )

    def process(self, image: npt.NDArray[Any]) -> Any:
        """Segments an image.

        Args:
            image: uint8 RGB array (height, width, 3).

        Returns:
            An object whose ``segmentation_mask`` is a read-only float32 array (height, width): how much
            each pixel belongs to a person, from 0 to 1.

        Raises:
            ValueError: The image has not three channels.
            RuntimeError: The graph failed.
        """
        return super().process({"image": image})
