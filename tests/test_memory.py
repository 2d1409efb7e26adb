"""Nothing grows while a graph runs: the short form of ``benchmarks/soak.py``."""

from __future__ import annotations

import gc
import os
import threading
import weakref
from pathlib import Path

import numpy as np
import pytest

from mpgraph import Graph, ImageFormat, ImageFrame, graphs, model_store
from mpgraph.errors import ModelError

GRAPH = Path(graphs.__file__).parent / "selfie_segmentation" / "selfie_segmentation_cpu.pbtxt"
STATUS = Path("/proc/self/status")


def models_are_here() -> bool:
    try:
        for name in ("selfie_segmentation", "selfie_segmentation_landscape"):
            model_store.find(name, download=False)
    except ModelError:
        return False
    return True


def resident_mb() -> float:
    line = next(line for line in STATUS.read_text(encoding="utf-8").splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


@pytest.mark.skipif(not models_are_here(), reason="mpgraph models fetch has not been run")
@pytest.mark.skipif(not STATUS.exists(), reason="memory is read from /proc")
def test_frames_leave_nothing_behind() -> None:
    image = np.random.default_rng(0).integers(0, 255, (96, 128, 3), np.uint8)
    alive: list[weakref.ref[ImageFrame]] = []
    received = 0

    def receive(packet: object) -> None:
        nonlocal received
        received += 1

    with Graph(GRAPH) as graph:
        graph.observe("output_video", receive)
        graph.start()

        def feed(first: int, last: int) -> None:
            for index in range(first, last):
                frame = ImageFrame.adopt(image.copy(), ImageFormat.SRGB)
                alive.append(weakref.ref(frame))
                graph.add_packet("input_video", frame, index * 33_333)
                del frame
                graph.wait_until_idle()

        feed(0, 50)
        memory, threads, files = resident_mb(), threading.active_count(), len(os.listdir("/proc/self/fd"))
        feed(50, 350)
        gc.collect()
        assert received == 350
        assert not [reference for reference in alive if reference() is not None]
        assert resident_mb() - memory < 4
        assert threading.active_count() <= threads
        assert len(os.listdir("/proc/self/fd")) == files
