"""Packets of a declared type out of Python values (spec 12.5, ``mediapipe.python.packet_creator``).

Each function is as strict as upstream's: what it refuses is a TypeError, and an OverflowError beyond the
range of the type (PY-C1). The packets have no timestamp yet; ``packet.at(timestamp)`` gives one.
"""

from __future__ import annotations

import operator
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

import numpy as np
import numpy.typing as npt

from mpgraph.formats.image import Image
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.matrix import Matrix
from mpgraph.options.fields import INTEGER_RANGES, single
from mpgraph.packet import Packet
from mpgraph.packet_type import (
    BOOL,
    DOUBLE,
    FLOAT,
    FLOAT_ARRAY,
    INT,
    INT8,
    INT16,
    INT64,
    INT_ARRAY,
    STRING,
    UINT8,
    UINT16,
    UINT32,
    UINT64,
    PacketType,
    is_registered,
    packet_type,
)

from .arguments import incompatible

if TYPE_CHECKING:
    from google.protobuf.message import Message

__all__ = [
    "create_bool",
    "create_bool_vector",
    "create_double",
    "create_float",
    "create_float_array",
    "create_float_vector",
    "create_image",
    "create_image_frame",
    "create_image_frame_vector",
    "create_image_vector",
    "create_int",
    "create_int8",
    "create_int16",
    "create_int32",
    "create_int64",
    "create_int_array",
    "create_int_vector",
    "create_matrix",
    "create_packet_vector",
    "create_proto",
    "create_proto_vector",
    "create_string",
    "create_string_to_packet_map",
    "create_string_vector",
    "create_uint8",
    "create_uint16",
    "create_uint32",
    "create_uint64",
]

T = TypeVar("T")
Pixels = npt.NDArray[Any]

_RANGES: Final = {
    **INTEGER_RANGES,
    **{name: (-(1 << bits - 1), (1 << bits - 1) - 1) for name, bits in (("int8", 8), ("int16", 16))},
    **{name: (0, (1 << bits) - 1) for name, bits in (("uint8", 8), ("uint16", 16))},
}
_PIXELS: Final = {
    **dict.fromkeys((ImageFormat.SRGB, ImageFormat.SRGBA, ImageFormat.GRAY8), np.uint8),
    **dict.fromkeys((ImageFormat.GRAY16, ImageFormat.SRGB48, ImageFormat.SRGBA64), np.uint16),
    **dict.fromkeys((ImageFormat.VEC32F1, ImageFormat.VEC32F2, ImageFormat.VEC32F4), np.float32),
}
"""The formats of packets of images, and their dtypes (PY-C11)."""


def create_string(data: str | bytes, /) -> Packet:
    """A packet of type ``string``; text is kept as UTF-8."""
    if (text := _string(data)) is None:
        incompatible("create_string(arg0: str) -> Packet\n    2. (arg0: bytes) -> Packet", data)
    return Packet(text, declared=STRING)


def create_bool(data: bool, /) -> Packet:
    """A packet of type ``bool``, of a Python or numpy bool and nothing else."""
    if not isinstance(data, bool | np.bool_):
        incompatible("create_bool(arg0: bool) -> Packet", data)
    return Packet(bool(data), declared=BOOL)


def create_int(data: int, /) -> Packet:
    """A packet of type ``int``, which has 32 bits."""
    return _integer("create_int", data, "int32", INT)


def create_int8(data: int, /) -> Packet:
    """A packet of type ``signed char``."""
    return _integer("create_int8", data, "int8", INT8)


def create_int16(data: int, /) -> Packet:
    """A packet of type ``short``."""
    return _integer("create_int16", data, "int16", INT16)


def create_int32(data: int, /) -> Packet:
    """A packet of type ``int``, as `create_int`."""
    return _integer("create_int32", data, "int32", INT)


def create_int64(data: int, /) -> Packet:
    """A packet of type ``int64_t``."""
    return _integer("create_int64", data, "int64", INT64)


