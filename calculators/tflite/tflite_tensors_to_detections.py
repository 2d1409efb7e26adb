"""TfLiteTensorsToDetectionsCalculator: what a detector's tensors say."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.anchor import Anchor
from mpgraph.formats.detection import Detection
from mpgraph.formats.tensor import TfLiteTensor
from mpgraph.options import from_wire, option, options, to_wire
from mpgraph.ports import Input, Output, SideInput

from ..port_rules import no_gpu
from ..tensor.detection_options import TensorsToDetectionsOptions
from ..tensor.tensors_to_detections import TensorsToDetections

__all__ = ["TfLiteTensorsToDetections", "TfLiteTensorsToDetectionsOptions"]

_FINISHED: Final = 4  # tensors of a detector that has done all


@options(message="mediapipe.TfLiteTensorsToDetectionsCalculatorOptions", extension=246514968)
class TfLiteTensorsToDetectionsOptions:
    """What the tensors mean: see `TensorsToDetectionsOptions`, whose fields these are.

    Attributes:
        ignore_classes: Which classes are dropped; not of finished detections.
    """

    num_classes: int = option(1)
    num_boxes: int = option(2)
    num_coords: int = option(3)
    keypoint_coord_offset: int = option(9)
    num_keypoints: int = option(10)
    num_values_per_keypoint: int = option(11, default=2)
    box_coord_offset: int = option(12)
    x_scale: float = option(4)
    y_scale: float = option(5)
    w_scale: float = option(6)
    h_scale: float = option(7)
    apply_exponential_on_box_size: bool = option(13)
    reverse_output_order: bool = option(14)
    ignore_classes: tuple[int, ...] = option(8)
    sigmoid_score: bool = option(15)
    score_clipping_thresh: float = option(16)
    flip_vertically: bool = option(18)
    min_score_thresh: float = option(19)

    def newer(self, *, ignores: bool) -> TensorsToDetectionsOptions:
        """As options of the calculator that took this one's place; the fields have the same numbers."""
        newer = from_wire(TensorsToDetectionsOptions, to_wire(self))
        return newer if ignores else replace(newer, ignore_classes=())


class TfLiteTensorsToDetections(Calculator, name="TfLiteTensorsToDetectionsCalculator"):
    """Makes detections of the tensors of a detector as `TensorsToDetections` does.

    Inputs:
        TENSORS: Vector of TfLiteTensor, float32: boxes (1, N, C) and scores (1, N, K), which need anchors,
            as a third tensor (N, 4) or as side packet; or four of a detector that has done all this
            itself: boxes (1, N, C), classes (1, N), scores (1, N) and their number (1).

    Outputs:
        DETECTIONS: list of Detection.

    Side inputs:
        ANCHORS: list of Anchor, optional.

    Raises:
        ContractError: Options that do not go together, or GPU streams are connected.
        ValueError: Tensors of another number, type or shape, or no anchors.

    Upstream: calculators/tflite/tflite_tensors_to_detections_calculator.cc.

    Example::

        node {
          calculator: "TfLiteTensorsToDetectionsCalculator"
          input_stream: "TENSORS:detection_tensors"
          input_side_packet: "ANCHORS:anchors"
          output_stream: "DETECTIONS:detections"
          options {
            [mediapipe.TfLiteTensorsToDetectionsCalculatorOptions.ext] {
              num_classes: 91
              num_boxes: 2034
              num_coords: 4
              ignore_classes: 0
              apply_exponential_on_box_size: true
              x_scale: 10.0
              y_scale: 10.0
              h_scale: 5.0
              w_scale: 5.0
            }
          }
        }
    """

    options: TfLiteTensorsToDetectionsOptions
    tensors = Input[list[TfLiteTensor]]("TENSORS")
    anchors = SideInput[list[Anchor]]("ANCHORS", optional=True)
    detections = Output[list[Detection]]("DETECTIONS")

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks the options."""
        no_gpu(contract)
        super().get_contract(contract)
        problem = contract.options(TfLiteTensorsToDetectionsOptions).newer(ignores=True).problem()
        if problem is not None:
            raise ContractError(problem)

    def open(self, cc: Context) -> None:
        """Prepares what reads the tensors, one for raw ones and one for finished detections."""
        self._raw, self._finished = TensorsToDetections(), TensorsToDetections()
        for reader, ignores in ((self._raw, True), (self._finished, False)):
            reader.options = self.options.newer(ignores=ignores)
            reader.open(cc)

    def process(self, cc: Context) -> None:
        """Sends the detections."""
        if self.tensors in cc:
            reader = self._finished if len(cc[self.tensors]) == _FINISHED else self._raw
            reader.process(cc)
