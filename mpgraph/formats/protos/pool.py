"""The pool of mpgraph's own messages, and how a generated module puts its file there.

It is not protobuf's default pool: an installed mediapipe defines the same names there, and both work in
one process.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
import sys
from typing import TYPE_CHECKING, Any, Final

from google.protobuf import any_pb2
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.reflection import GeneratedProtocolMessageType

from mpgraph.packet_type import register_packet_type

if TYPE_CHECKING:
    from google.protobuf.descriptor import Descriptor, FileDescriptor

__all__ = ["POOL", "add_file", "find_message", "load_all"]

POOL: Final = DescriptorPool()
"""Holds every message of `mpgraph.formats.protos` that was imported, and ``google.protobuf.Any``."""
POOL.AddSerializedFile(any_pb2.DESCRIPTOR.serialized_pb)
GetMessageClass(POOL.FindMessageTypeByName("google.protobuf.Any"))  # protobuf in Python makes none by itself
_PACKET_TYPES: Final = frozenset(
    f"mediapipe.{name}"
    for name in (
        "Classification",
        "ClassificationList",
        "ClassificationListCollection",
        "Detection",
        "DetectionList",
        "Joint",
        "JointList",
        "Landmark",
        "LandmarkList",
        "LandmarkListCollection",
        "NormalizedLandmark",
        "NormalizedLandmarkList",
        "NormalizedLandmarkListCollection",
        "NormalizedRect",
        "Rect",
    )
)
"""What upstream registers as packet types (P-8, PY-S4)."""


def add_file(serialized: bytes, namespace: dict[str, Any]) -> FileDescriptor:
    """Adds a serialised ``FileDescriptorProto`` and puts its message classes into a module's namespace.

    Raises:
        TypeError: A file that it needs is not there, or a name is defined otherwise.
    """
    POOL.AddSerializedFile(serialized)
    file = POOL.FindFileByName(FileDescriptorProto.FromString(serialized).name)
    for name, descriptor in file.message_types_by_name.items():
        namespace[name] = _message_class(descriptor, namespace["__name__"], name)
        if descriptor.full_name in _PACKET_TYPES:
            register_packet_type(namespace[name], f"::{descriptor.full_name.replace('.', '::')}")
    return file


@functools.cache
def load_all() -> None:
    """Imports every module of `mpgraph.formats.protos`, so that the pool holds all of their messages."""
    package = __name__.rpartition(".")[0]
    for module in pkgutil.walk_packages(sys.modules[package].__path__, f"{package}."):
        if module.name.endswith("_pb2"):
            importlib.import_module(module.name)


def find_message(full_name: str) -> type[Message] | None:
    """The class of a message that is in the pool or that `mpgraph.formats.protos` has, None without one."""
    load_all()
    try:
        made: type[Message] = GetMessageClass(POOL.FindMessageTypeByName(full_name))
    except KeyError:
        return None
    return made


def _message_class(descriptor: Descriptor, module: str, qualname: str) -> type[Message]:
    """The class of a message, with those of the messages in it; it knows where it stands, for pickle."""
    attributes: dict[str, Any] = {
        "DESCRIPTOR": descriptor,
        "__module__": module,
        "__qualname__": qualname,
        "__reduce__": _reduce,
    }
    for name, nested in descriptor.nested_types_by_name.items():
        attributes[name] = _message_class(nested, module, f"{qualname}.{name}")
    made: Any = GeneratedProtocolMessageType(descriptor.name, (Message,), attributes)
    return made  # type: ignore[no-any-return]


def _reduce(message: Message) -> tuple[Any, ...]:
    """For pickle, which protobuf's own way leads to the default pool for messages in messages."""
    return type(message), (), message.__getstate__()
