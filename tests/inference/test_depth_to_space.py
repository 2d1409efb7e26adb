"""Convolution2DTransposeBias with stride = kernel as CONV_2D and DEPTH_TO_SPACE (spec inventory.md 5.5)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import flatbuffers  # type: ignore[import-untyped]
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from hypothesis import given, settings
from hypothesis import strategies as st
from model_files import model_bytes
from numpy.typing import NDArray
from tiny_models import SAME, VALID, addition, operator, tensor, transposed_convolution

from mpgraph.errors import ModelError
from mpgraph.inference import model_file
from mpgraph.inference.depth_to_space import OPERATOR, spread

Array = NDArray[np.float32]
SELFIE = ["selfie_segmentation", "selfie_segmentation_landscape"]


def upscaling(data: Array, weights: Array, bias: Array, *, padding: int = SAME) -> bytes:
    """A model of one operator whose stride is its kernel."""
    channels, tall, wide, _ = weights.shape
    output = (1, data.shape[1] * tall, data.shape[2] * wide, channels)
    return transposed_convolution(
        data.shape, weights, bias, output, padding=padding, stride_height=tall, stride_width=wide
    )


def formula(data: Array, weights: Array, bias: Array) -> NDArray[np.float64]:
    """One output channel: each pixel becomes as many as the kernel has."""
    _, height, width, _ = data.shape
    _, tall, wide, _ = weights.shape
    pixels = np.einsum("hwc,klc->hkwl", data[0].astype(float), weights[0].astype(float)) + bias
    result: NDArray[np.float64] = pixels.reshape(1, height * tall, width * wide, 1)
    return result


def changed(model: bytes, change: Callable[[schema.ModelT], None]) -> bytes:
    """The model after `change` had its way with it."""
    made = schema.ModelT.InitFromObj(schema.Model.GetRootAs(model, 0))
    change(made)
    builder = flatbuffers.Builder(1024)
    builder.Finish(made.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def halved(model: schema.ModelT) -> None:
    """Keeps the constants as float16, which DEQUANTIZE makes floats of, as the selfie models do."""
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.DEQUANTIZE
    model.operatorCodes.append(code)
    (graph,) = model.subgraphs
    for index in (1, 2):
        full = graph.tensors[index]
        content = np.asarray(model.buffers[full.buffer].data, np.uint8).view(np.float32)
        model.buffers[full.buffer].data = content.astype(np.float16).view(np.uint8)
        half = tensor(f"half {index}", list(full.shape), kind=schema.TensorType.FLOAT16, buffer=full.buffer)
        full.buffer = 0
        made = operator([len(graph.tensors)], [index])
        made.opcodeIndex = 1
        graph.operators.insert(0, made)
        graph.tensors.append(half)


def run(model: bytes, data: Array, *, xnnpack: bool = True) -> Array:
    resolver = OpResolverType.AUTO if xnnpack else OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    interpreter = Interpreter(model_content=model, experimental_op_resolver_type=resolver)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], data)
    interpreter.invoke()
    found: Array = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    return found


def parts(
    seed: int, *, height: int = 3, width: int = 4, side: int = 2, depth: int = 5, channels: int = 1
) -> tuple[Array, Array, Array]:
    """Data, weights and bias, all of them numbers of float16."""
    rng = np.random.default_rng(seed)
    shapes = (1, height, width, depth), (channels, side, side, depth), (channels,)
    data, weights, bias = (rng.standard_normal(shape).astype(np.float16) for shape in shapes)
    return data.astype(np.float32), weights.astype(np.float32), bias.astype(np.float32)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    height=st.integers(1, 6),
    width=st.integers(1, 6),
    side=st.integers(2, 4),
    depth=st.integers(1, 9),
    padding=st.sampled_from([SAME, VALID]),
    half=st.booleans(),
    xnnpack=st.booleans(),
)
def test_replaced_operator_computes_the_formula(
    seed: int, height: int, width: int, side: int, depth: int, padding: int, half: bool, xnnpack: bool
) -> None:
    data, weights, bias = parts(seed, height=height, width=width, side=side, depth=depth)
    model = upscaling(data, weights, bias, padding=padding)
    if half:
        model = changed(model, halved)
    replaced = spread(model)
    assert model_file.custom_ops(replaced) == frozenset()
    expected = formula(data, weights, bias)
    np.testing.assert_allclose(run(replaced, data, xnnpack=xnnpack), expected, rtol=1e-5, atol=1e-5)


def test_model_without_the_operator_is_left_alone() -> None:
    model = addition()
    assert spread(model) is model


def test_no_model_is_an_error() -> None:
    with pytest.raises(ModelError, match="not a TensorFlow Lite model"):
        spread(b"no model at all")


@pytest.mark.parametrize(
    "wanted",
    [
        {"stride_width": 1, "output": (1, 6, 5, 1)},
        {"stride_height": 1, "output": (1, 4, 8, 1)},
        {"output": (1, 5, 8, 1)},
        {"padding": 0},
        {"padding": 3},
    ],
)
def test_other_strides_sizes_and_paddings_are_left_alone(wanted: dict[str, object]) -> None:
    data, weights, bias = parts(1)
    output = wanted.pop("output", (1, 6, 8, 1))
    settings: dict[str, object] = {"padding": VALID, "stride_width": 2, "stride_height": 2}
    model = transposed_convolution(data.shape, weights, bias, output, **(settings | wanted))  # type: ignore[arg-type]
    assert spread(model) is model


def test_several_channels_are_left_alone() -> None:
    model = upscaling(*parts(1, channels=2))
    assert spread(model) is model


def weights_are_an_output(model: schema.ModelT) -> None:
    model.subgraphs[0].outputs = [3, 1]


def weights_are_an_input(model: schema.ModelT) -> None:
    graph = model.subgraphs[0]
    graph.tensors[1].buffer = 0
    graph.inputs = [0, 1]


def height_is_open(model: schema.ModelT) -> None:
    model.subgraphs[0].tensors[0].shapeSignature = [1, -1, 4, 5]


def halves_are_used_twice(model: schema.ModelT) -> None:
    halved(model)
    model.subgraphs[0].outputs = [3, 4]


def one_of_two_is_another(model: schema.ModelT) -> None:
    """A second operator, on the same weights."""
    (graph,) = model.subgraphs
    graph.operators.append(graph.operators[0])


@pytest.mark.parametrize(
    "change",
    [
        weights_are_an_output,
        weights_are_an_input,
        height_is_open,
        halves_are_used_twice,
        one_of_two_is_another,
    ],
)
def test_what_else_is_used_or_open_is_left_alone(change: Callable[[schema.ModelT], None]) -> None:
    model = changed(upscaling(*parts(1)), change)
    assert spread(model) is model


@pytest.mark.parametrize("length", range(8, 600, 37))
def test_cut_off_models_are_left_to_the_runtime(length: int) -> None:
    """Whatever is missing, nothing but ModelError comes of it."""
    model = upscaling(*parts(1))[:length]
    with suppress(ModelError):
        assert spread(model) is model


@pytest.mark.parametrize("name", SELFIE)
def test_selfie_models_are_replaced_and_give_the_same_masks(name: str) -> None:
    """The body stays byte by byte, aligned; upstream's operator and its replacement agree."""
    model = model_bytes(name)
    assert OPERATOR in model_file.custom_ops(model)
    replaced = spread(model)
    grown = len(replaced) - len(model)
    assert grown % 64 == 0
    assert 0 < grown < 8192
    assert replaced[8 + grown :] == model[8:]
    assert model_file.custom_ops(replaced) == frozenset()
    height, width = (256, 256) if name == SELFIE[0] else (144, 256)
    data = np.random.default_rng(0).random((1, height, width, 3), np.float32)
    np.testing.assert_allclose(run(replaced, data), run(model, data), rtol=0, atol=1e-6)
