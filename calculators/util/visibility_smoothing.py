"""VisibilitySmoothingCalculator: visibility without its flicker."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.landmark import LandmarkList, NormalizedLandmarkList
from mpgraph.options import option, options, which_oneof
from mpgraph.ports import Input, Output

from ..port_rules import exactly_one
from .filters import LowPass

__all__ = ["VisibilitySmoothing", "VisibilitySmoothingOptions"]

_MESSAGE = "mediapipe.VisibilitySmoothingCalculatorOptions"


@options(message=f"{_MESSAGE}.NoFilter")
class NoFilter:
    """Visibility stays as it is."""


@options(message=f"{_MESSAGE}.LowPassFilter")
class LowPassFilter:
    """Visibility follows slowly.

    Attributes:
        alpha: How much of the new value counts, from 0 to 1; the rest is the last result.
    """

    alpha: float = option(1, default=0.1)


@options(message=_MESSAGE, extension=360207350)
class VisibilitySmoothingOptions:
    """The filter: exactly one of these."""

    no_filter: NoFilter | None = option(1, default=None, oneof="filter_options")
    low_pass_filter: LowPassFilter | None = option(2, default=None, oneof="filter_options")


class VisibilitySmoothing(Calculator, name="VisibilitySmoothingCalculator"):
    """Smooths the visibility of each point over time; all else stays as it is.

    Inputs: LANDMARKS or NORM_LANDMARKS (`LandmarkList`, `NormalizedLandmarkList`). Outputs:
    FILTERED_LANDMARKS or NORM_FILTERED_LANDMARKS, likewise.

    Raises:
        ContractError: None or both inputs, another output, no filter, or an alpha beyond 0 to 1.
        ValueError: The number of points changes.

    Upstream: calculators/util/visibility_smoothing_calculator.cc.

    Example::

        node {
          calculator: "VisibilitySmoothingCalculator"
          input_stream: "NORM_LANDMARKS:landmarks"
          output_stream: "NORM_FILTERED_LANDMARKS:smooth_landmarks"
          options {
            [mediapipe.VisibilitySmoothingCalculatorOptions.ext] {
              low_pass_filter { alpha: 0.1 }
            }
          }
        }
    """

    options: VisibilitySmoothingOptions
    landmarks = Input[LandmarkList]("LANDMARKS", optional=True)
    norm_landmarks = Input[NormalizedLandmarkList]("NORM_LANDMARKS", optional=True)
    filtered = Output[LandmarkList]("FILTERED_LANDMARKS", optional=True)
    norm_filtered = Output[NormalizedLandmarkList]("NORM_FILTERED_LANDMARKS", optional=True)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks them and the filter."""
        super().get_contract(contract)
        exactly_one(contract, "input", "LANDMARKS", "NORM_LANDMARKS")
        wanted = "FILTERED_LANDMARKS" if contract.inputs.has("LANDMARKS") else "NORM_FILTERED_LANDMARKS"
        if contract.outputs.tags() != (wanted,):
            msg = f"the output must be {wanted}, got {', '.join(contract.outputs.tags()) or 'none'}"
            raise ContractError(msg)
        options = contract.options(VisibilitySmoothingOptions)
        if which_oneof(options, "filter_options") is None:
            msg = "no_filter or low_pass_filter must be set"
            raise ContractError(msg)
        if options.low_pass_filter is not None and not 0 <= options.low_pass_filter.alpha <= 1:
            msg = f"alpha must be from 0 to 1, got {options.low_pass_filter.alpha}"
            raise ContractError(msg)

    def open(self, cc: Context) -> None:
        """Begins the filter."""
        self._filter = LowPass()

    def process(self, cc: Context) -> None:
        """Sends the points."""
        is_norm = cc.is_connected(self.norm_landmarks)
        landmarks: Any = cc[self.norm_landmarks] if is_norm else cc[self.landmarks]
        if self.options.low_pass_filter is not None:
            made = type(landmarks)()
            made.CopyFrom(landmarks)
            given: npt.NDArray[np.float32] = np.array([p.visibility for p in landmarks.landmark], np.float32)
            alpha = np.float32(self.options.low_pass_filter.alpha)
            smooth = self._filter.apply(given, alpha).tolist()
            for point, visibility in zip(made.landmark, smooth, strict=True):
                point.visibility = visibility
            landmarks = made
        if is_norm:
            cc.send(self.norm_filtered, landmarks)
        else:
            cc.send(self.filtered, landmarks)
