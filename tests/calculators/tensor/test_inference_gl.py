"""InferenceCalculatorGl, and which calculator a node becomes (spec calculators.md 3)."""

from __future__ import annotations

import contextlib
from typing import Any, ClassVar

import numpy as np
import pytest
from graph_runs import run_graph
from model_files import model_path
from tiny_models import matrix_diagonal

from mpgraph import Graph
from mpgraph.errors import ConfigError, ModelError, RunError
from mpgraph.formats.model import OpResolver, TfLiteModel
from mpgraph.formats.tensor import Tensor
from mpgraph.gpu import DEVICE, Device
from mpgraph.inference import accelerators, protocol
from mpgraph.inference.accelerators import GpuEnvironment

TEXT = """input_stream: "in" input_side_packet: "model" input_side_packet: "ops"
node {{ calculator: "{}" input_stream: "TENSORS:in" output_stream: "TENSORS:out"
  input_side_packet: "MODEL:model" input_side_packet: "OP_RESOLVER:ops"
  options {{ [mediapipe.InferenceCalculatorOptions.ext] {{ {} }} }} }}"""


def chosen(delegate: str, choice: str, monkeypatch: pytest.MonkeyPatch, *, gpu: str) -> tuple[str, Any]:
    """The calculator of a node and its delegate, on a machine with such a GPU."""
    monkeypatch.setattr(Device, "is_real", lambda self: gpu == "real")

    def environment() -> GpuEnvironment:
        if gpu == "none":
            msg = "LiteRT finds no GPU that it can use"
            raise ModelError(msg)
        return GpuEnvironment(None, "Some GPU", is_software=gpu == "software")

    monkeypatch.setattr(accelerators, "gpu_environment", environment)
    services = {DEVICE.key: Device(choice)}
    (node,) = Graph(TEXT.format("InferenceCalculator", delegate), services=services).plan.nodes
    from mpgraph.calculators.tensor.inference_options import InferenceOptions

    from mpgraph.options import which_oneof

    return node.type, which_oneof(node.contract.options(InferenceOptions).delegate, "delegate")


