"""Inference on a GPU: LiteRT's WebGPU accelerator. Importing this module loads LiteRT."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from ai_edge_litert.compiled_model import CompiledModel
from ai_edge_litert.hardware_accelerator import HardwareAccelerator
from ai_edge_litert.options import GpuOptions, Options
from numpy.typing import NDArray

from mpgraph.errors import ModelError
from mpgraph.inference import litert, model_file, native_log
from mpgraph.inference.interpreter import fitting
from mpgraph.inference.protocol import Delegate, Signature, TensorSpec

__all__ = ["GpuEngine"]


class GpuEngine:
    """An `mpgraph.inference.protocol.Engine` whose every operator runs on the GPU.

    Args:
        model: The content of a .tflite file.
        allow_precision_loss: Whether it may compute with half precision where the hardware can.

    Raises:
        ModelError: There is no GPU that LiteRT can use, or the model has an operator that it cannot compute.
    """

    device = "GPU (LiteRT, WebGPU)"

    def __init__(self, model: bytes, *, allow_precision_loss: bool) -> None:
        described = litert.create(model, Delegate.XNNPACK, 1)
        self.inputs: tuple[TensorSpec, ...] = described.inputs
        self.outputs: tuple[TensorSpec, ...] = described.outputs
        described.close()
        self._model = model
        options = Options(
            hardware_accelerators=HardwareAccelerator.GPU,
            gpu_options=GpuOptions(enforce_f32=not allow_precision_loss),
        )
        try:
            with native_log.captured():
                self._compiled: Any = CompiledModel.from_buffer(model, options=options)
                self._bind()
        except (RuntimeError, ValueError) as error:
            message = (
                f"the model cannot be run on the GPU: {_reason(error)}; LiteRT needs a GPU with Vulkan, "
                "Metal or Direct3D 12; the device cpu (`--device cpu`) runs it on the CPU"
            )
            raise ModelError(message) from error

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
        if len(inputs) != len(self.inputs):
            message = f"the model has {len(self.inputs)} inputs, got {len(inputs)}"
            raise ValueError(message)
        arrays = [fitting(array, spec) for array, spec in zip(inputs, self.inputs, strict=True)]
        results: list[Any] = [None] * len(self.outputs)
        try:
            for buffer, index in zip(self._fed, self._order, strict=True):
                buffer.write(np.ascontiguousarray(arrays[index]))
            self._compiled.run_by_index(0, self._fed, self._found)
            for buffer, index in zip(self._found, self._made, strict=True):
                spec = self.outputs[index]
                count = int(np.prod(spec.shape, dtype=np.int64))
                results[index] = np.array(buffer.read(count, spec.dtype)).reshape(spec.shape)
        except (RuntimeError, ValueError) as error:
            message = f"inference on the GPU failed: {_reason(error)}"
            raise ModelError(message) from error
        return results

    def resize(self, shapes: Sequence[Sequence[int]]) -> None:
        """Refuses other shapes than the model's own: LiteRT compiles for these."""
        wanted = [tuple(shape) for shape in shapes]
        if wanted != [spec.shape for spec in self.inputs]:
            message = f"a model on the GPU keeps its shapes: the inputs cannot have the shapes {wanted}"
            raise ModelError(message)

    def close(self) -> None:
        """Frees the model and its buffers."""
        self._fed = self._found = []
        if self._compiled is not None:
            self._compiled.close()
        self._compiled = None


def _reason(error: Exception) -> str:
    """What LiteRT says, without the places in its sources."""
    lines = [re.sub(r"^[└\s]*(ERROR: \[[^]]*\])?\s*", "", line) for line in str(error).splitlines()]
    return (
        "; ".join(filter(None, lines)) or "LiteRT found no GPU that it can use, or cannot compile the model"
    )
