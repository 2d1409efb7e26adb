"""Wire format of what carries options: Any, and messages that hold nothing but extensions.

The options in them stay bytes, so that those of calculators that are not loaded come through unharmed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from mpgraph.errors import OptionsError

__all__ = ["read_any", "read_extensions", "varint", "write_any", "write_extensions"]

_MERGE_FIELDS: Final = 1
_VARINT: Final = 0
_LENGTH: Final = 2


def read_any(data: bytes) -> tuple[str, bytes]:
    """Type URL and value of a serialised ``google.protobuf.Any``."""
    message = _parsed(_any(), "google.protobuf.Any", data)
    return message.type_url, message.value


def write_any(type_url: str, value: bytes) -> bytes:
    """The serialised ``google.protobuf.Any``."""
    return bytes(_any()(type_url=type_url, value=value).SerializeToString())


def read_extensions(name: str, data: bytes) -> tuple[bool | None, list[tuple[int, bytes]]]:
    """The field merge_fields, and number and bytes of each extension, of the message called `name`.

    Raises:
        OptionsError: Malformed data, or an extension that is no message.
    """
    from google.protobuf.empty_pb2 import Empty
    from google.protobuf.unknown_fields import UnknownFieldSet

    merge_fields = None
    extensions: dict[int, bytes] = {}
    fields: Any = UnknownFieldSet(_parsed(Empty, name, data))
    for field in fields:
        if field.field_number == _MERGE_FIELDS and field.wire_type == _VARINT:
            merge_fields = bool(field.data)
        elif field.wire_type == _LENGTH:
            # A message that comes in several pieces is their concatenation.
            extensions[field.field_number] = extensions.get(field.field_number, b"") + field.data
        else:
            msg = f"{name}: field {field.field_number} is no message, as extensions of it must be"
            raise OptionsError(msg)
    return merge_fields, list(extensions.items())


def write_extensions(merge_fields: bool | None, extensions: Iterable[tuple[int, bytes]]) -> bytes:
    """The serialised message with these fields, in order of their numbers."""
    out = b"" if merge_fields is None else varint(_MERGE_FIELDS << 3 | _VARINT) + varint(merge_fields)
    for number, payload in sorted(extensions, key=lambda pair: pair[0]):
        out += varint(number << 3 | _LENGTH) + varint(len(payload)) + payload
    return out


def _any() -> Any:
    from google.protobuf.any_pb2 import Any as AnyMessage

    return AnyMessage


def _parsed(message_class: Any, name: str, data: bytes) -> Any:
    from google.protobuf.message import DecodeError

    try:
        return message_class.FromString(data)
    except DecodeError as error:
        msg = f"{name}: the data are no such message: {error}"
        raise OptionsError(msg) from error


def varint(value: int) -> bytes:
    """An unsigned integer in protobuf's variable length."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
