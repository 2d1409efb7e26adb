"""The message modules: their names as packet types, and that the generated ones are up to date."""

from __future__ import annotations

import importlib
import re
import types
from pathlib import Path
from typing import Any, Final

import pytest
from oracle_client import needs_oracle, oracle

from mpgraph.formats.detection import Detection
from mpgraph.formats.landmark import NormalizedLandmark, NormalizedLandmarkList
from mpgraph.formats.rect import NormalizedRect, Rect
from mpgraph.packet import Packet
from mpgraph.packet_type import packet_type

ROOT: Final = Path(__file__).parents[2] / "mpgraph" / "formats" / "protos"
REGISTERED: Final = {
    "body_rig": ("Joint", "JointList"),
    "classification": ("Classification", "ClassificationList", "ClassificationListCollection"),
    "detection": ("Detection", "DetectionList"),
    "landmark": (
        "Landmark",
        "LandmarkList",
        "LandmarkListCollection",
        "NormalizedLandmark",
        "NormalizedLandmarkList",
        "NormalizedLandmarkListCollection",
    ),
    "rect": ("NormalizedRect", "Rect"),
}
"""The messages that upstream registers as packet types (P-8, PY-S4)."""
UNREGISTERED: Final = {
    "anchor": ("Anchor",),
    "encoded_image": ("OpenCvImageEncoderCalculatorResults",),
    "image_file_properties": ("ImageFileProperties",),
    "location_data": ("LocationData", "Rasterization"),
    "matrix_data": ("MatrixData",),
    "render_data": ("Color", "ColorMap", "RenderAnnotation", "RenderData", "RenderViewport"),
    "time_series_header": ("MultiStreamTimeSeriesHeader", "TimeSeriesHeader"),
}
NAMES: Final = [
    (module, name, registered)
    for registered, modules in ((True, REGISTERED), (False, UNREGISTERED))
    for module, names in modules.items()
    for name in names
]


def message_class(module: str, name: str) -> Any:
    return getattr(importlib.import_module(f"mpgraph.formats.{module}"), name)


@pytest.mark.parametrize(("module", "name", "registered"), NAMES)
def test_packet_types_have_upstreams_names(module: str, name: str, registered: bool) -> None:
    """P-8; what upstream does not register has the name that C++ prints."""
    cls: Any = message_class(module, name)
    vector = packet_type(types.GenericAlias(list, cls))
    expected = f"{'::' * registered}mediapipe::{name}"
    assert packet_type(cls).name == expected
    assert vector.name == f"::std::vector<{expected}>"
    assert Packet(cls()).type == packet_type(cls)
    assert Packet([cls()]).type == vector
    assert cls.DESCRIPTOR.full_name == f"mediapipe.{name}"


ECHO: Final = (
    'input_stream: "in" output_stream: "out" '
    'node { calculator: "PassThroughCalculator" input_stream: "in" output_stream: "out" }'
)


@needs_oracle
@pytest.mark.parametrize(("module", "name", "registered"), NAMES)
def test_names_are_upstreams(module: str, name: str, registered: bool) -> None:
    message = message_class(module, name)()
    try:
        out = oracle.run_graph(ECHO, {"in": [(0, message)]}, ["out"])["out"][0][1]
    except oracle.OracleError as error:
        if "Unregistered proto message type" not in error.message:
            raise
        pytest.skip("upstream's wheel lacks the message")
    assert (out.cpp, out.data) == (packet_type(type(message)).name, b"")


def test_a_nested_message_is_named_as_cpp_does() -> None:
    assert packet_type(Detection.AssociatedDetection).name == "mediapipe::Detection_AssociatedDetection"


def test_vectors_and_lists_are_not_the_same() -> None:
    """`NormalizedLandmarkList` is one message, a vector of landmarks a list of them."""
    landmarks = NormalizedLandmarkList(landmark=[NormalizedLandmark(x=0.5)])
    vector = packet_type(list[NormalizedLandmark])
    assert not vector.accepts(Packet(landmarks))
    assert vector.accepts(Packet(list(landmarks.landmark)))
    assert vector.accepts(Packet([]))


@pytest.mark.parametrize("cls", [Rect, NormalizedRect])
def test_rects_need_centre_and_size(cls: Any) -> None:
    assert cls(x_center=1, y_center=2, width=3, height=4).IsInitialized()
    assert not cls(x_center=1, y_center=2).IsInitialized()
    assert (cls().rotation, cls().rect_id) == (0, 0)


def test_generated_modules_are_those_of_the_sources() -> None:
    """After a change of a ``.proto`` file: ``python tests/support/generate_protos.py``."""
    pytest.importorskip("grpc_tools")
    from generate_protos import generate

    made = generate()
    there = {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for path in ROOT.rglob("*_pb2.py*")
    }
    assert sorted(made) == sorted(there)
    for name, text in made.items():
        assert declarations(there[name]) == declarations(text), name


def declarations(text: str) -> list[str]:
    """The lines but for imports from outside, which follow protoc's version."""
    return [line for line in text.splitlines() if not re.match(r"from (typing|collections|google)\b", line)]


def test_every_source_has_its_modules() -> None:
    """Also where protoc is not at hand."""
    sources = {path.with_suffix("") for path in ROOT.rglob("*.proto")}
    for suffix in (".py", ".pyi"):
        made = {
            path.with_name(path.name.removesuffix(f"_pb2{suffix}")) for path in ROOT.rglob(f"*_pb2{suffix}")
        }
        assert made == sources


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.proto")), ids=lambda path: path.stem)
def test_every_source_can_be_imported(path: Path) -> None:
    inner = path.relative_to(ROOT).with_suffix("")
    module = importlib.import_module(".".join(("mpgraph.formats.protos", *inner.parts)) + "_pb2")
    assert module.DESCRIPTOR.name == f"mediapipe/{inner.as_posix()}.proto"
    assert module.DESCRIPTOR.package == "mediapipe"
