"""DetectionsToRenderDataCalculator: boxes, points and names of detections as drawings."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.detection import Detection, DetectionList
from mpgraph.formats.location_data import LocationData
from mpgraph.formats.render_data import RenderAnnotation, RenderData
from mpgraph.options import option, options, to_wire
from mpgraph.ports import Input, Output

from ..color import ColorOption
from .set_color import set_color

__all__ = ["DetectionsToRenderData", "DetectionsToRenderDataOptions"]

_LABEL_TO_BOX: Final = 0.1
"""Height of a line of text in relation to the box, unless there are too many lines."""


@options(message="mediapipe.RenderAnnotation.Text")
class TextOptions:
    """How texts are written; see `RenderAnnotation.Text`."""

    display_text: str = option(1)
    left: float = option(2, wire="double")
    baseline: float = option(3, wire="double")
    font_height: float = option(4, default=8.0, wire="double")
    normalized: bool = option(5)
    font_face: int = option(6)
    center_horizontally: bool = option(7)
    center_vertically: bool = option(8)
    outline_thickness: float = option(11, wire="double")
    outline_color: ColorOption = option(12, default=ColorOption())


@options(message="mediapipe.DetectionsToRenderDataCalculatorOptions", extension=248360806)
class DetectionsToRenderDataOptions:
    """How detections are drawn.

    Attributes:
        produce_empty_packet: Whether there is a packet for no detections.
        text_delimiter: What stands after a class and after a score.
        one_label_per_line: Whether each class has a line of its own.
        text: How the classes are written.
        thickness: Of lines, in pixels.
        color: Of all.
        scene_class: The name of the drawing.
        render_detection_id: Whether the detection's id stands before its classes.
    """

    produce_empty_packet: bool = option(1, default=True)
    text_delimiter: str = option(2, default=",")
    one_label_per_line: bool = option(3)
    text: TextOptions = option(4, default=TextOptions())
    thickness: float = option(5, default=1.0, wire="double")
    color: ColorOption = option(6, default=ColorOption())
    scene_class: str = option(7, default="DETECTION")
    render_detection_id: bool = option(8)


class DetectionsToRenderData(Calculator, name="DetectionsToRenderDataCalculator"):
    """Draws of each detection its classes and scores, its tag, its box and its points.

    Inputs:
        DETECTION_LIST: DetectionList, DETECTIONS: list of Detection, DETECTION: Detection; at least one of
            them, drawn in this order. Boxes are relative ones or in pixels.

    Outputs:
        RENDER_DATA: RenderData.

    Raises:
        ContractError: No input is connected.
        ValueError: A detection has a place of another kind, or not as many scores as classes.

    Upstream: calculators/util/detections_to_render_data_calculator.cc.

    Example::

        node {
          calculator: "DetectionsToRenderDataCalculator"
          input_stream: "DETECTIONS:detections"
          output_stream: "RENDER_DATA:render_data"
          options {
            [mediapipe.DetectionsToRenderDataCalculatorOptions.ext] {
              thickness: 4.0
              color { r: 255 g: 0 b: 0 }
            }
          }
        }
    """

    options: DetectionsToRenderDataOptions
    detection_list = Input[DetectionList]("DETECTION_LIST", optional=True)
    detections = Input[list[Detection]]("DETECTIONS", optional=True)
    detection = Input[Detection]("DETECTION", optional=True)
    render_data = Output[RenderData]("RENDER_DATA")

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks that there is an input."""
        super().get_contract(contract)
        if not len(contract.inputs.map):
            msg = "one of DETECTION_LIST, DETECTIONS and DETECTION must be connected"
            raise ContractError(msg)

    def open(self, cc: Context) -> None:
        """Prepares the text's options."""
        self._text = RenderAnnotation.Text.FromString(to_wire(self.options.text))

    def process(self, cc: Context) -> None:
        """Sends the drawing."""
        found: list[Detection] = []
        if self.detection_list in cc:
            found.extend(cc[self.detection_list].detection)
        if self.detections in cc:
            several: list[Detection] = cc[self.detections]
            found.extend(several)
        if self.detection in cc:
            found.append(cc[self.detection])
        if found or self.options.produce_empty_packet:
            data = RenderData(scene_class=self.options.scene_class)
            for detection in found:
                self._draw(data, detection)
            cc.send(self.render_data, data)

    def _draw(self, data: RenderData, detection: Detection) -> None:
        place = detection.location_data
        if place.format not in (LocationData.BOUNDING_BOX, LocationData.RELATIVE_BOUNDING_BOX):
            kind = LocationData.Format.Name(place.format)
            msg = f"a detection must have a box, BOUNDING_BOX or RELATIVE_BOUNDING_BOX; got {kind}"
            raise ValueError(msg)
        relative = place.format == LocationData.RELATIVE_BOUNDING_BOX
        if relative:
            lines = max(len(detection.label), len(detection.label_id)) + 1
            height = np.float32(place.relative_bounding_box.height * min(_LABEL_TO_BOX, 1 / lines))
        else:
            height = np.float32(self._text.font_height)
        box = place.relative_bounding_box if relative else place.bounding_box
        top = np.float32(box.ymin)
        for index, line in enumerate(self._lines(detection)):
            text = self._annotation(data, "LABEL").text
            text.CopyFrom(self._text)
            baseline = top + np.float32(index + 1) * height
            self._write(text, line, box.xmin, float(baseline), float(height) * 0.9 if relative else None)
        bottom = float(top + np.float32(box.height)) if relative else float(box.ymin + box.height)
        tag = self._annotation(data, "FEATURE").text
        self._write(tag, detection.feature_tag, box.xmin, bottom, float(height) * 0.9 if relative else None)
        outline = self._annotation(data, "LOCATION").rectangle
        outline.SetInParent()
        _place(outline, box.xmin, box.ymin, box.width, box.height, relative=relative)
        if relative:
            for keypoint in place.relative_keypoints:
                point = self._annotation(data, "KEYPOINT").point
                point.normalized, point.x, point.y = True, keypoint.x, keypoint.y

    def _lines(self, detection: Detection) -> Iterator[str]:
        """What is written above the box."""
        labels = list(detection.label) or [str(label_id) for label_id in detection.label_id]
        both = detection.label and detection.label_id
        if (both and len(detection.label) != len(detection.label_id)) or len(labels) != len(detection.score):
            msg = (
                f"a detection must have as many scores as classes; got {len(detection.score)} scores, "
                f"{len(detection.label)} labels and {len(detection.label_id)} label ids"
            )
            raise ValueError(msg)
        delimiter = self.options.text_delimiter
        parts = [
            f"{label}{delimiter}{_hundredths(score):g}{delimiter}"
            for label, score in zip(labels, detection.score, strict=True)
        ]
        if self.options.render_detection_id:
            yield f"Id: {detection.detection_id}"
        if self.options.one_label_per_line:
            yield from parts
        else:
            yield "".join(parts)

    def _annotation(self, data: RenderData, tag: str) -> RenderAnnotation:
        annotation = data.render_annotations.add(scene_tag=tag, thickness=self.options.thickness)
        set_color(annotation.color, self.options.color)
        return annotation

    @staticmethod
    def _write(
        text: RenderAnnotation.Text, words: str, left: float, baseline: float, fraction: float | None
    ) -> None:
        """Writes at a place in pixels, or in fractions if the text's height is one."""
        text.display_text = words
        text.normalized = fraction is not None
        if fraction is not None:
            text.font_height = fraction
            left, baseline = max(left, 0.0), min(baseline, 1.0)
        text.left, text.baseline = left, baseline


def _place(
    box: RenderAnnotation.Rectangle, x: float, y: float, width: float, height: float, *, relative: bool
) -> None:
    """Sets the corners, a relative box's within the image; of a box wholly outside, none."""
    right, bottom = x + width, y + height
    if right < 0 or bottom < 0 or (relative and (x > 1 or y > 1)):
        return
    if relative:
        x, y, right, bottom = max(x, 0.0), max(y, 0.0), min(right, 1.0), min(bottom, 1.0)
    box.normalized = relative
    box.left, box.top, box.right, box.bottom = x, y, right, bottom


def _hundredths(score: float) -> np.float32:
    """The score to two digits, half away from zero, in single precision."""
    scaled = float(np.float32(score) * np.float32(100))
    if math.isfinite(scaled):
        scaled = math.copysign(math.floor(abs(scaled) + 0.5), scaled)
    return np.float32(scaled) / np.float32(100)
