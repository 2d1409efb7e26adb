"""DetectionLabelIdToTextCalculator: names for the classes of detections."""

from __future__ import annotations

from typing import Final

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.detection import Detection
from mpgraph.options import has, option, options
from mpgraph.packet import Packet
from mpgraph.packet_type import packet_type
from mpgraph.ports import Input, Output

from ..label_item import LabelItem

__all__ = ["DetectionLabelIdToText", "DetectionLabelIdToTextOptions"]

_DETECTIONS: Final = packet_type(list[Detection])


@options(message="mediapipe.DetectionLabelIdToTextCalculatorOptions.LabelItemsEntry")
class LabelItemsEntry:
    """A class and its names."""

    key: int = option(1, wire="int64")
    value: LabelItem = option(2, default=LabelItem())


@options(message="mediapipe.DetectionLabelIdToTextCalculatorOptions", extension=251889072)
class DetectionLabelIdToTextOptions:
    """The names, in one of three ways.

    Attributes:
        label_map_path: A text file with a name per line, from class 0 on.
        label: The names from class 0 on.
        keep_label_id: Whether detections that got names keep the numbers of their classes.
        label_items: Names and display names by class.
    """

    label_map_path: str = option(1)
    label: tuple[str, ...] = option(2)
    keep_label_id: bool = option(3)
    label_items: tuple[LabelItemsEntry, ...] = option(4)


class DetectionLabelIdToText(Calculator, name="DetectionLabelIdToTextCalculator"):
    """Adds the names of their classes to detections, and removes the classes' numbers if there was a name.

    Inputs:
        Untagged: list of Detection.

    Outputs:
        Untagged: list of Detection, copies.

    Raises:
        ContractError: The names are given in more than one way.
        ModelUnavailableError: The file of names is nowhere, or no text in UTF-8.
        ValueError: The file of names is empty.

    Upstream: calculators/util/detection_label_id_to_text_calculator.cc.

    Example::

        node {
          calculator: "DetectionLabelIdToTextCalculator"
          input_stream: "filtered_detections"
          output_stream: "output_detections"
          options {
            [mediapipe.DetectionLabelIdToTextCalculatorOptions.ext] { label: "person" label: "bicycle" }
          }
        }
    """

    options: DetectionLabelIdToTextOptions
    detections = Input[list[Detection]]()
    named = Output[list[Detection]]()

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks how names are given."""
        super().get_contract(contract)
        options = contract.options(DetectionLabelIdToTextOptions)
        ways = ("label_map_path", "label", "label_items")
        given = [name for name in ways if has(options, name)]
        if len(given) > 1:
            msg = f"names are given in one way, not by {' and '.join(given)}"
            raise ContractError(msg)

    def open(self, cc: Context) -> None:
        """Reads the names."""
        options = self.options
        if has(options, "label_map_path"):
            text = cc.resources.read_text(options.label_map_path)
            if not text:
                msg = f'the file of names "{options.label_map_path}" is empty'
                raise ValueError(msg)
            names = text.removesuffix("\n").split("\n")
            self._items = {index: LabelItem(name=name) for index, name in enumerate(names)}
        elif options.label:
            self._items = {index: LabelItem(name=name) for index, name in enumerate(options.label)}
        else:
            self._items = {entry.key: entry.value for entry in options.label_items}

    def process(self, cc: Context) -> None:
        """Sends the detections with their names."""
        if self.detections in cc:
            named = [self._named(detection) for detection in cc[self.detections]]
            cc.send_packet(self.named, Packet(named, cc.timestamp, _DETECTIONS))

    def _named(self, detection: Detection) -> Detection:
        result = Detection()
        result.CopyFrom(detection)
        found = [self._items[label_id] for label_id in detection.label_id if label_id in self._items]
        result.label.extend(item.name for item in found)
        result.display_name.extend(item.display_name for item in found if has(item, "display_name"))
        if found and not self.options.keep_label_id:
            result.ClearField("label_id")
        return result
