"""How long do imports and the short commands take, as whole processes?

python benchmarks/startup.py [--rounds 7]
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time

from turns import mediapipe_python

GRAPH = "graphs/selfie_segmentation/selfie_segmentation_cpu.pbtxt"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "import mpgraph": [sys.executable, "-c", "import mpgraph"],
        "import mediapipe": [mediapipe_python(), "-c", "import mediapipe"],
        "mpgraph --version": [sys.executable, "-m", "mpgraph", "--version"],
        "mpgraph check (selfie graph)": [sys.executable, "-m", "mpgraph", "check", GRAPH],
    }
    times = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            begin = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            times[name].append(time.perf_counter() - begin)
    empty = statistics.median(times["python -c pass"])
    for name, values in times.items():
        median = statistics.median(values)
        print(
            f"  {name:38} {median:.3f} s (min {min(values):.3f}); {median - empty:.3f} s beyond an empty Python"
        )


if __name__ == "__main__":
    main()
