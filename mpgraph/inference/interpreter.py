"""An engine on TensorFlow Lite's `Interpreter`, which LiteRT and tflite-runtime both have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mpgraph.errors import ModelError
from mpgraph.inference import model_file, native_log
from mpgraph.inference.protocol import Signature, TensorSpec

__all__ = ["InterpreterEngine", "first_line", "fitted"]


class InterpreterEngine:
    """An `mpgraph.inference.protocol.Engine`.

    `interpreter` makes the runtime's interpreter of the model; its errors become `ModelError`.
    """

    def __init__(self, model: bytes, interpreter: Callable[[bytes], Any], device: str = "CPU") -> None:
        self._model = model
        self.device = device
        try:
            with native_log.captured():
                self._interpreter: Any = interpreter(model)
                self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            message = f"the model cannot be loaded: {first_line(error)}"
            raise ModelError(message) from error
        self._describe()

    def _describe(self) -> None:
        inputs, outputs = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        self.inputs: tuple[TensorSpec, ...] = tuple(map(_spec, inputs))
        self.outputs: tuple[TensorSpec, ...] = tuple(map(_spec, outputs))
        self._input_indices: list[int] = [detail["index"] for detail in inputs]
        self._output_indices: list[int] = [detail["index"] for detail in outputs]

    @property
    def signatures(self) -> tuple[Signature, ...]:
        """The model's signatures."""
        return model_file.signatures(self._model)

    def run(self, inputs: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        """Computes the outputs; see the protocol."""
        interpreter = self._interpreter
        for index, array in zip(self._input_indices, fitted(inputs, self.inputs), strict=True):
            interpreter.set_tensor(index, array)
        try:
            interpreter.invoke()
        except (ValueError, RuntimeError) as error:
            message = f"inference failed: {first_line(error)}"
            raise ModelError(message) from error
        return [interpreter.get_tensor(index) for index in self._output_indices]

    def resize(self, shapes: Sequence[Sequence[int]]) -> None:
        """Gives the inputs other shapes; see the protocol."""
        if len(shapes) != len(self.inputs):
            message = f"the model has {len(self.inputs)} inputs, got {len(shapes)} shapes"
            raise ValueError(message)
        try:
            for index, shape in zip(self._input_indices, shapes, strict=True):
                self._interpreter.resize_tensor_input(index, list(shape), strict=True)
            self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            message = f"the inputs cannot have the shapes {[tuple(s) for s in shapes]}: {first_line(error)}"
            raise ModelError(message) from error
        self._describe()

    def close(self) -> None:
        """Frees the interpreter."""
        self._interpreter = None
        self._model = b""


def fitted(arrays: Sequence[NDArray[Any]], specs: Sequence[TensorSpec]) -> list[NDArray[Any]]:
    """The inputs of a model, each in the shape of its tensor.

    Raises:
        ValueError: Another number of them, or one of another dtype or size.
    """
    if len(arrays) != len(specs):
        message = f"the model has {len(specs)} inputs, got {len(arrays)}"
        raise ValueError(message)
    return [_fitting(array, spec) for array, spec in zip(arrays, specs, strict=True)]


def _fitting(array: NDArray[Any], spec: TensorSpec) -> NDArray[Any]:
    """The array in the shape of the tensor.

    Raises:
        ValueError: It has another dtype or size.
    """
    if array.shape == spec.shape and array.dtype == spec.dtype:
        return array
    expected = f'input "{spec.name}" is {spec.dtype} {spec.shape}'
    if array.dtype != spec.dtype or array.size != np.prod(spec.shape, dtype=np.int64):
        message = f"{expected}, got {array.dtype} {array.shape}"
        raise ValueError(message)
    return array.reshape(spec.shape)


def _spec(detail: dict[str, Any]) -> TensorSpec:
    scale, zero_point = detail["quantization"]
    shape = tuple(int(size) for size in detail["shape"])
    return TensorSpec(detail["name"], shape, np.dtype(detail["dtype"]), float(scale), int(zero_point))


def first_line(error: Exception) -> str:
    """What an error says in short."""
    return (str(error).splitlines() or [type(error).__name__])[0]
