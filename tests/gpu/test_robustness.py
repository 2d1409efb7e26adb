"""What goes wrong on a GPU is told clearly, and leaves nothing behind."""

from __future__ import annotations

import gc
import mmap
import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gpu_device import the_device

from mpgraph import Graph
from mpgraph.errors import CalculatorError
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.gpu import DEVICE, Device, GpuDevice, GpuError
from mpgraph.inference import accelerators

pytestmark = pytest.mark.gpu

DESCRIPTORS = Path("/proc/self/fd")
MEMORY = Path("/proc/self/statm")
COPY = "fn pixel(uv: vec2f, place: vec2f) -> vec4f { return texel(image0, vec2i(place)); }"
TEXT = """input_stream: "in"
node { calculator: "ImageFrameToGpuBufferCalculator" input_stream: "in" output_stream: "texture" }
node { name: "flip" calculator: "ImageTransformationCalculator" input_stream: "IMAGE_GPU:texture"
  output_stream: "IMAGE_GPU:flipped"
  options { [mediapipe.ImageTransformationCalculatorOptions.ext] { flip_vertically: true } } }
node { calculator: "GpuBufferToImageFrameCalculator" input_stream: "flipped" output_stream: "out" }"""


def frame(seed: int = 0, height: int = 5, width: int = 7) -> ImageFrame:
    return ImageFrame.adopt(np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8))


def flipped(device: Device, frames: list[ImageFrame]) -> list[Any]:
    """What a graph makes of frames."""
    found: list[Any] = []
    with Graph(TEXT, services={DEVICE.key: device}) as graph:
        graph.observe("out", lambda packet: found.append(packet.value.numpy_view()))
        graph.start()
        for time, image in enumerate(frames):
            graph.process({"in": image}, time)
    return found


def test_a_device_that_is_lost_ends_the_run() -> None:
    """`destroy` does to a device what a crash of its driver does."""
    device = Device("auto")
    graph = Graph(TEXT, services={DEVICE.key: device})
    graph.start()
    graph.process({"in": frame()}, 0)
    lost = device.gpu
    lost._device.destroy()
    with pytest.raises(CalculatorError) as caught:
        for time in range(1, 10):
            graph.process({"in": frame()}, time)
    assert isinstance(caught.value.__cause__, GpuError)
    assert f"GPU {lost.name}: the device is lost: its driver has failed" in str(caught.value)
    assert "memory" not in str(caught.value)
    assert lost.lost is not None
    with pytest.raises(CalculatorError):
        graph.close()
    assert not graph.is_running()
    assert device.gpu is not lost
    assert device.gpu.lost is None
    found: list[Any] = []
    graph.observe("out", lambda packet: found.append(packet.value.numpy_view()))
    with graph:  # the same graph, on another device of the same adapter
        graph.start()
        graph.process({"in": frame()}, 0)
    np.testing.assert_array_equal(found[0], frame().numpy_view()[::-1])


def test_no_memory_left(monkeypatch: pytest.MonkeyPatch) -> None:
    import wgpu

    def create(**arguments: object) -> None:
        raise wgpu.GPUOutOfMemoryError("not enough memory left")

    device = Device("auto")
    gpu = device.gpu
    graph = Graph(TEXT, services={DEVICE.key: device})
    graph.start()
    graph.process({"in": frame()}, 0)
    monkeypatch.setattr(gpu._device, "create_texture", create)
    with pytest.raises(
        CalculatorError, match=r"an image of 8x6 pixels, for lack of memory: not enough memory left"
    ):
        graph.process({"in": frame(0, 6, 8)}, 1)
    with pytest.raises(CalculatorError):
        graph.close()
    del graph
    gc.collect()
    assert gpu.live == 0


def test_an_image_beyond_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GpuDevice, "max_side", 6)
    with pytest.raises(CalculatorError, match=r"an image of 7x5 pixels cannot be on GPU .* must be 1 to 6"):
        flipped(Device("auto"), [frame()])


