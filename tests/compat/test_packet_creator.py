"""Packet creators (spec 12.5, PY-C1 to PY-C13)."""

from __future__ import annotations

import gc
import sys
import weakref
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import packet_calls
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from hypothesis import given
from hypothesis import strategies as st
from oracle_client import needs_oracle, oracle

import mpgraph
from mpgraph import Image, ImageFormat, ImageFrame, Packet, packet_creator, packet_getter
from mpgraph.formats.detection import Detection
from mpgraph.formats.landmark import NormalizedLandmarkList
from mpgraph.packet_type import packet_type

SRGB: Final = ImageFormat.SRGB
RGB: Final = np.arange(18, dtype=np.uint8).reshape(2, 3, 3)
CREATORS: Final = [name for name in packet_creator.__all__ if name.startswith("create_")]


@needs_oracle
@pytest.mark.parametrize("name", sorted(set(CREATORS) - {"create_image_frame_vector"}))
def test_as_upstream(name: str) -> None:
    assert packet_calls.differences(oracle.default_python(), f"c.{name}(") == {}


@needs_oracle
@pytest.mark.parametrize(
    "prefix", ["mp.ImageFrame(", "mp.Image(", "F", "str(F", "f'{F", "int(F", "hash(F", "sys."]
)
def test_images_are_as_upstreams(prefix: str) -> None:
    """PY-I1 to PY-I5, and how many references a packet holds to an array that it shares."""
    assert packet_calls.differences(oracle.default_python(), prefix) == {}


@pytest.mark.parametrize(
    ("name", "value", "kind", "payload"),
    [
        ("string", "ä", "string", "ä"),
        ("string", b"\xff", "string", b"\xff"),
        ("bool", np.bool_(True), "bool", True),
        ("int", True, "int", 1),
        ("int8", -128, "signed char", -128),
        ("int16", 2**15 - 1, "short", 2**15 - 1),
        ("int32", -(2**31), "int", -(2**31)),
        ("int64", -(2**63), "int64_t", -(2**63)),
        ("uint8", 255, "unsigned char", 255),
        ("uint16", 2**16 - 1, "unsigned short", 2**16 - 1),
        ("uint32", 2**32 - 1, "unsigned int", 2**32 - 1),
        ("uint64", 2**64 - 1, "uint64_t", 2**64 - 1),
        ("float", 0.1, "float", float(np.float32(0.1))),
        ("double", 0.1, "double", 0.1),
        ("int_array", [1, 2], "int []", (1, 2)),
        ("float_array", [0.5], "float []", (0.5,)),
        ("int_vector", (1, 2), "::std::vector<int>", [1, 2]),
        ("bool_vector", [True], "::std::vector<bool>", [True]),
        ("float_vector", [0.1], "::std::vector<float>", [float(np.float32(0.1))]),
        ("string_vector", ["a", b"b"], "::std::vector<std::string>", ["a", b"b"]),
        ("image_vector", [], "::std::vector<::mediapipe::Image>", []),
        ("image_frame_vector", [], "::std::vector<::mediapipe::ImageFrame>", []),
        ("packet_vector", [], "::std::vector<::mediapipe::Packet>", []),
        ("string_to_packet_map", {}, "::std::map<std::string,::mediapipe::Packet>", {}),
    ],
)
def test_type_and_payload(name: str, value: Any, kind: str, payload: Any) -> None:
    """P-8, P-12: the declared type stays with copies."""
    packet = getattr(packet_creator, f"create_{name}")(value)
    assert (str(packet.type), packet.value) == (kind, payload)
    assert type(packet.value) is type(payload)
    assert str(packet.at(5).type) == kind
    assert packet.timestamp == mpgraph.Packet().timestamp


