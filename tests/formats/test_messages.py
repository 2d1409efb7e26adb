"""The message modules: their names as packet types, and that the generated ones are up to date."""

from __future__ import annotations

import functools
import importlib
import json
import re
import subprocess
import types
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import pytest
from google.protobuf.descriptor_pb2 import DescriptorProto, FileDescriptorProto
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


DUMP: Final = """
import importlib, json, sys
found = {}
for name in json.loads(sys.stdin.read()):
    try:
        module = importlib.import_module(name)
    except ImportError:
        continue
    found[name] = module.DESCRIPTOR.serialized_pb.hex()
print(json.dumps(found))
"""


RENAMED_SINCE: Final = {"graph_runtime_info"}
"""Files whose messages have other names in the wheel than in upstream's newer sources, which ours follow."""


@functools.cache
def upstreams_files() -> dict[str, FileDescriptorProto]:
    """The files that the real MediaPipe's wheel has, by the path of our source below the root."""
    sources = [path.relative_to(ROOT).with_suffix("").as_posix() for path in ROOT.rglob("*.proto")]
    modules = {f"mediapipe.{source.replace('/', '.')}_pb2": source for source in sources}
    done = subprocess.run(
        [oracle.default_python(), "-c", DUMP],
        input=json.dumps([*modules]),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    return {
        modules[name]: FileDescriptorProto.FromString(bytes.fromhex(data)) for name, data in found.items()
    }


def fields(messages: Iterable[DescriptorProto], prefix: str = "") -> dict[str, tuple[Any, ...]]:
    """What each field, value of an enum and extension is, by its full name."""
    found: dict[str, tuple[Any, ...]] = {}
    for message in messages:
        name = f"{prefix}{message.name}"
        for field in (*message.field, *message.extension):
            kind = (
                field.number,
                field.label,
                field.type,
                field.type_name,
                field.extendee,
                field.default_value,
            )
            oneof = message.oneof_decl[field.oneof_index].name if field.HasField("oneof_index") else ""
            found[f"{name}.{field.name}"] = (*kind, oneof, field.options.packed)
        for enum in message.enum_type:
            found.update({f"{name}.{enum.name}.{value.name}": (value.number,) for value in enum.value})
        found.update(fields(message.nested_type, f"{name}."))
    return found


@needs_oracle
@pytest.mark.parametrize("source", sorted({path.stem for path in ROOT.rglob("*.proto")} - RENAMED_SINCE))
def test_fields_are_upstreams(source: str) -> None:
    """Names, numbers, types, defaults: all that the wheel's messages have; upstream has added some since."""
    theirs = {name: file for name, file in upstreams_files().items() if name.rpartition("/")[2] == source}
    if not theirs:
        pytest.skip("the wheel lacks the file")
    for name, file in theirs.items():
        module = importlib.import_module(f"mpgraph.formats.protos.{name.replace('/', '.')}_pb2")
        mine = FileDescriptorProto.FromString(module.DESCRIPTOR.serialized_pb)
        assert fields(file.message_type).items() <= fields(mine.message_type).items()
        assert mine.syntax == file.syntax
