"""TfLiteInferenceCalculator: runs a TensorFlow Lite model."""

from __future__ import annotations

import logging
from enum import IntEnum

import numpy as np

from mpgraph import inference
from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.model import OpResolver, TfLiteModel
from mpgraph.formats.tensor import Quantization, TfLiteTensor
from mpgraph.gpu import DEVICE, Device
from mpgraph.inference import protocol
from mpgraph.inference.protocol import create_engine
from mpgraph.options import option, options, which_oneof
from mpgraph.ports import Input, Output, SideInput

from ..port_rules import no_gpu
from ..tensor.inference import has_gpu

__all__ = ["TfLiteInference", "TfLiteInferenceOptions"]

logger = logging.getLogger(__name__)

_NAME = "mediapipe.TfLiteInferenceCalculatorOptions"


class Api(IntEnum):
    """``Delegate.Gpu.Api``."""

    ANY = 0
    OPENGL = 1
    OPENCL = 2


class InferenceUsage(IntEnum):
    """``Delegate.Gpu.InferenceUsage``."""

    UNSPECIFIED = 0
    FAST_SINGLE_ANSWER = 1
    SUSTAINED_SPEED = 2


@options(message=f"{_NAME}.Delegate.TfLite")
class TfLite:
    """TensorFlow Lite's own kernels."""


@options(message=f"{_NAME}.Delegate.Gpu")
class Gpu:
    """The GPU, by LiteRT; of these only `allow_precision_loss` has an effect."""

    use_advanced_gpu_api: bool = option(1)
    cached_kernel_path: str = option(2)
    allow_precision_loss: bool = option(3, default=True)
    api: Api = option(4)
    usage: InferenceUsage = option(5, default=InferenceUsage.SUSTAINED_SPEED)


@options(message=f"{_NAME}.Delegate.Nnapi")
class Nnapi:
    """Android's; elsewhere the CPU, as if it were not set."""

    cache_dir: str = option(1)
    model_token: str = option(2)


@options(message=f"{_NAME}.Delegate.Xnnpack")
class Xnnpack:
    """XNNPACK, with so many threads; -1: as many as are good."""

    num_threads: int = option(1, default=-1)


@options(message=f"{_NAME}.Delegate")
class TfLiteDelegate:
    """What computes the model."""

    tflite: TfLite | None = option(1, default=None, oneof="delegate")
    gpu: Gpu | None = option(2, default=None, oneof="delegate")
    nnapi: Nnapi | None = option(3, default=None, oneof="delegate")
    xnnpack: Xnnpack | None = option(4, default=None, oneof="delegate")


@options(message=_NAME, extension=233867213)
class TfLiteInferenceOptions:
    """The model and what computes it.

    Attributes:
        model_path: Of the ``.tflite`` file.
        use_gpu: Deprecated for a delegate, which goes before it.
        use_nnapi, try_mmap_model: Without effect.
        cpu_num_thread: Threads; -1: as many as are good.
        delegate: What computes the model; none: TensorFlow Lite's own kernels.
    """

    model_path: str = option(1)
    use_gpu: bool = option(2)
    use_nnapi: bool = option(3)
    cpu_num_thread: int = option(4, default=-1)
    delegate: TfLiteDelegate = option(5, default=TfLiteDelegate())
    try_mmap_model: bool = option(6)