@pytest.mark.parametrize(
    ("name", "bits", "signed"),
    [(f"{'u' * (not signed)}int{bits}", bits, signed) for bits in (8, 16, 32) for signed in (True, False)],
)
@given(number=st.integers(-(2**63), 2**63 - 1) | st.integers(-(2**17), 2**17))
def test_ranges(name: str, bits: int, signed: bool, number: int) -> None:
    """PY-C1: upstream's texts, spelling and all."""
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    create = getattr(packet_creator, f"create_{name}")
    if low <= number <= high:
        assert create(number).value == number
        return
    with pytest.raises(OverflowError) as caught:
        create(number)
    expected = (
        f"{number} execeeds the maximum value ({high}) the data type can have."
        if number > high
        else f"{number} goes below the minimum value ({low}) the data type can have."
    )
    assert str(caught.value) == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("int", 1.0),
        ("int", "1"),
        ("int", 2**63),
        ("uint64", -1),
        ("uint64", 1.0),
        ("bool", 1),
        ("float", "1"),
        ("string", 3),
        ("int_vector", [1.0]),
        ("int_vector", [2**31]),
        ("int_vector", {1}),
        ("float_vector", [1, 0.1]),
        ("bool_vector", [1]),
        ("string_vector", "abc"),
        ("image_vector", [ImageFrame(SRGB, RGB)]),
        ("image_frame_vector", [Image(SRGB, RGB)]),
        ("image_frame_vector", ()),
        ("packet_vector", [1]),
        ("string_to_packet_map", [("a", Packet(1))]),
        ("string_to_packet_map", {1: Packet(1)}),
        ("matrix", np.zeros((1, 2, 3))),
    ],
)
def test_what_is_refused_is_said(name: str, value: Any) -> None:
    with pytest.raises(TypeError) as caught:
        getattr(packet_creator, f"create_{name}")(value)
    text = str(caught.value)
    assert text.startswith(f"create_{name}(): incompatible function arguments. The following argument types")
    assert repr(value) in text


@pytest.mark.parametrize(
    "name", [name for name in CREATORS if not name.startswith(("create_image", "create_proto"))]
)
def test_scalars_take_one_positional_argument(name: str) -> None:
    """PY-C1."""
    create: Callable[..., Packet] = getattr(packet_creator, name)
    with pytest.raises(TypeError):
        create(data=1)
    with pytest.raises(TypeError):
        create()


@pytest.mark.parametrize(("transpose", "expected"), [(False, [[1, 2, 3]]), (True, [[1], [2], [3]])])
def test_matrix(transpose: bool, expected: list[list[float]]) -> None:
    packet = packet_creator.create_matrix([[1, 2, 3]], transpose)
    assert packet.value.data.tolist() == expected
    assert str(packet.type) == "Eigen::Matrix<float, -1, -1, 0, -1, -1>"


def test_matrix_copies() -> None:
    data = np.zeros((2, 2), np.float32, order="F")
    packet = packet_creator.create_matrix(data)
    data[0, 0] = 1
    assert not packet.value.data.any()


CREATE: Final = pytest.mark.parametrize(
    ("create", "get"),
    [
        (packet_creator.create_image_frame, packet_getter.get_image_frame),
        (packet_creator.create_image, packet_getter.get_image),
    ],
    ids=["image_frame", "image"],
)


@CREATE
def test_pixels_that_can_be_written_to_are_copied(create: Any, get: Any) -> None:
    """PY-C10."""
    data = RGB.copy()
    before = sys.getrefcount(data)
    packet = create(data, image_format=SRGB)
    assert sys.getrefcount(data) == before
    data[...] = 0
    assert get(packet).numpy_view().tolist() == RGB.tolist()
    assert data.flags.writeable


@CREATE
def test_pixels_that_cannot_be_written_to_are_shared(create: Any, get: Any) -> None:
    """PY-C10: the packet holds one reference, which keeps the pixels alive and goes with it."""
    data = RGB.copy()
    data.flags.writeable = False
    before = sys.getrefcount(data)
    packet = create(data, image_format=SRGB)
    assert sys.getrefcount(data) == before + 1
    view = get(packet).numpy_view()
    assert np.shares_memory(view, data)
    assert not view.flags.writeable
    del packet, view
    gc.collect()
    assert sys.getrefcount(data) == before


