"""ConstantSidePacketCalculator (spec calculators.md 3)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from graph_steps import node
from hypothesis import given
from hypothesis import strategies as st
from oracle_client import needs_oracle, oracle

from mpgraph import Graph, Packet
from mpgraph.config.schema import GraphConfig
from mpgraph.errors import ContractError, OptionsError
from mpgraph.formats.classification import Classification, ClassificationList
from mpgraph.formats.landmark import Landmark, LandmarkList
from mpgraph.formats.matrix_data import MatrixData
from mpgraph.formats.time_series_header import TimeSeriesHeader
from mpgraph.packet_type import BOOL, DOUBLE, FLOAT, INT, INT64, STRING, UINT64, PacketType, packet_type

KINDS: list[tuple[str, Any, PacketType]] = [
    ("int_value: -5", -5, INT),
    ("float_value: 0.1", float(np.float32(0.1)), FLOAT),
    ("bool_value: true", True, BOOL),
    ('string_value: "text"', "text", STRING),
    ("uint64_value: 18446744073709551615", 2**64 - 1, UINT64),
    ("double_value: 0.1", 0.1, DOUBLE),
    ("int64_value: -9223372036854775808", -(2**63), INT64),
    ('string_vector_value { string_value: "a" string_value: "b" }', ["a", "b"], packet_type(list[str])),
    (
        "float_vector_value { float_value: [0.5, 0.1] }",
        [0.5, float(np.float32(0.1))],
        packet_type(list[float]),
    ),
    ("int_vector_value { int_value: [3, -4] }", [3, -4], packet_type(list[int])),
]


def constants(*values: str, outputs: int | None = None) -> str:
    names = [f"PACKET:{index}:p{index}" for index in range(len(values) if outputs is None else outputs)]
    options = " ".join(f"packet {{ {value} }}" for value in values)
    return node("ConstantSidePacket", side_outputs=names, options=options)


def made(text: str | GraphConfig, count: int) -> list[Packet]:
    with Graph(text) as graph:
        graph.start()
        graph.wait_until_idle()
        return [graph.output_side_packet(f"p{index}") for index in range(count)]


@pytest.mark.parametrize(("written", "value", "kind"), KINDS)
def test_each_kind_has_its_value_and_type(written: str, value: Any, kind: PacketType) -> None:
    (packet,) = made(constants(written), 1)
    assert packet.value == value
    assert packet.declared == kind


def test_index_i_is_the_ith_packet() -> None:
    packets = made(constants(*(written for written, _, _ in KINDS)), len(KINDS))
    assert [packet.value for packet in packets] == [value for _, value, _ in KINDS]


def test_consumers_check_the_exact_type() -> None:
    consumer = """node { calculator: "SidePacketToStreamCalculator" input_side_packet: "x"
      input_side_packet: "TIMESTAMP:p0" output_stream: "AT_TIMESTAMP:o" } input_side_packet: "x" """
    Graph(constants("int64_value: 3") + consumer)
    with pytest.raises(ContractError, match="int64_t"):
        Graph(constants("int_value: 3") + consumer)


@pytest.mark.parametrize("outputs", [1, 3])
def test_each_output_needs_its_value(outputs: int) -> None:
    with pytest.raises(ContractError, match=f"{outputs} PACKET outputs need as many .* got 2"):
        Graph(constants("int_value: 1", "int_value: 2", outputs=outputs))


def test_an_output_is_needed() -> None:
    with pytest.raises(ContractError, match="PACKET is required but not connected"):
        Graph(constants(outputs=0))


def test_a_packet_without_value_is_refused() -> None:
    with pytest.raises(ContractError, match="has no value"):
        Graph(constants(""))


MESSAGES: list[tuple[str, Any]] = [
    (
        'classification_list_value { classification { index: 3 score: 0.1 label: "a" display_name: "\u00e4" } '
        "classification { index: -1 } }",
        ClassificationList(
            classification=[
                Classification(index=3, score=0.1, label="a", display_name="\u00e4"),
                Classification(index=-1),
            ]
        ),
    ),
    ("classification_list_value { }", ClassificationList()),
    (
        "landmark_list_value { landmark { x: 1 y: -2.5 z: 0 visibility: 0.5 presence: 1 } landmark { } }",
        LandmarkList(landmark=[Landmark(x=1, y=-2.5, z=0, visibility=0.5, presence=1), Landmark()]),
    ),
    (
        "time_series_header_value { sample_rate: 44100.1 num_channels: 2 num_samples: 0 packet_rate: 10 }",
        TimeSeriesHeader(sample_rate=44100.1, num_channels=2, num_samples=0, packet_rate=10),
    ),
    (
        "matrix_data_value { rows: 1 cols: 2 packed_data: [0.5, 3] layout: ROW_MAJOR }",
        MatrixData(rows=1, cols=2, packed_data=[0.5, 3], layout=MatrixData.ROW_MAJOR),
    ),
]


@pytest.mark.parametrize(("written", "message"), MESSAGES)
def test_a_message_has_the_fields_that_were_written(written: str, message: Any) -> None:
    config = GraphConfig.from_text(constants(written))
    for graph in (constants(written), GraphConfig.from_binary(config.to_binary())):
        (packet,) = made(graph, 1)
        assert packet.value == message
        assert packet.declared == packet_type(type(message))


def test_a_misspelt_field_of_a_message_is_found() -> None:
    with pytest.raises(OptionsError, match="vizibility") as raised:
        Graph(constants("landmark_list_value { landmark { vizibility: 1 } }"))
    assert raised.value.location is not None


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_a_float_is_of_single_precision(value: float) -> None:
    (packet,) = made(constants(f"float_value: {value!r}"), 1)
    assert packet.value == value


@needs_oracle
def test_against_the_oracle() -> None:
    kinds = KINDS[:8]  # HEAD added the vectors of numbers
    names = [f"p{index}" for index in range(len(kinds))]
    text = constants(*(written for written, _, _ in kinds))
    theirs = oracle.run_graph(text, output_side_packets=names).side_packets
    for name, ours in zip(names, made(text, len(kinds)), strict=True):
        value = theirs[name].data
        assert value == (np.float32(ours.value) if theirs[name].type == "double" else ours.value)
        assert str(ours.type) == theirs[name].cpp


@needs_oracle
def test_messages_against_the_oracle() -> None:
    names = [f"p{index}" for index in range(len(MESSAGES))]
    text = constants(*(written for written, _ in MESSAGES))
    theirs = oracle.run_graph(text, output_side_packets=names).side_packets
    for name, ours in zip(names, made(text, len(names)), strict=True):
        assert ours.value.SerializeToString(deterministic=True) == theirs[name].data
        assert ours.value.DESCRIPTOR.full_name == theirs[name].info
