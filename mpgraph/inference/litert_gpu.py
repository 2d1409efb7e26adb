"""Inference on a GPU: LiteRT's accelerator, WebGPU's or Metal's. Importing this module loads LiteRT."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from ai_edge_litert.compiled_model import CompiledModel
from ai_edge_litert.hardware_accelerator import HardwareAccelerator
from ai_edge_litert.options import GpuOptions, Options
from numpy.typing import NDArray

from mpgraph.errors import ModelError
from mpgraph.inference import accelerators, litert, litert_tensor, model_file, native_log
from mpgraph.inference.interpreter import fitted
from mpgraph.inference.protocol import Delegate, Signature, TensorSpec

__all__ = ["GpuEngine"]


class GpuEngine:
    """An `mpgraph.inference.protocol.Engine` whose every operator runs on the GPU that LiteRT chooses.

    All engines of a process share one device and the programs that it has compiled, and run in turns.

    Args:
        model: The content of a .tflite file.
        allow_precision_loss: Whether it may compute with half precision where the hardware can.

    Raises:
        ModelError: There is no GPU that LiteRT can use, or the model has an operator that it cannot compute.
    """

    def __init__(self, model: bytes, *, allow_precision_loss: bool) -> None:
        self._compiled: Any = None
        described = litert.create(model, Delegate.XNNPACK, 1)
        self.inputs: tuple[TensorSpec, ...] = described.inputs
        self.outputs: tuple[TensorSpec, ...] = described.outputs
        described.close()
        self._model = model
        environment = accelerators.gpu_environment()
        self._environment: accelerators.GpuEnvironment | None = environment
        self._adapter = environment.adapter
        precision = "half precision where it can" if allow_precision_loss else "full precision"
        self.device = f"GPU {self._adapter} (LiteRT, {precision})"
        options = Options(
            hardware_accelerators=HardwareAccelerator.GPU,
            gpu_options=GpuOptions(enforce_f32=not allow_precision_loss),
        )
        said: list[str] = []
        try:
            with native_log.captured_gpu() as said, accelerators.one_at_a_time:
                self._compiled = CompiledModel.from_buffer(
                    model, options=options, environment=environment.native
                )
                self._bind()
        except (RuntimeError, ValueError) as error:
            raise ModelError(self._refusal(error, said)) from error

    def _refusal(self, error: Exception, said: list[str]) -> str:
        start = f"the model cannot be run on GPU {self._adapter}"
        end = "`--device cpu` or delegate xnnpack runs it on the CPU"
        for text in said:
            head, *operations = text.splitlines()
            if head.startswith("Following operations are not supported by GPU delegate"):
                named = (line.strip().rstrip(".:") for line in operations if " will run on " not in line)
                listed = "; ".join(filter(None, named))
                return f"{start}, which cannot compute these operators of it: {listed}; {end}"
        self._forget()
        return f"{start}: {accelerators.reason(error) or 'LiteRT does not say why'}; {end}"

    def _bind(self) -> None:
        if not self._compiled.is_fully_accelerated():
            self.close()
            message = "it has operators that the GPU cannot compute"
            raise ValueError(message)
        (key, names), *_ = self._compiled.get_signature_list().items()
        signature = next((each for each in self.signatures if each.key == key), None)
        inputs = {spec.name: index for index, spec in enumerate(self.inputs)}
        outputs = {spec.name: index for index, spec in enumerate(self.outputs)}
        if signature is not None:
            inputs, outputs = dict(signature.inputs), dict(signature.outputs)
        self._order = [inputs[name] for name in names["inputs"]]
        self._made = [outputs[name] for name in names["outputs"]]
        self._fed = self._compiled.create_input_buffers(0)
        self._found = self._compiled.create_output_buffers(0)

    @property
    def signatures(self) -> tuple[Signature, ...]:
        """The model's signatures."""
        return model_file.signatures(self._model)

    def run(self, inputs: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        """Computes the outputs; see the protocol."""
        arrays = fitted(inputs, self.inputs)
        results: list[Any] = [None] * len(self.outputs)
        try:
            with accelerators.one_at_a_time:
                for buffer, index in zip(self._fed, self._order, strict=True):
                    buffer.write(np.ascontiguousarray(arrays[index]))
                self._compiled.run_by_index(0, self._fed, self._found)
                for buffer, index in zip(self._found, self._made, strict=True):
                    spec = self.outputs[index]
                    results[index] = litert_tensor.read(buffer, spec.shape, spec.dtype)
        except (RuntimeError, ValueError) as error:
            self._forget()
            message = f"inference on GPU {self._adapter} failed: {accelerators.reason(error)}"
            raise ModelError(message) from error
        return results

    def resize(self, shapes: Sequence[Sequence[int]]) -> None:
        """Refuses other shapes than the model's own: LiteRT compiles for these."""
        wanted = [tuple(shape) for shape in shapes]
        if wanted != [spec.shape for spec in self.inputs]:
            message = f"a model on the GPU keeps its shapes: the inputs cannot have the shapes {wanted}"
            raise ModelError(message)

    def _forget(self) -> None:
        if self._environment is not None:
            accelerators.forget(self._environment)

    def close(self) -> None:
        """Frees the model and its buffers."""
        with accelerators.one_at_a_time:
            self._fed = self._found = []
            if self._compiled is not None:
                self._compiled.close()
            self._compiled = self._environment = None

    def __del__(self) -> None:
        self.close()