@CREATE
def test_a_packet_keeps_shared_pixels_alive(create: Any, get: Any) -> None:
    data = RGB.copy()
    data.flags.writeable = False
    alive = weakref.ref(data)
    view = get(create(data, image_format=SRGB)).numpy_view()  # of a packet that is gone at once
    del data
    gc.collect()
    assert alive() is not None
    assert view.tolist() == RGB.tolist()
    del view
    gc.collect()
    assert alive() is None


@CREATE
def test_sharing_pixels_that_can_be_written_to_warns(create: Any, get: Any) -> None:
    """PY-C10: the array stays as it is, and what is written to it shows in the packet."""
    data = RGB.copy()
    with pytest.warns(RuntimeWarning, match="'data' is still writeable") as caught:
        packet = create(data, image_format=SRGB, copy=False)
    assert caught[0].filename == __file__
    assert data.flags.writeable
    data[...] = 7
    assert (get(packet).numpy_view() == 7).all()
    assert not get(packet).numpy_view().flags.writeable


@CREATE
def test_strided_pixels_are_only_copied(create: Any, get: Any) -> None:
    """PY-C10."""
    data = np.arange(36, dtype=np.uint8).reshape(2, 6, 3)[:, ::2]
    assert get(create(data, image_format=SRGB)).numpy_view().tolist() == data.tolist()
    with pytest.raises(ValueError, match=r"^Reference mode is unavailable if 'data' is not c_contiguous\.$"):
        create(data, image_format=SRGB, copy=False)


@CREATE
def test_pixels_must_have_the_shape_of_the_format(create: Any, get: Any) -> None:
    """Where upstream reads beyond the array (PY-I2)."""
    with pytest.raises(ValueError, match="SRGBA pixels have 4 channels, got an array of shape"):
        create(RGB, image_format=ImageFormat.SRGBA)
    with pytest.raises(ValueError, match="SRGB pixels have 3 channels"):
        create(RGB[0, 0], image_format=SRGB)


def test_vec32f4() -> None:
    """PY-C11."""
    packet = packet_creator.create_image(np.ones((1, 1, 4), np.float32), image_format=ImageFormat.VEC32F4)
    assert packet.value.image_format is ImageFormat.VEC32F4


def test_a_message_is_copied() -> None:
    """PY-C12."""
    message = Detection(label=["cat"])
    packet = packet_creator.create_proto(message)
    message.label.append("dog")
    assert packet.value == Detection(label=["cat"])
    assert packet.type == packet_type(Detection)


def test_a_message_of_the_same_name_becomes_mpgraphs() -> None:
    """Of an installed mediapipe, say."""
    file = descriptor_pb2.FileDescriptorProto(name="elsewhere.proto", package="mediapipe", syntax="proto2")
    file.message_type.add(name="NormalizedLandmarkList").field.add(name="raw", number=1, label=3, type=12)
    other = descriptor_pool.DescriptorPool()
    other.AddSerializedFile(file.SerializeToString())
    foreign: Any = message_factory.GetMessageClass(
        other.FindMessageTypeByName("mediapipe.NormalizedLandmarkList")
    )
    packet = packet_creator.create_proto(foreign(raw=[b"\x0d\0\0\0\x3f"]))
    assert isinstance(packet.value, NormalizedLandmarkList)
    assert packet.value.landmark[0].x == 0.5


def test_an_unknown_message_is_refused() -> None:
    """PY-C12."""
    with pytest.raises(
        RuntimeError, match=r"^Unregistered proto message type: google\.protobuf\.FileDescriptorProto$"
    ):
        packet_creator.create_proto(descriptor_pb2.FileDescriptorProto())
    with pytest.raises(AttributeError, match="'str' object has no attribute 'DESCRIPTOR'"):
        packet_creator.create_proto("a")  # type: ignore[arg-type]


def test_vectors_of_messages_are_not_there() -> None:
    with pytest.raises(NotImplementedError, match=r"^create_proto_vector is not implemented\.$"):
        packet_creator.create_proto_vector([])


def test_every_creator_is_exported() -> None:
    """The names of spec 12.5."""
    assert set(CREATORS) == {
        *(f"create_{name}" for name in packet_calls.CREATORS),
        "create_image_frame_vector",
    }
