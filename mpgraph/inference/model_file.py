"""What a .tflite file says about itself (TensorFlow Lite's schema, version 3)."""

from __future__ import annotations

import struct
from collections.abc import Mapping

from mpgraph.errors import ModelError
from mpgraph.inference import flatbuffer
from mpgraph.inference.flatbuffer import Table
from mpgraph.inference.protocol import Signature

__all__ = ["custom_ops", "read", "signatures"]

_IDENTIFIER = b"TFL3"


def read(model: bytes) -> Table:
    """The model's root table.

    Raises:
        ModelError: The data is empty or is no TensorFlow Lite model.
    """
    if not model:
        message = "the model is empty (0 bytes)"
        raise ModelError(message)
    if model[4:8] != _IDENTIFIER:
        message = (
            f"this is not a TensorFlow Lite model: expected the identifier TFL3 at byte 4, "
            f"found {model[4:8]!r} ({len(model)} bytes in all)"
        )
        raise ModelError(message)
    return flatbuffer.root(model)


def custom_ops(model: bytes) -> frozenset[str]:
    """The names of the custom operators that the model uses.

    Raises:
        ModelError: The data is no TensorFlow Lite model, or a damaged one.
    """
    try:
        return frozenset(name for code in read(model).tables(1) if (name := code.text(1)))
    except (struct.error, UnicodeDecodeError) as error:
        raise ModelError(_damaged(model)) from error


def signatures(model: bytes) -> tuple[Signature, ...]:
    """The signatures of the model's first subgraph; most of MediaPipe's models have none.

    Raises:
        ModelError: The data is no TensorFlow Lite model, or a damaged one.
    """
    try:
        table = read(model)
        graph = table.tables(2)[0]
        inputs = {tensor: index for index, tensor in enumerate(graph.ints(1))}
        outputs = {tensor: index for index, tensor in enumerate(graph.ints(2))}
        return tuple(
            Signature(entry.text(2), _names(entry, 0, inputs), _names(entry, 1, outputs))
            for entry in table.tables(7)
            if entry.scalar(4, "I") == 0
        )
    except (struct.error, UnicodeDecodeError, IndexError, KeyError) as error:
        raise ModelError(_damaged(model)) from error


def _names(signature: Table, number: int, indices: Mapping[int, int]) -> dict[str, int]:
    return {entry.text(0): indices[entry.scalar(1, "I")] for entry in signature.tables(number)}


def _damaged(model: bytes) -> str:
    return f"the model is damaged or cut off ({len(model)} bytes)"
