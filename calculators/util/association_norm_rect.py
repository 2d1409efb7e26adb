"""AssociationNormRectCalculator: rectangles of several streams without those that overlap."""

from __future__ import annotations

from typing import Final

import numpy as np

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.rect import NormalizedRect
from mpgraph.options import option, options
from mpgraph.packet import Packet
from mpgraph.packet_type import packet_type
from mpgraph.ports import Input, Inputs, Output

from ..boxes import Box, overlap

__all__ = ["AssociationNormRect", "AssociationNormRectOptions"]

_RECTS: Final = packet_type(list[NormalizedRect])


@options(message="mediapipe.AssociationCalculatorOptions", extension=275124847)
class AssociationNormRectOptions:
    """When two rectangles are one.

    Attributes:
        min_similarity_threshold: Those whose common area is more than this part of the area of both.
    """

    min_similarity_threshold: float = option(1, default=1.0)


class AssociationNormRect(Calculator, name="AssociationNormRectCalculator"):
    """Joins the rectangles of all inputs; of those that overlap, the later one stays.

    Inputs: untagged, one or more, lists of `NormalizedRect`, whose rotation does not matter; PREV (the same,
    optional), which upstream has for identifiers, and rectangles have none: it only makes an output. Output:
    one untagged, the list.

    Raises:
        ContractError: min_similarity_threshold is negative.
        ValueError: A rectangle lacks its centre or size.

    Upstream: calculators/util/association_norm_rect_calculator.cc.

    Example::

        node {
          calculator: "AssociationNormRectCalculator"
          input_stream: "rects_from_detections"
          input_stream: "rects_from_last_landmarks"
          output_stream: "rects"
          options {
            [mediapipe.AssociationCalculatorOptions.ext] { min_similarity_threshold: 0.5 }
          }
        }
    """

    options: AssociationNormRectOptions
    rects = Inputs[list[NormalizedRect]](at_least=1)
    previous = Input[list[NormalizedRect]]("PREV", optional=True)
    joined = Output[list[NormalizedRect]]()

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks the option."""
        super().get_contract(contract)
        threshold = contract.options(AssociationNormRectOptions).min_similarity_threshold
        if not threshold >= 0:
            msg = f"min_similarity_threshold must be 0 or more, got {threshold}"
            raise ContractError(msg)

    def process(self, cc: Context) -> None:
        """Sends the list."""
        threshold = np.float32(self.options.min_similarity_threshold)
        kept: list[tuple[NormalizedRect, Box]] = []
        with np.errstate(all="ignore"):
            for index in range(cc.count(self.rects)):
                rects: list[NormalizedRect] = cc.get(self.rects[index], [])
                for rect in rects:
                    box = _box(rect)
                    kept = [(other, near) for other, near in kept if not overlap(box, near) > threshold]
                    kept.append((rect, box))
        cc.send_packet(self.joined, Packet([rect for rect, _ in kept], cc.timestamp, _RECTS))


def _box(rect: NormalizedRect) -> Box:
    missing = [name for name in ("x_center", "y_center", "width", "height") if not rect.HasField(name)]
    if missing:
        msg = f"a rectangle lacks {', '.join(missing)}"
        raise ValueError(msg)
    return Box.of(rect.x_center - rect.width / 2, rect.y_center - rect.height / 2, rect.width, rect.height)
