"""What does a frame of the selfie graph cost on each GPU, stage by stage, and on the CPU?

    python benchmarks/gpu.py [--sizes 640x480,1280x720,1920x1080] [--adapter N|NAME] [--frames 60] [--landscape]

Needs the packages wgpu and ai-edge-litert, the models, and a driver; no display, no MediaPipe.

On a GPU a stage's time is that of the calculator's own work, called directly and waited for each time, less an
empty wait; preprocess has the way of the model's input to memory in it, postprocess that of its output back
to the GPU, as LiteRT and wgpu share no memory; the copies alone are printed, too. On the CPU it is what the
graph's profiler measures of the node. Frames/s are those of the whole graph, from frames in memory to frames
in memory, with several under way.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time

import numpy as np
from mpgraph.calculators.image.recolor_gpu import recolor
from mpgraph.calculators.tensor.image_to_tensor_gpu import convert
from mpgraph.calculators.tensor.tensors_to_segmentation_gpu import mask_of

from mpgraph import Graph, ImageFormat, ImageFrame, model_store
from mpgraph.errors import MpgraphError
from mpgraph.gpu import DEVICE, Device, GpuError, adapters
from mpgraph.inference.accelerators import gpu_environment
from mpgraph.inference.protocol import Delegate, create_engine

IDENTITY = np.eye(4, dtype=np.float32).ravel()
RECOLOR = """options { [mediapipe.RecolorCalculatorOptions.ext] {
    color { r: 0 g: 0 b: 255 } mask_channel: RED invert_mask: true adjust_with_luminance: false } }"""
CPU = f"""
input_stream: "in" input_side_packet: "model" profiler_config {{ enable_profiler: true }}
node {{ calculator: "SelfieSegmentationCpu" input_side_packet: "MODEL_SELECTION:model"
       input_stream: "IMAGE:in" output_stream: "SEGMENTATION_MASK:mask" }}
node {{ calculator: "RecolorCalculator" input_stream: "IMAGE:in" input_stream: "MASK:mask"
       output_stream: "IMAGE:out" {RECOLOR} }}
"""
GPU = f"""
input_stream: "in" input_side_packet: "model"
node {{ calculator: "ImageFrameToGpuBufferCalculator" input_stream: "in" output_stream: "image" }}
node {{ calculator: "SelfieSegmentationGpu" input_side_packet: "MODEL_SELECTION:model"
       input_stream: "IMAGE:image" output_stream: "SEGMENTATION_MASK:mask" }}
node {{ calculator: "RecolorCalculator" input_stream: "IMAGE_GPU:image" input_stream: "MASK_GPU:mask"
       output_stream: "IMAGE_GPU:painted" {RECOLOR} }}
node {{ calculator: "GpuBufferToImageFrameCalculator" input_stream: "painted" output_stream: "out" }}
"""
STAGES = ("upload", "preprocess", "invoke", "postprocess", "recolour", "download")
NODES = {
    "ImageToTensorCalculator": "preprocess",
    "InferenceCalculator": "invoke",
    "TensorsToSegmentationCalculator": "postprocess",
    "RecolorCalculator": "recolour",
}


def frames_of(width, height):
    """A few frames, each smooth with some noise."""
    rng = np.random.default_rng(0)
    x, y = np.meshgrid(np.linspace(0, 6, width), np.linspace(0, 6, height))
    waves = [127 + 100 * np.sin(x * (k + 1) + y) for k in range(3)]
    smooth = np.stack(waves, -1)
    return [
        ImageFrame.adopt(
            (smooth + rng.normal(0, 5, smooth.shape)).clip(0, 255).astype(np.uint8), ImageFormat.SRGB
        )
        for _ in range(4)
    ]


def median(work, wait, count):
    """Milliseconds of a piece of work and the wait for it, and what came of the last."""
    times = []
    for index in range(count + 3):
        begin = time.perf_counter()
        result = work(index)
        wait()
        if index >= 3:
            times.append(time.perf_counter() - begin)
    return statistics.median(times) * 1e3, result


def gpu_stages(device, engine, frames, count):
    """Milliseconds of each stage on a GPU, and of the two copies within them."""
    gpu = device.gpu
    pixel = gpu.upload_array(np.zeros((1, 1), np.float32))

    def wait():
        gpu.read(pixel)

    _, height, width, _ = engine.inputs[0].shape
    full = frames[0].width, frames[0].height
    empty, _ = median(lambda _: None, wait, count)
    found = {}
    found["upload"], image = median(lambda index: gpu.upload(frames[index % len(frames)]), wait, count)
    found["preprocess"], tensor = median(
        lambda _: convert(image, (width, height), IDENTITY, (0, 1), from_bottom=False, zero=True), wait, count
    )
    found["invoke"], (values,) = median(lambda _: engine.run([tensor]), lambda: None, count)
    values = values.reshape(height, width)
    found["postprocess"], mask = median(lambda _: mask_of(gpu, values, full, from_bottom=False), wait, count)
    color = {"alpha": False, "invert": True, "luminance": False}
    found["recolour"], painted = median(lambda _: recolor(image, mask, (0, 0, 255), **color), wait, count)
    found["download"], _ = median(lambda _: gpu.read(painted), lambda: None, count)
    drawn = gpu.draw(
        "fn pixel(uv: vec2f, place: vec2f) -> vec4f { return vec4f(0.0); }",
        ImageFormat.VEC32F4,
        width,
        height,
    )
    down, _ = median(lambda _: gpu.read(drawn), lambda: None, count)
    up, _ = median(lambda _: gpu.upload_array(values), wait, count)
    for name in ("upload", "preprocess", "postprocess", "recolour"):
        found[name] = max(0.0, found[name] - empty)
    return found, {"tensor to memory": down, "mask to GPU": max(0.0, up - empty), "empty wait": empty}


def rate(text, device, model, frames, count):
    """Frames/s of a graph with up to eight frames under way, and the graph's profile if it has one."""
    received = 0

    def receive(_):
        nonlocal received
        received += 1

    with Graph(text, side_packets={"model": model}, services={DEVICE.key: device}) as graph:
        graph.observe("out", receive)
        graph.set_max_queue_size("in", 8)
        graph.start()
        for timestamp in range(3):
            graph.process({"in": frames[0]}, timestamp)
        begin = time.perf_counter()
        for index in range(count):
            graph.add_packet("in", frames[index % len(frames)], 3 + index)
        graph.wait_until_idle()
        seconds = time.perf_counter() - begin
        assert received == count + 3
        return count / seconds, graph.profiler.capture(with_config=False)