def create_uint8(data: int, /) -> Packet:
    """A packet of type ``unsigned char``."""
    return _integer("create_uint8", data, "uint8", UINT8)


def create_uint16(data: int, /) -> Packet:
    """A packet of type ``unsigned short``."""
    return _integer("create_uint16", data, "uint16", UINT16)


def create_uint32(data: int, /) -> Packet:
    """A packet of type ``unsigned int``."""
    return _integer("create_uint32", data, "uint32", UINT32)


def create_uint64(data: int, /) -> Packet:
    """A packet of type ``uint64_t``; other numbers than floats are cut to integers."""
    number = _index(data)
    if number is None and hasattr(type(data), "__int__") and not isinstance(data, float | str | bytes):
        number = _tried(int, data)
    if number is None or not 0 <= number < 1 << 64:
        incompatible("create_uint64(arg0: int) -> Packet", data)
    return Packet(number, declared=UINT64)


def create_float(data: float, /) -> Packet:
    """A packet of type ``float``: the nearest value of single precision, infinite beyond it."""
    return Packet(single(_real("create_float", data)), declared=FLOAT)


def create_double(data: float, /) -> Packet:
    """A packet of type ``double``."""
    return Packet(_real("create_double", data), declared=DOUBLE)


def create_int_array(data: Sequence[int], /) -> Packet:
    """A packet of type ``int []``, which no getter reads; the payload is a tuple."""
    return Packet(tuple(_items("create_int_array", "int", data, _int32)), declared=INT_ARRAY)


def create_float_array(data: Sequence[float], /) -> Packet:
    """A packet of type ``float []``, which no getter reads; the payload is a tuple."""
    return Packet(tuple(_items("create_float_array", "float", data, _float32)), declared=FLOAT_ARRAY)


def create_int_vector(data: Sequence[int], /) -> Packet:
    """A packet with a vector of ``int``."""
    return Packet(_items("create_int_vector", "int", data, _int32), declared=packet_type(list[int]))


def create_bool_vector(data: Sequence[bool], /) -> Packet:
    """A packet with a vector of ``bool``."""
    return Packet(_items("create_bool_vector", "bool", data, _bool), declared=packet_type(list[bool]))


def create_float_vector(data: Sequence[float], /) -> Packet:
    """A packet with a vector of ``float``; an int among the numbers is refused."""
    return Packet(_items("create_float_vector", "float", data, _float32), declared=packet_type(list[float]))


def create_string_vector(data: Sequence[str | bytes], /) -> Packet:
    """A packet with a vector of strings."""
    return Packet(_items("create_string_vector", "str", data, _string), declared=packet_type(list[str]))


def create_image_vector(data: Sequence[Image], /) -> Packet:
    """A packet with a vector of `Image`, which are shared."""
    items = _items("create_image_vector", "Image", data, _instance(Image))
    return Packet(items, declared=packet_type(list[Image]))


def create_image_frame_vector(data: list[ImageFrame], /) -> Packet:
    """A packet with a vector of `ImageFrame`, which are shared; new in upstream (PY-C13)."""
    if not isinstance(data, list):
        incompatible("create_image_frame_vector(arg0: list) -> Packet", data)
    items = _items("create_image_frame_vector", "ImageFrame", data, _instance(ImageFrame))
    return Packet(items, declared=packet_type(list[ImageFrame]))


def create_packet_vector(data: Sequence[Packet], /) -> Packet:
    """A packet with a vector of packets, which may be empty ones."""
    items = _items("create_packet_vector", "Packet", data, _instance(Packet))
    return Packet(items, declared=packet_type(list[Packet]))


