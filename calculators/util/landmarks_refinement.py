"""LandmarksRefinementCalculator: finer points of parts put into a whole."""

from __future__ import annotations

from typing import Final

import numpy as np

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.landmark import NormalizedLandmark, NormalizedLandmarkList
from mpgraph.options import option, options, which_oneof
from mpgraph.ports import Inputs, Output

__all__ = ["LandmarksRefinement", "LandmarksRefinementOptions", "Refinement", "ZRefinement"]

_MESSAGE: Final = "mediapipe.LandmarksRefinementCalculatorOptions"


@options(message=f"{_MESSAGE}.ZRefinementNone")
class ZRefinementNone:
    """z stays as it is."""


@options(message=f"{_MESSAGE}.ZRefinementCopy")
class ZRefinementCopy:
    """z is taken over too."""


@options(message=f"{_MESSAGE}.ZRefinementAssignAverage")
class ZRefinementAssignAverage:
    """z becomes the mean of some points of the whole, as it is by then."""

    indexes_for_average: tuple[int, ...] = option(1)


@options(message=f"{_MESSAGE}.ZRefinement")
class ZRefinement:
    """What becomes of z: exactly one of these."""

    none: ZRefinementNone | None = option(1, default=None, oneof="z_refinement_options")
    copy: ZRefinementCopy | None = option(2, default=None, oneof="z_refinement_options")
    assign_average: ZRefinementAssignAverage | None = option(3, default=None, oneof="z_refinement_options")


@options(message=f"{_MESSAGE}.Refinement")
class Refinement:
    """Where the points of one input go.

    Attributes:
        indexes_mapping: For each, its index in the whole.
        z_refinement: What becomes of z.
    """

    indexes_mapping: tuple[int, ...] = option(1)
    z_refinement: ZRefinement = option(2)


@options(message=_MESSAGE, extension=381914658)
class LandmarksRefinementOptions:
    """How inputs make a whole.

    Attributes:
        refinement: One per input, in order; later ones go over earlier ones.
    """

    refinement: tuple[Refinement, ...] = option(1)

    def problem(self) -> str | None:
        """What does not go together, if anything."""
        for number, part in enumerate(self.refinement):
            kind = which_oneof(part.z_refinement, "z_refinement_options")
            if not part.indexes_mapping:
                return f"refinement {number} needs indexes_mapping"
            if kind is None:
                return f"refinement {number} needs a z_refinement: none, copy or assign_average"
            average = part.z_refinement.assign_average
            if average is not None and not average.indexes_for_average:
                return f"refinement {number} needs indexes_for_average"
        indices = {index for part in self.refinement for index in part.indexes_mapping}
        if indices != set(range(len(indices))) or not indices:
            return f"indexes_mapping must cover 0, 1, 2, … without a gap, got {sorted(indices)}"
        return None

    def count(self) -> int:
        """How many points the whole has."""
        return 1 + max(index for part in self.refinement for index in part.indexes_mapping)


class LandmarksRefinement(Calculator, name="LandmarksRefinementCalculator"):
    """Puts the points of all inputs into one list, as the options map them.

    Inputs: LANDMARKS, one or more (`NormalizedLandmarkList`), of which x, y and, if the options say so, z are
    taken. Output: REFINED_LANDMARKS. Where an input has no packet nothing is sent.

    Raises:
        ContractError: Options that do not go together, or another number of inputs.
        ValueError: An input has another number of points than its mapping.
        IndexError: A mean of a point that is not there.

    Upstream: calculators/util/landmarks_refinement_calculator.cc.

    Example::

        node {
          calculator: "LandmarksRefinementCalculator"
          input_stream: "LANDMARKS:0:mesh"
          input_stream: "LANDMARKS:1:eye"
          output_stream: "REFINED_LANDMARKS:refined"
          options {
            [mediapipe.LandmarksRefinementCalculatorOptions.ext] {
              refinement {
                indexes_mapping: [0, 1, 2]
                z_refinement { copy {} }
              }
              refinement {
                indexes_mapping: [1, 2]
                z_refinement { none {} }
              }
            }
          }
        }
    """

    options: LandmarksRefinementOptions
    landmarks = Inputs[NormalizedLandmarkList]("LANDMARKS", at_least=1)
    refined = Output[NormalizedLandmarkList]("REFINED_LANDMARKS")

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks the options."""
        super().get_contract(contract)
        options = contract.options(LandmarksRefinementOptions)
        problem, count = options.problem(), contract.inputs.count("LANDMARKS")
        if problem is None and count != len(options.refinement):
            problem = f"{count} LANDMARKS inputs need as many refinements, got {len(options.refinement)}"
        if problem is not None:
            raise ContractError(problem)

    def open(self, cc: Context) -> None:
        """Learns how many points there are."""
        self._count = self.options.count()

    def process(self, cc: Context) -> None:
        """Sends the whole."""
        if any(packet.is_empty() for packet in cc.inputs):
            return
        whole = [NormalizedLandmark() for _ in range(self._count)]
        for number, part in enumerate(self.options.refinement):
            points = cc[self.landmarks[number]].landmark
            if len(points) != len(part.indexes_mapping):
                msg = f"LANDMARKS:{number} needs {len(part.indexes_mapping)} points, got {len(points)}"
                raise ValueError(msg)
            for index, point in zip(part.indexes_mapping, points, strict=True):
                whole[index].x, whole[index].y = point.x, point.y
                if part.z_refinement.copy is not None:
                    whole[index].z = point.z
            if part.z_refinement.assign_average is not None:
                mean = _mean(whole, part.z_refinement.assign_average.indexes_for_average)
                for index in part.indexes_mapping:
                    whole[index].z = mean
        cc.send(self.refined, NormalizedLandmarkList(landmark=whole))


def _mean(points: list[NormalizedLandmark], indices: tuple[int, ...]) -> float:
    for index in indices:
        if not 0 <= index < len(points):
            msg = f"indexes_for_average names point {index}, but there are {len(points)}"
            raise IndexError(msg)
    return float(np.float32(sum(points[index].z for index in indices) / len(indices)))
