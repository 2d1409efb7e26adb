"""Inference on tflite-runtime (Python 3.11 and numpy < 2 only). Importing this module loads it.

It does not know MediaPipe's custom operators, so `mpgraph.inference.lowering` replaces them.
"""

from __future__ import annotations

from typing import Any

from tflite_runtime.interpreter import Interpreter, OpResolverType

from mpgraph.inference import lowering
from mpgraph.inference.interpreter import InterpreterEngine
from mpgraph.inference.protocol import Delegate

__all__ = ["create"]

_RESOLVERS = {
    Delegate.NONE: OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    Delegate.XNNPACK: OpResolverType.AUTO,
}


def create(model: bytes, delegate: Delegate, num_threads: int) -> InterpreterEngine:
    """An engine for a model; see `mpgraph.inference.protocol.create_engine`."""

    def interpreter(content: bytes) -> Any:
        return Interpreter(
            model_content=content,
            num_threads=num_threads if num_threads > 0 else None,
            experimental_op_resolver_type=_RESOLVERS[delegate],
        )

    return InterpreterEngine(lowering.lower(model), interpreter)
