"""Where a graph computes: the service `DEVICE`."""

from __future__ import annotations

import os
import threading
from typing import Any, Final

from mpgraph.service import GraphService

from .device import GpuDevice, GpuError, adapters, is_software

__all__ = ["DEVICE", "Device"]


class Device:
    """What was chosen to compute on, and a graph's device once something is drawn or kept there.

    Args:
        choice: ``auto``: on the GPU what the graph puts there. ``cpu``: all inference on the CPU. ``gpu``:
            all inference on the GPU; ``gpu:N`` and ``gpu:NAME`` also say which adapter: its number in the
            list of `adapters`, or a part of its name. By default what the environment's ``MPGRAPH_GPU``
            says (``auto``, ``cpu``, ``gpu``, ``N`` or ``NAME``), else ``auto``.

    Raises:
        ValueError: Not such a choice.
    """

    def __init__(self, choice: str | None = None) -> None:
        text = os.environ.get("MPGRAPH_GPU", "") if choice is None else choice
        kind, _, name = text.partition(":")
        if choice is None and kind not in ("", "auto", "cpu", "gpu"):
            kind, name = "gpu", text
        self.kind = kind or "auto"
        self.name = name
        if self.kind not in ("auto", "cpu", "gpu") or (name and self.kind != "gpu"):
            msg = f'the device "{text}" is none of auto, cpu, gpu, gpu:NUMBER and gpu:NAME'
            raise ValueError(msg)
        self._lock = threading.Lock()
        self._gpu: GpuDevice | None = None

    @property
    def gpu(self) -> GpuDevice:
        """The device for images, made when it is first asked for, and again when it was lost.

        Raises:
            GpuError: wgpu is not installed, or there is no (such) adapter.
        """
        with self._lock:
            if self._gpu is None or self._gpu.lost is not None:
                self._gpu = GpuDevice(self.adapter())
            return self._gpu

    def adapter(self) -> Any:
        """The chosen adapter; of several the first real one.

        Raises:
            GpuError: wgpu is not installed, or there is no (such) adapter.
        """
        found = adapters()
        if not found:
            msg = (
                "there is no GPU that Vulkan, Metal or Direct3D 12 could use; install its driver, or on "
                "Linux a software one such as Mesa's (packages libvulkan1 and mesa-vulkan-drivers)"
            )
            raise GpuError(msg)
        if not self.name:
            return found[0]
        if self.name.isdecimal() and int(self.name) < len(found):
            return found[int(self.name)]
        for adapter in found:
            if not self.name.isdecimal() and self.name.lower() in adapter.summary.lower():
                return adapter
        listed = "; ".join(f"[{index}] {adapter.summary}" for index, adapter in enumerate(found))
        msg = f'there is no GPU "{self.name}"; there are {listed}'
        raise GpuError(msg)

    def is_real(self) -> bool:
        """Whether there is a GPU that is worth using: one that is not computed by the CPU."""
        try:
            return not is_software(self.adapter())
        except GpuError:
            return False


DEVICE: Final = GraphService("device", Device, Device)
"""What a graph computes on; made by the graph unless the application gives one."""
