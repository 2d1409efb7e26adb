"""Do memory, threads and open files stay flat over many frames, packets and runs?

    python benchmarks/soak.py [frames packets runs] [--scale 1.0]

The selfie graph on 10,000 drawn frames; 1,000,000 packets through a loop of nodes on two threads; 10,000 graphs
made, run and closed. Prints the resident memory, the threads and the open files at every tenth of the way, and
exits with 1 if memory grew by more than 2 MB, or any of the others at all, over the last nine tenths.
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

SELFIE = Path(graphs_file).parent / "selfie_segmentation" / "selfie_segmentation_cpu.pbtxt"
BRANCHES = """
input_stream: "in"
output_stream: "out"
node { calculator: "PassThroughCalculator" input_stream: "in" output_stream: "a" }
node { calculator: "PassThroughCalculator" input_stream: "in" output_stream: "b" }
node { calculator: "PassThroughCalculator" input_stream: "a" input_stream: "b"
       output_stream: "out" output_stream: "other" }
"""


def frames(count):
    image = np.random.default_rng(0).integers(0, 255, (480, 640, 3), np.uint8)
    received = []
    with Graph(SELFIE) as graph:
        graph.observe("output_video", lambda packet: received.append(packet.time))
        graph.start()
        for index in range(count):
            graph.process({"input_video": ImageFrame.adopt(image.copy(), ImageFormat.SRGB)}, index * 33_333)
            assert received.pop() == index * 33_333
            yield


def packets(count):
    received = 0

    def receive(packet):
        nonlocal received
        received += packet.value

    with Graph(BRANCHES, num_threads=2) as graph:
        graph.observe("out", receive)
        graph.start()
        for index in range(count):
            graph.add_packet("in", 1, index)
            yield
        graph.wait_until_idle()
        assert received == count, f"{received} of {count} packets came out"


def runs(count):
    received = []
    for _ in range(count):
        with Graph(BRANCHES, num_threads=2) as graph:
            graph.observe("out", received.append)
            graph.start()
            graph.add_packet("in", 1, 0)
        assert received.pop().value == 1
        yield


CASES = {"frames": (frames, 10_000), "packets": (packets, 1_000_000), "runs": (runs, 10_000)}


def state():
    """Resident memory in MB, threads, open files."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024, threading.active_count(), len(os.listdir("/proc/self/fd"))
    raise RuntimeError("no VmRSS")


def stays_flat(name, count):
    case, _ = CASES[name]
    states = []
    for index, _ in enumerate(case(count), 1):
        if index % (count // 10) == 0:
            states.append(state())
            print(
                f"  {index:8} {name}: {states[-1][0]:7.1f} MB, {states[-1][1]} threads, {states[-1][2]} files"
            )
    memory, threads, files = (last - first for first, last in zip(states[0], states[-1], strict=True))
    print(f"  growth over the last nine tenths: {memory:.1f} MB, {threads} threads, {files} files")
    return memory <= 2 and threads <= 0 and files <= 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"of {', '.join(CASES)}; all by default")
    parser.add_argument("--scale", type=float, default=1.0, help="a part of the counts, such as 0.1")
    options = parser.parse_args()
    flat = [stays_flat(name, int(CASES[name][1] * options.scale)) for name in options.cases or CASES]
    return not all(flat)


if __name__ == "__main__":
    sys.exit(main())
