"""Packets: payload, timestamp, type, and reading (spec rules P-1 to P-8, P-12)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle_client import needs_oracle, oracle

from mpgraph import Packet
from mpgraph.errors import EmptyPacketError, PacketTypeError
from mpgraph.packet_type import BOOL, DOUBLE, INT, INT64, STRING
from mpgraph.timestamp import MAX, MIN, POSTSTREAM, PRESTREAM, UNSET, Timestamp

payloads = st.none() | st.integers() | st.floats(allow_nan=False) | st.text() | st.lists(st.integers())
timestamps = st.sampled_from([UNSET, PRESTREAM, MIN, MAX, POSTSTREAM]) | st.integers(MIN, MAX)


def test_a_new_packet_is_unset_and_one_without_payload_is_empty() -> None:
    """P-3: emptiness has nothing to do with the timestamp; None is a payload."""
    assert Packet(1).timestamp == UNSET
    assert Packet().is_empty()
    assert Packet.empty(5).is_empty()
    assert Packet.empty(5).timestamp == 5
    assert not Packet(None).is_empty()
    assert Packet().type is None


@given(payloads, timestamps, timestamps)
def test_at_shares_the_payload_and_leaves_the_packet_as_it_is(value: Any, first: int, second: int) -> None:
    """P-1, P-2."""
    packet = Packet(value, first, INT64)
    moved = packet.at(second)
    assert moved.value is value
    assert (packet.timestamp, moved.timestamp) == (first, second)
    assert moved.declared is INT64


@given(timestamps)
def test_an_empty_packet_can_have_any_timestamp(timestamp: int) -> None:
    """P-2."""
    moved = Packet().at(timestamp)
    assert moved.is_empty()
    assert moved.timestamp == timestamp


def test_packets_are_equal_only_to_themselves() -> None:
    """P-4."""
    packet = Packet(1, 2)
    assert packet != Packet(1, 2)
    assert len({packet, packet, Packet(1, 2)}) == 2


@given(payloads)
def test_the_payload_comes_back(value: Any) -> None:
    packet = Packet(value)
    assert packet.get() is value
    assert packet.get(object) is value
    assert packet.get(type(value)) is value


def test_reading_an_empty_packet_says_what_was_expected() -> None:
    """P-5."""
    with pytest.raises(EmptyPacketError, match="Expected a Packet of type: int, but received an empty"):
        Packet.empty(3).get(int)
    with pytest.raises(EmptyPacketError, match="Expected a Packet with data, but received an empty"):
        Packet().get()
    with pytest.raises(LookupError):
        Packet().get(object)


@pytest.mark.parametrize(
    ("packet", "wanted", "message"),
    [
        (Packet(1), bool, 'The Packet stores "int", but "bool" was requested.'),
        (Packet(True), int, 'The Packet stores "bool", but "int" was requested.'),
        (Packet("a"), int, 'The Packet stores "string", but "int" was requested.'),
        (Packet(1, declared=INT64), int, 'The Packet stores "int64_t", but "int" was requested.'),
        (
            Packet([1]),
            list[str],
            'The Packet stores "::std::vector<int>", but "::std::vector<std::string>" was',
        ),
        (Packet("a"), int | bool, 'The Packet stores "string", but one of "int", "bool" was requested.'),
    ],
)
def test_reading_another_type_names_both(packet: Packet, wanted: Any, message: str) -> None:
    """P-5, P-8, P-12."""
    with pytest.raises(PacketTypeError) as failure:
        packet.get(wanted)
    assert message in str(failure.value)
    assert isinstance(failure.value, TypeError)


def test_a_declared_type_is_the_very_type() -> None:
    """P-12: an ``int64_t`` is no ``int``, although Python has one class for both."""
    packet = Packet(1, declared=INT64)
    assert packet.type is INT64
    assert packet.get(INT64) == 1
    assert Packet(1).get(INT64) == 1  # declares none: fits each type of its class
    assert Packet(1.5).get(DOUBLE) == 1.5


@pytest.mark.parametrize(
    ("packet", "text"),
    [
        (Packet(1, 5), "<mediapipe.Packet with timestamp: 5 and C++ type: int>"),
        (Packet("a"), "<mediapipe.Packet with timestamp: UNSET and C++ type: string>"),
        (Packet.empty(PRESTREAM), "<mediapipe.Packet with timestamp: PRESTREAM and no data>"),
        (Packet(1, 5, INT64), "<mediapipe.Packet with timestamp: 5 and C++ type: int64_t>"),
    ],
)
def test_repr_says_timestamp_and_type(packet: Packet, text: str) -> None:
    """P-7, in the words of spec 12.2."""
    assert repr(packet) == str(packet) == text


def test_the_timestamp_has_upstreams_interface() -> None:
    """Spec 12.2: the getter gives a Timestamp; the setter takes an int only and changes this packet only."""
    packet = Packet("a", 5)
    shared = Packet(packet)
    assert isinstance(packet.timestamp, Timestamp)
    assert (shared.value, shared.timestamp, shared.time) == ("a", 5, 5)
    shared.timestamp = 7
    assert (packet.time, shared.time) == (5, 7)
    assert packet.at(Timestamp.DONE).timestamp == Timestamp.DONE
    assert type(packet.at(Timestamp(8)).time) is int
    for wrong in (Timestamp(9), 1.5, "1", None):
        with pytest.raises(TypeError, match="set to an int"):
            packet.timestamp = wrong
    with pytest.raises(ValueError, match=r"special value: Timestamp::Done\(\)"):
        packet.timestamp = 2**63 - 1
    for wrong in (1.5, "1", None):
        with pytest.raises(TypeError):
            packet.at(wrong)  # type: ignore[arg-type]


def test_a_packet_of_a_packet_keeps_the_declared_type() -> None:
    """Spec 12.2."""
    packet = Packet(Packet(1, declared=INT64), 4)
    assert (packet.value, packet.time, packet.declared) == (1, 4, INT64)
    assert Packet(Packet.empty(3)).is_empty()


@needs_oracle
@pytest.mark.parametrize(("value", "declared"), [(7, INT), (True, BOOL), ("a", STRING), (b"a", STRING)])
def test_upstream_names_types_alike(value: Any, declared: Any) -> None:
    """P-8, from upstream's message about the wrong type on a graph input."""
    text = """input_stream: "in" input_stream: "im"
    node { calculator: "ImagePropertiesCalculator" input_stream: "IMAGE_CPU:in" output_stream: "SIZE:size" }"""
    with pytest.raises(oracle.OracleError, match="The Packet stores") as failure:
        oracle.run_graph(text, {"in": [(0, value)]}, [])
    assert f'The Packet stores "{Packet(value).type}"' in failure.value.message
    assert Packet(value).type == declared
