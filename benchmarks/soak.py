"""Does memory stay flat over many frames?

    python benchmarks/soak.py [--frames 10000]

Runs the selfie graph on drawn frames and prints the resident memory, the threads and the open files at
every tenth of the way. Exits with 1 if memory grew by more than 2 MB over the last nine tenths.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
from pathlib import Path

import numpy as np
from mpgraph.graphs import __file__ as graphs_file

from mpgraph import Graph, ImageFormat, ImageFrame

GRAPH = Path(graphs_file).parent / "selfie_segmentation" / "selfie_segmentation_cpu.pbtxt"


def resident_mb():
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no VmRSS")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=10_000)
    frames = parser.parse_args().frames
    image = np.random.default_rng(0).integers(0, 255, (480, 640, 3), np.uint8)
    received = 0

    def receive(packet):
        nonlocal received
        received += 1

    sizes = []
    with Graph(GRAPH) as graph:
        graph.observe("output_video", receive)
        graph.start()
        for index in range(frames):
            graph.add_packet("input_video", ImageFrame.adopt(image.copy(), ImageFormat.SRGB), index * 33_333)
            graph.wait_until_idle()
            if (index + 1) % (frames // 10) == 0:
                sizes.append(resident_mb())
                files = len(os.listdir("/proc/self/fd"))
                print(
                    f"  {index + 1:8} frames: {sizes[-1]:7.1f} MB, {threading.active_count()} threads, {files} files"
                )
    assert received == frames, f"{received} of {frames} frames came out"
    growth = sizes[-1] - sizes[0]
    print(f"  growth over the last nine tenths: {growth:.1f} MB")
    return growth > 2


if __name__ == "__main__":
    sys.exit(main())