def test_graphs_side_by_side_on_one_adapter() -> None:
    """One with a device of its own, two that share one."""
    shared = the_device()
    frames = [frame(seed) for seed in range(20)]
    results: dict[int, list[Any]] = {}
    threads = [
        threading.Thread(target=lambda n=n, d=d: results.update({n: flipped(d, frames)}))
        for n, d in enumerate((Device("auto"), shared, shared))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(results) == [0, 1, 2]
    for found in results.values():
        for picture, expected in zip(found, frames, strict=True):
            np.testing.assert_array_equal(picture, expected.numpy_view()[::-1])


def held() -> tuple[int, int]:
    """The open files and the threads of this process."""
    gc.collect()
    return len(os.listdir(DESCRIPTORS)) if DESCRIPTORS.exists() else 0, threading.active_count()


def memory() -> int:
    """The memory of this process, in bytes; 0 where it cannot be told."""
    if not MEMORY.exists():
        return 0
    return int(MEMORY.read_text(encoding="ascii").split()[1]) * mmap.PAGESIZE


def open_and_close(times: int) -> None:
    """Each graph makes a device of its own."""
    for _ in range(times):
        device = Device("auto")
        flipped(device, [frame()])
        assert device.gpu.live == 0


def test_only_one_thread_at_a_time_has_wgpu_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Though several devices do: there are drivers that crash otherwise."""
    from wgpu.backends.wgpu_native import _api

    inside: list[int] = []
    seen: set[int] = set()

    def watched(name: str) -> Any:
        native = getattr(_api.libf, name)

        def call(*arguments: object) -> Any:
            inside.append(threading.get_ident())
            seen.add(len(set(inside)))
            try:
                return native(*arguments)
            finally:
                inside.remove(threading.get_ident())

        return call

    for name in (
        "wgpuCommandEncoderCopyTextureToBuffer",
        "wgpuDeviceCreateTexture",
        "wgpuDeviceCreateRenderPipeline",
        "wgpuQueueSubmit",
        "wgpuQueueWriteTexture",
        "wgpuRenderPassEncoderDraw",
    ):
        monkeypatch.setattr(_api.libf, name, watched(name))
    devices = [GpuDevice(the_device().adapter()) for _ in range(2)]
    turns = threading.Barrier(4)
    problems: list[BaseException] = []

    def work(gpu: GpuDevice) -> None:
        try:
            turns.wait(60)
            for seed in range(20):
                image = frame(seed, 40, 60)
                drawn = gpu.draw(COPY, ImageFormat.SRGB, 60, 40, gpu.upload(image))
                np.testing.assert_array_equal(drawn.download().numpy_view(), image.numpy_view())
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=work, args=(gpu,)) for gpu in devices * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert seen == {1}


def test_no_device_is_made_while_litert_may_make_one() -> None:
    owned: list[bool] = []

    class Adapter:
        info = the_device().adapter().info
        limits = the_device().adapter().limits

        def request_device_sync(self, **arguments: Any) -> Any:
            owned.append(accelerators.one_at_a_time._is_owned())  # type: ignore[attr-defined]
            return the_device().adapter().request_device_sync(**arguments)

    assert GpuDevice(Adapter()).upload(frame()).download().width == 7
    assert owned == [True]


def test_a_device_that_ends_waits_for_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Garbage collection may end it anywhere; the thread that has wgpu work then destroys it."""
    busy = GpuDevice(the_device().adapter())
    ended = GpuDevice(the_device().adapter())
    begun, go_on, destroyed = threading.Event(), threading.Event(), threading.Event()
    write, destroy = busy._device.queue.write_texture, ended._device.destroy

    def slow(*arguments: object) -> None:
        begun.set()
        assert go_on.wait(60)
        write(*arguments)

    def told() -> None:
        destroy()
        destroyed.set()

    monkeypatch.setattr(busy._device.queue, "write_texture", slow)
    monkeypatch.setattr(ended._device, "destroy", told)
    thread = threading.Thread(target=busy.upload, args=(frame(),))
    thread.start()
    assert begun.wait(60)
    del ended
    too_early = destroyed.is_set()
    go_on.set()
    thread.join()
    assert not too_early
    assert destroyed.is_set()


def test_opening_and_closing_leaves_nothing() -> None:
    open_and_close(3)  # what drivers keep from the first time
    before = held()
    open_and_close(20)
    assert held() == before


@pytest.mark.slow
def test_opening_and_closing_a_thousand_times() -> None:
    """Memory grows by less than 10 MB in the second half: a device holds some 100 kB at the least."""
    if "llvmpipe" in the_device().gpu.name:
        pytest.skip("this driver leaks each program that it compiles (seen with Mesa 22.3)")
    open_and_close(500)
    before, files_and_threads = memory(), held()
    open_and_close(500)
    assert held() == files_and_threads
    assert memory() - before < 10_000_000