def create_string_to_packet_map(data: dict[str, Packet], /) -> Packet:
    """A packet with a map of strings to packets, in the order of the strings."""
    entries: dict[bytes, Packet] = {}
    for key, value in data.items() if isinstance(data, dict) else ((None, None),):
        name = _string(key)
        if name is None or not isinstance(value, Packet):
            incompatible("create_string_to_packet_map(arg0: Dict[str, Packet]) -> Packet", data)
        entries[name if isinstance(name, bytes) else name.encode()] = value
    by_name = {name.decode(errors="surrogateescape"): entries[name] for name in sorted(entries)}
    return Packet(by_name, declared=packet_type(dict[str, Packet]))


def create_matrix(matrix: npt.ArrayLike, transpose: bool = False) -> Packet:
    """A packet with a `Matrix`.

    Args:
        matrix: What numpy makes an array of one dimension, a column, or two of; brought to float32.
        transpose: Whether rows become columns.
    """
    if transpose is not None and not _has_bool(transpose):
        _refuse_matrix(matrix)
    try:
        made = Matrix(matrix)
    except TypeError:
        _refuse_matrix(matrix)
    return Packet(Matrix(made.data.T) if transpose else made, declared=packet_type(Matrix))


def create_image_frame(
    data: ImageFrame | Pixels, *, image_format: ImageFormat | None = None, copy: bool | None = None
) -> Packet:
    """A packet with an `ImageFrame` (PY-C10, PY-C11).

    Args:
        data: A frame, which is copied, or an array (height, width[, channels]) that can be cast to the
            format's dtype without loss.
        image_format: The format of the pixels; required for an array.
        copy: Whether an array is copied rather than shared with the packet, which keeps it alive; by default
            if it can be written to.

    Raises:
        ValueError: The format is missing, is not that of the frame, or not that of the array's shape; or the
            data cannot be shared.
        RuntimeError: Packets have no images of the format.
        TypeError: The data are no array, or cannot be cast.
    """
    return Packet(_frame(ImageFrame, data, image_format, copy), declared=packet_type(ImageFrame))


def create_image(
    data: Image | Pixels, *, image_format: ImageFormat | None = None, copy: bool | None = None
) -> Packet:
    """A packet with an `Image`; arguments and errors are those of `create_image_frame`."""
    frame = _frame(Image, data, image_format, copy)
    return Packet(Image.from_frame(frame), declared=packet_type(Image))


def create_proto(proto_message: Message) -> Packet:
    """A packet with a copy of a protobuf message (PY-C12).

    A message of mpgraph, or one of the same name from elsewhere, such as an installed mediapipe's, becomes
    mpgraph's; others must be registered by `mpgraph.packet_type.register_packet_type`.

    Raises:
        AttributeError: It is no message.
        RuntimeError: Nobody knows the message.
    """
    from mpgraph.formats.protos import pool

    name = proto_message.DESCRIPTOR.full_name
    cls = type(proto_message) if is_registered(type(proto_message)) else pool.find_message(name)
    if cls is None:
        msg = f"Unregistered proto message type: {name}"
        raise RuntimeError(msg)
    return Packet(cls.FromString(proto_message.SerializeToString()), declared=packet_type(cls))


def create_proto_vector(message_list: Sequence[Message]) -> NoReturn:
    """Not there: upstream's raises too.

    Raises:
        NotImplementedError: Always.
    """
    msg = "create_proto_vector is not implemented."
    raise NotImplementedError(msg)


def _integer(function: str, data: object, kind: str, declared: PacketType) -> Packet:
    number = _index(data)
    if number is None or not -(1 << 63) <= number < 1 << 63:
        incompatible(f"{function}(arg0: int) -> Packet", data)
    low, high = _RANGES[kind]
    if number > high:
        msg = f"{number} execeeds the maximum value ({high}) the data type can have."
        raise OverflowError(msg)
    if number < low:
        msg = f"{number} goes below the minimum value ({low}) the data type can have."
        raise OverflowError(msg)
    return Packet(number, declared=declared)


def _real(function: str, data: Any) -> float:
    number = None
    numeric = hasattr(type(data), "__float__") or hasattr(type(data), "__index__")
    if numeric and not isinstance(data, str | bytes):
        number = _tried(float, data)
    if number is None:
        incompatible(f"{function}(arg0: float) -> Packet", data)
    return number


