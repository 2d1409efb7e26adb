"""InferenceCalculatorCpu, InferenceCalculatorXnnpack: spec calculators.md 3."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from graph_runs import run_graph
from model_files import model_bytes
from mpgraph.calculators.tensor import inference_cpu
from mpgraph.calculators.tensor.inference_options import (
    Delegate,
    FeedbackTensorLink,
    Gpu,
    InputOutputConfig,
    TensorIndicesMap,
    TensorNamesMap,
    Xnnpack,
)
from tiny_models import addition, model, operator, tensor

from mpgraph import inference
from mpgraph.errors import ConfigError, RunError
from mpgraph.formats.model import OpResolver, TfLiteModel
from mpgraph.formats.tensor import Quantization, Tensor
from mpgraph.inference.protocol import create_engine

XNNPACK = "delegate { xnnpack {} }"


def graph(options: str = "", side: str = "MODEL", *, name: str = "InferenceCalculatorCpu") -> str:
    sides = "".join(f'input_side_packet: "{tag.lower()}" ' for tag in side.split())
    side_ports = "".join(f'input_side_packet: "{tag}:{tag.lower()}" ' for tag in side.split())
    return f"""
        input_stream: "in" output_stream: "out" {sides}
        node {{
          calculator: "{name}"
          input_stream: "TENSORS:in" output_stream: "TENSORS:out" {side_ports}
          options {{ [mediapipe.InferenceCalculatorOptions.ext] {{ {options} }} }}
        }}"""


def vector(*numbers: float) -> Tensor:
    return Tensor(np.array([numbers], np.float32))


def subtraction() -> bytes:
    """``difference = left - right``, with the signature ``serving`` that names them r, l (in this order) and d."""
    tensors = [tensor(name, (1, 2)) for name in ("right", "difference", "left")]
    node = operator([2, 0], [1], options=schema.SubOptionsT(), kind=schema.BuiltinOptions.SubOptions)
    signatures = {"serving": ({"r": 0, "l": 2}, {"d": 1})}
    return model(tensors, [node], [2, 0], [1], builtin=schema.BuiltinOperator.SUB, signatures=signatures)


def run(content: bytes, calls: list[list[Tensor]], options: str = "", **side: Any) -> list[list[list[float]]]:
    """The outputs of each call as lists of numbers."""
    sides = {"model": TfLiteModel(content), **side}
    text = graph(options, " ".join(name.upper() for name in sides))
    out = run_graph(text, {"in": list(enumerate(calls))}, ["out"], sides)["out"]
    return [[made.data.ravel().tolist() for made in tensors] for _, tensors in out]


@pytest.mark.parametrize("options", ["", XNNPACK, "delegate { tflite {} }", "delegate { nnapi {} }"])
def test_runs_the_model(options: str) -> None:
    assert run(subtraction(), [[vector(5, 7), vector(1, 2)]], options) == [[[4, 5]]]


def test_xnnpack_calculator() -> None:
    text = graph(name="InferenceCalculatorXnnpack")
    sides = {"model": TfLiteModel(subtraction())}
    out = run_graph(text, {"in": [(0, [vector(5, 7), vector(1, 2)])]}, ["out"], sides)["out"]
    assert out[0][1][0].data.tolist() == [[4, 5]]
    with pytest.raises(ConfigError, match="delegate tflite is not supported by InferenceCalculatorXnnpack"):
        run_graph(graph("delegate { tflite {} }", name="InferenceCalculatorXnnpack"), {}, [])


def test_streams_of_single_tensors() -> None:
    """TENSOR:*: all must have a packet; outputs go as far as there are streams and tensors."""
    text = """
        input_stream: "a" input_stream: "b" output_stream: "out" output_stream: "more" input_side_packet: "model"
        node {
          calculator: "InferenceCalculatorCpu" input_side_packet: "MODEL:model"
          input_stream: "TENSOR:0:a" input_stream: "TENSOR:1:b"
          output_stream: "TENSOR:0:out" output_stream: "TENSOR:1:more"
        }"""
    packets = {"a": [(0, vector(5, 7)), (1, vector(1, 1))], "b": [(0, vector(1, 2))]}
    out = run_graph(text, packets, ["out", "more"], {"model": TfLiteModel(subtraction())})
    assert [(at, value.data.tolist()) for at, value in out["out"]] == [(0, [[4, 5]])]
    assert out["more"] == []


def test_model_by_path(tmp_path: Path) -> None:
    path = tmp_path / "model.tflite"
    path.write_bytes(subtraction())
    text = graph(f'model_path: "{path}"', "")
    out = run_graph(text, {"in": [(0, [vector(5, 7), vector(1, 2)])]}, ["out"])["out"]
    assert out[0][1][0].data.tolist() == [[4, 5]]


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ([], "the vector of input tensors is empty"),
        ([vector(1, 2)], "the model takes 2 tensors, got 1"),
        ([vector(1, 2), vector(1, 2, 3)], r"float32 \(1, 2\), got float32 \(1, 3\)"),
        ([vector(1, 2), Tensor(np.zeros((1, 2), np.int32))], r"float32 \(1, 2\), got int32 \(1, 2\)"),
    ],
)
def test_tensors_must_fit(tensors: list[Tensor], message: str) -> None:
    """Type and number of elements are compared, dimensions are not."""
    with pytest.raises(RunError, match=message):
        run(subtraction(), [tensors])
    reshaped = [Tensor(np.array([5, 7], np.float32)), vector(1, 2)]
    assert run(subtraction(), [reshaped]) == [[[4, 5]]]


@pytest.mark.parametrize(
    "config",
    [
        InputOutputConfig(input_tensor_indices_map=TensorIndicesMap(model_tensor_indices=(1, 0))),
        InputOutputConfig(input_tensor_names_map=TensorNamesMap(tensor_names=("r", "l"))),
    ],
    ids=["indices", "names"],
)
def test_order_of_inputs(config: InputOutputConfig) -> None:
    """IO map: mapped[map[i]] = given[i]; the side packet IO_CONFIG replaces the option."""
    calls = [[vector(1, 2), vector(5, 7)]]
    assert run(subtraction(), calls, io_config=config) == [[[4, 5]]]
    names = 'input_output_config { input_tensor_names_map { tensor_names: ["r", "l"] } }'
    assert run(subtraction(), calls, names) == [[[4, 5]]]
    plain = InputOutputConfig(output_tensor_names_map=TensorNamesMap(tensor_names=("d",)))
    assert run(subtraction(), calls, names, io_config=plain) == [[[-4, -5]]]


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("input_tensor_indices_map { model_tensor_indices: [0, 0] }", "each of the model's 2 inputs once"),
        ("input_tensor_indices_map { model_tensor_indices: [0] }", r"once, got \[0\]"),
        ("output_tensor_indices_map { model_tensor_indices: [1] }", "each of the model's 1 outputs once"),
        (
            'input_tensor_names_map { tensor_names: ["l", "x"] }',
            'no input tensor "x"; its signature has: r, l',
        ),
        ('input_tensor_names_map { tensor_names: ["l", "l"] }', "each of the model's 2 inputs once"),
        (
            'feedback_tensor_links { from_output_tensor_name: "d" to_input_tensor_name: "x" }',
            'no input tensor "x"',
        ),
        (
            'feedback_tensor_links { from_output_tensor_name: "d" to_input_tensor_name: "r" }'
            'input_tensor_names_map { tensor_names: ["r", "l"] }',
            'tensor "r" is in feedback_tensor_links and in a map',
        ),
        (
            'feedback_tensor_links { from_output_tensor_name: "d" to_input_tensor_name: "r" }'
            "input_tensor_indices_map { model_tensor_indices: [0] }",
            "go with tensor names, not with tensor indices",
        ),
        (
            'feedback_tensor_links { from_output_tensor_name: "d" to_input_tensor_name: "r" }'
            'feedback_tensor_links { from_output_tensor_name: "d" to_input_tensor_name: "l" }',
            "an output tensor is in more than one",
        ),
    ],
)
def test_orders_that_do_not_fit(config: str, message: str) -> None:
    with pytest.raises(RunError, match=message):
        run(subtraction(), [], f"input_output_config {{ {config} }}")


def test_names_need_a_signature() -> None:
    content = model(
        [tensor("a", (1, 2)), tensor("b", (1, 2))],
        [operator([0, 0], [1], options=schema.AddOptionsT(), kind=schema.BuiltinOptions.AddOptions)],
        [0],
        [1],
    )
    with pytest.raises(RunError, match="a model with exactly one signature, it has 0"):
        run(content, [], 'input_output_config { input_tensor_names_map { tensor_names: "a" } }')


def test_feedback() -> None:
    """A linked output is the linked input of the next call, which begins with zeros; both stay inside."""
    tensors = [tensor(name, (1, 2)) for name in ("right", "sum", "left", "twice")]
    add = {"options": schema.AddOptionsT(), "kind": schema.BuiltinOptions.AddOptions}
    content = model(
        tensors,
        [operator([2, 0], [1], **add), operator([1, 1], [3], **add)],
        [2, 0],
        [1, 3],
        signatures={"serving": ({"l": 2, "r": 0}, {"s": 1, "t": 3})},
    )
    link = FeedbackTensorLink(from_output_tensor_name="s", to_input_tensor_name="r")
    options = (
        "input_output_config { feedback_tensor_links "
        f'{{ from_output_tensor_name: "{link.from_output_tensor_name}" to_input_tensor_name: "r" }} }}'
    )
    assert run(content, [[vector(1, 2)], [vector(10, 20)], [vector(100, 200)]], options) == [
        [[2, 4]],
        [[22, 44]],
        [[222, 444]],
    ]


def test_feedback_without_signature_is_ignored(caplog: pytest.LogCaptureFixture) -> None:
    content = model(
        [tensor("a", (1, 2)), tensor("b", (1, 2))],
        [operator([0, 0], [1], options=schema.AddOptionsT(), kind=schema.BuiltinOptions.AddOptions)],
        [0],
        [1],
    )
    links = 'feedback_tensor_links { from_output_tensor_name: "b" to_input_tensor_name: "a" }'
    with caplog.at_level(logging.WARNING):
        assert run(content, [[vector(1, 2)]], f"input_output_config {{ {links} }}") == [[[2, 4]]]
    assert "feedback_tensor_links are ignored" in caplog.text


def test_dynamic_tensors_resize_the_model() -> None:
    """Only tensors that say so, and only in dimensions that the model leaves open."""
    content = addition((1, 1), open_shape=(1, -1))
    numbers = np.array([[1, 2, 3]], np.float32)
    given = [Tensor(numbers.copy(), is_dynamic=True), Tensor(numbers.copy(), is_dynamic=True)]
    assert run(content, [given, [vector(1), vector(1)]][:1]) == [[[2, 4, 6]]]
    with pytest.raises(RunError, match="got float32"):
        run(content, [[vector(1, 2, 3), vector(1, 2, 3)]])


def test_outputs_keep_quantization_and_scalars_have_one_dimension() -> None:
    kind = schema.TensorType.INT8
    content = model(
        [tensor(name, (), kind=kind, quantization=(0.5, 3)) for name in ("a", "b")],
        [
            operator(
                [0, 0], [1], options=schema.MaximumMinimumOptionsT(),
                kind=schema.BuiltinOptions.MaximumMinimumOptions,
            )
        ],
        [0],
        [1],
        builtin=schema.BuiltinOperator.MAXIMUM,
    )  # fmt: skip
    out = run_graph(
        graph(),
        {"in": [(0, [Tensor(np.array([7], np.int8))])]},
        ["out"],
        {"model": TfLiteModel(content)},
    )["out"]
    (made,) = out[0][1]
    assert made.shape == (1,)
    assert made.quantization == Quantization(0.5, 3)


@pytest.mark.parametrize(
    ("options", "side", "message"),
    [
        ("", "", "either by the option model_path or by the side packet MODEL"),
        ('model_path: "x"', "MODEL", "either by the option model_path or by the side packet MODEL"),
        ("delegate { gpu {} }", "MODEL", "delegate gpu is not supported by InferenceCalculatorCpu; it takes"),
        ("delegate { litert {} }", "MODEL", "delegate litert is not supported"),
    ],
)
def test_contract(options: str, side: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        run_graph(graph(options, side), {}, [])
    with pytest.raises(ConfigError, match="exactly one input of TENSORS, TENSOR"):
        run_graph(graph().replace('input_stream: "TENSORS:in"', ""), {}, [])


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """What each engine was asked for; the default number of threads is restored."""
    asked: list[dict[str, Any]] = []

    def create(content: bytes, **arguments: Any) -> Any:
        asked.append(arguments)
        return create_engine(content, **arguments)

    monkeypatch.setattr(inference_cpu, "create_engine", create)
    yield asked
    inference.set_default_threads(None)


@pytest.mark.parametrize(
    ("options", "default", "threads"),
    [
        (XNNPACK, None, inference.default_threads()),
        (XNNPACK, 4, 4),
        ("delegate { xnnpack { num_threads: 3 } }", 2, 3),
        ("cpu_num_thread: 3", None, 3),
        ("", None, inference.default_threads()),
    ],
)
def test_threads(engines: list[dict[str, Any]], options: str, default: int | None, threads: int) -> None:
    """Of the graph; else `set_default_threads`; else the usual number."""
    inference.set_default_threads(default)
    run(subtraction(), [], options)
    assert engines[0]["num_threads"] == threads


def test_side_packet_delegate_is_merged(engines: list[dict[str, Any]]) -> None:
    run(subtraction(), [], XNNPACK, delegate=Delegate(xnnpack=Xnnpack(num_threads=2)))
    assert engines[0]["num_threads"] == 2
    with pytest.raises(RunError, match="delegate gpu is not supported"):
        run(subtraction(), [], XNNPACK, delegate=Delegate(gpu=Gpu()))


def test_custom_operators_need_the_resolver() -> None:
    """Without a resolver a model has only TensorFlow Lite's own operators."""
    content = model_bytes("selfie_segmentation")
    image = Tensor(np.zeros((1, 256, 256, 3), np.float32))
    ops = frozenset({"Convolution2DTransposeBias"})
    with pytest.raises(RunError, match="needs the custom operator Convolution2DTransposeBias"):
        run(content, [[image]], XNNPACK)
    for resolver in (OpResolver(ops), OpResolver(ops, for_gpu=True)):
        for name in ("op_resolver", "custom_op_resolver"):
            assert len(run(content, [[image]], XNNPACK, **{name: resolver})[0][0]) == 256 * 256


