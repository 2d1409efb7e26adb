"""InferenceCalculatorLiteRt: runs a TensorFlow Lite model as a ``litert`` delegate says."""

from __future__ import annotations

from mpgraph.errors import ContractError
from mpgraph.inference import protocol

from .inference_gl import InferenceGl
from .inference_options import Backend, Delegate, LiteRt, Precision

__all__ = ["InferenceLiteRt"]


class InferenceLiteRt(InferenceGl, name="InferenceCalculatorLiteRt"):
    """Runs a TensorFlow Lite model on LiteRT's GPU accelerator if the delegate has ``gpu``, else on the CPU.

    The GPU computes all of the model, with half precision where it can unless ``precision`` is FP32; the CPU
    computes with XNNPACK on ``num_threads`` of ``cpu``. ``run_async``, ``wait_type``, caches and the like
    have no effect. Otherwise as `InferenceGl`.

    Raises:
        ContractError: A delegate other than ``litert`` or none, one with ``npu`` or ``webnn``, or with a
            backend of the GPU that is not WebGPU.

    Upstream: calculators/tensor/inference_calculator_litert.cc; spec calculators.md 3.

    Example::

        node {
          calculator: "InferenceCalculatorLiteRt"
          input_stream: "TENSORS:input_tensors"
          output_stream: "TENSORS:output_tensors"
          input_side_packet: "MODEL:model"
          options {
            [mediapipe.InferenceCalculatorOptions.ext] { delegate { litert { gpu { precision: FP32 } } } }
          }
        }
    """

    accepted = frozenset({None, "litert"})

    @classmethod
    def _check(cls, delegate: Delegate) -> None:
        super()._check(delegate)
        litert = delegate.litert or LiteRt()
        if litert.npu is not None or litert.webnn is not None:
            msg = "delegate litert has an accelerator that is not supported here; it takes cpu and gpu"
            raise ContractError(msg)
        backend = Backend.AUTOMATIC if litert.gpu is None else litert.gpu.backend
        if backend not in (Backend.AUTOMATIC, Backend.WEBGPU):
            msg = f"LiteRT's GPU backend {backend.name} is not supported here; expected WEBGPU or AUTOMATIC"
            raise ContractError(msg)

    def _computation(self, delegate: Delegate) -> tuple[protocol.Delegate, int]:
        litert = delegate.litert or LiteRt()
        if litert.gpu is not None:
            full = litert.gpu.precision is Precision.FP32
            return (protocol.Delegate.GPU if full else protocol.Delegate.GPU_HALF), 1
        threads = 0 if litert.cpu is None else litert.cpu.num_threads
        return protocol.Delegate.XNNPACK, threads if threads > 0 else -1
