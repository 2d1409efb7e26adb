"""Times programs against each other: each in its own process, in turns, as ratios of medians.

Machines drift and other work disturbs, so figures are compared only within one run and only as ratios.
A participant is a script that calls `serve`; `compare` starts the participants and lets them take turns.
This file needs nothing but the standard library, so that it runs in any environment.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path


def serve(work, *, warm_up=3):
    """Answers `compare`: runs `work(count)` as often as asked and prints the milliseconds per item."""
    work(warm_up)
    print("ready", flush=True)
    for line in sys.stdin:
        count = int(line)
        begin, cpu = time.perf_counter(), time.process_time()
        work(count)
        wall, cpu = time.perf_counter() - begin, time.process_time() - cpu
        print(json.dumps([wall / count * 1e3, cpu / count * 1e3]), flush=True)


def mediapipe_python():
    """The Python that has mediapipe 0.10.21: MPGRAPH_ORACLE_PYTHON, or one in MPGRAPH_ORACLE_DIR."""
    named = os.environ.get("MPGRAPH_ORACLE_PYTHON")
    folder = os.environ.get("MPGRAPH_ORACLE_DIR", Path.home() / ".cache" / "mpgraph-oracle")
    path = Path(named) if named else Path(folder) / "bin" / "python"
    if not path.exists():
        sys.exit(f"no mediapipe 0.10.21 to compare with: {path} does not exist; set MPGRAPH_ORACLE_PYTHON")
    return str(path)


def compare(participants, *, rounds=8, count=20):
    """Runs the participants in turns and prints each one's time and its ratio to the first.

    Args:
        participants: Name to command line (list of arguments), the peer first.
        rounds: How many turns each takes.
        count: How many items a turn has.

    Returns:
        Name to ratio of medians.
    """
    servers = {}
    for name, command in participants.items():
        servers[name] = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
    times = {name: [] for name in participants}
    cpu = {name: [] for name in participants}
    try:
        for name, server in servers.items():
            if server.stdout.readline().strip() != "ready":
                sys.exit(f"{name} did not start: {' '.join(map(str, participants[name]))}")
        for _ in range(rounds):
            for name, server in servers.items():
                print(count, file=server.stdin, flush=True)
                wall_ms, cpu_ms = json.loads(server.stdout.readline())
                times[name].append(wall_ms)
                cpu[name].append(cpu_ms)
    finally:
        for server in servers.values():
            server.stdin.close()
            server.wait()
            server.stdout.close()
    peers = next(iter(times.values()))
    ratios = {}
    for name, values in times.items():
        ratios[name] = statistics.median(values) / statistics.median(peers)
        by_turns = statistics.median(ours / theirs for ours, theirs in zip(values, peers, strict=True))
        print(
            f"  {name:38} {statistics.median(values):9.4f} ms (min {min(values):8.4f}, "
            f"cpu {statistics.median(cpu[name]):8.4f})  x {ratios[name]:.2f} ({by_turns:.2f} by turns)"
        )
    return ratios
