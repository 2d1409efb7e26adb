"""A device of wgpu: uploads, draws, reads back."""

from __future__ import annotations

import functools
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from mpgraph.errors import RunError
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.inference import accelerators, native_log
from mpgraph.lazy import cv2

from .buffer import FORMATS, GpuBuffer, Texture

__all__ = ["GpuDevice", "GpuError", "adapters", "is_software"]

_PRELUDE: Final = """
@vertex fn corner(@builtin(vertex_index) index: u32) -> @builtin(position) vec4f {
  return vec4f(f32(index & 1u) * 4.0 - 1.0, f32(index >> 1u) * 4.0 - 1.0, 0.0, 1.0);
}

fn texel(image: texture_2d<f32>, place: vec2i) -> vec4f {
  return textureLoad(image, clamp(place, vec2i(0), vec2i(textureDimensions(image)) - 1), 0);
}

// What is beyond the border of an image.
const SAME = 0;
const ZERO = 1;
const OPPOSITE = 2;

// How far a place may be off, in pixels: a division is good to 2.5 steps of float32.
fn slack(image: texture_2d<f32>) -> vec2f { return vec2f(textureDimensions(image)) * 2.0e-7; }

fn between(image: texture_2d<f32>, uv: vec2f, border: i32) -> vec4f {
  let size = vec2i(textureDimensions(image));
  let near = uv * vec2f(size) - 0.5;
  let place = select(near, round(near), abs(near - round(near)) < slack(image));
  let first = vec2i(floor(place));
  let second = first + 1;
  var a = clamp(first, vec2i(0), size - 1);
  var b = clamp(second, vec2i(0), size - 1);
  if (border == OPPOSITE) {
    a = (first % size + size) % size;
    b = (second % size + size) % size;
  }
  var part_b = place - floor(place);
  var part_a = 1.0 - part_b;
  if (border == ZERO) {
    part_a = select(vec2f(0.0), part_a, a == first);
    part_b = select(vec2f(0.0), part_b, b == second);
  }
  let top = textureLoad(image, a, 0) * part_a.x + textureLoad(image, vec2i(b.x, a.y), 0) * part_b.x;
  let bottom = textureLoad(image, vec2i(a.x, b.y), 0) * part_a.x + textureLoad(image, b, 0) * part_b.x;
  return top * part_a.y + bottom * part_b.y;
}

fn linear(image: texture_2d<f32>, uv: vec2f) -> vec4f { return between(image, uv, SAME); }

fn nearest(image: texture_2d<f32>, uv: vec2f) -> vec4f {
  return texel(image, vec2i(floor(uv * vec2f(textureDimensions(image)) + slack(image))));
}

@fragment fn draw(@builtin(position) place: vec4f) -> @location(0) vec4f {
  return pixel(place.xy / number.extent.xy, place.xy);
}

@fragment fn draw_opaque(@builtin(position) place: vec4f) -> @location(0) vec4f {
  return vec4f(pixel(place.xy / number.extent.xy, place.xy).rgb, 1.0);
}
"""
_GRAY: Final = """
fn pixel(uv: vec2f, place: vec2f) -> vec4f {
  return vec4f(vec3f(texel(image0, vec2i(place)).r), 1.0);
}
"""
_INSTALL: Final = 'type `pip install "mpgraph[gpu]"`'
_LOST: Final = "the device is lost: its driver has failed or was reset; a new run gets another one"
_MOST_SPARE: Final = 64
_MOST_SPARE_BYTES: Final = 256 << 20
_ROW_BYTES: Final = 256
"""What the bytes of a row are a multiple of when an image is read."""

_lock: Final = threading.RLock()
_ended: Final[deque[Any]] = deque()
"""Devices of wgpu that nobody refers to any more, to be destroyed."""


class GpuError(RunError):
    """The GPU cannot do what was asked: it is not there, was lost, or has no memory left."""