@pytest.mark.parametrize(
    ("delegate", "choice", "gpu", "expected"),
    [
        ("", "auto", "none", ("InferenceCalculatorCpu", None)),
        ("", "auto", "software", ("InferenceCalculatorCpu", None)),
        ("", "auto", "real", ("InferenceCalculatorGl", None)),
        ("delegate { gpu {} }", "auto", "none", ("InferenceCalculatorCpu", "xnnpack")),
        ("delegate { gpu {} }", "auto", "software", ("InferenceCalculatorGl", "gpu")),
        (
            "delegate { gpu { use_advanced_gpu_api: true } }",
            "auto",
            "real",
            ("InferenceCalculatorGlAdvanced", "gpu"),
        ),
        ("delegate { xnnpack {} }", "auto", "real", ("InferenceCalculatorCpu", "xnnpack")),
        ("delegate { tflite {} }", "auto", "real", ("InferenceCalculatorCpu", "tflite")),
        ("delegate { litert {} }", "auto", "real", ("InferenceCalculatorLiteRt", "litert")),
        ("delegate { litert { gpu {} } }", "auto", "software", ("InferenceCalculatorLiteRt", "litert")),
        ("delegate { litert { gpu {} } }", "auto", "none", ("InferenceCalculatorCpu", "xnnpack")),
        ("delegate { litert { cpu {} } }", "gpu", "software", ("InferenceCalculatorGl", None)),
        ("delegate { litert { gpu {} } }", "cpu", "real", ("InferenceCalculatorCpu", "xnnpack")),
        ("delegate { xnnpack {} }", "gpu", "software", ("InferenceCalculatorGl", None)),
        ("", "gpu", "software", ("InferenceCalculatorGl", None)),
        ("delegate { gpu {} }", "cpu", "real", ("InferenceCalculatorCpu", "xnnpack")),
        ("", "cpu", "real", ("InferenceCalculatorCpu", "xnnpack")),
    ],
)
def test_which_calculator_runs_a_model(
    delegate: str, choice: str, gpu: str, expected: tuple[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert chosen(delegate, choice, monkeypatch, gpu=gpu) == expected


@pytest.mark.parametrize("choice", ["auto", "cpu"])
def test_the_device_goes_before_the_side_packet(choice: str) -> None:
    """Device auto leaves that in force, and the calculator of the CPU refuses it."""
    from mpgraph.calculators.tensor.inference_options import Delegate, Gpu

    text = TEXT.replace("options {{", 'input_side_packet: "DELEGATE:delegate" options {{').replace(
        'input_side_packet: "ops"', 'input_side_packet: "ops" input_side_packet: "delegate"', 1
    )
    side = {
        "model": TfLiteModel(matrix_diagonal()),
        "ops": OpResolver(),
        "delegate": Delegate(gpu=Gpu()),
    }
    text = text.format("InferenceCalculator", "delegate { tflite {} }")
    graph = Graph(text, services={DEVICE.key: Device(choice)})
    refused = pytest.raises(RunError, match="delegate gpu is not supported by InferenceCalculatorCpu")
    with contextlib.nullcontext() if choice == "cpu" else refused, graph:
        graph.start(side)


def test_litert_chooses_the_gpu_and_says_so_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Adapter:
        info: ClassVar = {"device": "GPU B"}

    monkeypatch.setattr(Device, "adapter", lambda self: Adapter)
    for found in ("GPU B", "GPU A", "GPU A"):
        environment = GpuEnvironment(None, found, is_software=False)
        monkeypatch.setattr(accelerators, "gpu_environment", lambda environment=environment: environment)
        Graph(TEXT.format("InferenceCalculator", ""), services={DEVICE.key: Device("gpu:1")})
    assert [record.message for record in caplog.records] == [
        "inference runs on GPU GPU A, which LiteRT chooses; the images are on GPU B"
    ]


def test_a_fallback_to_the_cpu_is_said_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from mpgraph.calculators.tensor import inference

    inference._say_once.cache_clear()
    for _ in range(2):
        chosen("delegate { gpu {} }", "auto", monkeypatch, gpu="none")
        chosen("", "auto", monkeypatch, gpu="none")
    assert [record.message for record in caplog.records] == [
        "inference that asks for the GPU runs on the CPU: LiteRT finds no GPU that it can use"
    ]


def test_options_other_than_the_delegate_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    from mpgraph.calculators.tensor.inference_options import InferenceOptions

    monkeypatch.setattr(Device, "is_real", lambda self: False)
    text = TEXT.format("InferenceCalculator", "cpu_num_thread: 3 delegate { tflite {} }")
    (node,) = Graph(text, services={DEVICE.key: Device("cpu")}).plan.nodes
    assert node.contract.options(InferenceOptions).cpu_num_thread == 3


@pytest.mark.parametrize("delegate", ["xnnpack {}", "tflite {}", "nnapi {}"])
def test_delegates_of_the_cpu_are_refused(delegate: str) -> None:
    with pytest.raises(ConfigError, match="is not supported by InferenceCalculatorGl; it takes gpu or none"):
        Graph(TEXT.format("InferenceCalculatorGl", f"delegate {{ {delegate} }}"))


@pytest.mark.parametrize(
    ("calculator", "options", "expected"),
    [
        ("InferenceCalculatorGl", "", protocol.Delegate.GPU),
        ("InferenceCalculatorGl", "delegate { gpu {} }", protocol.Delegate.GPU_HALF),
        ("InferenceCalculatorGl", "delegate { gpu { allow_precision_loss: false } }", protocol.Delegate.GPU),
        ("InferenceCalculatorGlAdvanced", "", protocol.Delegate.GPU_HALF),
        (
            "InferenceCalculatorGlAdvanced",
            "delegate { gpu { allow_precision_loss: false } }",
            protocol.Delegate.GPU,
        ),
    ],
)
def test_precision(
    calculator: str, options: str, expected: protocol.Delegate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Full, unless a gpu delegate allows less; with the advanced one, unless it forbids it."""
    asked: list[protocol.Delegate] = []

    def create(model: bytes, *, delegate: protocol.Delegate, **arguments: Any) -> protocol.Engine:
        asked.append(delegate)
        return protocol.create_engine(model, delegate=protocol.Delegate.XNNPACK, num_threads=1)

    monkeypatch.setattr("mpgraph.calculators.tensor.inference_cpu.create_engine", create)
    ((_, (tensor,)),) = run(calculator, options)
    assert asked == [expected]
    assert tensor.from_gpu


def run(calculator: str, options: str) -> list[tuple[int, Any]]:
    content = model_path("selfie_segmentation").read_bytes()
    side = {
        "model": TfLiteModel(content),
        "ops": OpResolver(frozenset({"Convolution2DTransposeBias"}), for_gpu=True),
    }
    image = np.repeat(np.repeat(np.random.default_rng(0).random((1, 8, 8, 3), np.float32), 32, 1), 32, 2)
    return run_graph(TEXT.format(calculator, options), {"in": [(0, [Tensor(image)])]}, ["out"], side)["out"]


@pytest.mark.gpu("inference")
@pytest.mark.slow
def test_the_numbers_are_those_of_the_cpu() -> None:
    ((_, (found,)),) = run("InferenceCalculatorGl", "")
    ((_, (expected,)),) = run("InferenceCalculatorXnnpack", "")
    assert found.from_gpu
    assert not expected.from_gpu
    assert np.abs(found.data - expected.data).max() <= 1e-4


def run_unfit(choice: str) -> Tensor:
    """A model that the GPU cannot compute."""
    side = {"model": TfLiteModel(matrix_diagonal()), "ops": OpResolver()}
    with Graph(TEXT.format("InferenceCalculatorGl", ""), services={DEVICE.key: Device(choice)}) as graph:
        poller = graph.poll("out")
        graph.start(side)
        graph.process({"in": [Tensor(np.ones((1, 3), np.float32))]}, 0)
        (tensor,) = next(iter(poller)).value
    assert isinstance(tensor, Tensor)
    return tensor


@pytest.mark.gpu("inference")
def test_a_model_that_the_gpu_cannot_compute_runs_on_the_cpu_and_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tensor = run_unfit("auto")
    assert tensor.data.tolist() == [np.eye(3).tolist()]
    assert not tensor.from_gpu
    (warning,) = [record.message for record in caplog.records if record.levelname == "WARNING"]
    assert warning.startswith('node "InferenceCalculatorGl" runs its model on the CPU: ')
    assert "MATRIX_DIAG: Operation is not supported" in warning


@pytest.mark.gpu("inference")
def test_it_does_not_if_the_gpu_was_chosen() -> None:
    with pytest.raises(RunError, match="cannot compute these operators of it: MATRIX_DIAG"):
        run_unfit("gpu")
