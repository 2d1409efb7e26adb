"""How long does a whole job take per frame, from file to file, against the usual MediaPipe script?

    python benchmarks/run_job.py [--size 1280x720] [--seconds 5] [--rounds 5]

The usual script reads with OpenCV, calls MediaPipe's `process`, composes with `np.where` and writes with
OpenCV. Ours is `mpgraph run` as a user types it. Both are whole processes minus their own start: a clip
of one frame is timed too and taken off.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from turns import mediapipe_python

GRAPH = "graphs/selfie_segmentation/selfie_segmentation_cpu.pbtxt"
SCRIPT = """
import sys, cv2, numpy as np
from mediapipe.python.solutions.selfie_segmentation import SelfieSegmentation
source = cv2.VideoCapture(sys.argv[1])
size = int(source.get(cv2.CAP_PROP_FRAME_WIDTH)), int(source.get(cv2.CAP_PROP_FRAME_HEIGHT))
sink = cv2.VideoWriter(sys.argv[2], cv2.VideoWriter_fourcc(*"mp4v"), source.get(cv2.CAP_PROP_FPS), size)
background = np.zeros((size[1], size[0], 3), np.uint8)
background[:] = (255, 0, 0)
with SelfieSegmentation(model_selection=0) as segmentation:
    while True:
        ok, frame = source.read()
        if not ok:
            break
        mask = segmentation.process(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)).segmentation_mask
        sink.write(np.where(np.stack((mask,) * 3, axis=-1) > 0.1, frame, background))
sink.release()
"""


def seconds(command):
    """What a command takes: by the clock, and of the processors."""
    begin, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - begin, cpu


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    frames = arguments.seconds * 30
    with tempfile.TemporaryDirectory() as folder:
        clip, one = f"{folder}/clip.mp4", f"{folder}/one.mp4"
        passing = Path(folder, "pass.pbtxt")
        passing.write_text(
            'input_stream: "input_video" output_stream: "output_video" '
            'node { calculator: "PassThroughCalculator" input_stream: "input_video" output_stream: "output_video" }',
            encoding="utf-8",
        )
        mpgraph = [sys.executable, "-m", "mpgraph", "run"]
        make = [*mpgraph, str(passing), "-i", f"testsrc:{arguments.size}@30x{arguments.seconds}"]
        subprocess.run([*make, "-o", clip], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([*make, "-o", one, "--limit", "1"], check=True, stdout=subprocess.DEVNULL)
        commands = {
            "usual MediaPipe script": lambda path: [
                mediapipe_python(),
                "-c",
                SCRIPT,
                path,
                f"{folder}/a.mp4",
            ],
            "mpgraph run": lambda path: [*mpgraph, GRAPH, "-i", path, "-o", f"{folder}/b.mp4"],
        }
        per_frame = {name: [] for name in commands}
        cpu = {name: [] for name in commands}
        starts = {name: [] for name in commands}
        for _ in range(arguments.rounds):
            for name, command in commands.items():
                short, long = seconds(command(one)), seconds(command(clip))
                starts[name].append(short[0])
                for values, few, many in zip((per_frame, cpu), short, long, strict=True):
                    values[name].append((many - few) / (frames - 1) * 1e3)
        peer = statistics.median(per_frame["usual MediaPipe script"])
        print(f"{arguments.size}, {frames} frames")
        for name, values in per_frame.items():
            median = statistics.median(values)
            print(
                f"  {name:24} {median:7.3f} ms a frame (min {min(values):.3f}, "
                f"cpu {statistics.median(cpu[name]):.3f})  x {median / peer:.2f}"
                f"   start and one frame {statistics.median(starts[name]):.2f} s"
            )


if __name__ == "__main__":
    main()
