"""TensorsToClassificationCalculator: classes with scores from a tensor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from graph_steps import add, close, compare, node, play
from oracle_client import needs_oracle

from mpgraph import Graph
from mpgraph.errors import CalculatorError, ContractError
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.tensor import Tensor
from mpgraph.resources import Resources

MAP = 'label_map { entries { id: 0 label: "a" } entries { id: 1 label: "b" } entries { id: 2 label: "c" } }'
ITEMS = """label_items { key: 0 value { name: "a" display_name: "A" } } label_items { key: 1 value { name: "b" } }
    label_items { key: 2 value { name: "c" } }"""


def classify(options: str = "") -> str:
    return node("TensorsToClassification", ["TENSORS:t"], ["CLASSIFICATIONS:o"], options)


def tensor(*numbers: float) -> list[Tensor]:
    return [Tensor(np.array([numbers], np.float32))]


def found(options: str, *numbers: float) -> list[tuple[int, float]]:
    ((_, made),) = play(classify(options), [add("t", 1, tensor(*numbers))], ["o"])["o"]
    return [(item.index, item.score) for item in made.classification]


@pytest.mark.parametrize(
    ("options", "indices"),
    [
        ("", [0, 1, 2]),
        ("sort_by_descending_score: true", [1, 2, 0]),
        ("top_k: 2", [1, 2]),
        ("top_k: 5", [1, 2, 0]),
        ("min_score_threshold: 0.5", [1, 2]),
        ("min_score_threshold: 0.6 top_k: 2", [1]),
        ("ignore_classes: 1", [0, 2]),
        ("allow_classes: 1 allow_classes: 0", [0, 1]),
        ("allow_classes: 7", []),
    ],
)
def test_which_classes_and_in_which_order(options: str, indices: list[int]) -> None:
    scores = [0.25, 0.75, 0.5]
    assert found(options, *scores) == [(index, scores[index]) for index in indices]


def test_one_number_may_be_two_classes() -> None:
    assert found("binary_classification: true", 0.25) == [(0, 0.25), (1, 0.75)]
    assert found("binary_classification: true top_k: 1 min_score_threshold: 0.9", 0.25) == [(1, 0.75)]


@pytest.mark.parametrize("options", [MAP, ITEMS])
def test_classes_have_labels(options: str) -> None:
    ((_, made),) = play(classify(options), [add("t", 1, tensor(1, 2, 3))], ["o"])["o"]
    assert [item.label for item in made.classification] == ["a", "b", "c"]
    assert made.classification[0].display_name == ("A" if options is ITEMS else "")
    assert not made.classification[1].HasField("display_name")


@pytest.mark.parametrize("content", ["links\nrechts\n", "links\r\nrechts", "links\nrechts"])
def test_labels_may_stand_in_a_file(content: str, tmp_path: Path) -> None:
    (tmp_path / "händigkeit.txt").write_bytes(content.encode())
    text = classify('label_map_path: "händigkeit.txt" binary_classification: true')
    labels: list[Any] = []
    with Graph(text, resources=Resources(folders=[tmp_path])) as graph:
        graph.observe("o", lambda packet: labels.extend(item.label for item in packet.value.classification))
        graph.start()
        graph.add_packet("t", tensor(0.5), 1)
        graph.wait_until_idle()
    assert labels == ["links", "rechts"]


@pytest.mark.parametrize(
    ("options", "tensors", "message"),
    [
        ("", [], "expected one float32 tensor, got none"),
        ("", tensor(1) * 2, "expected one float32 tensor"),
        ("", [Tensor(np.zeros(2, np.int32))], "expected one float32 tensor"),
        ("binary_classification: true", tensor(1, 2), "takes one number, got 2"),
        (MAP, tensor(1, 2), r"2 classes need a label each, from 0 on, got \[0, 1, 2\]"),
    ],
)
def test_other_tensors_are_refused(options: str, tensors: list[Tensor], message: str) -> None:
    with pytest.raises(CalculatorError, match=message):
        play(classify(options), [add("t", 1, tensors)], ["o"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("allow_classes: 1 ignore_classes: 2", "allow_classes goes without ignore_classes"),
        ("binary_classification: true ignore_classes: 2", "binary_classification goes without"),
        ("label_map { entries { id: 3 } entries { id: 3 } }", r"label_map has \[3\] twice"),
    ],
)
def test_options_that_do_not_go_together_are_refused(options: str, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        Graph(classify(options))


LETTERS = " ".join(f'entries {{ id: {index} label: "{chr(97 + index)}" }}' for index in range(18))


@needs_oracle
@pytest.mark.parametrize(
    "options",
    [
        "",
        "top_k: 3",
        "sort_by_descending_score: true",
        "min_score_threshold: 1.5 ignore_classes: 0",
        "allow_classes: 4",
    ],
)
def test_against_the_oracle(options: str) -> None:
    """The tensor, of 18 different numbers, comes of an image."""
    text = """input_stream: "i" node { calculator: "ImageToTensorCalculator" input_stream: "IMAGE:i"
        output_stream: "TENSORS:t" options { [mediapipe.ImageToTensorCalculatorOptions.ext] {
        output_tensor_width: 3 output_tensor_height: 2 output_tensor_float_range { min: -9 max: 9 } } } }"""
    text += classify(f"{options} label_map {{ {LETTERS} }}").replace('input_stream: "t"', "", 1)
    image = np.random.default_rng(1).permutation(18).reshape(2, 3, 3).astype(np.uint8) * 14
    compare(text, [add("i", 1, ImageFrame(ImageFormat.SRGB, image)), close("i")], ["o"])
