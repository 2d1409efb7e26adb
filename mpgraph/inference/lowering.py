"""Replaces MediaPipe's custom operator Convolution2DTransposeBias by the built-in TRANSPOSE_CONV.

That is for those that `mpgraph.inference.depth_to_space` leaves, which come first.
The two compute the same (up to the order of additions): the custom one has the inputs data, weights
and bias; the built-in one (version 3) has output_shape, weights, data and bias. The selfie models use
it, and runtimes without MediaPipe's kernels, or without XNNPACK, cannot run them otherwise.

Field numbers and codes are those of TensorFlow Lite's schema, version 3.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from mpgraph.errors import ModelError
from mpgraph.inference import model_file
from mpgraph.inference.depth_to_space import OPERATOR, spread
from mpgraph.inference.flatbuffer import Block, Ref, Scalar, Table

__all__ = ["lower"]

_TRANSPOSE_CONV = 67  # BuiltinOperator
_TRANSPOSE_CONV_VERSION = 3  # the first with a bias
_TRANSPOSE_CONV_OPTIONS = 49  # BuiltinOptions
_INT32 = 2  # TensorType
_CUSTOM_SAME, _CUSTOM_VALID = 1, 2  # TfLitePadding, in the custom options
_SAME, _VALID = 0, 1  # Padding, in the built-in options

_VERSION, _OPERATOR_CODES, _SUBGRAPHS, _DESCRIPTION, _BUFFERS = range(5)  # fields of Model
_TENSORS, _INPUTS, _OUTPUTS, _OPERATORS, _NAME = range(5)  # fields of SubGraph


@dataclass(frozen=True, slots=True)
class _Convolution:
    """A Convolution2DTransposeBias of a subgraph, and the indices of what it gets in addition."""

    opcode: int
    data: int  # tensors, by index
    weights: int
    bias: int
    output: int
    output_shape: tuple[int, ...]
    padding: int
    stride_width: int
    stride_height: int
    shape_tensor: int  # a new constant, the output shape
    shape_buffer: int  # and its content


def lower(model: bytes) -> bytes:
    """The model without Convolution2DTransposeBias; the same bytes if it has none.

    Raises:
        ModelError: The data is no model, or uses the operator in a way that the built-in cannot follow.
    """
    model = spread(model)
    if OPERATOR not in model_file.custom_ops(model):
        return model
    try:
        return _lowered(model_file.read(model))
    except (struct.error, IndexError, ValueError) as error:
        message = f"the operator {OPERATOR} of the model cannot be replaced: {error}"
        raise ModelError(message) from error


def _lowered(model: Table) -> bytes:
    codes, buffers = model.tables(_OPERATOR_CODES), model.tables(_BUFFERS)
    replaced = {index for index, code in enumerate(codes) if code.text(1) == OPERATOR}
    graphs: list[tuple[Table, dict[int, _Convolution]]] = []
    shapes: list[tuple[int, ...]] = []
    for graph in model.tables(_SUBGRAPHS):
        found = _convolutions(graph, replaced, len(buffers) + len(shapes))
        graphs.append((graph, found))
        shapes += [convolution.output_shape for convolution in found.values()]

    block = Block()
    root, code, code_list, graph_list, buffer_list = (block.label() for _ in range(5))
    new_graphs = [block.label() for _ in graphs]
    new_buffers = [block.label() for _ in shapes]
    fields = model.references(range(_DESCRIPTION, 8))
    fields |= {_VERSION: Scalar("I", model.scalar(_VERSION, "I"))}
    fields |= {_OPERATOR_CODES: code_list, _SUBGRAPHS: graph_list, _BUFFERS: buffer_list}
    block.table(root, fields)
    block.references(code_list, [code if i in replaced else c.ref for i, c in enumerate(codes)])
    block.references(graph_list, new_graphs)
    block.references(buffer_list, [*(buffer.ref for buffer in buffers), *new_buffers])
    for label, (graph, found) in zip(new_graphs, graphs, strict=True):
        _write_graph(block, label, graph, found)
    for label, shape in zip(new_buffers, shapes, strict=True):
        content = block.label()
        block.table(label, {0: content})
        block.raw(content, struct.pack(f"<{len(shape)}i", *shape), alignment=16)
    version, builtin = Scalar("i", _TRANSPOSE_CONV_VERSION), Scalar("i", _TRANSPOSE_CONV)
    block.table(code, {0: Scalar("b", _TRANSPOSE_CONV), 2: version, 3: builtin})
    return block.before(model.data, root)


def _convolutions(graph: Table, replaced: set[int], buffer: int) -> dict[int, _Convolution]:
    """The operators to replace, by index; `buffer` is the index of the first new buffer."""
    tensors = graph.tables(_TENSORS)
    found: dict[int, _Convolution] = {}
    for index, operator in enumerate(graph.tables(_OPERATORS)):
        opcode = operator.scalar(0, "I")
        if opcode not in replaced:
            continue
        data, weights, bias = operator.ints(1)
        (output,) = operator.ints(2)
        input_shape, output_shape = tensors[data].ints(0), tensors[output].ints(0)
        padding, stride_width, stride_height = struct.unpack_from("<3i", operator.raw(5))
        for size, wanted, stride, kernel in zip(
            input_shape[1:3],
            output_shape[1:3],
            (stride_height, stride_width),
            tensors[weights].ints(0)[1:3],
            strict=True,
        ):
            _check_size(size, wanted, stride, kernel, padding)
        found[index] = _Convolution(
            opcode,
            data,
            weights,
            bias,
            output,
            output_shape,
            padding,
            stride_width,
            stride_height,
            shape_tensor=len(tensors) + len(found),
            shape_buffer=buffer + len(found),
        )
    return found


def _check_size(size: int, output: int, stride: int, kernel: int, padding: int) -> None:
    """Raises ValueError unless TRANSPOSE_CONV pads an axis as the custom operator does."""
    if padding == _CUSTOM_SAME:
        fits = -(-output // stride) == size
    elif padding == _CUSTOM_VALID:
        fits = output == stride * (size - 1) + kernel
    else:
        fits = False
    if not fits:
        message = f"size {size} to {output} with kernel {kernel}, stride {stride}, padding {padding}"
        raise ValueError(message)


def _write_graph(block: Block, label: Ref, graph: Table, found: dict[int, _Convolution]) -> None:
    tensors, operators = graph.tables(_TENSORS), graph.tables(_OPERATORS)
    tensor_list, operator_list = block.label(), block.label()
    new_tensors = {index: block.label() for index in found}
    new_operators = {index: block.label() for index in found}
    fields = graph.references((_INPUTS, _OUTPUTS, _NAME))
    block.table(label, {**fields, _TENSORS: tensor_list, _OPERATORS: operator_list})
    block.references(tensor_list, [*(tensor.ref for tensor in tensors), *new_tensors.values()])
    block.references(operator_list, [new_operators.get(i) or o.ref for i, o in enumerate(operators)])
    for index, convolution in found.items():
        _write_shape_tensor(block, new_tensors[index], convolution)
        _write_operator(block, new_operators[index], convolution)


def _write_shape_tensor(block: Block, label: Ref, convolution: _Convolution) -> None:
    shape, name = block.label(), block.label()
    buffer = Scalar("I", convolution.shape_buffer)
    block.table(label, {0: shape, 1: Scalar("b", _INT32), 2: buffer, 3: name})
    block.ints(shape, [len(convolution.output_shape)])
    block.raw(name, f"{OPERATOR}/output_shape_{convolution.shape_tensor}".encode())


def _write_operator(block: Block, label: Ref, convolution: _Convolution) -> None:
    inputs, outputs, options = block.label(), block.label(), block.label()
    opcode, options_type = Scalar("I", convolution.opcode), Scalar("B", _TRANSPOSE_CONV_OPTIONS)
    block.table(label, {0: opcode, 1: inputs, 2: outputs, 3: options_type, 4: options})
    block.ints(inputs, [convolution.shape_tensor, convolution.weights, convolution.data, convolution.bias])
    block.ints(outputs, [convolution.output])
    padding = Scalar("b", _SAME if convolution.padding == _CUSTOM_SAME else _VALID)
    strides = Scalar("i", convolution.stride_width), Scalar("i", convolution.stride_height)
    block.table(options, {0: padding, 1: strides[0], 2: strides[1]})