def test_threads_do_not_change_the_result() -> None:
    """One and two threads give masks that are equal within 1e-6."""
    content = model_bytes("selfie_segmentation")
    image = np.random.default_rng(0).random((1, 256, 256, 3), np.float32)
    ops = OpResolver(frozenset({"Convolution2DTransposeBias"}))
    masks = [
        run(
            content,
            [[Tensor(image.copy())]],
            f"delegate {{ xnnpack {{ num_threads: {n} }} }}",
            op_resolver=ops,
        )
        for n in (1, 2)
    ]
    assert np.abs(np.subtract(masks[0], masks[1])).max() <= 1e-6


@pytest.mark.parametrize(("processors", "threads"), [(1, 1), (2, 2), (16, 2)])
def test_usual_number_of_threads(monkeypatch: pytest.MonkeyPatch, processors: int, threads: int) -> None:
    """Two, where the process may use two processors."""
    usable = set(range(processors))
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: usable, raising=False)
    assert inference.default_threads() == threads


def test_setting_the_number_of_threads_tells_the_former() -> None:
    assert inference.set_default_threads(7) is None
    assert inference.default_threads() == 7
    assert inference.set_default_threads(None) == 7


def test_default_threads_must_be_positive() -> None:
    with pytest.raises(ValueError, match="must be positive, got 0"):
        inference.set_default_threads(0)
