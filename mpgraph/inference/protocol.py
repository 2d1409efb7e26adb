"""What inference is to the rest of mpgraph: an `Engine`, and `create_engine`, which picks a runtime."""

from __future__ import annotations

import enum
import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from mpgraph.errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Delegate", "Engine", "Signature", "TensorSpec", "create_engine"]


class Delegate(enum.Enum):
    """What computes the operators of a model."""

    NONE = "none"
    """The runtime's own kernels (upstream: no delegate, or ``tflite``)."""
    XNNPACK = "xnnpack"
    """XNNPACK where it has the operator, the runtime's own kernels elsewhere."""
    GPU = "gpu"
    """The GPU, all of it, with full precision."""
    GPU_HALF = "gpu_half"
    """The GPU, all of it, with half precision where it can."""


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """An input or output of a model.

    A value is ``(quantised - zero_point) * scale``; a `scale` of 0 says that the tensor is not quantised.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    scale: float = 0.0
    zero_point: int = 0


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature of a model: the names of its tensors, each with the index in the engine's list.

    Both are in the order in which the model lists them.
    """

    key: str
    inputs: Mapping[str, int]
    outputs: Mapping[str, int]


class Engine(Protocol):
    """A model that is ready to run.

    Not for use by several threads at once: a graph has one engine per node. `run` releases the GIL.
    """

    @property
    def device(self) -> str:
        """What computes it, for people."""

    @property
    def inputs(self) -> tuple[TensorSpec, ...]:
        """The inputs, in the model's order."""

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        """The outputs, in the model's order."""

    @property
    def signatures(self) -> tuple[Signature, ...]:
        """The model's signatures; many models have none."""

    def run(self, inputs: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        """Computes the outputs; they are arrays of their own, which the engine does not touch again.

        Args:
            inputs: One array per input, of its dtype and as many elements; the shape may differ, as
                upstream compares only sizes.

        Raises:
            ValueError: Inputs of another number, dtype or size.
            ModelError: The runtime failed.
        """

    def resize(self, shapes: Sequence[Sequence[int]]) -> None:
        """Gives the inputs other shapes; only dimensions that the model leaves open may change.

        Raises:
            ModelError: The model does not allow the shapes.
        """

    def close(self) -> None:
        """Frees the model's memory; afterwards nothing else may be called."""


_RUNTIMES = ("mpgraph.inference.litert", "mpgraph.inference.tflite_runtime")


def create_engine(
    model: bytes,
    *,
    delegate: Delegate = Delegate.NONE,
    num_threads: int = -1,
    custom_ops: frozenset[str] | None = None,
) -> Engine:
    """An engine for a model, on LiteRT if it is installed, otherwise on tflite-runtime.

    Args:
        model: The content of a .tflite file.
        delegate: What computes the operators.
        num_threads: Threads that one `Engine.run` may use; -1 leaves it to the runtime (one).
        custom_ops: The custom operators that the graph allows (its op resolver); None allows every one
            that can be computed.

    Raises:
        ModelError: Not a model, a damaged one, one with an operator that nothing here computes or the
            graph does not allow, or no runtime is installed.
    """
    from mpgraph.inference import model_file

    needed = model_file.custom_ops(model)
    if custom_ops is not None and (missing := needed - custom_ops):
        message = (
            f"the model needs the custom operator {', '.join(sorted(missing))}, which the op resolver of the "
            "graph does not have; a TfLiteCustomOpResolverCalculator provides upstream's"
        )
        raise ModelError(message)
    if delegate in (Delegate.GPU, Delegate.GPU_HALF):
        return _gpu_engine(model, delegate)
    failures = []
    for name in _RUNTIMES:
        try:
            runtime = importlib.import_module(name)
        except ImportError as error:
            failures.append(str(error))
        else:
            engine: Engine = runtime.create(model, delegate, num_threads)
            return engine
    message = (
        f"no TensorFlow Lite runtime can be loaded ({'; '.join(failures)}); type `pip install ai-edge-litert`"
        ", or on Python 3.11 with numpy < 2 `pip install tflite-runtime`"
    )
    raise ModelError(message)


def _gpu_engine(model: bytes, delegate: Delegate) -> Engine:
    try:
        from mpgraph.inference.litert_gpu import GpuEngine
    except ImportError as error:
        message = f"inference on the GPU needs LiteRT ({error}); type `pip install ai-edge-litert`"
        raise ModelError(message) from error
    return GpuEngine(model, allow_precision_loss=delegate is Delegate.GPU_HALF)
