"""Packet getters (spec 12.6, PY-P1, P-12)."""

from __future__ import annotations

import gc
import math
import weakref
from typing import Any, Final

import numpy as np
import packet_calls
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle_client import needs_oracle, oracle

from mpgraph import Graph, Image, ImageFormat, ImageFrame, Packet, packet_creator, packet_getter
from mpgraph.formats.arrays import LETTERBOX_PADDING
from mpgraph.formats.detection import Detection
from mpgraph.formats.matrix import Matrix
from mpgraph.packet_type import INT64, vector_of

GETTERS: Final = [name for name in packet_getter.__all__ if name.startswith("get_")]
UPSTREAMS: Final = sorted({*GETTERS} - {"get_image_frame_list"})  # which is new there


@needs_oracle
@pytest.mark.parametrize("name", UPSTREAMS)
def test_as_upstream(name: str) -> None:
    """The same value, or the same exception and text, for each kind of packet."""
    assert packet_calls.differences(oracle.default_python(), f"g.{name}(") == {}


@given(st.integers(-(2**63), 2**63 - 1))
def test_integers_come_back(number: int) -> None:
    assert packet_getter.get_int(packet_creator.create_int64(number)) == number


@given(st.integers(0, 2**64 - 1))
def test_unsigned_integers_come_back(number: int) -> None:
    assert packet_getter.get_uint(packet_creator.create_uint64(number)) == number


@given(st.floats(allow_nan=False))
def test_reals_come_back_in_single_precision(number: float) -> None:
    with np.errstate(over="ignore"):
        expected = float(np.float32(number))
    for create in (packet_creator.create_float, packet_creator.create_double):
        assert packet_getter.get_float(create(number)) == expected
    assert packet_getter.get_float_list(packet_creator.create_float_vector([number])) == [expected]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_text_comes_back(text: str) -> None:
    for packet in (packet_creator.create_string(text), packet_creator.create_string(text.encode())):
        assert packet_getter.get_str(packet) == text
        assert packet_getter.get_bytes(packet) == text.encode()
    assert (
        packet_getter.get_str_list(packet_creator.create_string_vector([text, text.encode()])) == [text] * 2
    )


@pytest.mark.parametrize(
    ("value", "get", "expected"),
    [
        (3, packet_getter.get_int, 3),
        (3, packet_getter.get_uint, 3),
        (3, packet_getter.get_float, 3.0),
        (0.1, packet_getter.get_float, float(np.float32(0.1))),
        ("a", packet_getter.get_bytes, b"a"),
        ([1, 2], packet_getter.get_int_list, [1, 2]),
        ([0.5], packet_getter.get_float_list, [0.5]),
        ((0.0, 0.25, 0.0, 0.25), packet_getter.get_float_list, [0.0, 0.25, 0.0, 0.25]),
        ([], packet_getter.get_int_list, []),
        ([], packet_getter.get_proto_list, []),
        ([Detection(track_id="1")], packet_getter.get_proto_list, [Detection(track_id="1")]),
    ],
)
def test_a_packet_that_declares_nothing_is_read_by_each_getter_that_it_fits(
    value: Any, get: Any, expected: Any
) -> None:
    """What calculators in Python send."""
    assert get(Packet(value)) == expected


@pytest.mark.parametrize("get", [packet_getter.get_int, packet_getter.get_uint, packet_getter.get_float])
def test_a_bool_is_no_number(get: Any) -> None:
    with pytest.raises(ValueError, match="Packet doesn't contain"):
        get(Packet(True))


def test_a_declared_type_is_the_very_type() -> None:
    """P-12."""
    assert packet_getter.get_int(Packet(1, declared=INT64)) == 1
    with pytest.raises(ValueError, match="Packet doesn't contain uint8"):
        packet_getter.get_uint(Packet(1, declared=INT64))
    assert packet_getter.get_int_list(Packet([1], declared=vector_of(INT64))) == [1]
    assert packet_getter.get_float_list(Packet((0, 0, 0, 1), declared=LETTERBOX_PADDING)) == [
        0.0,
        0.0,
        0.0,
        1.0,
    ]


@pytest.mark.parametrize("name", GETTERS)
def test_what_is_no_packet_is_a_type_error(name: str) -> None:
    """PY-P1."""
    with pytest.raises(TypeError, match=r"\(\): incompatible function arguments\."):
        getattr(packet_getter, name)(3)


