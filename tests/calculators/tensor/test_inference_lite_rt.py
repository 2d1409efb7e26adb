"""InferenceCalculatorLiteRt: upstream's calculators/tensor/inference_calculator_litert.cc."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from graph_runs import run_graph
from tiny_models import addition

from mpgraph import Graph
from mpgraph.errors import ConfigError
from mpgraph.formats.model import TfLiteModel
from mpgraph.formats.tensor import Tensor
from mpgraph.inference import protocol
from mpgraph.inference.protocol import Delegate

TEXT = """input_stream: "in" input_side_packet: "model"
node {{ calculator: "InferenceCalculatorLiteRt" input_stream: "TENSORS:in" output_stream: "TENSORS:out"
  input_side_packet: "MODEL:model"
  options {{ [mediapipe.InferenceCalculatorOptions.ext] {{ {} }} }} }}"""


def run(options: str) -> Tensor:
    """The sum of two vectors."""
    given = [Tensor(np.array([[1, 2, 3, 4]], np.float32)), Tensor(np.array([[4, 3, 2, 1]], np.float32))]
    ((_, (tensor,)),) = run_graph(
        TEXT.format(options), {"in": [(0, given)]}, ["out"], {"model": TfLiteModel(addition())}
    )["out"]
    assert isinstance(tensor, Tensor)
    assert tensor.data.tolist() == [[5, 5, 5, 5]]
    return tensor


@pytest.mark.parametrize("options", ["", "delegate { litert {} }", "delegate { litert { cpu {} } }"])
def test_the_cpu_unless_the_gpu_is_asked_for(options: str) -> None:
    assert not run(options).from_gpu


@pytest.mark.gpu("inference")
@pytest.mark.parametrize("more", ["", "cpu {}"])
def test_the_gpu(more: str) -> None:
    assert run(f"delegate {{ litert {{ gpu {{ backend: WEBGPU }} {more} }} }}").from_gpu


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("gpu {}", (Delegate.GPU_HALF, 1)),
        ("gpu { precision: FP16 }", (Delegate.GPU_HALF, 1)),
        ("gpu { precision: FP32 }", (Delegate.GPU, 1)),
        ("cpu { num_threads: 3 }", (Delegate.XNNPACK, 3)),
        ("", (Delegate.XNNPACK, 7)),
    ],
)
def test_options(options: str, expected: tuple[Delegate, int], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Delegate, int]] = []

    def create(model: bytes, *, delegate: Delegate, num_threads: int, **others: Any) -> protocol.Engine:
        asked.append((delegate, num_threads))
        return protocol.create_engine(model)

    monkeypatch.setattr("mpgraph.calculators.tensor.inference_cpu.create_engine", create)
    monkeypatch.setattr("mpgraph.inference.default_threads", lambda: 7)
    run(f"delegate {{ litert {{ {options} }} }}")
    assert asked == [expected]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("xnnpack {}", "is not supported by InferenceCalculatorLiteRt; it takes litert or none"),
        ("litert { npu {} }", "an accelerator that is not supported here; it takes cpu and gpu"),
        ("litert { webnn {} }", "an accelerator that is not supported here; it takes cpu and gpu"),
        ("litert { gpu { backend: OPENCL } }", "backend OPENCL is not supported here; expected WEBGPU"),
    ],
)
def test_what_is_refused(options: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Graph(TEXT.format(f"delegate {{ {options} }}"))
