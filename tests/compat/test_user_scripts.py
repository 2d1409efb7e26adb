"""Scripts as users wrote them for MediaPipe: by the real one, and by ``python -m mpgraph.compat``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
from model_files import model_path
from oracle_client import SHARED, needs_oracle, needs_shared, oracle

PHOTOGRAPH: Final = """
import sys
import cv2
import mediapipe as mp
import numpy as np
mp_selfie_segmentation = mp.solutions.selfie_segmentation

BG_COLOR = (192, 192, 192)
with mp_selfie_segmentation.SelfieSegmentation(model_selection=0) as selfie_segmentation:
    image = cv2.imread(sys.argv[1])
    results = selfie_segmentation.process(cv2.cvtColor(image, cv2.COLOR_BGR2RGB))
    condition = np.stack((results.segmentation_mask,) * 3, axis=-1) > 0.1
    bg_image = np.zeros(image.shape, dtype=np.uint8)
    bg_image[:] = BG_COLOR
    output_image = np.where(condition, image, bg_image)
np.savez(sys.argv[2], output=output_image, mask=results.segmentation_mask)
print(output_image.shape, output_image.dtype, results.segmentation_mask.dtype)
"""

WEBCAM: Final = """
import sys
import cv2
import mediapipe as mp
import numpy as np
from mediapipe.python.solutions import drawing_utils as mp_drawing

cap = cv2.VideoCapture(sys.argv[1])
bg_image = None
masks = []
segmentation = mp.solutions.selfie_segmentation.SelfieSegmentation(model_selection=1)
while cap.isOpened() and len(masks) < 6:
    success, image = cap.read()
    if not success:
        break
    image = cv2.cvtColor(cv2.flip(image, 1), cv2.COLOR_BGR2RGB)
    image.flags.writeable = False
    results = segmentation.process(image)
    image.flags.writeable = True
    image = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    if bg_image is None:
        bg_image = cv2.GaussianBlur(image, (55, 55), 0)
    condition = np.stack((results.segmentation_mask,) * 3, axis=-1) > 0.1
    output = np.where(condition, image, bg_image)
    mp_drawing.draw_axis(output, np.eye(3), np.array([0.0, 0.0, 0.5]))
    masks.append(results.segmentation_mask)
cap.release()
segmentation.close()
np.savez(sys.argv[2], output=output, mask=np.array(masks))
print(len(masks), output.shape)
"""

GRAPH: Final = '''
import sys
import mediapipe as mp
import numpy as np
from google.protobuf import text_format
from mediapipe.framework import calculator_pb2
from mediapipe.python import packet_creator
from mediapipe.python import packet_getter

CONFIG = """
input_stream: "image"
input_stream: "allow"
output_stream: "small"
output_stream: "size"
node { calculator: "GateCalculator" input_stream: "image" input_stream: "ALLOW:allow" output_stream: "passed" }
node {
  calculator: "ImageTransformationCalculator" input_stream: "IMAGE:passed" output_stream: "IMAGE:small"
  node_options: {
    [type.googleapis.com/mediapipe.ImageTransformationCalculatorOptions] { output_width: 8 output_height: 6 }
  }
}
node { calculator: "ImagePropertiesCalculator" input_stream: "IMAGE:small" output_stream: "SIZE:size" }
"""
config = calculator_pb2.CalculatorGraphConfig()
text_format.Parse(CONFIG, config)
graph = mp.CalculatorGraph(graph_config=config)
images = []

def on_small(stream_name, packet):
    if packet.is_empty():
        print(stream_name, "nothing at", packet.timestamp.value)
        return
    frame = packet_getter.get_image_frame(packet)
    images.append(frame.numpy_view())
    print(stream_name, packet.timestamp, frame.width, frame.height, frame.image_format, packet.timestamp.seconds())

graph.observe_output_stream("small", on_small, observe_timestamp_bounds=True)
graph.start_run()
for i in range(5):
    data = np.random.default_rng(i).integers(0, 255, (24, 32, 3), dtype=np.uint8)
    packet = packet_creator.create_image_frame(image_format=mp.ImageFormat.SRGB, data=data).at(i * 33333)
    graph.add_packet_to_input_stream("image", packet)
    graph.add_packet_to_input_stream("allow", packet_creator.create_bool(i % 2 == 0).at(i * 33333))
    graph.wait_until_idle()
try:
    graph.add_packet_to_input_stream("image", packet_creator.create_string("no image"), mp.Timestamp.MAX)
    graph.close()
except (ValueError, RuntimeError) as error:
    print(type(error).__name__, str(error).splitlines()[0])
np.savez(sys.argv[2], output=np.array(images), mask=np.zeros(1))
'''


@pytest.fixture(autouse=True)
def models() -> None:
    """Skips where the models are not on this machine."""
    for name in ("selfie_segmentation", "selfie_segmentation_landscape"):
        model_path(name)


def run(command: list[str], script: str, given: Path, folder: Path) -> tuple[str, dict[str, Any]]:
    folder.mkdir()
    (folder / "script.py").write_text(script, encoding="utf-8")
    done = subprocess.run(
        [*command, "script.py", str(given), "out.npz"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    with np.load(folder / "out.npz") as found:
        return done.stdout, dict(found)


@needs_oracle
@needs_shared
@pytest.mark.parametrize(
    ("script", "given"),
    [
        pytest.param(PHOTOGRAPH, "images/half_body_suit.png", id="photograph"),
        pytest.param(WEBCAM, "videos/signing_640x480.mp4", id="webcam"),
        pytest.param(GRAPH, "images", id="graph"),
    ],
)
def test_the_same_comes_out(script: str, given: str, tmp_path: Path) -> None:
    ours, mine = run(
        [sys.executable, "-m", "mpgraph.compat"],
        script,
        (SHARED / "data" / given).resolve(),
        tmp_path / "ours",
    )
    theirs, real = run(
        [oracle.default_python()], script, (SHARED / "data" / given).resolve(), tmp_path / "theirs"
    )
    assert ours == theirs
    difference = np.abs(mine["mask"].astype(np.float64) - real["mask"])
    assert difference.max() <= 1e-4
    assert difference.mean() <= 1e-6
    differing = np.any(mine["output"] != real["output"], axis=-1)
    unsure = (
        np.abs(real["mask"][-1 if real["mask"].ndim == 3 else ...] - 0.1) <= 1e-4
    )  # where the mask is cut
    assert not np.any(differing & ~unsure)
