"""How long does one image take: mask alone, and mask with the background painted, against MediaPipe?

    python benchmarks/selfie.py [--size 1280x720] [--rounds 8]

MediaPipe's `process` runs from Python in an environment of its own (see `turns.py`); mpgraph runs the
subgraph SelfieSegmentationCpu, or the whole graph with RecolorCalculator, one frame in flight; and the same
script as MediaPipe's, if mpgraph has `solutions`.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import sys
import tempfile
from pathlib import Path

from turns import compare, mediapipe_python, serve

HERE = Path(__file__).resolve().parent
MODELS = ("general", "landscape")
MASK = """
input_stream: "image" input_side_packet: "model"
node { calculator: "SelfieSegmentationCpu" input_side_packet: "MODEL_SELECTION:model"
       input_stream: "IMAGE:image" output_stream: "SEGMENTATION_MASK:out" }
"""
PAINTED = (
    MASK.replace('"SEGMENTATION_MASK:out"', '"SEGMENTATION_MASK:mask"')
    + """
node { calculator: "RecolorCalculator" input_stream: "IMAGE:image" input_stream: "MASK:mask" output_stream: "IMAGE:out"
  node_options { [type.googleapis.com/mediapipe.RecolorCalculatorOptions] {
    color { r: 0 g: 0 b: 255 } mask_channel: RED invert_mask: true adjust_with_luminance: false } } }
"""
)


def script(solutions, frames, model, painted):
    """What is usually written, with MediaPipe's solutions or ours."""
    import numpy as np

    frames = np.load(frames)
    background = np.zeros_like(frames[0])
    background[:] = (0, 0, 255)
    segmentation = importlib.import_module(f"{solutions}.selfie_segmentation").SelfieSegmentation(
        model_selection=model
    )

    def work(count):
        for index in range(count):
            frame = frames[index % len(frames)]
            mask = segmentation.process(frame).segmentation_mask
            if painted:
                np.where(np.stack((mask,) * 3, axis=-1) > 0.1, frame, background)

    serve(work)


def graph(threads, frames, model, painted):
    """Our graph; `threads` for inference, or 0 for what it takes of itself."""
    import numpy as np

    from mpgraph import Graph, ImageFormat, ImageFrame
    from mpgraph.inference import set_default_threads

    set_default_threads(threads or None)
    frames = [ImageFrame.adopt(frame, ImageFormat.SRGB) for frame in np.load(frames)]
    latest, received = None, 0

    def receive(packet):
        nonlocal latest, received
        latest, received = packet, received + 1

    run = Graph(PAINTED if painted else MASK, side_packets={"model": model})
    run.observe("out", receive)
    run.start()
    timestamp = 0

    def work(count):
        nonlocal timestamp, received
        received = 0
        for index in range(count):
            timestamp += 33_333
            run.process({"image": frames[index % len(frames)]}, timestamp)
        assert received == count

    serve(work)
    run.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--participant", nargs=4, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.participant:
        who, frames, model, painted = arguments.participant
        work = (frames, int(model), painted == "True")
        graph(int(who), *work) if who.isdigit() else script(who, *work)
        return
    import numpy as np

    from mpgraph.media.source import open_source

    participants = {
        "mediapipe process": (mediapipe_python(), "mediapipe.python.solutions"),
        "mpgraph, 1 inference thread": (sys.executable, "1"),
        "mpgraph, 2 inference threads": (sys.executable, "2"),
        "mpgraph": (sys.executable, "0"),
    }
    if importlib.util.find_spec("mpgraph.solutions"):
        participants["mpgraph.solutions process"] = (sys.executable, "mpgraph.solutions")
    with tempfile.TemporaryDirectory() as folder:
        frames = f"{folder}/frames.npy"
        with open_source(f"testsrc:{arguments.size}@30x1", limit=4) as source:
            np.save(frames, np.stack([frame.image for frame in source]))
        for painted in (False, True):
            for model, name in enumerate(MODELS):
                print(f"{'mask and background' if painted else 'mask'}, {name} model, {arguments.size}")
                compare(
                    {
                        f"{title} + np.where" if painted and title.endswith("process") else title: [
                            python,
                            str(HERE / "selfie.py"),
                            "--participant",
                            who,
                            frames,
                            str(model),
                            str(painted),
                        ]
                        for title, (python, who) in participants.items()
                    },
                    rounds=arguments.rounds,
                )


if __name__ == "__main__":
    main()
