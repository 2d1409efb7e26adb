"""TensorsToFloatsCalculator: a tensor's numbers as floats."""

from __future__ import annotations

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

SIGMOID = "activation: SIGMOID"


def floats(options: str = "", output: str = "FLOATS") -> str:
    return node("TensorsToFloats", ["TENSORS:t"], [f"{output}:o"], options)


def tensor(*numbers: float) -> Tensor:
    return Tensor(np.array([numbers], np.float32))


def test_all_numbers_of_the_first_tensor() -> None:
    steps = [add("t", 1, [tensor(1.5, -2), tensor(9)]), add("t", 2, [Tensor(np.zeros((0, 3), np.float32))])]
    assert play(floats(), steps, ["o"])["o"] == [(1, [1.5, -2.0]), (2, [])]


def test_one_number() -> None:
    assert play(floats(output="FLOAT"), [add("t", 1, [tensor(1.5)])], ["o"])["o"] == [(1, 1.5)]


def test_the_logistic_function() -> None:
    ((_, found),) = play(floats(SIGMOID), [add("t", 1, [tensor(0, 2, -200, 200)])], ["o"])["o"]
    assert found == pytest.approx([0.5, 1 / (1 + np.exp(-2)), 0, 1])


@pytest.mark.parametrize(
    ("output", "tensors", "message"),
    [
        ("FLOAT", [tensor(1, 2)], "FLOAT takes a tensor with one number, got 2"),
        ("FLOATS", [], "expected a float32 tensor first, got none"),
        ("FLOATS", [Tensor(np.zeros(1, np.int32))], "expected a float32 tensor first, got .*int32"),
    ],
)
def test_other_tensors_are_refused(output: str, tensors: list[Any], message: str) -> None:
    with pytest.raises(CalculatorError, match=message):
        play(floats(output=output), [add("t", 1, tensors)], ["o"])


def test_one_output_is_connected() -> None:
    with pytest.raises(ContractError, match="exactly one output of FLOAT, FLOATS"):
        Graph(floats().replace('"FLOATS:o"', '"FLOATS:o" output_stream: "FLOAT:p"'))


@needs_oracle
@pytest.mark.parametrize("options", ["", SIGMOID])
def test_against_the_oracle(options: str) -> None:
    """The tensor comes of an image."""
    text = """input_stream: "i" node { calculator: "ImageToTensorCalculator" input_stream: "IMAGE:i"
        output_stream: "TENSORS:t" options { [mediapipe.ImageToTensorCalculatorOptions.ext] {
        output_tensor_width: 3 output_tensor_height: 2 output_tensor_float_range { min: -9 max: 9 } } } }"""
    text += floats(options).replace('input_stream: "t"', "", 1)
    image = np.random.default_rng(3).integers(0, 256, (2, 3, 3), np.uint8)
    frame = ImageFrame(ImageFormat.SRGB, image)
    ours = play(text, [add("i", 1, frame), close("i")], ["o"])["o"]
    assert len(ours[0][1]) == 18
    if not options:
        compare(text, [add("i", 1, frame), close("i")], ["o"])
        return
    from oracle_client import oracle

    ((_, theirs),) = oracle.run_graph(text, {"i": [(1, image)]}, ["o"])["o"]
    assert ours[0][1] == pytest.approx(theirs.data, rel=1e-6)
