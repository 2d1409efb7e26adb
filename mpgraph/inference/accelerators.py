"""Which of LiteRT's accelerators there are, and the environment that all models on the GPU share."""

from __future__ import annotations

import base64
import ctypes
import re
import sys
import threading
from dataclasses import dataclass
from typing import Any, Final

from mpgraph.errors import ModelError
from mpgraph.inference import native_log

__all__ = [
    "Accelerator",
    "GpuEnvironment",
    "accelerators",
    "forget",
    "gpu_environment",
    "one_at_a_time",
    "reason",
]

# A model of one operator, y = x + x, as tests/support/tiny_models.py makes it.
_MODEL: Final = base64.b64decode(
    "CAAAAFRGTDPG////FAAAABwAAAAkAAAA+AAAAAMAAAABAAAABAAAABD///8EAAAAdGlueQAAAAABAAAAFAAAAAAADgAYABQA"
    "EAAMAAgABAAOAAAAFAAAABwAAABMAAAAUAAAAFQAAAAEAAAAbWFpbgAAAAABAAAAEAAAAAAACgAMAAAACAAEAAoAAAAIAAAA"
    "DAAAAAEAAAABAAAAAgAAAAAAAAAAAAAAAQAAAAEAAAABAAAAAAAAAAIAAAA0AAAABAAAAOD///8IAAAADAAAAAEAAAB5AAAA"
    "AgAAAAEAAAABAAAADAAMAAgAAAAAAAQADAAAAAgAAAAMAAAAAQAAAHgAAAACAAAAAQAAAAEAAAABAAAACAAAAAQABAAEAAAA"
)
_CPU: Final = "CPU (XNNPACK)"
_GPU: Final = "GPU (Metal)" if sys.platform == "darwin" else "GPU (WebGPU)"
_ADAPTER: Final = re.compile(r"Selected adapter: (.+?), arch=.*\badapterType=(.*)")
_HINT: Final = (
    "install its driver, for Vulkan, Metal or Direct3D 12, or on Linux a software one (Mesa 23.2 or later, "
    "package mesa-vulkan-drivers); `--device cpu` runs models on the CPU"
)


@dataclass(frozen=True, slots=True)
class Accelerator:
    """What LiteRT can run models on.

    Attributes:
        name: ``CPU (XNNPACK)`` or ``GPU (WebGPU)``, on macOS ``GPU (Metal)``.
        device: The GPU that LiteRT chose; "" for the CPU, and where it found none.
        is_software: Whether that GPU is computed by the CPU, many times slower than the CPU's own kernels.
        problem: Why it does not work; "" if it does.
    """

    name: str
    device: str = ""
    is_software: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class GpuEnvironment:
    """LiteRT's GPU device, with the programs that it has compiled, for all models of the process.

    Attributes:
        native: LiteRT's ``Environment``.
        adapter: The name of the GPU, which LiteRT chooses.
        is_software: Whether that GPU is computed by the CPU.
    """

    native: Any
    adapter: str
    is_software: bool


one_at_a_time: Final = threading.RLock()
"""Held while LiteRT works for a GPU: nothing says that several threads may have it do so at once.

Also while wgpu makes a device: drivers may crash where two are made side by side. No other lock is waited for
while this one is held, as an engine that nobody refers to any more takes it, too.
"""
_lock = threading.Lock()
_shared: GpuEnvironment | None = None
_first_problem = ""


def gpu_environment() -> GpuEnvironment:
    """The environment, made when it is first asked for: in less than a tenth of a second.

    With one of its own, each model would have its own device of the GPU and compile its programs again.

    Raises:
        ModelError: LiteRT is not installed, or finds no GPU that it can use.
    """
    global _shared
    with _lock:
        if _shared is None:
            _shared = _make()
        return _shared


def forget(environment: GpuEnvironment) -> None:
    """Lets the next model have a new environment, as this one has failed: its GPU may be lost."""
    global _shared
    with _lock:
        if _shared is environment:
            _shared = None


def accelerators() -> tuple[Accelerator, ...]:
    """What LiteRT can run models on here, and what not and why: the CPU, then the GPU.

    Quick: what it takes is kept for the models that are loaded later.
    """
    try:
        import ai_edge_litert.interpreter  # noqa: F401
    except ImportError as error:
        problem = f"LiteRT is not installed ({error}); type `pip install ai-edge-litert`"
        return (Accelerator(_CPU, problem=problem), Accelerator(_GPU, problem=problem))
    cpu = Accelerator(_CPU)
    try:
        found = gpu_environment()
    except ModelError as error:
        return (cpu, Accelerator(_GPU, problem=str(error)))
    return (cpu, Accelerator(_GPU, found.adapter, found.is_software))


def reason(error: Exception) -> str:
    """What LiteRT says, without the places in its sources; "" if that is all."""
    lines = [re.sub(r"^[└\s]*(ERROR: \[[^]]*\])?\s*", "", line) for line in str(error).splitlines()]
    return "; ".join(filter(None, lines))


def _make() -> GpuEnvironment:
    global _first_problem
    try:
        import ai_edge_litert.compiled_model  # noqa: F401
    except ImportError as error:
        message = f"inference on the GPU needs LiteRT ({error}); type `pip install ai-edge-litert`"
        raise ModelError(message) from error
    with native_log.quiet_at_exit(), native_log.captured_gpu(stdout=True) as said, one_at_a_time:
        native, problem = _native()
    if native is None:
        found = "; ".join(dict.fromkeys(filter(None, [problem, *_problems(said)])))
        # It says why only the first time: of an instance of Vulkan that it keeps.
        _first_problem = _first_problem or found or "it does not say why"
        message = f"LiteRT finds no GPU that it can use ({_first_problem}); {_HINT}"
        raise ModelError(message)
    _first_problem = ""
    match = next(filter(None, map(_ADAPTER.search, said)), None)
    if match is None:
        return GpuEnvironment(native, "of unknown name", is_software=False)
    return GpuEnvironment(native, match[1], is_software="CPU" in match[2])


def _native() -> tuple[Any, str]:
    """An environment in which a model has run on the GPU; None and what LiteRT says where there is none."""
    import numpy as np
    from ai_edge_litert.compiled_model import CompiledModel
    from ai_edge_litert.environment import Environment
    from ai_edge_litert.hardware_accelerator import HardwareAccelerator
    from ai_edge_litert.options import Options

    native = Environment.create()
    options = Options(hardware_accelerators=HardwareAccelerator.GPU)
    try:
        model = CompiledModel.from_buffer(_MODEL, options=options, environment=native)
        fed, found = model.create_input_buffers(0), model.create_output_buffers(0)
        fed[0].write(np.ones((1, 1), np.float32))
        model.run_by_index(0, fed, found)
        result = found[0].read(1, np.float32)
    except (RuntimeError, ValueError) as error:
        return None, reason(error)
    if result != 2:
        return None, f"it computes 1 + 1 = {result[0]}"
    # LiteRT crashes if it goes before a model or a tensor, and Python frees a cycle of references that has
    # all of them in any order. So it stays, as does the device of a GPU that has failed.
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(native.capsule))
    return native, ""


def _problems(said: list[str]) -> list[str]:
    """What LiteRT's accelerator and the drivers say of why there is no GPU."""
    known = (
        re.search(r"(No adapters found)|^(vkCreateInstance: .*?|Vulkan .* required)\.?$", text, re.MULTILINE)
        for text in said
    )
    return [match[1] or match[2] for match in known if match]
