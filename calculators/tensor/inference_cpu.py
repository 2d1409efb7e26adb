"""InferenceCalculatorCpu and InferenceCalculatorXnnpack: run a TensorFlow Lite model on the CPU."""

from __future__ import annotations

import logging
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from mpgraph import inference
from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.model import OpResolver, TfLiteModel
from mpgraph.formats.tensor import Quantization, Tensor
from mpgraph.inference import protocol
from mpgraph.inference.protocol import Engine, TensorSpec, create_engine
from mpgraph.options import merge, which_oneof
from mpgraph.ports import Input, Inputs, Output, Outputs, SideInput

from ..port_rules import exactly_one
from .inference_io import TensorOrder
from .inference_options import Delegate, InferenceOptions, InputOutputConfig

__all__ = ["InferenceCpu", "InferenceXnnpack"]

logger = logging.getLogger(__name__)

_OUTPUT_DTYPES = frozenset(np.dtype(dtype) for dtype in (np.float32, np.uint8, np.int8, np.int32, np.bool_))


class InferenceCpu(Calculator, name="InferenceCalculatorCpu"):
    """Runs a TensorFlow Lite model on the CPU.

    Delegate ``xnnpack`` computes with XNNPACK, ``tflite`` and none with the runtime's own kernels. The
    number of threads is the option's, else `mpgraph.inference.default_threads`.

    Inputs:
        TENSORS: Vector of Tensor; or TENSOR:*: a Tensor each. Each must have the element type and the
            number of elements of the model's input. Without a packet, or if one of the TENSOR streams
            has none, nothing is sent.

    Outputs:
        TENSORS: Vector of Tensor; or TENSOR:*: the first ones, a Tensor each.

    Side inputs:
        MODEL: TfLiteModel, unless the option model_path is set.
        OP_RESOLVER, CUSTOM_OP_RESOLVER: OpResolver, optional: the custom operators that the model may
            use; the first wins; without one there are none. Those of a resolver for the GPU count, too:
            upstream has no CPU kernels for them, mpgraph has.
        DELEGATE: Delegate, optional: merged over the option.
        IO_CONFIG: InputOutputConfig, optional: in place of the option's order of tensors.

    Raises:
        ContractError: Not exactly one of MODEL and model_path, of TENSORS and TENSOR, or a delegate
            that is not for this calculator.
        ModelError: The model cannot be read or run.
        ValueError: Tensors that do not fit the model, or an order of tensors that does not.

    Upstream: calculators/tensor/inference_calculator_cpu.cc; spec calculators.md 3.

    Example::

        node {
          calculator: "InferenceCalculatorCpu"
          input_stream: "TENSORS:input_tensors"
          output_stream: "TENSORS:output_tensors"
          options {
            [mediapipe.InferenceCalculatorOptions.ext] {
              model_path: "mediapipe/modules/face_detection/face_detection_short_range.tflite"
              delegate { xnnpack { num_threads: 2 } }
            }
          }
        }
    """

    accepted: ClassVar[frozenset[str | None]] = frozenset({None, "tflite", "xnnpack", "nnapi"})

    options: InferenceOptions
    tensors_in = Input[list[Tensor]]("TENSORS", optional=True)
    tensor_in = Inputs[Tensor]("TENSOR")
    tensors_out = Output[list[Tensor]]("TENSORS", optional=True)
    tensor_out = Outputs[Tensor]("TENSOR")
    custom_op_resolver = SideInput[OpResolver]("CUSTOM_OP_RESOLVER", optional=True)
    op_resolver = SideInput[OpResolver]("OP_RESOLVER", optional=True)
    model = SideInput[TfLiteModel]("MODEL", optional=True)
    delegate = SideInput[Delegate]("DELEGATE", optional=True)
    io_config = SideInput[InputOutputConfig]("IO_CONFIG", optional=True)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports; checks them and the delegate."""
        super().get_contract(contract)
        exactly_one(contract, "input", "TENSORS", "TENSOR")
        exactly_one(contract, "output", "TENSORS", "TENSOR")
        options = contract.options(InferenceOptions)
        if bool(options.model_path) == contract.side_inputs.has("MODEL"):
            msg = "the model must be given either by the option model_path or by the side packet MODEL"
            raise ContractError(msg)
        cls._check(options.delegate)

    @classmethod
    def _check(cls, delegate: Delegate) -> None:
        wanted = which_oneof(delegate, "delegate")
        if wanted not in cls.accepted:
            listed = ", ".join(sorted(name for name in cls.accepted if name))
            msg = f"delegate {wanted} is not supported by {cls.registered_name}; it takes {listed} or none"
            raise ContractError(msg)

    def open(self, cc: Context) -> None:
        """Makes the engine."""
        options = self.options
        delegate = options.delegate
        if self.delegate in cc:
            delegate = merge(delegate, cc[self.delegate])
            self._check(delegate)
        self._engine = self._make_engine(cc, delegate)
        logger.info('node "%s": inference on %s', cc.node_name, self._engine.device)
        order = cc.get(self.io_config, options.input_output_config)
        self._order = TensorOrder.of(self._engine, order, options.input_output_config)
        self._fed = {
            target: np.zeros(self._engine.inputs[target].shape, self._engine.inputs[target].dtype)
            for _, target in self._order.feedback
        }

    def _make_engine(self, cc: Context, delegate: Delegate) -> Engine:
        if self.model in cc:
            model = cc[self.model]
        elif self.options.model_path:
            model = TfLiteModel(cc.resources.read(self.options.model_path))
        else:
            msg = "there is no model: the side packet MODEL was not given"
            raise ValueError(msg)
        resolver = cc.get(self.op_resolver, cc.get(self.custom_op_resolver, OpResolver()))
        kind, threads = self._computation(delegate)
        self._on_gpu = kind in (protocol.Delegate.GPU, protocol.Delegate.GPU_HALF)
        return self._create_engine(cc, model.data, kind, threads, resolver.custom_ops)

    def _create_engine(
        self, cc: Context, model: bytes, kind: protocol.Delegate, threads: int, custom_ops: frozenset[str]
    ) -> Engine:
        if threads == -1:
            threads = inference.default_threads()
        return create_engine(model, delegate=kind, num_threads=threads, custom_ops=custom_ops)

    def _computation(self, delegate: Delegate) -> tuple[protocol.Delegate, int]:
        """What computes the model and the number of threads that the options ask for, -1 if none."""
        if delegate.xnnpack is not None:
            return protocol.Delegate.XNNPACK, delegate.xnnpack.num_threads
        return protocol.Delegate.NONE, self.options.cpu_num_thread

    def process(self, cc: Context) -> None:
        """Runs the model on the tensors that came in."""
        given = self._given(cc)
        if given is None:
            return
        order = self._order
        if len(given) != len(order.inputs):
            msg = f"the model takes {len(order.inputs)} tensors, got {len(given)}"
            raise ValueError(msg)
        tensors = dict(zip(order.inputs, given, strict=True))
        self._resize(tensors)
        arrays = {index: tensor.data for index, tensor in tensors.items()} | self._fed
        found = self._engine.run([arrays[index] for index in range(len(arrays))])
        for source, target in order.feedback:
            self._fed[target] = found[source]
        specs = self._engine.outputs
        made = [_tensor(found[index], specs[index], self._on_gpu) for index in order.outputs]
        cc.send(self.tensors_out, made)
        for index in range(min(cc.count(self.tensor_out), len(made))):
            cc.send(self.tensor_out[index], made[index])

    def _given(self, cc: Context) -> list[Tensor] | None:
        if cc.is_connected(self.tensors_in):
            if self.tensors_in not in cc:
                return None
            given = cc[self.tensors_in]
            if not given:
                msg = "the vector of input tensors is empty"
                raise ValueError(msg)
            return given
        ports = [self.tensor_in[index] for index in range(cc.count(self.tensor_in))]
        return [cc[port] for port in ports] if all(port in cc for port in ports) else None

    def _resize(self, tensors: dict[int, Tensor]) -> None:
        """Adapts the model to dynamic tensors."""
        shapes = [spec.shape for spec in self._engine.inputs]
        wanted = [
            tensors[index].shape if index in tensors and tensors[index].is_dynamic else shape
            for index, shape in enumerate(shapes)
        ]
        if wanted != shapes:
            self._engine.resize(wanted)

    def close(self, cc: Context) -> None:
        """Frees the engine."""
        self._engine.close()


class InferenceXnnpack(InferenceCpu, name="InferenceCalculatorXnnpack"):
    """Runs a TensorFlow Lite model with XNNPACK; otherwise `InferenceCpu`.

    Upstream: calculators/tensor/inference_calculator_xnnpack.cc; spec calculators.md 3.

    Example::

        node {
          calculator: "InferenceCalculatorXnnpack"
          input_stream: "TENSORS:input_tensors"
          output_stream: "TENSORS:output_tensors"
          input_side_packet: "MODEL:model"
        }
    """

    accepted = frozenset({None, "xnnpack"})

    def _computation(self, delegate: Delegate) -> tuple[protocol.Delegate, int]:
        return protocol.Delegate.XNNPACK, -1 if delegate.xnnpack is None else delegate.xnnpack.num_threads


def _tensor(array: npt.NDArray[Any], spec: TensorSpec, from_gpu: bool) -> Tensor:
    if array.dtype == np.float16:
        array = array.astype(np.float32)
    if array.dtype not in _OUTPUT_DTYPES:
        msg = f'output "{spec.name}" of the model is {array.dtype}, which no calculator takes'
        raise ValueError(msg)
    quantization = Quantization(spec.scale, spec.zero_point)
    return Tensor(np.atleast_1d(array), quantization=quantization, from_gpu=from_gpu)
