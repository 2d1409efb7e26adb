"""LandmarksSmoothingCalculator: points without their jitter."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.landmark import LandmarkList, NormalizedLandmarkList
from mpgraph.formats.rect import NormalizedRect, Rect
from mpgraph.options import option, options, which_oneof
from mpgraph.ports import Input, Output

from ..port_rules import exactly_one
from .filters import OneEuro, RelativeVelocity

__all__ = ["LandmarksSmoothing", "LandmarksSmoothingOptions", "OneEuroFilter", "VelocityFilter"]

_F: Final = np.float32
_MESSAGE: Final = "mediapipe.LandmarksSmoothingCalculatorOptions"
Floats = npt.NDArray[np.float32]


@options(message=f"{_MESSAGE}.NoFilter")
class NoFilter:
    """Points stay as they are."""


@options(message=f"{_MESSAGE}.VelocityFilter")
class VelocityFilter:
    """Points follow the quicker the faster they move.

    Attributes:
        window_size: Over how many past values speed is measured.
        velocity_scale: How much speed counts.
        min_allowed_object_scale: Smaller objects are not filtered.
        disable_value_scaling: Speed is measured in pixels instead of sizes of the object.
    """

    window_size: int = option(1, default=5)
    velocity_scale: float = option(2, default=10.0)
    min_allowed_object_scale: float = option(3, default=1e-6)
    disable_value_scaling: bool = option(4)


@options(message=f"{_MESSAGE}.OneEuroFilter")
class OneEuroFilter:
    """The 1 euro filter.

    Attributes:
        frequency: How often points come, in hertz, before two packets tell.
        min_cutoff: The cutoff frequency at rest.
        beta: How much quicker it gets with speed.
        derivate_cutoff: The cutoff frequency of the speed.
        min_allowed_object_scale, disable_value_scaling: As of `VelocityFilter`.
    """

    frequency: float = option(1, default=30.0)
    min_cutoff: float = option(2, default=1.0)
    beta: float = option(3, default=0.0)
    derivate_cutoff: float = option(4, default=1.0)
    min_allowed_object_scale: float = option(5, default=1e-6)
    disable_value_scaling: bool = option(6)


@options(message=_MESSAGE, extension=325671429)
class LandmarksSmoothingOptions:
    """The filter: exactly one of these."""

    no_filter: NoFilter | None = option(1, default=None, oneof="filter_options")
    velocity_filter: VelocityFilter | None = option(2, default=None, oneof="filter_options")
    one_euro_filter: OneEuroFilter | None = option(3, default=None, oneof="filter_options")

    def problem(self) -> str | None:
        """What does not fit, if anything."""
        if which_oneof(self, "filter_options") is None:
            return "no_filter, velocity_filter or one_euro_filter must be set"
        euro, velocity = self.one_euro_filter, self.velocity_filter
        if euro is not None and not min(euro.frequency, euro.min_cutoff, euro.derivate_cutoff) > 1e-6:
            return "frequency, min_cutoff and derivate_cutoff of one_euro_filter must be above 0"
        if velocity is not None and velocity.window_size < 0:
            return f"window_size must be 0 or more, got {velocity.window_size}"
        return None


class LandmarksSmoothing(Calculator, name="LandmarksSmoothingCalculator"):
    """Smooths the coordinates of each point over time; all else stays as it is.

    Inputs: NORM_LANDMARKS (`NormalizedLandmarkList`) with IMAGE_SIZE (width and height), or LANDMARKS
    (`LandmarkList`); OBJECT_SCALE_ROI (optional), a `NormalizedRect` or, with LANDMARKS, a `Rect`, whose size
    tells how large the object is; else the points do. Outputs: NORM_FILTERED_LANDMARKS or FILTERED_LANDMARKS,
    likewise. A timestamp without points begins anew.

    Raises:
        ContractError: Ports or options that do not go together.
        ValueError: The number of points changes, or the region is of the other kind.
        EmptyPacketError: NORM_LANDMARKS come without a size.

    Upstream: calculators/util/landmarks_smoothing_calculator.cc.

    Example::

        node {
          calculator: "LandmarksSmoothingCalculator"
          input_stream: "NORM_LANDMARKS:landmarks"
          input_stream: "IMAGE_SIZE:image_size"
          output_stream: "NORM_FILTERED_LANDMARKS:smooth_landmarks"
          options {
            [mediapipe.LandmarksSmoothingCalculatorOptions.ext] {
              one_euro_filter { min_cutoff: 0.05 beta: 80.0 derivate_cutoff: 1.0 }
            }
          }
        }
    """

    options: LandmarksSmoothingOptions
    norm_landmarks = Input[NormalizedLandmarkList]("NORM_LANDMARKS", optional=True)
    landmarks = Input[LandmarkList]("LANDMARKS", optional=True)
    image_size = Input[tuple[int, int]]("IMAGE_SIZE", optional=True)
    region = Input[NormalizedRect | Rect]("OBJECT_SCALE_ROI", optional=True)
    norm_filtered = Output[NormalizedLandmarkList]("NORM_FILTERED_LANDMARKS", optional=True)
    filtered = Output[LandmarkList]("FILTERED_LANDMARKS", optional=True)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks them and the options."""
        super().get_contract(contract)
        exactly_one(contract, "input", "NORM_LANDMARKS", "LANDMARKS")
        norm = contract.inputs.has("NORM_LANDMARKS")
        problem = contract.options(LandmarksSmoothingOptions).problem()
        if contract.inputs.has("IMAGE_SIZE") != norm:
            problem = "NORM_LANDMARKS needs IMAGE_SIZE, and LANDMARKS goes without"
        wanted = "NORM_FILTERED_LANDMARKS" if norm else "FILTERED_LANDMARKS"
        if contract.outputs.tags() != (wanted,):
            problem = f"the output must be {wanted}, got {', '.join(contract.outputs.tags()) or 'none'}"
        if problem is not None:
            raise ContractError(problem)

    def open(self, cc: Context) -> None:
        """Begins the filter."""
        self._norm = cc.is_connected(self.norm_landmarks)
        self._filter = self._new_filter()

    def _new_filter(self) -> OneEuro | RelativeVelocity | None:
        euro, velocity = self.options.one_euro_filter, self.options.velocity_filter
        if euro is not None:
            return OneEuro(euro.frequency, euro.min_cutoff, euro.beta, euro.derivate_cutoff)
        return None if velocity is None else RelativeVelocity(velocity.window_size, velocity.velocity_scale)

    def process(self, cc: Context) -> None:
        """Sends the points."""
        packet = cc.packet(self.norm_landmarks) if self._norm else cc.packet(self.landmarks)
        if packet.is_empty():
            self._filter = self._new_filter()
            return
        unit = _F(1), _F(1)
        if self._norm:
            width, height = cc[self.image_size]
            unit = _F(width), _F(height)
        units = np.array((unit[0], unit[1], unit[0]), np.float32)
        landmarks: Any = packet.value
        points = np.array([(p.x, p.y, p.z) for p in landmarks.landmark], np.float32).reshape(-1, 3)
        with np.errstate(all="ignore"):
            smooth = self._smooth(cc, points * units, unit) / units
        made = type(landmarks)()
        made.CopyFrom(landmarks)
        for point, (x, y, z) in zip(made.landmark, smooth.tolist(), strict=True):
            point.x, point.y, point.z = x, y, z
        if self._norm:
            cc.send(self.norm_filtered, made)
        else:
            cc.send(self.filtered, made)

    def _smooth(self, cc: Context, points: Floats, unit: tuple[np.float32, np.float32]) -> Floats:
        settings = self.options.one_euro_filter or self.options.velocity_filter
        if self._filter is None or settings is None or not len(points):
            return points
        scale = _F(1)
        if not settings.disable_value_scaling:
            size = self._size(cc, points, unit)
            if size < _F(settings.min_allowed_object_scale):
                return points
            scale = _F(1) / size
        return self._filter.apply(cc.timestamp, scale, points)

    def _size(self, cc: Context, points: Floats, unit: tuple[np.float32, np.float32]) -> np.float32:
        """The size of the object: the mean of its width and height, in pixels."""
        if self.region in cc:
            region = cc[self.region]
            if isinstance(region, NormalizedRect) != self._norm:
                msg = f"OBJECT_SCALE_ROI must be a {'NormalizedRect' if self._norm else 'Rect'} here"
                raise ValueError(msg)
            width, height = _F(region.width) * unit[0], _F(region.height) * unit[1]
        else:
            width, height = np.ptp(points[:, :2], axis=0)
        return (width + height) / _F(2)
