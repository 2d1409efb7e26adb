"""LabelsToRenderDataCalculator: names and scores as lines of text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import IntEnum
from typing import Final

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.classification import ClassificationList
from mpgraph.formats.render_data import RenderData
from mpgraph.formats.video_header import VideoHeader
from mpgraph.options import option, options
from mpgraph.ports import Input, Output
from mpgraph.timestamp import PRESTREAM

from ..color import ColorOption
from ..port_rules import exactly_one
from .set_color import set_color

__all__ = ["LabelsLocation", "LabelsToRenderData", "LabelsToRenderDataOptions"]

_LINE_HEIGHT: Final = 1.25
"""In heights of the font."""
_RED: Final = ColorOption(r=255)
_BLACK: Final = ColorOption()


class LabelsLocation(IntEnum):
    """In which corner the lines stand."""

    TOP_LEFT = 0
    BOTTOM_LEFT = 1


@options(message="mediapipe.LabelsToRenderDataCalculatorOptions", extension=271660364)
class LabelsToRenderDataOptions:
    """How labels are written.

    Attributes:
        color: Of each line, in turns; red if there is none.
        thickness: Of the strokes, in pixels.
        outline_color: Of each line's outline, in turns; black if there is none.
        outline_thickness: Of the outline, in pixels; none if it is 0.
        font_height_px: Height of the letters, in pixels; lines are 1.25 of it apart.
        horizontal_offset_px, vertical_offset_px: Where the corner is.
        max_num_labels: How many lines there are at the most.
        font_face: One of OpenCV's fonts, 0 to 7.
        location: In which corner; at the bottom only with VIDEO_PRESTREAM.
        use_display_name: Whether a classification's display name is written instead of its label.
        display_classification_score: Whether a classification's score is written.
    """

    color: tuple[ColorOption, ...] = option(1)
    thickness: float = option(2, default=2.0, wire="double")
    font_height_px: int = option(3, default=50)
    max_num_labels: int = option(4, default=1)
    font_face: int = option(5)
    location: LabelsLocation = option(6)
    horizontal_offset_px: int = option(7)
    vertical_offset_px: int = option(8)
    use_display_name: bool = option(9)
    display_classification_score: bool = option(10)
    outline_thickness: float = option(11, wire="double")
    outline_color: tuple[ColorOption, ...] = option(12)


class LabelsToRenderData(Calculator, name="LabelsToRenderDataCalculator"):
    """Writes names, and their scores behind a colon, below each other in a corner.

    Inputs:
        CLASSIFICATIONS: ClassificationList, or LABELS: list of str; then SCORES: list of float, as many,
            optional, at each timestamp with labels.
        VIDEO_PRESTREAM: VideoHeader, optional, at the timestamp PreStream: the picture's height, for the
            corner at the bottom, for which upstream ends the process.

    Outputs:
        RENDER_DATA: RenderData.

    Raises:
        ContractError: None or both of the labels are connected, SCORES are with CLASSIFICATIONS, or there is
            no VIDEO_PRESTREAM for the corner at the bottom.
        ValueError: There are not as many scores as labels.
        EmptyPacketError: Labels come without scores, or scores without labels.

    Upstream: calculators/util/labels_to_render_data_calculator.cc.

    Example::

        node {
          calculator: "LabelsToRenderDataCalculator"
          input_stream: "CLASSIFICATIONS:handedness"
          output_stream: "RENDER_DATA:render_data"
          options {
            [mediapipe.LabelsToRenderDataCalculatorOptions.ext] {
              color { r: 255 g: 0 b: 0 }
              thickness: 10.0
              font_height_px: 50
              horizontal_offset_px: 30
              vertical_offset_px: 50
            }
          }
        }
    """

    options: LabelsToRenderDataOptions
    classifications = Input[ClassificationList]("CLASSIFICATIONS", optional=True)
    labels = Input[list[str]]("LABELS", optional=True)
    scores = Input[list[float]]("SCORES", optional=True)
    header = Input[VideoHeader]("VIDEO_PRESTREAM", optional=True)
    render_data = Output[RenderData]("RENDER_DATA")

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks where the lines are to stand."""
        super().get_contract(contract)
        exactly_one(contract, "input", "CLASSIFICATIONS", "LABELS")
        if contract.inputs.has("SCORES") and not contract.inputs.has("LABELS"):
            msg = "SCORES belong to LABELS; CLASSIFICATIONS have scores of their own"
            raise ContractError(msg)
        at_bottom = contract.options(LabelsToRenderDataOptions).location is LabelsLocation.BOTTOM_LEFT
        if at_bottom and not contract.inputs.has("VIDEO_PRESTREAM"):
            msg = "location BOTTOM_LEFT needs VIDEO_PRESTREAM, which tells the picture's height"
            raise ContractError(msg)

    def open(self, cc: Context) -> None:
        """Nothing is known of the picture yet."""
        self._picture_height = 0

    def process(self, cc: Context) -> None:
        """Sends the lines."""
        if cc.timestamp == PRESTREAM and self.header in cc:
            self._picture_height = cc[self.header].height
            return
        options = self.options
        lines = self._lines(cc)[: max(options.max_num_labels, 0)]
        step = math.ceil(options.font_height_px * _LINE_HEIGHT)
        baseline = options.vertical_offset_px
        if options.location is LabelsLocation.TOP_LEFT:
            baseline += step
        else:
            baseline += self._picture_height - step * (len(lines) - 1)
        data = RenderData()
        for index, line in enumerate(lines):
            annotation = data.render_annotations.add(thickness=options.thickness)
            set_color(annotation.color, _in_turns(options.color, index, _RED))
            text = annotation.text
            text.display_text = line
            text.font_height, text.font_face = options.font_height_px, options.font_face
            text.left, text.baseline = options.horizontal_offset_px, baseline + index * step
            if options.outline_thickness > 0:
                text.outline_thickness = options.outline_thickness
                set_color(text.outline_color, _in_turns(options.outline_color, index, _BLACK))
        cc.send(self.render_data, data)

    def _lines(self, cc: Context) -> list[str]:
        if cc.is_connected(self.classifications):
            found = cc[self.classifications].classification
            labels = [each.display_name if self.options.use_display_name else each.label for each in found]
            scores = [each.score for each in found] if self.options.display_classification_score else None
        else:
            labels = cc[self.labels]
            scores = cc[self.scores] if cc.is_connected(self.scores) else None
        if scores is None:
            return labels
        if len(scores) != len(labels):
            msg = f"there must be as many scores as labels; got {len(scores)} scores and {len(labels)} labels"
            raise ValueError(msg)
        return [f"{label}:{score:g}" for label, score in zip(labels, scores, strict=True)]


def _in_turns(colors: Sequence[ColorOption], index: int, default: ColorOption) -> ColorOption:
    return colors[index % len(colors)] if colors else default