def cpu_stages(profile):
    """Milliseconds of each stage on the CPU."""
    found = dict.fromkeys(STAGES, 0.0)
    for node in profile.calculator_profiles:
        for name, stage in NODES.items():
            if name in node.name:
                runs = node.process_runtime
                found[stage] += runs.total / max(1, sum(runs.count)) / 1e3
    return found


def print_row(title, stages, frames_per_second, more=""):
    total = sum(stages.values())
    print(
        f"{title:9} " + " ".join(f"{stages[name]:11.2f}" for name in STAGES),
        f"{total:8.2f} {frames_per_second:8.1f}  {more}",
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="640x480,1280x720,1920x1080")
    parser.add_argument("--adapter", help="only this one: its number, or a part of its name")
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument(
        "--landscape", action="store_true", help="the landscape model instead of the general one"
    )
    arguments = parser.parse_args()
    sizes = [tuple(map(int, size.split("x"))) for size in arguments.sizes.split(",")]
    model = int(arguments.landscape)
    name = "selfie_segmentation_landscape" if model else "selfie_segmentation"
    content = model_store.find(name, download=False).read_bytes()
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(
        f"{name}; {platform.machine()}, {cpus} processors; milliseconds a frame, medians of {arguments.frames}\n"
    )
    heads = " ".join(f"{stage:>11}" for stage in STAGES)
    print(f"CPU\n{'':9} {heads} {'all':>8} {'frames/s':>8}")
    on_cpu = {}
    for width, height in sizes:
        frames = frames_of(width, height)
        per_second, profile = rate(CPU, Device("cpu"), model, frames, arguments.frames)
        on_cpu[width, height] = per_second
        print_row(f"{width}x{height}", cpu_stages(profile), per_second)
    try:
        chosen = (
            [arguments.adapter] if arguments.adapter else [str(index) for index in range(len(adapters()))]
        )
        environment = gpu_environment()
    except MpgraphError as error:
        print(f"no GPU: {error}")
        return
    print(f"\ninference on {environment.adapter}, which LiteRT chooses")
    begin = time.perf_counter()
    engine = create_engine(content, delegate=Delegate.GPU)
    loaded = time.perf_counter()
    engine.run([np.zeros(spec.shape, spec.dtype) for spec in engine.inputs])
    print(f"model loaded in {loaded - begin:.2f} s, first run {time.perf_counter() - loaded:.2f} s")
    for each in chosen:
        device = Device(f"gpu:{each}")
        try:
            title = device.gpu.name
        except GpuError as error:
            print(f"\nadapter {each}: {error}")
            continue
        print(f"\nimages on {title}\n{'':9} {heads} {'all':>8} {'frames/s':>8}")
        for width, height in sizes:
            frames = frames_of(width, height)
            stages, copies = gpu_stages(device, engine, frames, arguments.frames)
            per_second, _ = rate(GPU, device, model, frames, arguments.frames)
            more = ", ".join(f"{name} {spent:.2f}" for name, spent in copies.items())
            ratio = per_second / on_cpu[width, height]
            print_row(f"{width}x{height}", stages, per_second, f"{ratio:.2f} of the CPU's; {more}")


if __name__ == "__main__":
    main()