class TfLiteInference(
    Calculator,
    name="TfLiteInferenceCalculator",
    input_policy="FixedSizeInputStreamHandler",
    services=(DEVICE,),
):
    """Runs a TensorFlow Lite model.

    That is on the GPU if a delegate ``gpu`` or ``use_gpu`` asks for it, else on the CPU; the service `DEVICE`
    goes before them. Where there is no GPU, the CPU computes, and a warning says so.
    While one set of tensors is worked on, all but the newest of those that come are dropped.

    Inputs:
        TENSORS: Vector of TfLiteTensor, one for each input of the model, of its element type and as many
            elements.

    Outputs:
        TENSORS: Vector of TfLiteTensor, one for each output of the model.

    Side inputs:
        MODEL: TfLiteModel, unless the option model_path is set.
        CUSTOM_OP_RESOLVER: OpResolver, optional: the custom operators that the model may use.

    Raises:
        ContractError: Not exactly one of MODEL and model_path is given, or a stream of tensors on the GPU.
        ModelError: The model cannot be read or run.
        ValueError: Tensors that do not fit the model.

    Upstream: calculators/tflite/tflite_inference_calculator.cc.

    Example::

        node {
          calculator: "TfLiteInferenceCalculator"
          input_stream: "TENSORS:image_tensor"
          output_stream: "TENSORS:detection_tensors"
          options {
            [mediapipe.TfLiteInferenceCalculatorOptions.ext] {
              model_path: "mediapipe/models/ssdlite_object_detection.tflite"
            }
          }
        }
    """

    options: TfLiteInferenceOptions
    tensors_in = Input[list[TfLiteTensor]]("TENSORS")
    tensors_out = Output[list[TfLiteTensor]]("TENSORS")
    custom_op_resolver = SideInput[OpResolver]("CUSTOM_OP_RESOLVER", optional=True)
    model = SideInput[TfLiteModel]("MODEL", optional=True)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports; checks where the model is and what is to compute it."""
        no_gpu(contract)
        super().get_contract(contract)
        options = contract.options(TfLiteInferenceOptions)
        if bool(options.model_path) == contract.side_inputs.has("MODEL"):
            msg = "the model must be given either by the option model_path or by the side packet MODEL"
            raise ContractError(msg)

    def open(self, cc: Context) -> None:
        """Makes the engine."""
        options = self.options
        if self.model in cc:
            model = cc[self.model]
        elif options.model_path:
            model = TfLiteModel(cc.resources.read(options.model_path))
        else:
            msg = "there is no model: the side packet MODEL was not given"
            raise ValueError(msg)
        resolver = cc.get(self.custom_op_resolver, OpResolver())
        kind, threads = self._computation(cc.service(DEVICE))
        self._engine = create_engine(
            model.data,
            delegate=kind,
            num_threads=threads if threads != -1 else inference.default_threads(),
            custom_ops=resolver.custom_ops,
        )

        logger.info('node "%s": inference on %s', cc.node_name, self._engine.device)

    def _computation(self, device: Device) -> tuple[protocol.Delegate, int]:
        """What computes the model, and the number of threads that the options ask for, -1 if none."""
        options, delegate = self.options, self.options.delegate
        xnnpack = delegate.xnnpack
        asks = delegate.gpu is not None or (options.use_gpu and which_oneof(delegate, "delegate") is None)
        if device.kind == "gpu" or (device.kind == "auto" and asks and has_gpu(device, asked=True)):
            half = asks and (delegate.gpu is None or delegate.gpu.allow_precision_loss)
            return (protocol.Delegate.GPU_HALF if half else protocol.Delegate.GPU), 1
        if xnnpack is not None:
            return protocol.Delegate.XNNPACK, xnnpack.num_threads
        if asks or device.kind == "cpu":
            return protocol.Delegate.XNNPACK, -1
        return protocol.Delegate.NONE, options.cpu_num_thread

    def process(self, cc: Context) -> None:
        """Runs the model."""
        if self.tensors_in not in cc:
            return
        given = cc[self.tensors_in]
        if len(given) != len(self._engine.inputs):
            msg = f"the model takes {len(self._engine.inputs)} tensors, got {len(given)}"
            raise ValueError(msg)
        found = self._engine.run([tensor.data for tensor in given])
        cc.send(
            self.tensors_out,
            [
                TfLiteTensor(np.atleast_1d(array), quantization=Quantization(spec.scale, spec.zero_point))
                for array, spec in zip(found, self._engine.outputs, strict=True)
            ],
        )

    def close(self, cc: Context) -> None:
        """Frees the engine."""
        self._engine.close()
