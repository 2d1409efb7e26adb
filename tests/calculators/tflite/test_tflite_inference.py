"""TfLiteInferenceCalculator: upstream's calculators/tflite/tflite_inference_calculator.cc."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from graph_steps import add, node, play
from tiny_models import addition

from mpgraph import Graph
from mpgraph.errors import ContractError, RunError
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.model import TfLiteModel
from mpgraph.formats.tensor import TfLiteTensor
from mpgraph.gpu import DEVICE, Device
from mpgraph.inference.protocol import Delegate, Engine, create_engine


def graph(options: str = "", *, side: bool = True) -> str:
    head = 'input_side_packet: "model" ' if side else ""
    return head + node(
        "TfLiteInference", ["TENSORS:in"], ["TENSORS:out"], options, side_inputs=["MODEL:model"] * side
    )


def vector(*numbers: float) -> TfLiteTensor:
    return TfLiteTensor(np.array([numbers], np.float32))


def run(tensors: list[TfLiteTensor], options: str = "", model: bytes | None = None) -> list[list[float]]:
    side: dict[str, Any] = {"model": TfLiteModel(addition() if model is None else model)}
    ((at, out),) = play(graph(options), [add("in", 4, tensors)], ["out"], side)["out"]
    assert at == 4
    assert all(isinstance(tensor, TfLiteTensor) for tensor in out)
    return [tensor.data.ravel().tolist() for tensor in out]


DELEGATES = [
    "",
    "delegate { tflite {} }",
    "delegate { xnnpack { num_threads: 1 } }",
    "delegate { nnapi {} } use_gpu: true",
]


@pytest.mark.parametrize("options", DELEGATES)
def test_runs_the_model(options: str) -> None:
    """Which adds its two inputs."""
    assert run([vector(1, 2, 3, 4), vector(10, 20, 30, 40)], options) == [[11, 22, 33, 44]]


def test_a_model_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "größe.tflite"
    path.write_bytes(addition())
    text = graph(f'model_path: "{path.as_posix()}"', side=False)
    ((_, out),) = play(text, [add("in", 0, [vector(1, 2, 3, 4), vector(1, 1, 1, 1)])], ["out"])["out"]
    assert out[0].data.ravel().tolist() == [2, 3, 4, 5]
    with pytest.raises(RunError, match="nowhere"):
        play(graph('model_path: "nowhere.tflite"', side=False), [], ["out"])


def test_tensors_that_do_not_fit() -> None:
    with pytest.raises(RunError, match="the model takes 2 tensors, got 1"):
        run([vector(1, 2, 3, 4)])
    with pytest.raises(RunError, match=r"left. is float32 \(1, 4\), got float32 \(1, 3\)"):
        run([vector(1, 2, 3), vector(1, 2, 3, 4)])
    with pytest.raises(RunError, match="float32"):
        run([TfLiteTensor(np.zeros((1, 4), np.uint8)), vector(1, 2, 3, 4)])


def test_with_segmentation() -> None:
    """The calculators of hair segmentation one after the other, with a model that only adds."""
    shape = (1, 4, 6, 2)
    text = (
        graph()
        + """node {
      calculator: "TfLiteTensorsToSegmentationCalculator" input_stream: "TENSORS:out" output_stream: "MASK:mask"
      options { [mediapipe.TfLiteTensorsToSegmentationCalculatorOptions.ext] {
        tensor_width: 6 tensor_height: 4 tensor_channels: 2 } } }"""
    )
    tensor = np.zeros(shape, np.float32)
    tensor[0, :2, :, 1] = 50
    tensor[0, 2:, :, 0] = 50
    given = [TfLiteTensor(tensor), TfLiteTensor(np.zeros(shape, np.float32))]
    ((_, mask),) = play(text, [add("in", 0, given)], ["mask"], {"model": TfLiteModel(addition(shape))})[
        "mask"
    ]
    assert isinstance(mask, ImageFrame)
    assert mask.numpy_view()[..., 0].tolist() == [[255] * 6] * 2 + [[0] * 6] * 2


@pytest.mark.gpu("inference")
@pytest.mark.parametrize("options", ["use_gpu: true", "delegate { gpu {} }"])
def test_the_gpu_runs_it_too(options: str) -> None:
    assert run([vector(1, 2, 3, 4), vector(10, 20, 30, 40)], options) == [[11, 22, 33, 44]]


@pytest.mark.parametrize(
    ("options", "choice", "there", "expected"),
    [
        ("use_gpu: true", "auto", True, (Delegate.GPU_HALF, 1)),
        ("use_gpu: true", "auto", False, (Delegate.XNNPACK, -1)),
        ("use_gpu: true", "cpu", True, (Delegate.XNNPACK, -1)),
        ("delegate { gpu { allow_precision_loss: false } }", "auto", True, (Delegate.GPU, 1)),
        ("delegate { gpu {} }", "gpu", True, (Delegate.GPU_HALF, 1)),
        ("delegate { xnnpack { num_threads: 3 } }", "auto", True, (Delegate.XNNPACK, 3)),
        ("delegate { xnnpack { num_threads: 3 } }", "gpu", True, (Delegate.GPU, 1)),
        ("delegate { xnnpack {} } use_gpu: true", "auto", True, (Delegate.XNNPACK, -1)),
        ("cpu_num_thread: 2", "auto", True, (Delegate.NONE, 2)),
        ("", "cpu", True, (Delegate.XNNPACK, -1)),
        ("", "gpu", False, (Delegate.GPU, 1)),
    ],
)
def test_what_computes(
    options: str,
    choice: str,
    there: bool,
    expected: tuple[Delegate, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only what asks for the GPU, or all with device gpu, and only where there is one."""
    from mpgraph.calculators.tflite import tflite_inference

    asked: list[tuple[Delegate, int]] = []

    def create(model: bytes, *, delegate: Delegate, num_threads: int, **others: Any) -> Engine:
        asked.append((delegate, num_threads))
        return create_engine(model)

    monkeypatch.setattr(tflite_inference, "create_engine", create)
    monkeypatch.setattr(tflite_inference, "has_gpu", lambda device, asked: there)
    monkeypatch.setattr(tflite_inference.inference, "default_threads", lambda: -1)
    side = {"model": TfLiteModel(addition())}
    with Graph(graph(options), side_packets=side, services={DEVICE.key: Device(choice)}) as made:
        made.start()
    assert asked == [expected]


def test_contract() -> None:
    with pytest.raises(ContractError, match="either by the option model_path or by the side packet MODEL"):
        Graph(graph('model_path: "a"'))
    with pytest.raises(ContractError, match="either by the option model_path or by the side packet MODEL"):
        Graph(graph(side=False))
    with pytest.raises(ContractError, match=r"GPU streams \(TENSORS_GPU\)"):
        Graph(node("TfLiteInference", ["TENSORS_GPU:in"], ["TENSORS:out"], 'model_path: "a"'))
