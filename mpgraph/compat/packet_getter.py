"""What packets hold, as Python values (spec 12.6, ``mediapipe.python.packet_getter``).

A packet that declares its type is read by just the getter of that type (P-12); one that declares none, such
as one from a calculator in Python, by each getter that its payload fits. Every function refuses what is no
packet with a TypeError, a packet of another type with a ValueError, and an empty one with a RuntimeError;
those for numbers of several types refuse an empty one with a ValueError, too (PY-P1).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, NoReturn

import numpy as np
import numpy.typing as npt

from mpgraph.formats.arrays import LETTERBOX_PADDING, MATRIX
from mpgraph.formats.image import Image
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.matrix import Matrix
from mpgraph.options.fields import single
from mpgraph.packet import Packet
from mpgraph.packet_type import (
    BOOL,
    DOUBLE,
    FLOAT,
    INT,
    INT8,
    INT16,
    INT64,
    STRING,
    UINT8,
    UINT16,
    UINT32,
    UINT64,
    PacketType,
    packet_type,
    vector_of,
)

from .arguments import incompatible

if TYPE_CHECKING:
    from google.protobuf.message import Message

__all__ = [
    "get_bool",
    "get_bool_list",
    "get_bytes",
    "get_float",
    "get_float_list",
    "get_image",
    "get_image_frame",
    "get_image_frame_list",
    "get_image_list",
    "get_int",
    "get_int_list",
    "get_matrix",
    "get_packet_list",
    "get_proto",
    "get_proto_list",
    "get_str",
    "get_str_list",
    "get_str_to_packet_dict",
    "get_uint",
]

_INTS: Final = (INT, INT8, INT16, INT64)
_UINTS: Final = (UINT8, UINT16, UINT32, UINT64)
_REALS: Final = (FLOAT, DOUBLE)
_INT_LISTS: Final = tuple(map(vector_of, _INTS))
_FLOAT_LISTS: Final = (packet_type(list[float]), MATRIX, LETTERBOX_PADDING)
_NO_MESSAGES: Final = (
    *_INT_LISTS,
    *map(vector_of, (float, bool, str, Image, ImageFrame, Packet)),
)
"""Vectors that hold no messages even when they hold nothing."""


def get_str(packet: Packet, /) -> str:
    """The text of a ``string``.

    Raises:
        UnicodeDecodeError: The bytes are not UTF-8.
    """
    return _text(_content("get_str", "str", packet, STRING))


def get_bytes(packet: Packet, /) -> bytes:
    """The bytes of a ``string``; of text, its UTF-8."""
    value: str | bytes = _content("get_bytes", "bytes", packet, STRING)
    return value.encode() if isinstance(value, str) else value


def get_bool(packet: Packet, /) -> bool:
    """A ``bool``."""
    return bool(_content("get_bool", "bool", packet, BOOL))


def get_int(packet: Packet, /) -> int:
    """An integer of a signed type: ``int``, int8, int16 or ``int64_t``."""
    what = "int, int8, int16, int32, or int64 data"
    return int(_one_of("get_int", "int", packet, _INTS, what))


def get_uint(packet: Packet, /) -> int:
    """An integer of an unsigned type."""
    what = "uint8, uint16, uint32, or uint64 data"
    return int(_one_of("get_uint", "int", packet, _UINTS, what))


def get_float(packet: Packet, /) -> float:
    """A ``float`` or ``double``, to single precision."""
    return single(float(_one_of("get_float", "float", packet, _REALS, "float or double data")))


def get_int_list(packet: Packet, /) -> list[int]:
    """The integers of a vector of a signed type."""
    what = "int, int8, int16, int32, or int64 containers"
    return list(map(int, _one_of("get_int_list", "List[int]", packet, _INT_LISTS, what)))


def get_bool_list(packet: Packet, /) -> list[bool]:
    """A vector of ``bool``."""
    return list(map(bool, _content("get_bool_list", "List[bool]", packet, packet_type(list[bool]))))


def get_float_list(packet: Packet, /) -> list[float]:
    """The numbers of a vector of ``float``, or of an array of 4 or 16, to single precision."""
    what = "std::vector<float> or std::array<float, 4 / 16> containers"
    return [
        single(float(item)) for item in _one_of("get_float_list", "List[float]", packet, _FLOAT_LISTS, what)
    ]


def get_str_list(packet: Packet, /) -> list[str]:
    """A vector of strings.

    Raises:
        UnicodeDecodeError: The bytes of one are not UTF-8.
    """
    return list(map(_text, _content("get_str_list", "List[str]", packet, packet_type(list[str]))))


def get_image_list(packet: Packet, /) -> list[Image]:
    """A vector of `Image`, which are shared."""
    return list(_content("get_image_list", "List[Image]", packet, packet_type(list[Image])))


def get_image_frame_list(packet: Packet, /) -> list[ImageFrame]:
    """A vector of `ImageFrame`, which are shared; upstream's newer releases have it."""
    return list(_content("get_image_frame_list", "list", packet, packet_type(list[ImageFrame])))


