"""InferenceCalculatorGl and InferenceCalculatorGlAdvanced: run a TensorFlow Lite model on the GPU."""

from __future__ import annotations

import logging

from mpgraph.context import Context
from mpgraph.errors import ModelError
from mpgraph.gpu import DEVICE
from mpgraph.inference import protocol
from mpgraph.inference.protocol import Engine

from .inference_cpu import InferenceCpu
from .inference_options import Delegate

__all__ = ["InferenceGl", "InferenceGlAdvanced"]

logger = logging.getLogger(__name__)


class InferenceGl(InferenceCpu, name="InferenceCalculatorGl", services=(DEVICE,)):
    """Runs a TensorFlow Lite model on the GPU, all of it, by LiteRT's GPU accelerator.

    A model that cannot run there runs on the CPU, all of it, and a warning says why; with the service
    `DEVICE` at ``gpu`` that is an error.

    It computes with full precision unless the options have a ``gpu`` delegate that allows less, as one does
    that says nothing of it. The other options of the delegate are of upstream's own GPU code, and of no
    effect here. Tensors come from memory and go there: LiteRT shares no buffers with the images' device.
    Ports and errors are those of `InferenceCpu`.

    Raises:
        ContractError: A delegate other than ``gpu`` or none.
        ModelError: The model cannot be read or run; with device ``gpu`` also: there is no GPU that LiteRT can
            use, or the model has an operator that it cannot compute.

    Upstream: calculators/tensor/inference_calculator_gl.cc; spec calculators.md 3.

    Example::

        node {
          calculator: "InferenceCalculatorGl"
          input_stream: "TENSORS:input_tensors"
          output_stream: "TENSORS:output_tensors"
          input_side_packet: "MODEL:model"
          input_side_packet: "OP_RESOLVER:op_resolver"
        }
    """

    accepted = frozenset({None, "gpu"})

    def _computation(self, delegate: Delegate) -> tuple[protocol.Delegate, int]:
        half = delegate.gpu is not None and delegate.gpu.allow_precision_loss
        return (protocol.Delegate.GPU_HALF if half else protocol.Delegate.GPU), 1

    def _create_engine(
        self, cc: Context, model: bytes, kind: protocol.Delegate, threads: int, custom_ops: frozenset[str]
    ) -> Engine:
        try:
            return super()._create_engine(cc, model, kind, threads, custom_ops)
        except ModelError as error:
            if not self._on_gpu or cc.service(DEVICE).kind == "gpu":
                raise
            logger.warning('node "%s" runs its model on the CPU: %s', cc.node_name, error)
        self._on_gpu = False
        return super()._create_engine(cc, model, protocol.Delegate.XNNPACK, -1, custom_ops)


class InferenceGlAdvanced(InferenceGl, name="InferenceCalculatorGlAdvanced"):
    """Runs a TensorFlow Lite model on the GPU, with half precision unless forbidden; else as `InferenceGl`.

    Upstream: calculators/tensor/inference_calculator_gl_advanced.cc; spec calculators.md 3.

    Example::

        node {
          calculator: "InferenceCalculatorGlAdvanced"
          input_stream: "TENSORS:input_tensors"
          output_stream: "TENSORS:output_tensors"
          input_side_packet: "MODEL:model"
          options {
            [mediapipe.InferenceCalculatorOptions.ext] { delegate { gpu { allow_precision_loss: false } } }
          }
        }
    """

    def _computation(self, delegate: Delegate) -> tuple[protocol.Delegate, int]:
        half = delegate.gpu is None or delegate.gpu.allow_precision_loss
        return (protocol.Delegate.GPU_HALF if half else protocol.Delegate.GPU), 1
