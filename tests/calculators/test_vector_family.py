"""Families of calculators (spec calculators.md 6): names, types, and how to add one's own."""

from __future__ import annotations

import importlib
import importlib.metadata
import re
from typing import Any, Final

import pytest
from graph_steps import add, play
from item_samples import items_of
from mpgraph.calculators.core.begin_loop import BeginLoop, BeginLoopFloat
from mpgraph.calculators.core.end_loop import EndLoop
from mpgraph.calculators.core.merge_to_vector import MergeToVector
from mpgraph.calculators.vector_family import MessageList, Vector
from oracle_client import SHARED, needs_oracle, oracle

from mpgraph import Graph, Packet
from mpgraph.errors import ConfigError, ContractError, PacketTypeError
from mpgraph.formats.detection import Detection
from mpgraph.formats.landmark import Landmark, LandmarkList
from mpgraph.packet_type import UINT64, vector_of
from mpgraph.registry import find, names

MODULES: Final = {
    name: importlib.import_module(f"mpgraph.calculators.core.{name}")
    for name in (
        "begin_loop",
        "clip_vector_size",
        "concatenate_vector",
        "end_loop",
        "get_vector_item",
        "merge_to_vector",
        "split_vector",
        "vector_indices",
        "vector_size",
    )
}
PORTS: Final = {
    "begin_loop": (["ITERABLE:a"], ["ITEM:b", "BATCH_END:c"]),
    "end_loop": (["ITEM:a", "BATCH_END:c"], ["ITERABLE:b"]),
    "get_vector_item": (["VECTOR:a", "INDEX:c"], ["ITEM:b"]),
    "vector_indices": (["VECTOR:a"], ["INDICES:b"]),
    "vector_size": (["VECTOR:a"], ["SIZE:b"]),
}
FAMILIES: Final = re.compile(
    r"(Begin|End)Loop|(Movable)?Split\w+(Vector|List)Calc|Concatenate|Clip|Get\w+VectorItem|"
    r"\w+Vector(Size|Indices)Calc|Merge\w+ToVector"
)
LEFT_OUT: Final = {
    "BeginLoopGpuBufferCalculator",
    "ConcatenateGlBufferVectorCalculator",
    "ConcatenateTfLiteTensorVectorCalculator",
    "EndLoopGpuBufferCalculator",
    "EndLoopTfLiteTensorCalculator",
    "MergeGpuBuffersToVectorCalculator",
    "MovableSplitGlBufferVectorCalculator",
    "SplitTfLiteTensorVectorCalculator",
}
"""Names that upstream has, of types that there are not."""


def tables(module: Any) -> dict[str, Vector | MessageList]:
    return {**module.VECTORS, **getattr(module, "LISTS", {})}


HOLDS: Final = {name: holds for module in MODULES.values() for name, holds in tables(module).items()}


@pytest.mark.parametrize("module", MODULES)
def test_the_registered_names_of_a_module_are_those_of_its_tables(module: str) -> None:
    entries = importlib.metadata.entry_points(group="mpgraph.calculators")
    where = f"mpgraph.calculators.core.{module}:"
    offered = {entry.name: entry.value for entry in entries if entry.value.startswith(where)}
    table = tables(MODULES[module])
    assert offered == {name: where + name.removesuffix("Calculator") for name in table}


def in_the_wheel() -> set[str]:
    """The names that the real MediaPipe has; those that it lists without a node are not linked."""
    return set(re.findall(r"^(\w+)\t", (SHARED / "oracle/registered.txt").read_text(), re.M))


@needs_oracle
def test_no_name_of_upstream_is_missing() -> None:
    theirs = {name for name in in_the_wheel() if FAMILIES.match(name)}
    assert len(theirs) > 65
    assert theirs - set(HOLDS) == LEFT_OUT


@pytest.mark.parametrize("name", HOLDS)
def test_a_member_is_a_class_of_its_own(name: str) -> None:
    cls = find(name)
    assert cls is not None
    assert getattr(importlib.import_module(cls.__module__), cls.__qualname__) is cls
    assert cls.registered_name == name
    assert "$" not in (cls.__doc__ or "$")
    assert {port.type.name for port in cls.ports()}.isdisjoint({"T", "vector<T>", "OneOf<T, vector<T>>"})


def test_each_member_has_ports_of_its_own() -> None:
    one, other = BeginLoopFloat, find("BeginLoopDetectionCalculator")
    assert other is not None
    assert (one.item.type.name, other.item.type.name) == ("float", "::mediapipe::Detection")
    assert one.iterable.attribute == "iterable"
    assert one.item is not other.item is not BeginLoop.item
    assert one.clones is other.clones