def get_packet_list(packet: Packet, /) -> list[Packet]:
    """A vector of packets, as packets of one's own."""
    items = _content("get_packet_list", "List[Packet]", packet, packet_type(list[Packet]))
    return list(map(Packet, items))


def get_str_to_packet_dict(packet: Packet, /) -> dict[str, Packet]:
    """A map of strings to packets, as packets of one's own."""
    items = _content("get_str_to_packet_dict", "Dict[str, Packet]", packet, packet_type(dict[str, Packet]))
    return {name: Packet(item) for name, item in items.items()}


def get_image_frame(packet: Packet, /) -> ImageFrame:
    """An `ImageFrame`, shared with the packet."""
    frame: ImageFrame = _content("get_image_frame", "ImageFrame", packet, packet_type(ImageFrame))
    return frame


def get_image(packet: Packet, /) -> Image:
    """An `Image`, shared with the packet."""
    image: Image = _content("get_image", "Image", packet, packet_type(Image))
    return image


def get_matrix(packet: Packet, /) -> npt.NDArray[np.float32]:
    """The numbers of a `Matrix`: a read-only, F-contiguous view, float32 (rows, columns)."""
    expected = "numpy.ndarray[numpy.float32[m, n], flags.f_contiguous]"
    matrix: Matrix = _content("get_matrix", expected, packet, packet_type(Matrix))
    return matrix.data.view()


def get_proto(packet: Packet) -> Message:
    """A copy of a protobuf message.

    Raises:
        RuntimeError: The packet is empty.
        ValueError: It holds no message; upstream ends the process in both cases.
    """
    value = _not_empty("_get_proto_type_name", "str", packet)
    if not _is_message(value):
        _no_messages(packet, "proto_ns::MessageLite")
    return _copy(value)


def get_proto_list(packet: Packet) -> list[Message]:
    """Copies of the protobuf messages of a vector.

    Raises:
        RuntimeError: The packet is empty.
        ValueError: It holds no vector of messages.
    """
    value = _not_empty("_get_proto_vector_size", "int", packet)
    if packet.declared in _NO_MESSAGES or not isinstance(value, list) or not all(map(_is_message, value)):
        _no_messages(packet, "vector<proto_ns::MessageLite*>")
    return list(map(_copy, value))


def _checked(function: str, gives: str, packet: object) -> Packet:
    if not isinstance(packet, Packet):
        incompatible(f"{function}(arg0: Packet) -> {gives}", packet)
    return packet


def _content(function: str, gives: str, packet: object, wanted: PacketType) -> Any:
    """The payload of a packet of just this type (P-5)."""
    checked = _checked(function, gives, packet)
    if checked.is_empty():
        msg = f"Expected a Packet of type: {wanted}, but received an empty Packet."
        raise RuntimeError(msg)
    if not wanted.accepts(checked):
        msg = f'The Packet stores "{checked.type}", but "{wanted}" was requested.'
        raise ValueError(msg)
    return checked.value


def _one_of(function: str, gives: str, packet: object, wanted: Iterable[PacketType], what: str) -> Any:
    """The payload of a packet of one of these types, in upstream's words."""
    checked = _checked(function, gives, packet)
    if not any(kind.accepts(checked) for kind in wanted):
        msg = f"Packet doesn't contain {what}."
        raise ValueError(msg)
    return checked.value


def _not_empty(function: str, gives: str, packet: object) -> Any:
    checked = _checked(function, gives, packet)
    if checked.is_empty():
        msg = "Packet is empty."
        raise RuntimeError(msg)
    return checked.value


def _no_messages(packet: Packet, wanted: str) -> NoReturn:
    msg = f'The Packet stores "{packet.type}"which is not convertible to {wanted}.'  # so upstream spells it
    raise ValueError(msg)


def _is_message(value: object) -> bool:
    return hasattr(type(value), "DESCRIPTOR") and hasattr(value, "SerializeToString")


def _copy(message: Any) -> Message:
    made: Message = type(message)()
    made.CopyFrom(message)
    return made


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
