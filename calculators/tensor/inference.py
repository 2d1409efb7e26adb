"""InferenceCalculator: chooses the calculator that runs a model."""

from __future__ import annotations

from dataclasses import replace

from mpgraph.config.schema import GraphConfig
from mpgraph.config.subgraph import Subgraph, SubgraphContext

__all__ = ["Inference"]


class Inference(Subgraph, name="InferenceCalculator"):
    """Runs a TensorFlow Lite model by the calculator that is right for the node's delegate.

    This version has one for the CPU, which therefore takes every node, as a build of upstream without
    GPU does: nodes without a delegate run on the CPU, and a ``gpu`` or ``litert`` delegate is an error.
    Ports, options and errors are those of InferenceCalculatorCpu.

    Upstream: calculators/tensor/inference_calculator.cc; spec calculators.md 3.

    Example::

        node {
          calculator: "InferenceCalculator"
          input_stream: "TENSORS:input_tensors"
          output_stream: "TENSORS:output_tensors"
          input_side_packet: "MODEL:model"
          input_side_packet: "OP_RESOLVER:op_resolver"
          options {
            [mediapipe.InferenceCalculatorOptions.ext] { delegate { xnnpack {} } }
          }
        }
    """

    @classmethod
    def get_config(cls, context: SubgraphContext) -> GraphConfig:
        """The node itself with another calculator."""
        node = context.node
        return GraphConfig(
            node=(replace(node, calculator="InferenceCalculatorCpu"),),
            input_stream=node.input_stream,
            output_stream=node.output_stream,
            input_side_packet=node.input_side_packet,
            output_side_packet=node.output_side_packet,
        )
