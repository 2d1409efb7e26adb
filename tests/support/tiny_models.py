"""Very small TensorFlow Lite models, made with the schema that LiteRT ships."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

import flatbuffers  # type: ignore[import-untyped]
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

SAME, VALID = 1, 2  # TfLitePadding


def tensor(
    name: str,
    shape: Sequence[int],
    *,
    kind: int = schema.TensorType.FLOAT32,
    buffer: int = 0,
    open_shape: Sequence[int] | None = None,
    quantization: tuple[float, int] | None = None,
) -> schema.TensorT:
    made = schema.TensorT()
    made.name, made.shape, made.type, made.buffer = name, list(shape), kind, buffer
    made.shapeSignature = None if open_shape is None else list(open_shape)
    if quantization:
        made.quantization = schema.QuantizationParametersT()
        made.quantization.scale, made.quantization.zeroPoint = [quantization[0]], [quantization[1]]
    return made


def operator(
    inputs: Sequence[int],
    outputs: Sequence[int],
    *,
    options: object = None,
    kind: int = 0,
    custom: bytes = b"",
) -> schema.OperatorT:
    made = schema.OperatorT()
    made.inputs, made.outputs = list(inputs), list(outputs)
    made.builtinOptions, made.builtinOptionsType = options, kind
    made.customOptions = list(custom) if custom else None
    return made


def model(
    tensors: Sequence[schema.TensorT],
    operators: Sequence[schema.OperatorT],
    inputs: Sequence[int],
    outputs: Sequence[int],
    *,
    builtin: int = schema.BuiltinOperator.ADD,
    custom: str | None = None,
    constants: Sequence[bytes] = (),
    signatures: Mapping[str, tuple[Mapping[str, int], Mapping[str, int]]] | None = None,
) -> bytes:
    """A model of one subgraph, all of whose operators have one code. Constants are buffers 1, 2, ..."""
    code = schema.OperatorCodeT()
    code.builtinCode = schema.BuiltinOperator.CUSTOM if custom else builtin
    code.deprecatedBuiltinCode = code.builtinCode
    code.customCode, code.version = custom, 1
    graph = schema.SubGraphT()
    graph.name, graph.tensors, graph.operators = "main", list(tensors), list(operators)
    graph.inputs, graph.outputs = list(inputs), list(outputs)
    made = schema.ModelT()
    made.version, made.description = 3, "tiny"
    made.operatorCodes, made.subgraphs, made.buffers = [code], [graph], [schema.BufferT()]
    for content in constants:
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(content, np.uint8)
        made.buffers.append(buffer)
    if signatures:
        made.signatureDefs = [_signature(key, *names) for key, names in signatures.items()]
    builder = flatbuffers.Builder(1024)
    builder.Finish(made.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _signature(key: str, inputs: Mapping[str, int], outputs: Mapping[str, int]) -> schema.SignatureDefT:
    made = schema.SignatureDefT()
    made.signatureKey, made.subgraphIndex = key, 0
    made.inputs, made.outputs = _map(inputs), _map(outputs)
    return made


def _map(names: Mapping[str, int]) -> list[schema.TensorMapT]:
    entries = []
    for name, index in names.items():
        entry = schema.TensorMapT()
        entry.name, entry.tensorIndex = name, index
        entries.append(entry)
    return entries


def addition(shape: Sequence[int] = (1, 4), *, open_shape: Sequence[int] | None = None) -> bytes:
    """``sum = left + right``, with the signature ``serving`` that names them l, r and s."""
    tensors = [tensor(name, shape, open_shape=open_shape) for name in ("right", "sum", "left")]
    add = operator([2, 0], [1], options=schema.AddOptionsT(), kind=schema.BuiltinOptions.AddOptions)
    signatures = {"serving": ({"l": 2, "r": 0}, {"s": 1})}
    return model(tensors, [add], [2, 0], [1], signatures=signatures)


def transposed_convolution(
    data_shape: Sequence[int],
    weights: NDArray[np.float32],
    bias: NDArray[np.float32],
    output_shape: Sequence[int],
    *,
    padding: int,
    stride_width: int,
    stride_height: int,
) -> bytes:
    """A model of one Convolution2DTransposeBias."""
    tensors = [
        tensor("data", data_shape),
        tensor("weights", weights.shape, buffer=1),
        tensor("bias", bias.shape, buffer=2),
        tensor("out", output_shape),
    ]
    custom = struct.pack("<3i", padding, stride_width, stride_height)
    constants = [weights.tobytes(), bias.tobytes()]
    node = operator([0, 1, 2], [3], custom=custom)
    return model(tensors, [node], [0], [3], custom="Convolution2DTransposeBias", constants=constants)


def matrix_diagonal() -> bytes:
    """A model of the operator MATRIX_DIAG, which the CPU has and the GPU has not."""
    return model(
        [tensor("x", [1, 3]), tensor("y", [1, 3, 3])],
        [operator([0], [1])],
        [0],
        [1],
        builtin=schema.BuiltinOperator.MATRIX_DIAG,
    )
