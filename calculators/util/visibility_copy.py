"""VisibilityCopyCalculator: visibility and presence from some points to others."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.landmark import LandmarkList, NormalizedLandmarkList
from mpgraph.options import option, options
from mpgraph.ports import Input, Output

from ..port_rules import exactly_one

__all__ = ["VisibilityCopy", "VisibilityCopyOptions"]


@options(message="mediapipe.VisibilityCopyCalculatorOptions", extension=363728421)
class VisibilityCopyOptions:
    """What is copied.

    Attributes:
        copy_visibility, copy_presence: Whether each of both is.
    """

    copy_visibility: bool = option(1, default=True)
    copy_presence: bool = option(2, default=True)


class VisibilityCopy(Calculator, name="VisibilityCopyCalculator"):
    """Gives points the visibility and presence of others, index by index.

    Inputs: LANDMARKS_FROM or NORM_LANDMARKS_FROM; LANDMARKS_TO or NORM_LANDMARKS_TO (`LandmarkList`,
    `NormalizedLandmarkList`). Output: of the tag and type of the latter; it has as many points as there are
    to copy from. What is not set counts as 0. Where an input has no packet nothing is sent.

    Raises:
        ContractError: None or both of two alternatives, or another output.
        ValueError: There are fewer points to copy to than from.

    Upstream: calculators/util/visibility_copy_calculator.cc.

    Example::

        node {
          calculator: "VisibilityCopyCalculator"
          input_stream: "NORM_LANDMARKS_FROM:landmarks"
          input_stream: "LANDMARKS_TO:world_landmarks"
          output_stream: "LANDMARKS_TO:visible_world_landmarks"
        }
    """

    options: VisibilityCopyOptions
    source = Input[LandmarkList]("LANDMARKS_FROM", optional=True)
    norm_source = Input[NormalizedLandmarkList]("NORM_LANDMARKS_FROM", optional=True)
    target = Input[LandmarkList]("LANDMARKS_TO", optional=True)
    norm_target = Input[NormalizedLandmarkList]("NORM_LANDMARKS_TO", optional=True)
    made = Output[LandmarkList]("LANDMARKS_TO", optional=True)
    norm_made = Output[NormalizedLandmarkList]("NORM_LANDMARKS_TO", optional=True)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks them."""
        super().get_contract(contract)
        exactly_one(contract, "input", "LANDMARKS_FROM", "NORM_LANDMARKS_FROM")
        exactly_one(contract, "input", "LANDMARKS_TO", "NORM_LANDMARKS_TO")
        for tag in ("LANDMARKS_TO", "NORM_LANDMARKS_TO"):
            if contract.inputs.has(tag) and contract.outputs.tags() != (tag,):
                msg = f"the output must be {tag}, as the input is; got {', '.join(contract.outputs.tags())}"
                raise ContractError(msg)

    def process(self, cc: Context) -> None:
        """Sends the points."""
        is_norm = cc.is_connected(self.norm_target)
        from_norm = cc.is_connected(self.norm_source)
        source = cc.packet(self.norm_source) if from_norm else cc.packet(self.source)
        target = cc.packet(self.norm_target) if is_norm else cc.packet(self.target)
        if source.is_empty() or target.is_empty():
            return
        points, given = target.value.landmark, source.value.landmark
        if len(points) < len(given):
            msg = f"{len(given)} points to copy from need as many to copy to, got {len(points)}"
            raise ValueError(msg)
        made = type(target.value)(landmark=points[: len(given)])
        for point, other in zip(made.landmark, given, strict=True):
            if self.options.copy_visibility:
                point.visibility = other.visibility
            if self.options.copy_presence:
                point.presence = other.presence
        if is_norm:
            cc.send(self.norm_made, made)
        else:
            cc.send(self.made, made)