@pytest.mark.parametrize("name", GETTERS)
def test_an_empty_packet(name: str) -> None:
    """PY-P1; upstream's get_proto ends the process."""
    numbers = ("get_int", "get_uint", "get_float", "get_int_list", "get_float_list")
    with pytest.raises(ValueError if name in numbers else RuntimeError) as caught:
        getattr(packet_getter, name)(Packet.empty(3))
    assert str(caught.value).endswith(
        ("but received an empty Packet.", "Packet is empty.", "data.", "containers.")
    )


def test_get_proto_of_what_is_no_message() -> None:
    """P-6; upstream ends the process."""
    with pytest.raises(
        ValueError, match=r'^The Packet stores "int"which is not convertible to proto_ns::MessageLite\.$'
    ):
        packet_getter.get_proto(packet_creator.create_int(1))
    with pytest.raises(
        ValueError, match=r'^The Packet stores "::std::vector<int>"which is not convertible to vector<'
    ):
        packet_getter.get_proto_list(packet_creator.create_int_vector([]))


def test_messages_are_copies() -> None:
    """Nobody may change what a packet holds (P-1)."""
    packet = packet_creator.create_proto(Detection(label=["a"]))
    message: Any = packet_getter.get_proto(packet)
    message.label.append("b")
    assert packet_getter.get_proto(packet) == Detection(label=["a"])
    held = [Detection()]
    read: Any = packet_getter.get_proto_list(Packet(held))[0]
    read.track_id = "1"
    assert held == [Detection()]


def test_lists_are_copies() -> None:
    packet = packet_creator.create_int_vector([1])
    packet_getter.get_int_list(packet).append(2)
    assert packet_getter.get_int_list(packet) == [1]
    inner = packet_creator.create_packet_vector([packet])
    read = packet_getter.get_packet_list(inner)[0]
    read.timestamp = 5
    assert packet_getter.get_packet_list(inner)[0].timestamp == packet.timestamp


def test_images_are_shared_with_the_packet() -> None:
    """PY-I4: no copy, and no view dangles."""
    pixels = np.arange(16, dtype=np.uint8).reshape(4, 4)
    frame_packet = packet_creator.create_image_frame(pixels, image_format=ImageFormat.GRAY8)
    frame = packet_getter.get_image_frame(frame_packet)
    assert frame is packet_getter.get_image_frame(frame_packet)
    view = frame.numpy_view()
    alive = weakref.ref(frame)
    del frame, frame_packet
    gc.collect()
    assert alive() is not None
    assert view.tolist() == pixels.tolist()
    image = Image(ImageFormat.GRAY8, pixels)
    assert packet_getter.get_image_list(packet_creator.create_image_vector([image])) == [image]
    frames = [ImageFrame(ImageFormat.GRAY8, pixels)]
    assert packet_getter.get_image_frame_list(packet_creator.create_image_frame_vector(frames)) == frames


def test_matrix_is_a_read_only_view() -> None:
    """Spec 12.6."""
    packet = packet_creator.create_matrix(np.arange(6.0).reshape(2, 3))
    view = packet_getter.get_matrix(packet)
    assert np.shares_memory(view, packet.value.data)
    assert (view.flags.f_contiguous, view.flags.writeable, view.flags.owndata) == (True, False, False)
    assert view.dtype == np.float32
    held = weakref.ref(packet.value)
    del packet
    gc.collect()
    assert held() is None
    assert view.tolist() == [[0, 1, 2], [3, 4, 5]]
    with pytest.raises(ValueError, match="read-only"):
        view[0, 0] = 1
    assert packet_getter.get_matrix(Packet(Matrix([1, 2]))).shape == (2, 1)


def test_packets_keep_their_type_through_a_graph() -> None:
    """P-12: a graph hands on the packet that it was given."""
    text = (
        'input_stream: "a" output_stream: "b" '
        'node { calculator: "PassThroughCalculator" input_stream: "a" output_stream: "b" }'
    )
    out: list[Packet] = []
    graph = Graph(text)
    graph.observe("b", out.append)
    with graph.start():
        graph.add_packet("a", packet_creator.create_uint8(7).at(1))
        graph.add_packet("a", packet_creator.create_double(0.1).at(2))
    assert [str(packet.type) for packet in out] == ["unsigned char", "double"]
    assert packet_getter.get_uint(out[0]) == 7
    assert math.isclose(packet_getter.get_float(out[1]), 0.1, rel_tol=1e-7)


def test_every_getter_is_exported() -> None:
    """The names of spec 12.6."""
    assert set(GETTERS) == {
        *(f"get_{name}" for name in packet_calls.GETTERS),
        "get_proto",
        "get_image_frame_list",
    }