def _items(function: str, kind: str, data: Any, convert: Callable[[Any], T | None]) -> list[T]:
    """The items of a sequence, each as `convert` makes it of one that fits."""
    items: list[T] = []
    fits = hasattr(type(data), "__getitem__") and not isinstance(data, str | bytes | dict)
    for item in data if fits else (None,):
        made = convert(item)
        if made is None:
            incompatible(f"{function}(arg0: List[{kind}]) -> Packet", data)
        items.append(made)
    return items


def _index(data: Any) -> int | None:
    """The integer that it is, None if it is none; numpy's bool is one, too."""
    return int(data) if isinstance(data, np.bool_) else _tried(operator.index, data)


def _tried(convert: Callable[[Any], T], data: object) -> T | None:
    try:
        return convert(data)
    except (TypeError, ValueError, OverflowError):
        return None


def _int32(item: Any) -> int | None:
    number = _index(item)
    low, high = _RANGES["int32"]
    return number if number is not None and low <= number <= high else None


def _float32(item: object) -> float | None:
    return single(item) if isinstance(item, float) else None


def _bool(item: object) -> bool | None:
    return bool(item) if isinstance(item, bool | np.bool_) else None


def _string(item: object) -> str | bytes | None:
    """The text if UTF-8 can hold it, the bytes, None for anything else."""
    if isinstance(item, bytes | bytearray):
        return bytes(item)
    return str(item) if isinstance(item, str) and _tried(str.encode, item) is not None else None


def _instance(cls: type[T]) -> Callable[[object], T | None]:
    return lambda item: item if isinstance(item, cls) else None


def _has_bool(data: object) -> bool:
    return hasattr(type(data), "__bool__")


def _refuse_matrix(matrix: object) -> NoReturn:
    expected = "(matrix: numpy.ndarray[numpy.float32[m, n]], transpose: bool = False) -> Packet"
    incompatible(f"create_matrix{expected}", matrix)


def _frame(
    cls: type[ImageFrame] | type[Image], data: Any, image_format: ImageFormat | None, copy: bool | None
) -> ImageFrame:
    name = cls.__name__
    if isinstance(data, cls):
        if image_format is not None and image_format != data.image_format:
            msg = "The provided image_format doesn't match the one from the data arg."
            raise ValueError(msg)
        if copy is not None and not copy:
            msg = (
                f"Creating {name} packet by taking a reference of another {name} object is not supported yet."
            )
            raise ValueError(msg)
        return ImageFrame(data.image_format, data.numpy_view())
    if image_format is None:
        msg = "Please provide 'image_format' with 'data'."
        raise ValueError(msg)
    if copy is None:
        copy = bool(data.flags.writeable)
    if not copy:
        if not data.flags.c_contiguous:
            msg = "Reference mode is unavailable if 'data' is not c_contiguous."
            raise ValueError(msg)
        if data.flags.writeable:
            warnings.warn(
                "'data' is still writeable. "
                f"Taking a reference of the data to create {name} packet is dangerous.",
                RuntimeWarning,
                stacklevel=3,
            )
    if not isinstance(image_format, ImageFormat) or not isinstance(data, np.ndarray) or not _has_bool(copy):
        function = f"_create_image{'_frame' * (cls is ImageFrame)}_from_pixel_data"
        expected = "(format: ImageFormat, data: numpy.ndarray, copy: bool) -> Packet"
        incompatible(function + expected, image_format, data, copy)
    if image_format not in _PIXELS:
        msg = f"Unsupported ImageFormat: {int(image_format)}"
        raise RuntimeError(msg)
    pixels = data.astype(_PIXELS[image_format], casting="safe", copy=False)
    if copy:
        return ImageFrame(image_format, np.ascontiguousarray(pixels))
    return ImageFrame.adopt(pixels.view(), image_format)
