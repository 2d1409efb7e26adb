"""Does cost grow linearly with nodes, and do branches with real work run in parallel?

    python benchmarks/scaling.py

Construction, start and a packet's way through chains of 10 to 10,000 PassThroughCalculator, per node; and two
branches of blurring (OpenCV releases the GIL) with two threads against one, in turns.
"""

from __future__ import annotations

import statistics
import time

from overhead import graph_of

BLUR = """
input_stream: "in"
node { calculator: "BlurForBenchmark" input_stream: "in" output_stream: "a" }
node { calculator: "BlurForBenchmark" input_stream: "in" output_stream: "b" }
node { calculator: "PassThroughCalculator" input_stream: "a" input_stream: "b"
       output_stream: "end" output_stream: "end2" }
"""


def grow():
    from mpgraph import Graph

    print(f"{'nodes':>7} {'construct':>12} {'start':>12} {'packet':>12}   microseconds a node")
    for count in (10, 100, 1_000, 10_000):
        packets = 100_000 // count
        text = graph_of(f"chain {count}")
        begin = time.perf_counter()
        graph = Graph(text, num_threads=0)
        built = time.perf_counter()
        with graph:
            graph.start()
            graph.process({"s0": 1}, 0)
            started = time.perf_counter()
            for timestamp in range(1, packets + 1):
                graph.process({"s0": 1}, timestamp)
            ran = time.perf_counter()
        per_node = [(built - begin) / count, (started - built) / count, (ran - started) / packets / count]
        print(f"{count:7} " + " ".join(f"{seconds * 1e6:12.2f}" for seconds in per_node))


def run_in_parallel():
    import cv2
    import numpy as np

    from mpgraph import Graph, ImageFrame, calculator

    @calculator("BlurForBenchmark")
    def blur(frame: ImageFrame) -> ImageFrame:
        return ImageFrame.adopt(cv2.GaussianBlur(frame.numpy_view(), (31, 31), 0))

    cv2.setNumThreads(1)
    frame = ImageFrame.adopt(np.random.default_rng(0).integers(0, 255, (720, 1280, 3), dtype=np.uint8))
    text = BLUR.replace('"in" output', '"FRAME:in" output')
    graphs = {threads: Graph(text, num_threads=threads).start() for threads in (0, 2)}
    times = {threads: [] for threads in graphs}
    for round_ in range(12):
        for threads, graph in graphs.items():
            begin = time.perf_counter()
            for index in range(10):
                graph.process({"in": frame}, round_ * 10 + index)
            times[threads].append(time.perf_counter() - begin)
    for graph in graphs.values():
        graph.close()
    one, two = (statistics.median(values) for values in times.values())
    print(
        f"two branches of blurring: {one * 100:.1f} ms on one thread, {two * 100:.1f} on two: {one / two:.2f} times"
    )


if __name__ == "__main__":
    grow()
    run_in_parallel()
