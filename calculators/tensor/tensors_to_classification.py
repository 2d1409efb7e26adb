"""TensorsToClassificationCalculator: classes with scores from a tensor."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.classification import Classification, ClassificationList
from mpgraph.formats.tensor import Tensor
from mpgraph.options import has, option, options
from mpgraph.ports import Input, Output

from ..label_item import LabelItem

__all__ = ["LabelMap", "TensorsToClassification", "TensorsToClassificationOptions"]

_MESSAGE = "mediapipe.TensorsToClassificationCalculatorOptions"


@options(message=f"{_MESSAGE}.LabelMap.Entry")
class LabelEntry:
    """A class's label."""

    id: int = option(1)
    label: str = option(2)


@options(message=f"{_MESSAGE}.LabelMap")
class LabelMap:
    """The labels of classes."""

    entries: tuple[LabelEntry, ...] = option(1)


@options(message=f"{_MESSAGE}.LabelItemsEntry")
class LabelItemsEntry:
    """A class and its names."""

    key: int = option(1, wire="int64")
    value: LabelItem = option(2)


@options(message=_MESSAGE, extension=335742638)
class TensorsToClassificationOptions:
    """Which classes to send, and what they are called.

    Attributes:
        min_score_threshold: Lower scores are dropped.
        top_k: Only so many classes, the best ones first; all, in order of index, if it is 0.
        sort_by_descending_score: The best ones first.
        label_map_path, label_map, label_items: The labels, for which the first of these that is set counts:
            a text file with a label per line; a list; a map.
        binary_classification: The tensor's one number is the score of class 0, and class 1 has the rest to 1.
        ignore_classes, allow_classes: Which classes are dropped, or kept; not both.
    """

    min_score_threshold: float = option(1)
    top_k: int = option(2)
    sort_by_descending_score: bool = option(9)
    label_map_path: str = option(3)
    label_map: LabelMap | None = option(5)
    label_items: tuple[LabelItemsEntry, ...] = option(6)
    binary_classification: bool = option(4)
    ignore_classes: tuple[int, ...] = option(7)
    allow_classes: tuple[int, ...] = option(8)

    def problem(self) -> str | None:
        """What does not go together, if anything."""
        if self.allow_classes and self.ignore_classes:
            return "allow_classes goes without ignore_classes"
        if self.binary_classification and (self.allow_classes or self.ignore_classes):
            return "binary_classification goes without allow_classes and ignore_classes"
        if self.label_map is not None:
            ids = [entry.id for entry in self.label_map.entries]
            doubles = sorted({number for number in ids if ids.count(number) > 1})
            return f"label_map has {doubles} twice" if doubles else None
        return None


class TensorsToClassification(Calculator, name="TensorsToClassificationCalculator"):
    """Makes classes of the numbers of a tensor, each the score of the class of its index.

    Input: TENSORS, one float32 tensor. Output: CLASSIFICATIONS (`ClassificationList`), with labels if there
    are any. Of equal scores the lower index comes first; upstream does not say.

    Raises:
        ContractError: Options that do not go together.
        ValueError: Another number of tensors, one of another type, or another number of classes than labels.
        OSError: The label file cannot be read.

    Upstream: calculators/tensor/tensors_to_classification_calculator.cc.

    Example::

        node {
          calculator: "TensorsToClassificationCalculator"
          input_stream: "TENSORS:handedness_tensor"
          output_stream: "CLASSIFICATIONS:handedness"
          options {
            [mediapipe.TensorsToClassificationCalculatorOptions.ext] {
              top_k: 1
              binary_classification: true
              label_map {
                entries { id: 0 label: "Left" }
                entries { id: 1 label: "Right" }
              }
            }
          }
        }
    """

    options: TensorsToClassificationOptions
    tensors = Input[list[Tensor]]("TENSORS")
    classifications = Output[ClassificationList]("CLASSIFICATIONS")

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks the options."""
        super().get_contract(contract)
        problem = contract.options(TensorsToClassificationOptions).problem()
        if problem is not None:
            raise ContractError(problem)

    def open(self, cc: Context) -> None:
        """Reads the labels."""
        self._labels = self._read_labels(cc)

    def _read_labels(self, cc: Context) -> Mapping[int, LabelItem] | None:
        options = self.options
        if has(options, "label_map_path"):
            lines = cc.resources.read_text(options.label_map_path).removesuffix("\n").split("\n")
            return {index: LabelItem(name=line) for index, line in enumerate(lines)}
        if options.label_items:
            return {entry.key: entry.value for entry in options.label_items}
        if options.label_map is not None:
            return {entry.id: LabelItem(name=entry.label) for entry in options.label_map.entries}
        return None

    def process(self, cc: Context) -> None:
        """Sends the classes."""
        tensors = cc[self.tensors]
        if len(tensors) != 1 or tensors[0].dtype != np.float32:
            msg = f"expected one float32 tensor, got {tensors or 'none'}"
            raise ValueError(msg)
        scores: list[float] = tensors[0].data.ravel().tolist()
        if self.options.binary_classification:
            if len(scores) != 1:
                msg = f"binary_classification takes one number, got {len(scores)}"
                raise ValueError(msg)
            scores.append(1.0 - scores[0])
        if self._labels is not None and set(self._labels) != set(range(len(scores))):
            msg = f"{len(scores)} classes need a label each, from 0 on, got {sorted(self._labels)}"
            raise ValueError(msg)
        found = [(index, score) for index, score in enumerate(scores) if self._counts(index, score)]
        if self.options.top_k > 0 or self.options.sort_by_descending_score:
            found.sort(key=lambda pair: -pair[1])
        if self.options.top_k > 0:
            del found[self.options.top_k :]
        cc.send(
            self.classifications, ClassificationList(classification=[self._made(*pair) for pair in found])
        )

    def _counts(self, index: int, score: float) -> bool:
        options = self.options
        if options.binary_classification:
            return True
        if has(options, "min_score_threshold") and score < options.min_score_threshold:
            return False
        return (
            index in options.allow_classes if options.allow_classes else index not in options.ignore_classes
        )

    def _made(self, index: int, score: float) -> Classification:
        made = Classification(index=index, score=score)
        if self._labels is not None:
            made.label = self._labels[index].name
            if has(self._labels[index], "display_name"):
                made.display_name = self._labels[index].display_name
        return made
