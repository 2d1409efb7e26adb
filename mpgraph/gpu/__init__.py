"""Images on a GPU: textures, the device that holds them, and how calculators draw into them.

A `GpuBuffer` is a texture of wgpu, which speaks Vulkan, Metal or Direct3D 12. A calculator that works on them
asks for the service `DEVICE` and has its `gpu` draw: each output is one picture, drawn by one shader in
WGSL whose function ``pixel`` tells the numbers of one output pixel, from its place and from the inputs. That
is close to upstream's shaders, needs no optional feature of the hardware, and draws to any texture format.

Row 0 of an image is row 0 of its texture, and v is 0 there. A device may be used from any thread, so that
calculators on the GPU need no executor of their own; a thread has wgpu and the driver work while no other
does, and waits for the GPU by itself. A texture is put to use again, or freed, when nobody refers to its
image any more; all are freed with the device, which goes with the graph that made it and its last image.

Needs the package ``wgpu``: ``pip install "mpgraph[gpu]"``.
"""

from __future__ import annotations

from .buffer import GpuBuffer
from .device import GpuDevice, GpuError, adapters
from .service import DEVICE, Device

__all__ = ["DEVICE", "Device", "GpuBuffer", "GpuDevice", "GpuError", "adapters"]
