"""InferenceCalculator: spec calculators.md 3."""

from __future__ import annotations

from mpgraph.calculators.tensor.inference import Inference

from mpgraph.config.library import SubgraphContext
from mpgraph.config.schema import GraphConfig


def test_is_the_same_node_with_another_calculator() -> None:
    """A one-node subgraph; the node keeps everything but its calculator's name."""
    body = """
          input_stream: "TENSOR:0:a" input_stream: "TENSOR:1:b" output_stream: "TENSORS:c"
          input_side_packet: "MODEL:m" executor: "x" max_in_flight: 2
          options { [mediapipe.InferenceCalculatorOptions.ext] { delegate { xnnpack { num_threads: 2 } } } }"""
    (node,) = GraphConfig.from_text(f'node {{ calculator: "InferenceCalculator" {body} }}').node
    (expected,) = GraphConfig.from_text(f'node {{ calculator: "InferenceCalculatorCpu" {body} }}').node
    made = Inference.get_config(SubgraphContext(node))
    assert made.node == (expected,)
    assert made.input_stream == ("TENSOR:0:a", "TENSOR:1:b")
    assert made.output_stream == ("TENSORS:c",)
    assert made.input_side_packet == ("MODEL:m",)
