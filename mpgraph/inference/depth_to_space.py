"""Replaces Convolution2DTransposeBias with stride = kernel by the built-in CONV_2D and DEPTH_TO_SPACE.

Where the kernel of MediaPipe's custom operator is a k x k square, as large as the stride, each pixel of the
output comes of one pixel of the input: the operator is a 1x1 convolution to k*k channels, laid out as k x k
pixels, with the very same sums. XNNPACK's kernel for it works out sixteen channels whatever there are, which
for the selfie models' one is a third of the whole inference; the two built-in operators take hardly any time.

Only operators with one output channel are replaced: their weights are then in the right order as they are.
Field numbers and codes are those of TensorFlow Lite's schema, version 3.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from mpgraph.inference import model_file
from mpgraph.inference.flatbuffer import Block, Ref, Scalar, Table

__all__ = ["OPERATOR", "spread"]

OPERATOR = "Convolution2DTransposeBias"

_CONV_2D, _DEPTH_TO_SPACE, _DEQUANTIZE = 3, 5, 6  # BuiltinOperator
_CONV_2D_OPTIONS, _DEPTH_TO_SPACE_OPTIONS = 1, 94  # BuiltinOptions
_FLOAT32, _FLOAT16 = 0, 1  # TensorType
_PADDINGS = (1, 2)  # TfLitePadding: same and valid, which are one here

_OPERATOR_CODES, _SUBGRAPHS, _BUFFERS = 1, 2, 4  # fields of Model
_TENSORS, _INPUTS, _OUTPUTS, _OPERATORS, _NAME = range(5)  # fields of SubGraph


@dataclass(slots=True)
class _Spread:
    """What becomes of a subgraph.

    Attributes:
        shapes: New shapes of tensors, by index.
        repeated: How often the content of a tensor is repeated, by index.
        convolutions: By operator's index: data, weights, bias, output, and k.
    """

    shapes: dict[int, tuple[int, ...]] = field(default_factory=dict)
    repeated: dict[int, int] = field(default_factory=dict)
    convolutions: dict[int, tuple[int, int, int, int, int]] = field(default_factory=dict)


def spread(model: bytes) -> bytes:
    """The model without Convolution2DTransposeBias; the same bytes unless all of them can be replaced.

    Raises:
        ModelError: The data is no model.
    """
    if OPERATOR not in model_file.custom_ops(model):
        return model
    root = model_file.read(model)
    try:
        plans = [_plan(root, graph) for graph in root.tables(_SUBGRAPHS)]
        return model if None in plans else _written(root, [plan for plan in plans if plan is not None])
    except (struct.error, IndexError, ValueError):  # whatever is wrong with it, the runtime says it better
        return model


def _plan(model: Table, graph: Table) -> _Spread | None:
    """What becomes of the subgraph; None if one of its operators cannot be replaced."""
    codes, buffers = model.tables(_OPERATOR_CODES), model.tables(_BUFFERS)
    tensors, operators = graph.tables(_TENSORS), graph.tables(_OPERATORS)
    uses = Counter([*graph.ints(_INPUTS), *graph.ints(_OUTPUTS)])
    uses.update(index for operator in operators for index in operator.ints(1))
    halves = {  # what DEQUANTIZE makes floats of
        operator.ints(2)[0]: operator.ints(1)[0]
        for operator in operators
        if _builtin(codes[operator.scalar(0, "I")]) == _DEQUANTIZE
    }

    def constants(index: int) -> list[int]:
        """The tensors, of one use each, that make a constant, its content last; empty if it is none."""
        kind = (tensors[index].scalar(1, "b"), uses[index])
        if kind == (_FLOAT32, 1) and index in halves:
            source = halves[index]
            half = (tensors[source].scalar(1, "b"), uses[source]) == (_FLOAT16, 1)
            return [index, source] if half and has_content(source) else []
        return [index] if kind == (_FLOAT32, 1) and has_content(index) else []

    def has_content(index: int) -> bool:
        return bool(buffers[tensors[index].scalar(2, "I")].raw(0))

    plan = _Spread()
    for index, operator in enumerate(operators):
        if codes[operator.scalar(0, "I")].text(1) != OPERATOR:
            continue
        data, weights, bias = operator.ints(1)
        (output,) = operator.ints(2)
        size = _size(operator, tensors[data], tensors[weights], tensors[output])
        kernel, offset = constants(weights), constants(bias)
        if not (size and kernel and offset):
            return None
        channels = size * size
        plan.shapes |= dict.fromkeys(kernel, (channels, 1, 1, tensors[weights].ints(0)[3]))
        plan.shapes |= dict.fromkeys(offset, (channels,))
        plan.repeated[offset[-1]] = channels
        plan.convolutions[index] = (data, weights, bias, output, size)
    return plan


def _builtin(code: Table) -> int:
    return max(code.scalar(0, "b"), code.scalar(3, "i"))


def _size(operator: Table, data: Table, weights: Table, output: Table) -> int:
    """The side of the kernel, of one output channel, if it is a square as large as the stride; else 0."""
    padding, stride_width, stride_height = struct.unpack_from("<3i", operator.raw(5))
    batch, height, width, depth = data.ints(0)
    one, size, _, _ = weights.ints(0)
    fits = (
        padding in _PADDINGS
        and one == 1
        and size > 1
        and weights.ints(0) == (1, stride_height, stride_width, depth) == (1, size, size, depth)
        and output.ints(0) == (batch, size * height, size * width, 1)
        and all(side >= 0 for side in data.ints(7))  # none is left open
        and data.scalar(1, "b") == output.scalar(1, "b") == _FLOAT32
    )
    return size if fits else 0


def _written(model: Table, plans: list[_Spread]) -> bytes:
    codes, buffers = model.tables(_OPERATOR_CODES), model.tables(_BUFFERS)
    graphs = model.tables(_SUBGRAPHS)
    block = Block()
    root, convolve, lay_out, code_list, graph_list, buffer_list = (block.label() for _ in range(6))
    new_graphs = [block.label() for _ in graphs]
    contents = [
        buffers[graph.tables(_TENSORS)[tensor].scalar(2, "I")].raw(0) * times
        for graph, plan in zip(graphs, plans, strict=True)
        for tensor, times in plan.repeated.items()
    ]
    new_buffers = [block.label() for _ in contents]
    fields = model.references(range(3, 8))
    fields |= {0: Scalar("I", model.scalar(0, "I"))}
    fields |= {_OPERATOR_CODES: code_list, _SUBGRAPHS: graph_list, _BUFFERS: buffer_list}
    block.table(root, fields)
    kept = [convolve if code.text(1) == OPERATOR else code.ref for code in codes]
    block.references(code_list, [*kept, lay_out])
    block.references(graph_list, new_graphs)
    block.references(buffer_list, [*(buffer.ref for buffer in buffers), *new_buffers])
    buffer = len(buffers)
    for label, graph, plan in zip(new_graphs, graphs, plans, strict=True):
        _write_graph(block, label, graph, plan, code=len(codes), buffer=buffer)
        buffer += len(plan.repeated)
    for label, content in zip(new_buffers, contents, strict=True):
        data = block.label()
        block.table(label, {0: data})
        block.raw(data, content, alignment=16)
    for label, builtin in ((convolve, _CONV_2D), (lay_out, _DEPTH_TO_SPACE)):
        block.table(label, {0: Scalar("b", builtin), 2: Scalar("i", 1), 3: Scalar("i", builtin)})
    return block.before(model.data, root)


def _write_graph(block: Block, label: Ref, graph: Table, plan: _Spread, *, code: int, buffer: int) -> None:
    """Writes a subgraph; `code` is that of DEPTH_TO_SPACE, `buffer` the first of the new ones."""
    tensors, operators = graph.tables(_TENSORS), graph.tables(_OPERATORS)
    tensor_list, operator_list = block.label(), block.label()
    shaped = {index: block.label() for index in plan.shapes}
    made = {index: block.label() for index in plan.convolutions}
    pairs = {index: [block.label(), block.label()] for index in plan.convolutions}
    fields = graph.references((_INPUTS, _OUTPUTS, _NAME))
    block.table(label, {**fields, _TENSORS: tensor_list, _OPERATORS: operator_list})
    old = [shaped.get(index) or tensor.ref for index, tensor in enumerate(tensors)]
    block.references(tensor_list, [*old, *made.values()])
    steps = [pairs.get(index) or [operator.ref] for index, operator in enumerate(operators)]
    block.references(operator_list, [step for pair in steps for step in pair])
    buffers = dict(zip(plan.repeated, range(buffer, buffer + len(plan.repeated)), strict=True))
    for index, shape in plan.shapes.items():
        tensor = tensors[index]
        content = Scalar("I", buffers.get(index, tensor.scalar(2, "I")))
        kind = {1: Scalar("b", tensor.scalar(1, "b")), 2: content}
        _write_tensor(block, shaped[index], shape, {**kind, **tensor.references((3,))})
    for between, (index, found) in enumerate(plan.convolutions.items(), start=len(tensors)):
        data, weights, bias, output, size = found
        shape = (*tensors[data].ints(0)[:3], size * size)
        _write_tensor(
            block, made[index], shape, {1: Scalar("b", _FLOAT32), **tensors[output].references((3,))}
        )
        convolution, layout = pairs[index]
        own = operators[index].scalar(0, "I")
        stride = {1: Scalar("i", 1), 2: Scalar("i", 1)}
        _write_operator(block, convolution, own, (data, weights, bias), between, _CONV_2D_OPTIONS, stride)
        block_size = {0: Scalar("i", size)}
        _write_operator(block, layout, code, (between,), output, _DEPTH_TO_SPACE_OPTIONS, block_size)


def _write_tensor(
    block: Block, label: Ref, shape: tuple[int, ...], fields: Mapping[int, Scalar | Ref]
) -> None:
    sizes = block.label()
    block.table(label, {0: sizes, **fields})
    block.ints(sizes, shape)


def _write_operator(
    block: Block,
    label: Ref,
    code: int,
    inputs: tuple[int, ...],
    output: int,
    options_type: int,
    options: Mapping[int, Scalar | Ref],
) -> None:
    takes, gives, details = block.label(), block.label(), block.label()
    kind = Scalar("B", options_type)
    block.table(label, {0: Scalar("I", code), 1: takes, 2: gives, 3: kind, 4: details})
    block.ints(takes, inputs)
    block.ints(gives, (output,))
    block.table(details, options)
