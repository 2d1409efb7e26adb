"""`import mediapipe` as mpgraph; each case in a process of its own, since modules stay."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import mpgraph
from mpgraph.compat.install import uninstall


def run(code: str, *, at: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        cwd=at,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


EVERY_WAY = """
import mpgraph
mpgraph.install_as_mediapipe()
mpgraph.install_as_mediapipe()
import mediapipe as mp
import mediapipe
from mediapipe.python import packet_creator, packet_getter, solution_base
from mediapipe.python._framework_bindings import calculator_graph, image, image_frame, packet, timestamp
from mediapipe.python._framework_bindings import validated_graph_config, resource_util, matrix
from mediapipe.python._framework_bindings.calculator_graph import ADD_IF_NOT_FULL
from mediapipe.framework import calculator_pb2
from mediapipe.framework.formats import landmark_pb2, detection_pb2, classification_pb2, rect_pb2
from mediapipe.python.solutions import selfie_segmentation, drawing_utils
import mediapipe.python.solutions.drawing_utils as mp_drawing
import mediapipe.framework.formats.landmark_pb2

assert mp.Image is image.Image is mpgraph.Image
assert mp.ImageFormat is image_frame.ImageFormat is mpgraph.ImageFormat
assert mp.Packet is packet.Packet is mpgraph.Packet
assert mp.Timestamp is timestamp.Timestamp and mp.Matrix is matrix.Matrix
assert mp.CalculatorGraph is calculator_graph.CalculatorGraph is mpgraph.CalculatorGraph
assert mp.GraphInputStreamAddMode.ADD_IF_NOT_FULL == ADD_IF_NOT_FULL
assert mp.ValidatedGraphConfig is validated_graph_config.ValidatedGraphConfig
assert mp.packet_creator is packet_creator and mp.python.packet_getter is packet_getter
assert mp.solutions.drawing_utils.draw_landmarks is mp_drawing.draw_landmarks is drawing_utils.draw_landmarks
assert mp.solutions.selfie_segmentation.SelfieSegmentation is selfie_segmentation.SelfieSegmentation
assert mp.solutions.selfie_segmentation is selfie_segmentation
assert mp.resource_util is resource_util
assert mediapipe.framework.formats.landmark_pb2 is landmark_pb2
assert mp.__version__ == "0.10.21"
print(landmark_pb2.NormalizedLandmark(x=0.5).x, sorted(dir(mp.solutions)))
"""


def test_every_way_to_import(tmp_path: Path) -> None:
    assert run(EVERY_WAY, at=tmp_path).startswith("0.5 ['drawing_utils'")


def test_a_star_a_reload_and_pickles(tmp_path: Path) -> None:
    code = """
import mpgraph, importlib, pickle, inspect
mpgraph.install_as_mediapipe()
import mediapipe as mp
from mediapipe.framework.formats.landmark_pb2 import *
from mediapipe.framework.formats import landmark_pb2
spec = mp.solutions.drawing_utils.DrawingSpec(thickness=7)
assert pickle.loads(pickle.dumps(spec)) == spec
landmark = NormalizedLandmark(x=0.25)
assert pickle.loads(pickle.dumps(landmark)) == landmark
again = importlib.reload(landmark_pb2)
assert again is landmark_pb2 and again.NormalizedLandmark is NormalizedLandmark
assert importlib.reload(mp).solutions.drawing_utils.DrawingSpec is type(spec)
inspect.stack()
"""
    run(code, at=tmp_path)


def test_what_is_not_there_says_so(tmp_path: Path) -> None:
    code = """
import mpgraph
mpgraph.install_as_mediapipe()
import mediapipe as mp
def told(call):
    try:
        call()
    except (AttributeError, ImportError) as error:
        print(type(error).__name__, error)
told(lambda: mp.solutions.objectron)
told(lambda: mp.tasks)
told(lambda: __import__("mediapipe.tasks.python"))
def one():
    from mediapipe.python.solutions import objectron
told(one)
assert not hasattr(mp.solutions, "objectron")
"""
    lines = run(code, at=tmp_path).splitlines()
    assert lines[0].startswith('AttributeError mpgraph has no "mediapipe.python.solutions.objectron" (yet); ')
    assert "drawing_utils" in lines[0]
    assert lines[1].startswith('AttributeError mpgraph has no "mediapipe.tasks" (yet); mediapipe has here: ')
    assert lines[2].startswith('ModuleNotFoundError mpgraph has no "mediapipe.tasks" (yet)')
    assert lines[3].startswith("ImportError")
    assert "objectron" in lines[3]


def test_it_is_undone(tmp_path: Path) -> None:
    (tmp_path / "mediapipe.py").write_text("REAL = True\n", encoding="utf-8")
    code = """
import sys
sys.path.insert(0, ".")
import mpgraph
from mpgraph.compat.install import uninstall
mpgraph.install_as_mediapipe()
import mediapipe.python.solutions
uninstall()
uninstall()
assert not [name for name in sys.modules if name.partition(".")[0] == "mediapipe"]
import mediapipe
assert mediapipe.REAL
try:
    mpgraph.install_as_mediapipe()
except RuntimeError as error:
    print(error)
assert mediapipe is __import__("mediapipe")
"""
    told = run(code, at=tmp_path)
    assert told.startswith("mediapipe is already imported, from ")
    assert "call install_as_mediapipe() before anything imports it" in told


def test_refused_beside_another_and_no_trace_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    before = list(sys.meta_path)
    monkeypatch.setitem(sys.modules, "mediapipe", ModuleType("mediapipe"))
    with pytest.raises(RuntimeError, match="mediapipe is already imported"):
        mpgraph.install_as_mediapipe()
    uninstall()
    assert sys.meta_path == before
    assert "mediapipe" in sys.modules


def test_options_of_calculators_have_their_modules(tmp_path: Path) -> None:
    code = """
import mpgraph
mpgraph.install_as_mediapipe()
from google.protobuf import text_format
from mediapipe.calculators.util import thresholding_calculator_pb2
from mediapipe.calculators.core.gate_calculator_pb2 import GateCalculatorOptions
from mediapipe.framework import calculator_pb2
import mediapipe as mp
Node = calculator_pb2.CalculatorGraphConfig.Node
node = Node(calculator="ThresholdingCalculator")
node.options.Extensions[thresholding_calculator_pb2.ThresholdingCalculatorOptions.ext].threshold = 0.5
text = 'calculator: "ThresholdingCalculator" options { [mediapipe.ThresholdingCalculatorOptions.ext] { threshold: 0.5 } }'
assert text_format.Parse(text, Node()) == node
text = 'node_options { [type.googleapis.com/mediapipe.GateCalculatorOptions] { allow: true } }'
parsed = text_format.Parse(text, Node())
options = GateCalculatorOptions()
assert parsed.node_options[0].Unpack(options) and options.allow
assert "allow: true" in text_format.MessageToString(parsed)
try:
    from mediapipe.calculators.core import nothing_calculator_pb2
except ImportError as error:
    print(error)
from mpgraph.compat.install import uninstall
before = text_format._BuildMessageFromTypeName
uninstall()
assert text_format._BuildMessageFromTypeName is not before
"""
    assert "nothing_calculator_pb2" in run(code, at=tmp_path)
