"""Inference on LiteRT (the package ai-edge-litert). Importing this module loads it."""

from __future__ import annotations

from typing import Any

from ai_edge_litert.interpreter import Interpreter, OpResolverType

from mpgraph.inference import lowering
from mpgraph.inference.depth_to_space import spread
from mpgraph.inference.interpreter import InterpreterEngine
from mpgraph.inference.protocol import Delegate

__all__ = ["create"]

_RESOLVERS = {
    Delegate.NONE: OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    Delegate.XNNPACK: OpResolverType.AUTO,
}


def create(model: bytes, delegate: Delegate, num_threads: int) -> InterpreterEngine:
    """An engine for a model; see `mpgraph.inference.protocol.create_engine`.

    The custom operator Convolution2DTransposeBias, which LiteRT computes in XNNPACK only, is replaced by
    built-in ones of the same effect: without XNNPACK always, with it where that is quicker
    (`mpgraph.inference.lowering`, `mpgraph.inference.depth_to_space`).
    """
    replaced = spread if delegate is Delegate.XNNPACK else lowering.lower

    def interpreter(content: bytes) -> Any:
        return Interpreter(
            model_content=content,
            num_threads=num_threads if num_threads > 0 else None,
            experimental_op_resolver_type=_RESOLVERS[delegate],
        )

    threads = f"{num_threads} thread{'s' * (num_threads > 1)}" if num_threads > 0 else "1 thread"
    kernels = "XNNPACK" if delegate is Delegate.XNNPACK else "TensorFlow Lite"
    return InterpreterEngine(replaced(model), interpreter, f"CPU ({kernels}, {threads})")
