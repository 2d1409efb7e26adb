"""TfLiteCustomOpResolverCalculator: spec calculators.md 3."""

from __future__ import annotations

import pytest

from mpgraph import Graph
from mpgraph.errors import ConfigError
from mpgraph.formats.model import OpResolver


def resolver(options: str = "", port: str = "OP_RESOLVER:ops") -> OpResolver:
    text = f"""
        output_side_packet: "ops"
        node {{
          calculator: "TfLiteCustomOpResolverCalculator" output_side_packet: "{port}"
          options {{ [mediapipe.TfLiteCustomOpResolverCalculatorOptions.ext] {{ {options} }} }}
        }}"""
    with Graph(text) as graph:
        graph.run()
        value = graph.output_side_packet("ops").value
    assert isinstance(value, OpResolver)
    return value


@pytest.mark.parametrize("port", ["OP_RESOLVER:ops", "ops"])
def test_operators(port: str) -> None:
    """Seven operators have CPU kernels; three are left to the GPU."""
    cpu, gpu = resolver("", port), resolver("use_gpu: true", port)
    assert len(cpu.custom_ops) == 7
    assert not cpu.for_gpu
    assert gpu == OpResolver(
        frozenset({"MaxPoolingWithArgmax2D", "MaxUnpooling2D", "Convolution2DTransposeBias"}), for_gpu=True
    )
    assert gpu.custom_ops < cpu.custom_ops


def test_contract() -> None:
    with pytest.raises(ConfigError, match="OP_RESOLVER, or an untagged one, must be connected"):
        Graph('node { calculator: "TfLiteCustomOpResolverCalculator" }')
