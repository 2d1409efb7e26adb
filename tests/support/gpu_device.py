"""A GPU for tests, where there is one; tests that use it are marked ``gpu``."""

from __future__ import annotations

import functools
import importlib.util

from tiny_models import addition

from mpgraph.errors import ModelError
from mpgraph.gpu import Device, GpuError
from mpgraph.inference.protocol import Delegate, create_engine

__all__ = ["missing_gpu", "missing_inference", "the_device"]


@functools.cache
def missing_gpu() -> str:
    """Why there is no GPU to test with; nothing if there is."""
    if importlib.util.find_spec("wgpu") is None:
        return "wgpu is not installed"
    try:
        Device("gpu").adapter()
    except GpuError as error:
        return str(error)
    return ""


@functools.cache
def missing_inference() -> str:
    """Why LiteRT cannot compute on a GPU; nothing if it can."""
    try:
        create_engine(addition(), delegate=Delegate.GPU).close()
    except ModelError as error:
        return str(error)
    return ""


@functools.cache
def the_device() -> Device:
    """One device for all tests of a process."""
    return Device("auto")