def single_node(name: str, *, options: str = "") -> str:
    """A graph of the calculator, with all that it must have."""
    module = next((module for module in MODULES if name in tables(MODULES[module])), "begin_loop")
    inputs, outputs = PORTS.get(module, (["a"], ["b"]))
    ports = [f'input_stream: "{port}"' for port in inputs] + [f'output_stream: "{port}"' for port in outputs]
    if module == "split_vector":
        ranges = f"ranges {{ begin: 0 end: 1 }} {options}"
        ports.append(f"options {{ [mediapipe.SplitVectorCalculatorOptions.ext] {{ {ranges} }} }}")
    head = "".join(f'input_stream: "{port.rpartition(":")[2]}" ' for port in inputs)
    return f'{head} node {{ calculator: "{name}" {" ".join(ports)} }}'


@needs_oracle
@pytest.mark.parametrize("element", ["true", "false"])
def test_types_are_upstreams(element: str) -> None:
    """Of the members that the real MediaPipe has, where it has a name for the type."""
    compared = 0
    for name in sorted(set(HOLDS) & in_the_wheel()):
        text = single_node(name, options=f"element_only: {element}")
        theirs = oracle.stream_types(text)["streams"]
        ours = Graph(text).plan.streams
        for stream, type_name in theirs.items():
            if "std::allocator" not in type_name and type_name:
                assert ours[stream].type.name == type_name, name
                compared += 1
    assert compared > 80


def test_a_packet_of_another_type_is_refused() -> None:
    text = single_node("BeginLoopFloatCalculator")
    with pytest.raises(
        PacketTypeError, match='"::std::vector<std::string>", but "::std::vector<float>" was requested'
    ):
        play(text, [add("a", 0, ["x"])], ["b"])


def test_members_of_two_types_do_not_fit_together() -> None:
    text = """input_stream: "a"
        node { calculator: "ConcatenateFloatVectorCalculator" input_stream: "a" output_stream: "b" }
        node { calculator: "BeginLoopIntCalculator" input_stream: "ITERABLE:b" output_stream: "ITEM:c"
               output_stream: "BATCH_END:d" }"""
    with pytest.raises(ContractError, match=r"::std::vector<int>.*::std::vector<float>"):
        Graph(text)


def test_an_empty_vector_says_what_it_would_hold() -> None:
    found: list[Packet] = []
    text = single_node("ConcatenateUInt64VectorCalculator")
    with Graph(text) as graph:
        graph.observe("b", found.append)
        graph.start()
        graph.add_packet("a", [], 1)
        graph.close_all_inputs()
        graph.wait_until_done()
    assert [(packet.time, packet.value, packet.type) for packet in found] == [(1, [], vector_of(UINT64))]


class Shape:
    """A type that only this test has."""


class BeginLoopShape(BeginLoop, name="TestBeginLoopShapeCalculator", holds=Vector(Shape)):  # type: ignore[call-arg, misc]
    """Loops over shapes."""


class EndLoopShape(EndLoop, name="TestEndLoopShapeCalculator", holds=Vector(Shape)):  # type: ignore[call-arg, misc]
    """Collects shapes."""


def test_an_author_adds_a_type() -> None:
    text = """input_stream: "a" output_stream: "d"
        node { calculator: "TestBeginLoopShapeCalculator" input_stream: "ITERABLE:a" output_stream: "ITEM:b"
               output_stream: "BATCH_END:c" }
        node { calculator: "TestEndLoopShapeCalculator" input_stream: "ITEM:b" input_stream: "BATCH_END:c"
               output_stream: "ITERABLE:d" }"""
    shapes = [Shape(), Shape()]
    assert play(text, [add("a", 5, shapes)], ["d"])["d"] == [(5, shapes)]
    with pytest.raises(PacketTypeError, match="Shape"):
        play(text, [add("a", 5, [1.5])], ["d"])


def test_the_family_itself_is_no_calculator() -> None:
    assert BeginLoop.registered_name == ""
    assert "BeginLoopCalculator" not in names()
    with pytest.raises(ConfigError, match="BeginLoopFloatCalculator"):
        Graph(single_node("BeginLoopFloatsCalculator"))


def test_members_are_made_of_a_table() -> None:
    made = MergeToVector.members({"TestMergeShapesToVectorCalculator": Vector(Shape)})
    cls = made["TestMergeShapesToVector"]
    assert list(made) == ["TestMergeShapesToVector"]
    assert cls.__module__ == MergeToVector.__module__
    assert "TestMergeShapesToVectorCalculator" in (cls.__doc__ or "")
    assert find("TestMergeShapesToVectorCalculator") is cls


def test_a_message_list_packs_and_unpacks() -> None:
    held = MessageList(LandmarkList, Landmark)
    items = items_of(held.item)
    message = held.pack(items)
    assert message == LandmarkList(landmark=items)
    assert list(held.unpack(message)) == items
    assert held.unpack(held.pack([])) == []


def test_a_message_of_several_fields_is_no_list() -> None:
    with pytest.raises(TypeError, match="Detection is no list: expected one repeated field, it has label, "):
        MessageList(Detection, Landmark)
