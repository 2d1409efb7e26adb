"""An image in a texture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.packet_type import register_packet_type

if TYPE_CHECKING:
    from .device import GpuDevice

__all__ = ["FORMATS", "GpuBuffer", "Texture", "TextureFormat"]


class TextureFormat(NamedTuple):
    """How pixels of an image are stored in a texture."""

    name: str
    """upstream's short name, such as RGBA8"""
    texture: str
    """wgpu's"""
    dtype: npt.DTypeLike
    channels: int


_RGBA8: Final = TextureFormat("RGBA8", "rgba8unorm", np.uint8, 4)
FORMATS: Final = {
    ImageFormat.SRGB: _RGBA8,  # textures of three bytes a pixel do not exist
    ImageFormat.SRGBA: _RGBA8,
    ImageFormat.GRAY8: TextureFormat("R8", "r8unorm", np.uint8, 1),
    ImageFormat.VEC32F1: TextureFormat("R32F", "r32float", np.float32, 1),
    ImageFormat.VEC32F2: TextureFormat("RG32F", "rg32float", np.float32, 2),
    ImageFormat.VEC32F4: TextureFormat("RGBA32F", "rgba32float", np.float32, 4),
}
"""The image formats that a texture can hold (spec calculators.md 1.3)."""
_PIXEL_BYTES: Final = {
    each.texture: each.channels * np.dtype(each.dtype).itemsize for each in FORMATS.values()
}


class Texture(NamedTuple):
    """A texture of wgpu."""

    texture: Any
    view: Any
    kind: tuple[str, int, int]
    """wgpu's format, width, height"""

    @property
    def size(self) -> int:
        """Its bytes."""
        name, width, height = self.kind
        return width * height * _PIXEL_BYTES[name]


class GpuBuffer:
    """An image in a texture; nobody changes it once it was drawn. Made by `GpuDevice.upload` and `draw`.

    Upstream's ``mediapipe::GpuBuffer``; spec calculators.md 1.3.

    Attributes:
        device: The device whose texture it is.
        texture, view: The texture and a view of it, wgpu's ``GPUTexture`` and ``GPUTextureView``; row 0 of
            the image is its row 0. When nobody refers to the image any more, another one is put there.
        image_format: What the frame has that `download` makes: SRGB or SRGBA of RGBA8, GRAY8 of R8, VEC32F1,
            VEC32F2 or VEC32F4 of R32F, RG32F or RGBA32F.
        width, height: Pixels per row, and rows.
    """

    __slots__ = ("__weakref__", "_texture", "device", "height", "image_format", "texture", "view", "width")

    def __init__(
        self,
        device: GpuDevice,
        texture: Texture,
        image_format: ImageFormat,
        width: int,
        height: int,
    ) -> None:
        self.device = device
        self._texture = texture
        self.texture = texture.texture
        self.view = texture.view
        self.image_format = image_format
        self.width = width
        self.height = height

    def __del__(self) -> None:
        self.device.take_back(self._texture)

    def __copy__(self) -> GpuBuffer:
        return self

    def __deepcopy__(self, memo: Any) -> GpuBuffer:
        return self

    @property
    def format(self) -> TextureFormat:
        """How the pixels are stored."""
        return FORMATS[self.image_format]

    def download(self) -> ImageFrame:
        """The image in memory; waits until the GPU has drawn it.

        Raises:
            GpuError: The device is lost.
        """
        return ImageFrame.adopt(self.device.read(self, self.image_format.channels), self.image_format)

    def __repr__(self) -> str:
        return f"<GpuBuffer {self.format.name} {self.width}x{self.height}>"


register_packet_type(GpuBuffer, "mediapipe::GpuBuffer")