def _wgpu() -> Any:
    try:
        import wgpu
    except ImportError as error:
        msg = f"images on the GPU need the package wgpu, which cannot be imported ({error}); {_INSTALL}"
        raise GpuError(msg) from error
    return wgpu


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Around all that has wgpu and the driver work, on any device, but not around waiting for the GPU.

    They should do with several threads, yet there are drivers that crash (gfx-rs/wgpu issues 10085, 10234),
    and it is the GPU that takes the time. Devices are not made while LiteRT makes one, either.
    """
    try:
        with _lock:
            yield
    finally:
        _destroy_ended()


def _destroy_ended() -> None:
    """Destroys the devices that have ended, or leaves it to the thread that has the lock.

    It never waits for it: a device may end anywhere, also where a thread has other locks.
    """
    while _ended and _lock.acquire(blocking=False):
        try:
            while _ended:
                _ended.popleft().destroy()
        finally:
            _lock.release()


@functools.cache
def adapters() -> tuple[Any, ...]:
    """The adapters of this machine, wgpu's ``GPUAdapter``: real ones before software ones.

    They are looked for once in a process.

    Raises:
        GpuError: wgpu is not installed.
    """
    wgpu = _wgpu()
    from wgpu.backends.wgpu_native.extras import set_instance_extras

    with suppress(RuntimeError):  # the application, or another graph, has used it before
        set_instance_extras(backends=["Vulkan", "Metal", "DX12"])
    with native_log.captured_gpu(), _one_at_a_time(), accelerators.one_at_a_time:
        found = wgpu.gpu.enumerate_adapters_sync()
    return tuple(sorted(found, key=is_software))


def is_software(adapter: Any) -> bool:
    """Whether the adapter computes on the CPU, many times slower than OpenCV."""
    return str(adapter.info["adapter_type"]) == "CPU"


@dataclass(slots=True)
class _Program:
    """A compiled shader.

    Attributes:
        layout: What it sees, wgpu's.
        pipeline: It itself, wgpu's.
        numbers: Those that it was last given, and the buffer that they are in.
    """

    layout: Any
    pipeline: Any
    numbers: tuple[bytes, Any] = b"", None


class _Textures:
    """Those that images are in, and those that images were in: drivers take long to make large ones.

    Attributes:
        used: Those that images are in, by id. Here they are never part of garbage, whose finalizers Python
            calls in any order.
    """

    def __init__(self) -> None:
        self.used: dict[int, Texture] = {}
        self._given: deque[Texture] = deque()
        self._spare: list[Texture] = []

    def give(self, texture: Texture) -> None:
        """Takes one back; at any time and in any thread, as an image may end anywhere, also within `take`."""
        self._given.append(self.used.pop(id(texture)))

    def take(self, kind: tuple[str, int, int]) -> Texture | None:
        """One that is spare; of all others the last ones are kept, not too many."""
        self._collect()
        size = sum(texture.size for texture in self._spare)
        while len(self._spare) > _MOST_SPARE or size > _MOST_SPARE_BYTES:
            size -= self._spare[0].size
            self._spare.pop(0).texture.destroy()
        for index in reversed(range(len(self._spare))):
            if self._spare[index].kind == kind:
                return self._spare.pop(index)
        return None

    def drop(self) -> None:
        """Frees those that are spare."""
        self._collect()
        while self._spare:
            self._spare.pop().texture.destroy()

    def _collect(self) -> None:
        while self._given:
            self._spare.append(self._given.popleft())


class GpuDevice:
    """A device and its queue. May be used by several threads at once.

    Textures of images that are gone are kept for others of their size, 256 MB of them at the most.

    Args:
        adapter: One of `adapters`.

    Raises:
        GpuError: The adapter gives no device.

    Attributes:
        name: The adapter's name.
        uploads, downloads: How many images went to the device, and came back.
        lost: Why the device can no longer be used; None while it can.
    """

    def __init__(self, adapter: Any) -> None:
        self.name: str = adapter.info["device"] or adapter.info["description"]
        self.lost: str | None = None
        self.uploads = 0
        self.downloads = 0
        wgpu = _wgpu()
        self._errors: tuple[type[Exception], ...] = (wgpu.GPUError, RuntimeError)
        self._no_memory: type[Exception] = wgpu.GPUOutOfMemoryError
        with self._told("no device can be made"), _one_at_a_time(), accelerators.one_at_a_time:
            self._device = adapter.request_device_sync(
                required_limits={"max-texture-dimension-2d": adapter.limits["max-texture-dimension-2d"]}
            )
        self._usage = (
            wgpu.TextureUsage.COPY_DST
            | wgpu.TextureUsage.COPY_SRC
            | wgpu.TextureUsage.TEXTURE_BINDING
            | wgpu.TextureUsage.RENDER_ATTACHMENT
        )
        self._uniform = wgpu.BufferUsage.UNIFORM
        self._read_usage = wgpu.BufferUsage.COPY_DST | wgpu.BufferUsage.MAP_READ
        self._seen_by_pixels = wgpu.ShaderStage.FRAGMENT
        self._programs: dict[tuple[str, ImageFormat], _Program] = {}
        self._textures = _Textures()

    def __del__(self) -> None:
        if "_device" in self.__dict__:  # wgpu's own objects refer to each other, and go much later
            _ended.append(self._device)
            _destroy_ended()

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        try:
            yield
        except self._errors as error:
            text = " ".join(str(error).split()) or type(error).__name__
            if isinstance(error, self._no_memory):
                what += ", for lack of memory"
            elif "is lost" in text:
                self.lost = text
                what = _LOST
            msg = f"GPU {self.name}: {what}: {text}"
            raise GpuError(msg) from error

    @property
    def live(self) -> int:
        """How many images there are that somebody refers to."""
        return len(self._textures.used)

    @property
    def max_side(self) -> int:
        """The most pixels that an image may have on a side."""
        return int(self._device.limits["max-texture-dimension-2d"])

    def _kind(self, image_format: ImageFormat, width: int, height: int) -> tuple[str, int, int]:
        if image_format not in FORMATS:
            listed = ", ".join(each.name for each in FORMATS)
            msg = f"an image of format {image_format.name} cannot be on the GPU; formats that can: {listed}"
            raise ValueError(msg)
        if not 0 < min(width, height) <= max(width, height) <= self.max_side:
            msg = (
                f"an image of {width}x{height} pixels cannot be on GPU {self.name}: "
                f"each side must be 1 to {self.max_side}"
            )
            raise ValueError(msg)
        return FORMATS[image_format].texture, width, height

    def _texture(self, image_format: ImageFormat, width: int, height: int) -> GpuBuffer:
        kind = self._kind(image_format, width, height)
        with self._told(f"no texture can be made for an image of {width}x{height} pixels"), _one_at_a_time():
            texture = self._textures.take(kind)
            if texture is None:
                try:
                    texture = self._new_texture(kind)
                except self._no_memory:
                    self._textures.drop()
                    texture = self._new_texture(kind)
        self._textures.used[id(texture)] = texture
        return GpuBuffer(self, texture, image_format, width, height)

    def _new_texture(self, kind: tuple[str, int, int]) -> Texture:
        name, width, height = kind
        texture = self._device.create_texture(size=(width, height, 1), format=name, usage=self._usage)
        return Texture(texture, texture.create_view(), kind)

    def take_back(self, texture: Texture) -> None:
        """Keeps the texture of an image that nobody refers to any more for the next one."""
        self._textures.give(texture)

    def upload(self, frame: ImageFrame) -> GpuBuffer:
        """Copies an image to the device; row 0 becomes row 0, and SRGB gets an alpha of 255.

        Raises:
            ValueError: The format or size is none that a texture can have.
            GpuError: The device is lost or out of memory.
        """
        pixels = frame.numpy_view()
        self._kind(frame.image_format, frame.width, frame.height)  # no work for what cannot be there
        if frame.image_format is ImageFormat.SRGB:
            pixels = cv2.cvtColor(pixels, cv2.COLOR_RGB2RGBA)
        return self._written(frame.image_format, frame.width, frame.height, pixels)

    def upload_array(self, array: npt.NDArray[np.float32]) -> GpuBuffer:
        """Copies one channel of float32 numbers, (height, width), to a texture R32F; otherwise `upload`."""
        height, width = array.shape
        return self._written(ImageFormat.VEC32F1, width, height, np.asarray(array, np.float32))

    def _written(
        self, image_format: ImageFormat, width: int, height: int, pixels: npt.NDArray[Any]
    ) -> GpuBuffer:
        """A texture with these pixels."""
        pixels = np.ascontiguousarray(pixels)
        with _one_at_a_time():
            buffer = self._texture(image_format, width, height)
            with self._told("an upload failed"):
                self.uploads += 1
                self._device.queue.write_texture(
                    {"texture": buffer.texture},
                    pixels,
                    {"bytes_per_row": pixels.nbytes // height, "rows_per_image": height},
                    (width, height, 1),
                )
        return buffer

    def read(self, buffer: GpuBuffer, channels: int | None = None) -> npt.NDArray[Any]:
        """The pixels of a texture, once they are drawn.

        Args:
            buffer: The texture.
            channels: How many of its channels; 1 or 3 if it has four, otherwise all.

        Returns:
            (height, width) for one channel, else (height, width, channels).

        Raises:
            GpuError: The device is lost or out of memory.
        """
        _, _, dtype, there = buffer.format
        step = np.dtype(dtype).itemsize
        stride = -(-buffer.width * there * step // _ROW_BYTES) * _ROW_BYTES
        with self._told("a download failed"):
            with _one_at_a_time():
                self.downloads += 1
                copy, mapping = self._copied(buffer, stride)
            mapping.sync_wait()
            pixels: npt.NDArray[Any] = np.ndarray(
                (buffer.height, buffer.width, there),
                dtype,
                copy.read_mapped(copy=False),
                strides=(stride, there * step, step),
            )
            if channels is None or channels == there:
                found = pixels.copy()
            elif channels == 1:
                found = cv2.extractChannel(pixels, 0)
            else:
                found = cv2.cvtColor(pixels, cv2.COLOR_RGBA2RGB)
            with _one_at_a_time():
                copy.destroy()
        return found.reshape(found.shape[:2]) if found.shape[2:] == (1,) else found

    def _copied(self, buffer: GpuBuffer, stride: int) -> tuple[Any, Any]:
        """A buffer of wgpu that a texture is copied to, and wgpu's promise that it can be read."""
        copy = self._device.create_buffer(size=stride * buffer.height, usage=self._read_usage)
        encoder = self._device.create_command_encoder()
        encoder.copy_texture_to_buffer(
            {"texture": buffer.texture},
            {"buffer": copy, "bytes_per_row": stride, "rows_per_image": buffer.height},
            (buffer.width, buffer.height, 1),
        )
        self._device.queue.submit([encoder.finish()])
        return copy, copy.map_async("READ")

    def draw(
        self,
        shader: str,
        image_format: ImageFormat,
        width: int,
        height: int,
        *images: GpuBuffer,
        numbers: Mapping[str, Any] | None = None,
    ) -> GpuBuffer:
        """Draws a new image; returns before the GPU has done so.

        Args:
            shader: WGSL with ``fn pixel(uv: vec2f, place: vec2f) -> vec4f``, which tells an output pixel's
                numbers: uv is 0 to 1 from row 0 and column 0, place the same in pixels, both at the pixel's
                centre. It sees the images as ``image0``, ``image1``, ..., the numbers as ``number.<name>``,
                and can call ``linear(image, uv)``, ``nearest(image, uv)`` and ``texel(image, place)``, for
                which the border's pixels go on beyond the border, and ``between(image, uv, border)``, which
                is ``linear`` with ``ZERO`` or the ``OPPOSITE`` border there. An image GRAY8 is gray to it:
                red, green and blue are the same, alpha 1; other formats have 0 and alpha 1 for what they
                lack. What is drawn as SRGB is opaque. The device keeps the compiled program.
            image_format: Of the new image.
            width: Its pixels per row.
            height: Its rows.
            images: Images of this device to be drawn from.
            numbers: float32 arrays of 16 or 4 numbers (``mat4x4f`` row by row, ``vec4f``), by name, which is
                not ``extent``.

        Raises:
            ValueError: The format or size is none that a texture can have, or an image is of another device.
            GpuError: The device is lost or out of memory, or the shader is wrong.
        """
        for image in images:
            if image.device is not self:
                msg = (
                    f"{image!r} is of another device, which shares nothing with GPU {self.name}; give the "
                    'graph the device that its images come from: Graph(..., services={"device": device})'
                )
                raise ValueError(msg)
        images = tuple(
            self._draw(_GRAY, ImageFormat.SRGBA, image.width, image.height, (image,), {})
            if image.image_format is ImageFormat.GRAY8
            else image
            for image in images
        )
        return self._draw(shader, image_format, width, height, images, numbers or {})

    def _draw(
        self,
        shader: str,
        image_format: ImageFormat,
        width: int,
        height: int,
        images: Sequence[GpuBuffer],
        numbers: Mapping[str, Any],
    ) -> GpuBuffer:
        numbers = {**numbers, "extent": (width, height, 0, 0)}
        with _one_at_a_time():
            target = self._texture(image_format, width, height)
            with self._told("drawing failed"):
                program = self._program(shader, image_format, len(images), numbers)
                self._submit(program, target, images, numbers)
        return target

    def _submit(
        self, program: _Program, target: GpuBuffer, images: Sequence[GpuBuffer], numbers: Mapping[str, Any]
    ) -> None:
        data = np.concatenate([_columns(value) for value in numbers.values()]).tobytes()
        last, uniform = program.numbers
        if data != last:
            uniform = self._device.create_buffer_with_data(data=data, usage=self._uniform)
            program.numbers = data, uniform
        entries: list[dict[str, Any]] = [
            {"binding": index, "resource": image.view} for index, image in enumerate(images)
        ]
        entries.append({"binding": len(images), "resource": {"buffer": uniform}})
        group = self._device.create_bind_group(layout=program.layout, entries=entries)
        encoder = self._device.create_command_encoder()
        drawing = encoder.begin_render_pass(
            color_attachments=[{"view": target.view, "load_op": "clear", "store_op": "store"}]
        )
        drawing.set_pipeline(program.pipeline)
        drawing.set_bind_group(0, group)
        drawing.draw(3)
        drawing.end()
        self._device.queue.submit([encoder.finish()])

    def _program(
        self, shader: str, image_format: ImageFormat, images: int, numbers: Mapping[str, Any]
    ) -> _Program:
        found = self._programs.get((shader, image_format))
        if found is not None:
            return found
        declared = [
            f"@group(0) @binding({index}) var image{index}: texture_2d<f32>;" for index in range(images)
        ]
        fields = ", ".join(
            f"{name}: {'mat4x4f' if np.size(value) == 16 else 'vec4f'}" for name, value in numbers.items()
        )
        declared.append(f"struct Numbers {{ {fields} }};")
        declared.append(f"@group(0) @binding({images}) var<uniform> number: Numbers;")
        module = self._device.create_shader_module(code="\n".join((*declared, _PRELUDE, shader)))
        seen: list[dict[str, Any]] = [
            {
                "binding": index,
                "visibility": self._seen_by_pixels,
                "texture": {"sample_type": "unfilterable-float"},
            }
            for index in range(images)
        ]
        seen.append({"binding": images, "visibility": self._seen_by_pixels, "buffer": {}})
        layout = self._device.create_bind_group_layout(entries=seen)
        opaque = image_format is ImageFormat.SRGB
        pipeline = self._device.create_render_pipeline(
            layout=self._device.create_pipeline_layout(bind_group_layouts=[layout]),
            vertex={"module": module, "entry_point": "corner"},
            primitive={"topology": "triangle-list"},
            fragment={
                "module": module,
                "entry_point": "draw_opaque" if opaque else "draw",
                "targets": [{"format": FORMATS[image_format].texture}],
            },
        )
        made = self._programs[shader, image_format] = _Program(layout, pipeline)
        return made


def _columns(value: Any) -> npt.NDArray[np.float32]:
    """Numbers as WGSL lays them out: matrices column by column."""
    array = np.asarray(value, np.float32).reshape(-1)
    return array.reshape(4, 4).T.reshape(-1) if array.size == 16 else array
